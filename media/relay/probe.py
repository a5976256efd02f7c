"""The link test: how much a line carries, measured by the server itself over the real media path.

It runs on a connection of its own beside the hearing's; what each direction does is told in ``probe_up`` and
``probe_down``. A saturated line also fills its queue, so round trip, jitter and loss are measured afterwards, well
below what was found. The page is never asked for a figure. Where the court itself could not keep up, there is no figure
either: the test is to be repeated (``CourtBusy``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from media.relay.probe_down import Down, probe_sends
from media.relay.probe_line import Beside, CourtBusy, Found, NoWay, ProbeFailed, ProbeLine, Progress
from media.relay.probe_up import Up
from media.wire import rtcp, rtp
from media.wire.clock import SECOND
from media.wire.offer import Offer
from media.wire.peer import Peer, PeerState

__all__ = ["CourtBusy", "Direction", "NoWay", "Probe", "ProbeFailed", "ProbeFigures", "Progress"]

Direction = Literal["down", "up"]

LIFE_NS = 120 * SECOND


@dataclass(frozen=True, slots=True)
class ProbeFigures(Found):
    """What was found, and what it took to find it."""

    direction: Direction
    rtt_ms: float | None
    seconds: float
    bytes: int


class Probe:
    """One probe connection. It lives two minutes at most."""

    def __init__(self, peer: Peer, offer: Offer, clock: Callable[[], int]) -> None:
        self.peer = peer
        self._clock = clock
        self._line = ProbeLine(peer, clock)
        self._offer = offer
        self._sends = probe_sends(offer)
        self._up = Up(self._line)
        self._down = Down(self._line, self._sends)
        peer.meter = self._up.metered

    def agree(self) -> str:
        """The answer to the page's offer."""
        return self.peer.agree(self._offer, self._sends)

    def take_rtp(self, packet: rtp.Rtp, arrival_ns: int) -> None:
        self._up.take_rtp(packet, arrival_ns)

    def take_rtcp(self, packet: rtcp.Packet) -> None:
        self._down.take_rtcp(packet)

    def beat(self, now_ns: int) -> None:
        if self.peer.state is PeerState.CONNECTED:
            self._line.beat(now_ns)
            self._up.beat(now_ns)

    def end(self) -> None:
        """The test is over, however it went: nothing more is sent, and what is being measured fails."""
        self.peer.close()

    @property
    def expired(self) -> bool:
        return self._clock() - self.peer.born_ns > LIFE_NS

    async def measure(self, direction: Direction, beside: Beside, progress: Progress) -> ProbeFigures:
        """Raises ``NoWay`` when the page never came, ``CourtBusy``, and ``ProbeFailed`` when the page went away."""
        began = self._clock()
        await self._line.connected()
        before = self._moved(direction)
        if direction == "up":
            found = await self._up.measure(beside, progress)
        else:
            self._up.idle()
            found = await self._down.measure(beside, progress)
        rtt = self._line.rtt_ms()
        progress(1.0, found.kbps, False)
        moved, seconds = self._moved(direction) - before, (self._clock() - began) / SECOND
        return ProbeFigures(**asdict(found), direction=direction, rtt_ms=rtt, seconds=seconds, bytes=moved)

    def _moved(self, direction: Direction) -> int:
        return self.peer.received_bytes if direction == "up" else self.peer.sent_bytes
