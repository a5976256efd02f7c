"""The noise of a link test's way up: which of its streams filled the line, and what was lost of the others. Pure.

Of what filled the line stragglers come late, and each tells of a hole from before the line was quiet. So loss is
counted of the streams that began since; of all, where a page goes on in the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from media.relay.reception import Reception
from media.wire import rtcp, rtp
from media.wire.clock import MILLISECOND

MOST_STREAMS = 24
HEARD_NS, HUSHED_NS = 500 * MILLISECOND, 2500 * MILLISECOND


class Noise:
    def __init__(self) -> None:
        self._streams: dict[int, Reception] = {}
        self._heard_ns: dict[int, int] = {}
        self._loud: set[int] = set()
        self._before: dict[int, tuple[int, int]] = {}

    def take(self, packet: rtp.Rtp, arrival_ns: int) -> None:
        stream = self._streams.get(packet.ssrc)
        if stream is None and len(self._streams) < MOST_STREAMS:
            stream = self._streams[packet.ssrc] = Reception(packet.ssrc, 90000, 512)
        if stream is not None:
            stream.take(packet, arrival_ns)
            self._heard_ns[packet.ssrc] = arrival_ns

    def heard(self, now_ns: int) -> list[int]:
        """Streams to answer: those that are heard, or for a while the one that was heard last. Words about all that
        there ever were would themselves take from a narrow line down."""
        last = max(self._heard_ns.values(), default=0)
        since = min(now_ns - HEARD_NS, last)
        return [ssrc for ssrc, at in self._heard_ns.items() if at >= since] if now_ns - last <= HUSHED_NS else []

    def blocks(self, ssrcs: Iterable[int]) -> list[bytes]:
        """Report blocks that tell of no loss."""
        return [rtcp.report_block(ssrc, 0, 0, self._streams[ssrc].highest, 0, 0, 0) for ssrc in ssrcs]

    def calmed(self) -> None:
        """What came so far filled the line; whatever begins from now on does not."""
        self._loud = set(self._streams)

    def stragglers(self) -> int:
        """How many packets have come of what filled the line, where something else has begun; else none."""
        return self._received(self._loud) if self._calm() else 0

    def came(self) -> int:
        """How many packets have come in all."""
        return self._received(self._streams)

    def count(self) -> None:
        """Loss is counted from here."""
        self._before = {ssrc: (r.expected, r.received) for ssrc, r in self._streams.items()}

    def counted(self) -> tuple[int, int]:
        """How many packets were sent since, and how many of them came."""
        streams = self._calm() or self._streams.keys()
        expected = sum(self._streams[ssrc].expected - self._before.get(ssrc, (0, 0))[0] for ssrc in streams)
        return expected, self._received(streams) - sum(self._before.get(ssrc, (0, 0))[1] for ssrc in streams)

    def _calm(self) -> Set[int]:
        return self._streams.keys() - self._loud

    def _received(self, streams: Iterable[int]) -> int:
        return sum(self._streams[ssrc].received for ssrc in streams)
