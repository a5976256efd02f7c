"""The link test against lines of known width: real Chromium, the page's own probe, the kernel's shaper between.

Court and browser live in two network namespaces (root and iproute2 are needed). Loss is made by a relay before the
door, spread evenly, so that what a test should find is known. Both directions are measured in each run, on different
widths. ``python -m benchmarks.bench_link [--full]`` from the repository's root; ``--full`` repeats as the bars ask.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, async_playwright

from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.probe import ProbeFailed, ProbeFigures
from media.wire.door import Door
from tests.browser.chromium import executable_path, launch_args
from tests.browser.stage import AWAKE
from tests.media.namespaces import COURT_ADDRESS, WIDE_KBPS, Cable, cable, possible
from tests.media.narrow_wire import Drop, NarrowWire, keep_all

SEAT = SeatId("s-tested")
NORM = 1000
WIDTHS = (300, 700, 950, 1050, 1500, 3000)
EDGES = (970, 1030)
LOSSES = (0.0, 0.02, 0.05, 0.10)
ERROR_BAR, LOSS_BAR, SECONDS_BAR, BYTES_BAR = 0.03, 0.01, 10.0, 10_000_000
SCRIPTS = Path("web/static/js")

PAGE = """<!doctype html><meta charset="utf-8"><title>link</title><script type="module">
import { Probe } from "/js/probe.js";
window.probe = new Probe({ change() {}, send: async (said) => {
  if (said.t !== "rtc.offer") return;
  const reply = await fetch("/offer", { method: "POST", body: JSON.stringify(said) });
  await window.probe.answer(await reply.json());
  window.answered = true;
} });
</script>"""


@dataclass(frozen=True, slots=True)
class Row:
    """What was true of the line, and what the test said of each direction."""

    up_kbps: float
    down_kbps: float
    loss: float
    up: ProbeFigures
    down: ProbeFigures

    @property
    def each(self) -> Iterator[tuple[float, ProbeFigures]]:
        yield self.up_kbps, self.up
        yield self.down_kbps, self.down


@dataclass(slots=True)
class Table:
    """Rows as they come, and whether every bar was reached."""

    reached: bool = True
    failed: list[str] = field(default_factory=list)

    def verdict(self, good: bool, what: str) -> str:
        if not good:
            self.reached = False
            self.failed.append(what)
        return "ok" if good else "MISSED"


def evenly(share: float, seed: int) -> Drop:
    """Of every 1/share datagrams one is lost, nobody knows which."""
    if not share:
        return keep_all
    every, dice = round(1 / share), random.Random(seed)
    lost = dice.randrange(every)

    def drop(number: int, _data: bytes) -> bool:
        nonlocal lost
        place = number % every
        hit = place == lost
        if place == every - 1:
            lost = dice.randrange(every)
        return hit

    return drop


class Lossy:
    """The same pattern, from the moment that the connection stands: a handshake is not what is measured."""

    def __init__(self, share: float, seed: int) -> None:
        self._drop = evenly(share, seed)
        self.on = False

    def __call__(self, number: int, data: bytes) -> bool:
        return self.on and bool(data) and 128 <= data[0] <= 191 and self._drop(number, data)


class Measured:
    """A courtroom in the court's namespace, a browser at home, and one test at a time."""

    def __init__(self, line: Cable, browser: Browser) -> None:
        self.line = line
        self.browser = browser

    async def run(self, up_kbps: float, down_kbps: float, loss: float = 0.0, seed: int = 1) -> Row:
        self.line.shape(up_kbps, down_kbps)
        ups, downs = Lossy(loss, seed), Lossy(loss, seed + 1)
        wire = NarrowWire(drop_up=ups, drop_down=downs, host=COURT_ADDRESS) if loss else None
        async with _court(wire) as (courtroom, url):
            page = await self.browser.new_page()
            calmed: list[asyncio.Task[None]] = []

            def progress(share: float, kbps: float, calm: bool) -> None:
                if calm and not calmed:
                    calmed.append(asyncio.create_task(page.evaluate("window.probe.take({phase: 'up', calm: true})")))

            try:
                await page.goto(url)
                await page.wait_for_function("window.probe")
                await page.evaluate("window.probe.start()")
                await page.wait_for_function("window.answered")
                ups.on = downs.on = True
                up = await courtroom.probe(SEAT, "up", progress)
                await page.evaluate("window.probe.take({phase: 'down'})")
                down = await courtroom.probe(SEAT, "down", lambda *_: None)
            finally:
                await page.close()
        return Row(up_kbps, down_kbps, loss, up, down)


@asynccontextmanager
async def _court(wire: NarrowWire | None) -> AsyncIterator[tuple[Courtroom, str]]:
    door = await Door.open(COURT_ADDRESS, 0, [COURT_ADDRESS], announced_port=wire.port if wire else None)
    if wire is not None:
        wire.connect(door.port)
    courtroom = Courtroom(door)

    async def offer(request: web.Request) -> web.Response:
        said = await request.json()
        return web.json_response({"sdp": await courtroom.answer(SEAT, said["sdp"], probe=True)})

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_post("/offer", offer)
    app.router.add_get("/", page)
    app.router.add_static("/js", SCRIPTS)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, COURT_ADDRESS, 0).start()
    try:
        yield courtroom, f"http://{COURT_ADDRESS}:{runner.addresses[0][1]}"
    finally:
        await courtroom.close()
        await runner.cleanup()
        await door.close()
        if wire is not None:
            wire.close()


