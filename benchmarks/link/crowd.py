"""Twenty people ask for a test at once, beside a running hearing, on this machine's cores.

They live on four lines of different widths, each in a namespace with a browser of its own. The court's own queue gives
them their turns. Each verdict must be that of a person tested alone, and the hearing must lose nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Playwright

from benchmarks.link import hearing
from benchmarks.link.lines import court, offered, probed
from benchmarks.link.rows import NORM
from benchmarks.link.table import Table
from hearing.floor import Floor
from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.probe import ProbeFigures
from tests.browser.chromium import executable_path, launch_args
from tests.browser.stage import AWAKE
from tests.media.namespaces import Cable
from web.probing import AT_ONCE, ProbeQueue

LINES = ((700, 1500), (1500, 700), (950, 1050), (3000, 3000))
SITTING = 5
"""People in the hearing beside."""


@dataclass(slots=True)
class Turns:
    """Who is tested now, and in which order they came to it."""

    queue: ProbeQueue
    running: int = 0
    most: int = 0

    @asynccontextmanager
    async def of(self, seat: SeatId) -> AsyncIterator[float]:
        """A turn; how long it was waited for."""
        asked = time.monotonic()
        async with self.queue.turn(seat, lambda _: None):
            self.running += 1
            self.most = max(self.most, self.running)
            try:
                yield time.monotonic() - asked
            finally:
                self.running -= 1


@asynccontextmanager
async def sitting(courtroom: Courtroom, url: str) -> AsyncIterator[dict[str, Any]]:
    """A hearing goes on while this lasts; afterwards the value holds what it counted."""
    people = frozenset(SeatId(seat) for seat in hearing.seats(SITTING))
    everyone = {seat: people - {seat} for seat in people}
    courtroom.apply(Floor(hears=everyone, sees=everyone))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.link.hearing", url, str(SITTING)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    counted: dict[str, Any] = {}
    try:
        assert await process.stdout.readline() == b"sitting\n"
        yield counted
        process.stdin.close()
        counted |= json.loads(await process.stdout.readline())
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()


async def browsers(stack: AsyncExitStack, playwright: Playwright, line: Cable, folder: Path) -> list[Browser]:
    """One at home on each line. They step back behind the court, with which real visitors share no cores."""
    program = executable_path() or playwright.chromium.executable_path
    found = []
    for home in line.homes:
        there = str(line.inside(home, f"nice -n 10 {program}", folder))
        browser = await playwright.chromium.launch(executable_path=there, args=launch_args() + AWAKE)
        stack.push_async_callback(browser.close)
        found.append(browser)
    return found


async def crowd(line: Cable, playwright: Playwright, folder: Path, table: Table, people: int) -> None:
    for home, (up, down) in zip(line.homes, LINES, strict=True):
        line.shape(up, down, home)
    title = f"{people} people ask at once beside a hearing of {SITTING}: verdicts as ever, no packet of it lost"
    with table.part(title, f"{'waited s':>8} "):
        async with AsyncExitStack() as stack:
            courtroom, url = await stack.enter_async_context(court())
            at_home = await browsers(stack, playwright, line, folder)
            counted = await stack.enter_async_context(sitting(courtroom, url))
            turns = Turns(ProbeQueue(time.monotonic))

            async def ask(number: int) -> tuple[float, float, ProbeFigures, ProbeFigures]:
                seat, page = SeatId(f"s-tested-{number}"), await at_home[number % len(at_home)].new_page()
                sdp = await offered(page, url)
                async with turns.of(seat) as waited:
                    began = time.monotonic()
                    up, down = await probed(page, courtroom, seat, sdp)
                    probe = courtroom.probing(seat)
                    if probe is not None:
                        probe.end()
                    await page.close()
                    return waited, began, up, down

            found = await asyncio.gather(*(ask(number) for number in range(people)))
            for number, (waited, _, *ways) in enumerate(found):
                for true, one in zip(LINES[number % len(LINES)], ways, strict=True):
                    right = (round(one.kbps) >= NORM) == (true >= NORM)
                    table.show(true, one, right, f"crowd at {true} {one.direction}: {one.kbps:.0f}", f"{waited:8.1f} ")
        _judge(table, turns, counted)


def _judge(table: Table, turns: Turns, counted: dict[str, Any]) -> None:
    lost = counted["expected"] - counted["received"]
    print(
        f"at once: {turns.most} (bar {AT_ONCE}) {table.verdict(turns.most == AT_ONCE, f'{turns.most} at once')}; "
        f"the hearing: {counted['expected']} packets, {lost} lost (bar 0) {table.verdict(lost == 0, f'{lost} lost')}, "
        f"{counted['p50']:.1f} ms at the median, {counted['p99']:.1f} ms at the 99th percentile"
    )
