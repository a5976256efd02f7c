"""The link test against lines of known width: real Chromium, the page's own probe, the kernel's shaper between.

Court and browsers live in network namespaces (root and iproute2 are needed). Loss is made by a relay before the door,
spread evenly, so that what a test should find is known. Both directions are measured in each run, on different widths.
``python -m benchmarks.bench_link [--full] [--only PART ...]`` from the repository's root; ``--full`` repeats as the
bars ask.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from benchmarks.link.crowd import LINES, crowd
from benchmarks.link.lines import Measured
from benchmarks.link.outages import outages
from benchmarks.link.rows import edges, losses, wide, widths
from benchmarks.link.table import Table
from media.relay.probe import ProbeFailed
from tests.browser.chromium import executable_path, launch_args
from tests.browser.launching import AWAKE
from tests.media.namespaces import Cable, cable, possible

ALONE = ("widths", "edges", "losses", "wide")
CROWD, LEDGER = "crowd", "ledger"
TIMES = {"short": 1, "full": 5}
LOSS_TIMES = {"short": 1, "full": 3}
SEED = 1
PEOPLE = {"short": 8, "full": 20}


async def inside(line: Cable, asked: argparse.Namespace) -> bool:
    table, size = Table(), "full" if asked.full else "short"
    times = TIMES[size]
    async with async_playwright() as playwright:
        with tempfile.TemporaryDirectory() as folder:
            program = executable_path() or playwright.chromium.executable_path
            browsers = {}
            for home in line.homes[: asked.lines]:
                there = line.inside(home, program, Path(folder))
                browsers[home] = await playwright.chromium.launch(
                    executable_path=str(there), args=launch_args() + AWAKE
                )
            machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, Linux {platform.release()}"
            print(f"Chromium {browsers[line.home].version}, {machine}, load {os.getloadavg()[0]:.1f}")
            measured = Measured(line, browsers)
            if "widths" in asked.only:
                await widths(measured, table, times)
            if "edges" in asked.only:
                await edges(measured, table, times)
            if "losses" in asked.only:
                await losses(measured, table, LOSS_TIMES[size])
            if "wide" in asked.only:
                await wide(measured, table)
            for browser in browsers.values():
                await browser.close()
            if CROWD in asked.only:
                await crowd(line, table, PEOPLE[size])
            if LEDGER in asked.only:
                await outages(table, SEED)
    print("\nMISSED: " + "; ".join(table.failed) if table.failed else "\nall bars reached")
    return not table.failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="five runs of each width and verdict, twenty people: some 13 minutes"
    )
    parser.add_argument("--only", nargs="+", default=[*ALONE, CROWD, LEDGER], choices=[*ALONE, CROWD, LEDGER])
    parser.add_argument("--lines", type=int, default=2, help="so many lines are measured at a time")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not possible():
        print("SKIPPED: network namespaces need root, ip and tc")
        return 0
    if asked.inside:
        try:
            return 0 if asyncio.run(inside(Cable(asked.inside, len(LINES)), asked)) else 1
        except ProbeFailed as failed:
            print(f"MISSED: {failed}")
            return 1
    with cable(str(os.getpid()), len(LINES)) as line:
        again = [sys.executable, "-m", "benchmarks.bench_link", *sys.argv[1:], "--inside", str(os.getpid())]
        return subprocess.run(["ip", "netns", "exec", line.court, *again], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