# -- the table -----------------------------------------------------------------------------------------------------

HEAD = f"{'line kbit/s':>11} {'way':>4} {'found':>7} {'error':>7} {'loss':>6} {'rtt ms':>7} {'jit ms':>6}     s    MB"


def figures(true: float, found: ProbeFigures) -> str:
    error = found.kbps / true - 1
    rtt = f"{found.rtt_ms:7.1f}" if found.rtt_ms is not None else "      -"
    return (
        f"{true:11.0f} {found.direction:>4} {found.kbps:7.1f} {100 * error:+6.1f}% {100 * found.loss:5.1f}% {rtt} "
        f"{found.jitter_ms:6.1f} {found.seconds:5.1f} {found.bytes / 1e6:5.1f}"
    )


def show(table: Table, true: float, found: ProbeFigures, good: bool, why: str) -> None:
    good = good and found.seconds <= SECONDS_BAR and found.bytes <= BYTES_BAR
    print(f"{figures(true, found)}  {table.verdict(good, why)}", flush=True)


async def widths(measured: Measured, table: Table, times: int) -> None:
    print(f"\nthroughput, bar {100 * ERROR_BAR:.0f} % of error, {times} runs of each width and direction\n{HEAD}")
    for _ in range(times):
        for up, down in zip(WIDTHS, reversed(WIDTHS), strict=True):
            row = await measured.run(up, down)
            for true, found in row.each:
                good = abs(found.kbps / true - 1) <= ERROR_BAR
                show(table, true, found, good, f"{true:.0f} {found.direction}: {found.kbps:.0f}")


async def edges(measured: Measured, table: Table, times: int) -> None:
    wrong = tried = 0
    print(f"\nverdicts at the norm of {NORM} kbit/s, {2 * times} of each width\n{HEAD}")
    for _ in range(times):
        for up, down in (EDGES, EDGES[::-1]):
            for true, found in (await measured.run(up, down)).each:
                right = (round(found.kbps) >= NORM) == (true >= NORM)
                wrong, tried = wrong + (not right), tried + 1
                show(table, true, found, right, f"verdict at {true:.0f} {found.direction}: {found.kbps:.0f}")
    print(f"wrong verdicts: {wrong} of {tried} (bar 0)")


async def losses(measured: Measured, table: Table, times: int) -> None:
    print(f"\nloss, bar 1 point, on a line of 1500 kbit/s\n{'loss':>6} {HEAD}")
    for number in range(times):
        for loss in LOSSES:
            for true, found in (await measured.run(1500, 1500, loss, 10 * number)).each:
                print(f"{100 * loss:5.0f}%", end=" ")
                good = abs(found.loss - loss) <= LOSS_BAR and (round(found.kbps) >= NORM)
                show(table, true, found, good, f"loss {loss}: {found.loss:.3f}, {found.kbps:.0f} kbit/s")


async def wide(measured: Measured, table: Table) -> None:
    print(f"\na line wider than the test measures: at least 4 Mbit/s\n{HEAD}")
    for true, found in (await measured.run(WIDE_KBPS, WIDE_KBPS)).each:
        show(table, true, found, found.kbps >= 4000, f"wide {found.direction}: {found.kbps:.0f}")


async def inside(line: Cable, asked: argparse.Namespace) -> bool:
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            program = executable_path() or playwright.chromium.executable_path
            home = line.inside(line.home, program, Path(folder))
            browser = await playwright.chromium.launch(executable_path=str(home), args=launch_args() + AWAKE)
            print(f"Chromium {browser.version}, Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
            print(f"Linux {platform.release()}, load {os.getloadavg()[0]:.1f}")
            measured = Measured(line, browser)
            if "widths" in asked.only:
                await widths(measured, table, 5 if asked.full else 1)
            if "edges" in asked.only:
                await edges(measured, table, 5 if asked.full else 1)
            if "losses" in asked.only:
                await losses(measured, table, 5 if asked.full else 1)
            if "wide" in asked.only:
                await wide(measured, table)
            await browser.close()
    print("\nall bars reached" if table.reached else "\nMISSED: " + "; ".join(table.failed))
    return table.reached


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="five runs of everything (about twelve minutes)")
    parser.add_argument("--only", nargs="+", default=["widths", "edges", "losses", "wide"])
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not possible():
        print("SKIPPED: network namespaces need root, ip and tc")
        return 0
    if asked.inside:
        try:
            return 0 if asyncio.run(inside(Cable(asked.inside), asked)) else 1
        except ProbeFailed as failed:
            print(f"MISSED: {failed}")
            return 1
    with cable(str(os.getpid())) as line:
        again = [sys.executable, "-m", "benchmarks.bench_link", *sys.argv[1:], "--inside", str(os.getpid())]
        return subprocess.run(["ip", "netns", "exec", line.court, *again], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
