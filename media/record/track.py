"""A track: one seat's voice or the court camera's picture, rebuilt from tapes of packets.

Two passes, neither holding more than a second of it in memory. The first only looks at time: arrival against
timestamp, and sender reports, from which :mod:`media.record.clocks` learns each stream's clock. The second unwraps,
puts retransmissions where they belong, reorders, and yields Opus packets and pictures with the hearing's time on them.
A stream has the codec that the part of the tape names in which it begins.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from media.record import h264
from media.record.assembler import Assembler, Whole, assembler
from media.record.clocks import Sighting, StreamClock, sighting
from media.record.frames import Flag, Frame, Header, TapeName
from media.record.reorder import HOLD_NS, Order, Packet, media_packet
from media.record.rtp import (
    VP8_KEYFRAME,
    Unwrapper,
    opus_samples,
    parse_rtp,
    parse_sender_reports,
    rtp_clock,
    vp8_payload,
    vp8_size,
)
from media.record.tape import CLOCKS, CODECS, read_tape


@dataclass(frozen=True, slots=True)
class Sound:
    """One Opus packet and when it was spoken. ``missing`` packets that its sender numbered before it never came."""

    at_ns: int
    samples: int
    payload: bytes
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and when it was taken; ``size`` on keyframes only. H.264 is in Annex B, its parameter sets in front
    of every keyframe."""

    at_ns: int
    size: tuple[int, int] | None
    data: bytes
    stream: int
    codec: str


Look = tuple[str, tuple[int, int]]
"""A codec and a size."""


@dataclass(slots=True)
class _Seen:
    """What the first pass keeps of one stream (one SSRC)."""

    arrivals: list[int] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    reports: list[Sighting] = field(default_factory=list)
    codec: str = ""
    unwrap: Unwrapper = field(default_factory=lambda: Unwrapper(32))


