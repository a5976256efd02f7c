"""Link tests of all hearings of this node share one budget: few at a time, in the order in which they were asked.

A test may take several Mbit/s for twenty seconds, and it must never take them from a hearing. A seat that asks again
and again is told to wait, so that nobody makes the court send what nobody needs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hearing.participants import SeatId

AT_ONCE = 2
MOST_TESTS = 8
PER_SECONDS = 600.0
MOST_WAITING = 100
MOST_SEATS = 10_000


class TooMany(Exception):
    """This seat has tested often enough for now, or too many wait."""


class ProbeQueue:
    def __init__(self, clock: Callable[[], float], at_once: int = AT_ONCE) -> None:
        self._clock = clock
        self._at_once = at_once
        self._running = 0
        self._waiting: deque[tuple[asyncio.Event, Callable[[int], None]]] = deque()
        self._asked: dict[SeatId, deque[float]] = {}

    @property
    def idle(self) -> bool:
        return not self._running and not self._waiting

    @asynccontextmanager
    async def turn(self, seat: SeatId, place: Callable[[int], None]) -> AsyncIterator[None]:
        """Wait for a turn, told the place in the queue whenever it changes (0: now). Raises ``TooMany``."""
        self._count(seat)
        if self._running >= self._at_once or self._waiting:
            await self._wait(place)
        else:
            self._running += 1
        try:
            place(0)
            yield
        finally:
            self._running -= 1
            self._next()

    async def _wait(self, place: Callable[[int], None]) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise TooMany
        mine = (asyncio.Event(), place)
        self._waiting.append(mine)
        place(len(self._waiting))
        try:
            await mine[0].wait()
        except asyncio.CancelledError:
            if mine in self._waiting:
                self._waiting.remove(mine)
                self._tell()
            else:  # the turn had come already
                self._running -= 1
                self._next()
            raise

    def _next(self) -> None:
        while self._waiting and self._running < self._at_once:
            self._running += 1
            self._waiting.popleft()[0].set()
        self._tell()

    def _tell(self) -> None:
        for index, (_, place) in enumerate(self._waiting):
            place(index + 1)

    def pardon(self, seat: SeatId) -> None:
        """This seat's last test came to nothing through no fault of its own, and does not count."""
        if times := self._asked.get(seat):
            times.pop()

    def _count(self, seat: SeatId) -> None:
        now = self._clock()
        if len(self._asked) > MOST_SEATS:
            self._asked = {s: times for s, times in self._asked.items() if times and times[-1] > now - PER_SECONDS}
        times = self._asked.setdefault(seat, deque())
        while times and times[0] <= now - PER_SECONDS:
            times.popleft()
        if len(times) >= MOST_TESTS:
            raise TooMany
        times.append(now)
