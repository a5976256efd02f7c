"""Packets back in the order in which their stream sent them, each once, retransmissions in their places.

A 16-bit sequence number says nothing by itself: it is unwrapped, and packets are held back at most a second of arrival
time for one that is still missing. What comes later than that is left out.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from media.record.frames import Flag, Frame
from media.record.rtp import Rtp, Unwrapper, parse_rtp, unwrap_rtx

HOLD_NS = 1_000_000_000
REST_NS = 5_000_000_000


@dataclass(frozen=True, slots=True)
class Packet:
    seq: int
    stamp: int
    arrival_ns: int
    rtp: Rtp

    def __lt__(self, other: Packet) -> bool:
        return self.seq < other.seq


def media_packet(frame: Frame) -> Rtp | None:
    """The media packet in a frame, a retransmission unwrapped."""
    if frame.flag is Flag.RTP:
        return parse_rtp(frame.content)
    if frame.flag is Flag.RTX:
        rtx = parse_rtp(frame.content[4:])
        return unwrap_rtx(rtx, int.from_bytes(frame.content[:4], "big")) if rtx is not None else None
    return None


class Order:
    """Puts one stream's packets back in order: holds back at most a second of arrival time."""

    def __init__(self) -> None:
        self._heap: list[Packet] = []
        self._seq = Unwrapper(16)
        self._stamp = Unwrapper(32)
        self._next: int | None = None
        self._base = 0
        self._newest_ns: int | None = None
        self._highest = 0

    def add(self, rtp: Rtp, arrival_ns: int) -> Iterator[Packet]:
        if self._newest_ns is not None and arrival_ns - self._newest_ns > REST_NS:
            # A 16-bit sequence number says nothing after a long rest: begin anew, above all that came before. The
            # base stays a multiple of 2^16, so that the difference still tells what a line lost meanwhile.
            yield from self.rest()
            self._base = ((self._highest >> 16) + 2) << 16
            self._seq, self._next = Unwrapper(16), None
        self._newest_ns = arrival_ns
        packet = Packet(self._base + self._seq(rtp.seq), self._stamp(rtp.timestamp), arrival_ns, rtp)
        self._highest = max(self._highest, packet.seq)
        if self._next is None or packet.seq >= self._next:
            heapq.heappush(self._heap, packet)
        while self._heap:
            first = self._heap[0]
            if self._next is None or first.seq > self._next:
                if arrival_ns - first.arrival_ns < (HOLD_NS if self._next is not None else HOLD_NS // 10):
                    return
            elif first.seq < self._next:
                heapq.heappop(self._heap)
                continue
            self._next = first.seq + 1
            yield heapq.heappop(self._heap)

    def rest(self) -> Iterator[Packet]:
        while self._heap:
            packet = heapq.heappop(self._heap)
            if self._next is None or packet.seq >= self._next:
                self._next = packet.seq + 1
                yield packet