class Track:
    """One seat's voice, or the court camera's picture."""

    def __init__(
        self, folder: Path, key: bytes, tapes: list[TapeName], parts: Mapping[TapeName, Sequence[int]] | None = None
    ) -> None:
        """``parts``: only these parts of each tape, in place of all."""
        self._folder, self._key, self._tapes = folder, key, tapes
        self._parts: Mapping[TapeName, Sequence[int]] = parts or {}
        self.seat, self.kind = tapes[0].seat, tapes[0].kind
        self.first_ns: int | None = None
        self.last_ns: int | None = None
        self.lost = 0
        self.looks: set[Look] = set()
        """Of the keyframes that arrived."""
        self.rests: list[tuple[int, int]] = []
        self._seen = self._look()
        rate = CLOCKS[self.kind]
        self._clocks = {ssrc: StreamClock(rate, seen.arrivals, seen.stamps) for ssrc, seen in self._seen.items()}

    def _frames(self) -> Iterator[Frame]:
        """All that arrived, sealed or not, in order of arrival."""
        tapes = [read_tape(self._folder, self._key, tape, self._parts.get(tape)) for tape in self._tapes]
        return heapq.merge(*tapes, key=lambda frame: frame.arrival_ns) if len(tapes) > 1 else tapes[0]

    def _look(self) -> dict[int, _Seen]:
        streams: dict[int, _Seen] = {}
        codec = CODECS[self.kind]
        for frame in self._frames():
            if frame.flag is Flag.HEADER:
                codec = Header.read(frame.content).codec
            elif frame.flag is Flag.RTP:
                found = rtp_clock(frame.content)
                if found is not None:
                    stamp, ssrc = found
                    seen = streams.setdefault(ssrc, _Seen(codec=codec))
                    seen.arrivals.append(frame.arrival_ns)
                    seen.stamps.append(seen.unwrap(stamp))
                    self._note_arrival(frame.arrival_ns)
                    if self.kind == "video":
                        self._note_look(seen.codec, frame.content)
            elif frame.flag is Flag.RTCP:
                for report in parse_sender_reports(frame.content):
                    seen_by = streams.get(report.ssrc)
                    if seen_by is not None:
                        seen_by.reports.append(sighting(frame.arrival_ns, report, seen_by.stamps[-1]))
            elif frame.flag is Flag.LOST:
                self.lost += int.from_bytes(frame.content, "big")
        return streams

    def _note_arrival(self, arrival_ns: int) -> None:
        if self.first_ns is None:
            self.first_ns = arrival_ns
        if self.last_ns is not None and arrival_ns - self.last_ns > HOLD_NS:
            self.rests.append((self.last_ns, arrival_ns))
        self.last_ns = arrival_ns

    def _note_look(self, codec: str, packet: bytes) -> None:
        if codec == "h264":
            rtp = parse_rtp(packet)
            self.looks.update((codec, size) for size in (h264.sizes(rtp.payload) if rtp is not None else ()))
            return
        rtp = parse_rtp(packet) if VP8_KEYFRAME in packet else None
        read = vp8_payload(rtp.payload) if rtp is not None else None
        size = vp8_size(read[1]) if read is not None and read[0] else None
        if size is not None:
            self.looks.add((codec, size))

    def last_before(self, ns: int) -> int | None:
        """The last arrival before a moment; within a second if packets came all the time."""
        if self.first_ns is None or self.last_ns is None or ns <= self.first_ns:
            return None
        if self.last_ns < ns:
            return self.last_ns
        return next((last for last, first in self.rests if last < ns <= first), ns)

    def follow(self, voice: Track) -> None:
        """Keep this picture in step with the same participant's voice."""
        theirs = [(voice._clocks[ssrc], seen.reports) for ssrc, seen in voice._seen.items() if seen.reports]
        for ssrc, seen in self._seen.items():
            if theirs and seen.reports:
                near = min(theirs, key=lambda other: abs(other[1][0].arrival_ns - seen.reports[0].arrival_ns))
                self._clocks[ssrc].follow(seen.reports, near[0], near[1])

    def _packets(self) -> Iterator[Packet]:
        """Every packet once, in the order in which its stream sent it."""
        orders: dict[int, Order] = {}
        for frame in self._frames():
            rtp = media_packet(frame)
            if rtp is not None and rtp.ssrc in self._clocks:
                order = orders.setdefault(rtp.ssrc, Order())
                yield from order.add(rtp, frame.arrival_ns)
        for order in orders.values():
            yield from order.rest()

    def sounds(self) -> Iterator[Sound]:
        """The Opus packets, each with the hearing's time; gaps are gaps here."""
        last: dict[int, int] = {}
        for packet in self._packets():
            samples = opus_samples(packet.rtp.payload)
            if samples:
                ssrc = packet.rtp.ssrc
                missing = packet.seq - last.get(ssrc, packet.seq - 1) - 1
                last[ssrc] = packet.seq
                at = self._clocks[ssrc].at(packet.stamp, packet.arrival_ns)
                yield Sound(at, samples, packet.rtp.payload, missing & 0xFFFF)

    def pictures(self) -> Iterator[Picture]:
        """The whole pictures that a decoder can show, of the best stream there is at each time."""
        current: int | None = None
        area, last_ns = 0, 0
        for packet, data, size in self._assembled():
            ssrc = packet.rtp.ssrc
            at = self._clocks[ssrc].at(packet.stamp, packet.arrival_ns)
            if ssrc != current:
                if size is None or (size[0] * size[1] < area and at - last_ns < HOLD_NS):
                    continue
                current = ssrc
            if size is not None:
                area = size[0] * size[1]
            if at <= last_ns:
                at = last_ns + 1_000_000
            last_ns = at
            yield Picture(at, size, data, ssrc, self._seen[ssrc].codec)

    def _assembled(self) -> Iterator[Whole]:
        assemblers: dict[int, Assembler] = {}
        for packet in self._packets():
            ssrc = packet.rtp.ssrc
            if ssrc not in assemblers:
                for former in assemblers.values():
                    yield from former.rest()
                assemblers[ssrc] = assembler(self._seen[ssrc].codec)
            yield from assemblers[ssrc].add(packet)
        for one in assemblers.values():
            yield from one.rest()
