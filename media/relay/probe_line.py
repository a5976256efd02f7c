"""The connection of one link test, as both directions need it: up or gone, and pinged while its line is quiet.

Whoever measures rests here, so that it is seen when the court itself stood still (too much to do, too few cores): what
was measured meanwhile says something of the court and nothing of the line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from media.wire.clock import MILLISECOND, SECOND
from media.wire.peer import Peer, PeerState

Progress = Callable[[float, float, bool], None]
"""Told the share done, the kbps so far, and whether the quiet part has begun: then the page calms its noise."""

Beside = Callable[[], tuple[int, int]]
"""Counts the bytes (received, sent) of the member's hearing connection, which shares the line."""

CONNECT_S = 10.0
LOOK_S = 0.05
PING_NS = 100 * MILLISECOND

WINDOW_S = 0.25
GENTLE_WINDOWS = 10
GENTLE_STOOD_NS = 300 * MILLISECOND
"""The court may stand still for so long while delay and loss are measured; more could cost it packets."""

GENTLE_MOST_KBPS = 800
"""Delay and loss are measured for so many windows, and at no more than this: a browser's picture comes in bursts."""


LATE_NS = 40 * MILLISECOND
"""A rest that takes so much longer was no rest: the court stood still."""

MOST_REPEATS = 12
"""So many stretches of a test are measured anew because the court stood still."""


class ProbeFailed(Exception):
    """No probe connection came up, or it went away."""


class NoWay(ProbeFailed):
    """The page's connection never came up: nothing gets through."""


class CourtBusy(ProbeFailed):
    """The court stood still too often to measure a line: the test must be repeated, and the line is not to blame."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one direction carried, with packet heads; delay and loss at no more than 70 % of it."""

    kbps: float
    jitter_ms: float
    loss: float
    usable: float
    """Share of the quiet part's tenths of a second in which something arrived."""
    counted: int
    """So many packets the share of loss is taken of."""


class ProbeLine:
    def __init__(self, peer: Peer, clock: Callable[[], int]) -> None:
        self.peer = peer
        self.clock = clock
        self._pinging = False
        self._pinged_ns = 0
        self._stood_ns = 0
        self._repeats = 0

    async def rest(self, seconds: float) -> None:
        """Sleep, and keep account of how long the court stood still instead of going on."""
        began = self.clock()
        await asyncio.sleep(seconds)
        late = self.clock() - began - int(seconds * SECOND)
        if late > LATE_NS:
            self._stood_ns += late

    @property
    def stood_ns(self) -> int:
        """So long the court stood still since the stretch began."""
        return self._stood_ns

    def begin_stretch(self) -> None:
        self._stood_ns = 0

    def spoiled(self, most_ns: int = 0) -> bool:
        """Whether the court stood still for longer than this since the stretch began, which must then be repeated.

        Raises ``CourtBusy`` when that was so too often.
        """
        if self._stood_ns <= most_ns:
            return False
        self._repeats += 1
        if self._repeats > MOST_REPEATS:
            raise CourtBusy("the court stood still again and again")
        return True

    async def connected(self) -> None:
        """Raises ``NoWay`` when the connection does not come up."""
        for _ in range(int(CONNECT_S / LOOK_S)):
            if self.peer.state is PeerState.CONNECTED:
                return
            if self.peer.state is PeerState.CLOSED:
                break
            await asyncio.sleep(LOOK_S)
        raise NoWay("the probe's connection did not come up")

    def alive(self) -> None:
        if self.peer.state is PeerState.CLOSED:
            raise ProbeFailed("the probe's connection is gone")

    def quiet(self) -> None:
        """From now on the line is quiet: what its own queue did to the round trip is forgotten."""
        self.peer.trips_ns.clear()
        self._pinging = True

    def rtt_ms(self) -> float | None:
        """The round trip while it was quiet, which ends here."""
        self._pinging = False
        trips = self.peer.trips_ns
        return median(trips) / MILLISECOND if trips else None

    def beat(self, now_ns: int) -> None:
        if self._pinging and now_ns - self._pinged_ns >= PING_NS:
            self._pinged_ns = now_ns
            self.peer.ping()
