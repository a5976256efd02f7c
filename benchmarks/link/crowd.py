"""Twenty people ask for a test at once, beside a running hearing, on this machine's cores.

They live on four lines of different widths, each in a namespace of its own, and are clients so light that the cores are
the court's. Its own queue gives them their turns. Each verdict must be that of a person tested alone, and the hearing
must lose nothing. Where the court says that it could not measure, the person asks again, as one would.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from benchmarks.link import hearing
from benchmarks.link.rows import NORM
from benchmarks.link.table import Table
from hearing.floor import Floor
from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.forwarder import choose
from media.relay.probe import CourtBusy, ProbeFigures
from tests.browser.stage import COURTROOM, court
from tests.media.namespaces import COURT_ADDRESS, Cable
from web.probing import AT_ONCE, ProbeQueue

LINES = ((700, 1500), (1500, 700), (950, 1050), (3000, 3000))
SITTING = 5
"""People in the hearing beside."""


@dataclass(slots=True)
class Turns:
    """Who is tested now, in which order they came to it, and what was found."""

    queue: ProbeQueue
    people: int
    running: int = 0
    most: int = 0
    found: list[tuple[SeatId, float, Sequence[ProbeFigures]]] = field(default_factory=list)
    """Seat, how long it waited, and its line up and down."""
    again: int = 0
    """So often the court could not measure, and said so."""
    _gathered: dict[int, asyncio.Event] = field(default_factory=dict)

    async def _all_gathered(self, seat: SeatId) -> None:
        """Everybody asks at once, and neighbours in the queue live on different lines: two on one would share it.

        Who came last waits like all others, or they would be first.
        """
        mine = self._gathered[int(seat.rpartition("-")[2])] = asyncio.Event()
        if len(self._gathered) == self.people:
            for _, one in sorted(self._gathered.items()):
                asyncio.get_running_loop().call_soon(one.set)
        await mine.wait()

    async def test(self, request: web.Request) -> web.WebSocketResponse:
        """One person's test, as the court gives it: the offer is answered when the turn has come."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        seat, offer = SeatId(request.query["seat"]), await socket.receive_str()
        if len(self._gathered) < self.people:
            await self._all_gathered(seat)
        asked, courtroom, again = time.monotonic(), request.app[COURTROOM], False
        async with self.queue.turn(seat, lambda _: None):
            self.running += 1
            self.most = max(self.most, self.running)
            waited = time.monotonic() - asked
            try:
                await socket.send_json({"sdp": await courtroom.answer(seat, offer, probe=True)})
                ways = [await courtroom.probe(seat, way, lambda *_: None) for way in ("up", "down")]
                self.found.append((seat, waited, ways))
            except CourtBusy:
                self.again, again = self.again + 1, True
                self.queue.pardon(seat)
            finally:
                self.running -= 1
                if (probe := courtroom.probing(seat)) is not None:
                    probe.end()
        await socket.send_json({"again": again})
        return socket


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


async def at_home(home: str, url: str, seats: Sequence[str]) -> None:
    """The people of one home, until all of them have been tested."""
    process = await asyncio.create_subprocess_exec(
        *("ip", "netns", "exec", home, sys.executable, "-m", "benchmarks.link.people", url, *seats)
    )
    try:
        if await process.wait():
            raise RuntimeError("the people who are tested broke down")
    finally:
        if process.returncode is None:
            process.kill()


async def crowd(line: Cable, table: Table, people: int) -> None:
    for home, (up, down) in zip(line.homes, LINES, strict=True):
        line.shape(up, down, home)
    seats = {f"s-tested-{number}": number % len(LINES) for number in range(people)}
    title = f"{people} people ask at once beside a hearing of {SITTING}: verdicts as ever, no packet of it lost"
    with table.part(title, f"{'waited s':>8} "):
        turns = Turns(ProbeQueue(time.monotonic), people)
        async with AsyncExitStack() as stack:
            more = [web.get("/test", turns.test)]
            served = court(COURT_ADDRESS, forwarder=choose(), more=more)
            courtroom, url = await stack.enter_async_context(served)
            counted = await stack.enter_async_context(sitting(courtroom, url))
            before = os.times()
            async with asyncio.TaskGroup() as homes:
                for place, home in enumerate(line.homes):
                    theirs = [seat for seat, lives in seats.items() if lives == place]
                    homes.create_task(at_home(home, url, theirs))
            after = os.times()
        for seat, waited, ways in turns.found:
            for true, one in zip(LINES[seats[seat]], ways, strict=True):
                right = (round(one.kbps) >= NORM) == (true >= NORM)
                table.show(true, one, right, f"crowd at {true} {one.direction}: {one.kbps:.0f}", f"{waited:8.1f} ")
        busy = (after.user + after.system - before.user - before.system) / (after.elapsed - before.elapsed)
        _judge(table, turns, counted, busy)


def _judge(table: Table, turns: Turns, counted: dict[str, Any], busy: float) -> None:
    lost = counted["expected"] - counted["received"]
    print(
        f"at once: {turns.most} (bar {AT_ONCE}) {table.verdict(turns.most == AT_ONCE, f'{turns.most} at once')}; "
        f"the hearing: {counted['expected']} packets, {lost} lost (bar 0) {table.verdict(lost == 0, f'{lost} lost')}, "
        f"{counted['p50']:.1f} ms at the median, {counted['p99']:.1f} ms at the 99th percentile; "
        f"the court: {100 * busy:.0f} % of a core, told {turns.again} to test again"
    )
