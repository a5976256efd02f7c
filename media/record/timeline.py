"""The timeline: what was said and shown, when, rebuilt from tapes of packets.

Two passes over a track, neither holding more than a second of it in memory. The first only looks at time: arrival
against timestamp, and sender reports, from which :mod:`media.record.clocks` learns each stream's clock. The second
unwraps, puts retransmissions where they belong, reorders, and yields Opus packets and VP8 pictures with the hearing's
time on them. After a hole in the picture everything is dropped until the next keyframe: a decoder would otherwise
show smeared faces as if that had been seen.

*Segments* are the stretches in which the recorder was rolling, read from the floor's own tape. A new recorder (after
a crash) says so there, and the stretch before it ends with the last packet that reached a tape.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hearing.participants import SeatId
from media.record.clocks import Sighting, StreamClock, sighting
from media.record.frames import FLOOR_TAPE, Flag, Frame, TapeName
from media.record.rtp import (
    VP8_KEYFRAME,
    Rtp,
    Unwrapper,
    opus_samples,
    parse_rtp,
    parse_sender_reports,
    rtp_clock,
    unwrap_rtx,
    vp8_payload,
    vp8_size,
)
from media.record.tape import CLOCKS, read_tape, tapes_in

HOLD_NS = 1_000_000_000
REST_NS = 5_000_000_000
MERGE_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the hearing in which the recorder was rolling."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Sound:
    """One Opus packet and when it was spoken. ``missing`` packets that its sender numbered before it never came."""

    at_ns: int
    samples: int
    payload: bytes
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """One VP8 frame and when it was taken; ``size`` on keyframes only."""

    at_ns: int
    size: tuple[int, int] | None
    data: bytes
    stream: int


@dataclass(slots=True)
class _Seen:
    """What the first pass keeps of one stream (one SSRC)."""

    arrivals: list[int] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    reports: list[Sighting] = field(default_factory=list)
    unwrap: Unwrapper = field(default_factory=lambda: Unwrapper(32))


@dataclass(frozen=True, slots=True)
class _Packet:
    seq: int
    stamp: int
    arrival_ns: int
    rtp: Rtp

    def __lt__(self, other: _Packet) -> bool:
        return self.seq < other.seq


class Track:
    """One seat's voice, or the court camera's picture."""

    def __init__(self, folder: Path, key: bytes, tapes: list[TapeName], parts: Sequence[int] | None = None) -> None:
        """``parts``: only these parts of each tape, in place of all."""
        self._folder, self._key, self._tapes, self._parts = folder, key, tapes, parts
        self.seat, self.kind = tapes[0].seat, tapes[0].kind
        self.first_ns: int | None = None
        self.last_ns: int | None = None
        self.lost = 0
        self.size: tuple[int, int] | None = None
        self.rests: list[tuple[int, int]] = []
        self._seen = self._look()
        rate = CLOCKS[self.kind]
        self._clocks = {ssrc: StreamClock(rate, seen.arrivals, seen.stamps) for ssrc, seen in self._seen.items()}

    def _frames(self) -> Iterator[Frame]:
        """All that arrived, sealed or not, in order of arrival."""
        tapes = [read_tape(self._folder, self._key, tape, self._parts) for tape in self._tapes]
        return heapq.merge(*tapes, key=lambda frame: frame.arrival_ns) if len(tapes) > 1 else tapes[0]

    def _look(self) -> dict[int, _Seen]:
        streams: dict[int, _Seen] = {}
        for frame in self._frames():
            if frame.flag is Flag.RTP:
                found = rtp_clock(frame.content)
                if found is not None:
                    stamp, ssrc = found
                    seen = streams.setdefault(ssrc, _Seen())
                    seen.arrivals.append(frame.arrival_ns)
                    seen.stamps.append(seen.unwrap(stamp))
                    self._note_arrival(frame.arrival_ns)
                    if self.kind == "video":
                        self._note_size(frame.content)
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

    def _note_size(self, packet: bytes) -> None:
        rtp = parse_rtp(packet) if VP8_KEYFRAME in packet else None
        read = vp8_payload(rtp.payload) if rtp is not None else None
        size = vp8_size(read[1]) if read is not None and read[0] else None
        if size is not None and (self.size is None or size > self.size):
            self.size = size

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

    def _packets(self) -> Iterator[_Packet]:
        """Every packet once, in the order in which its stream sent it."""
        orders: dict[int, _Order] = {}
        for frame in self._frames():
            rtp = _media(frame)
            if rtp is not None and rtp.ssrc in self._clocks:
                order = orders.setdefault(rtp.ssrc, _Order())
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
        """The whole VP8 frames that a decoder can show, of the best stream there is at each time."""
        assemblers: dict[int, _Assembler] = {}
        current: int | None = None
        area, last_ns = 0, 0
        for packet in self._packets():
            ssrc = packet.rtp.ssrc
            done = assemblers.setdefault(ssrc, _Assembler()).add(packet)
            if done is None:
                continue
            at = self._clocks[ssrc].at(packet.stamp, packet.arrival_ns)
            size = vp8_size(done)
            if ssrc != current:
                if size is None or (size[0] * size[1] < area and at - last_ns < HOLD_NS):
                    continue
                current = ssrc
            if size is not None:
                area = size[0] * size[1]
            if at <= last_ns:
                at = last_ns + 1_000_000
            last_ns = at
            yield Picture(at, size, done, ssrc)


def _media(frame: Frame) -> Rtp | None:
    """The media packet in a frame, a retransmission unwrapped."""
    if frame.flag is Flag.RTP:
        return parse_rtp(frame.content)
    if frame.flag is Flag.RTX:
        rtx = parse_rtp(frame.content[4:])
        return unwrap_rtx(rtx, int.from_bytes(frame.content[:4], "big")) if rtx is not None else None
    return None


class _Order:
    """Puts one stream's packets back in order: holds back at most a second of arrival time."""

    def __init__(self) -> None:
        self._heap: list[_Packet] = []
        self._seq = Unwrapper(16)
        self._stamp = Unwrapper(32)
        self._next: int | None = None
        self._base = 0
        self._newest_ns: int | None = None
        self._highest = 0

    def add(self, rtp: Rtp, arrival_ns: int) -> Iterator[_Packet]:
        if self._newest_ns is not None and arrival_ns - self._newest_ns > REST_NS:
            # A 16-bit sequence number says nothing after a long rest: begin anew, above all that came before. The
            # base stays a multiple of 2^16, so that the difference still tells what a line lost meanwhile.
            yield from self.rest()
            self._base = ((self._highest >> 16) + 2) << 16
            self._seq, self._next = Unwrapper(16), None
        self._newest_ns = arrival_ns
        packet = _Packet(self._base + self._seq(rtp.seq), self._stamp(rtp.timestamp), arrival_ns, rtp)
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

    def rest(self) -> Iterator[_Packet]:
        while self._heap:
            packet = heapq.heappop(self._heap)
            if self._next is None or packet.seq >= self._next:
                self._next = packet.seq + 1
                yield packet


class _Assembler:
    """VP8 packets to frames; after a hole nothing until a keyframe."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._stamp: int | None = None
        self._seq: int | None = None
        self._broken = True

    def add(self, packet: _Packet) -> bytes | None:
        follows = self._seq is not None and packet.seq == self._seq + 1
        self._seq = packet.seq
        if not follows:
            self._parts, self._broken = [], True
        if not packet.rtp.payload:
            return None
        read = vp8_payload(packet.rtp.payload)
        if read is None:
            self._parts, self._broken = [], True
            return None
        begins, data = read
        if begins and packet.stamp != self._stamp:
            self._parts = [data]
            self._stamp = packet.stamp
        elif self._parts and packet.stamp == self._stamp:
            self._parts.append(data)
        else:
            self._parts, self._broken = [], True
            return None
        if not packet.rtp.marker:
            return None
        frame, self._parts = b"".join(self._parts), []
        if self._broken and vp8_size(frame) is None:
            return None
        self._broken = False
        return frame


class Timeline:
    """All tracks of a hearing on one clock. ``sealed`` includes what belongs to closed parts."""

    def __init__(self, folder: Path, key: bytes, *, sealed: bool = False) -> None:
        names: dict[tuple[str, SeatId], list[TapeName]] = {}
        for name in tapes_in(folder):
            if name.kind != "floor" and (sealed or not name.sealed):
                names.setdefault((name.kind, name.seat), []).append(name)
        tracks = {track: Track(folder, key, tapes) for track, tapes in names.items()}
        self.voices = {seat: track for (kind, seat), track in tracks.items() if kind == "audio"}
        self.cameras = {seat: track for (kind, seat), track in tracks.items() if kind == "video"}
        for seat, camera in self.cameras.items():
            if seat in self.voices:
                camera.follow(self.voices[seat])
        floors = [json.loads(frame.content) for frame in read_tape(folder, key, FLOOR_TAPE) if frame.flag is Flag.FLOOR]
        self.spans = _merge(self._rolling(floors, sealed))

    def _rolling(self, floors: list[dict[str, object]], sealed: bool) -> Iterator[Span]:
        since: int | None = None
        for kept in floors:
            at = kept["at"]
            assert isinstance(at, int)
            if since is not None and kept.get("fresh"):
                yield from self._until_silence(since, at)
                since = None
            rolls = bool(kept["sound"] or kept["video"]) and (sealed or not kept["sealed"])
            if rolls and since is None:
                since = at
            elif not rolls and since is not None:
                yield Span(since, at)
                since = None
        if since is not None:
            yield from self._until_silence(since, 1 << 63)

    def _until_silence(self, since: int, before: int) -> Iterator[Span]:
        """A stretch that nobody ended: it lasted until the last packet that reached a tape."""
        lasts = [track.last_before(before) for track in (*self.voices.values(), *self.cameras.values())]
        end = max((last for last in lasts if last is not None), default=since)
        if end > since:
            yield Span(since, end)


def _merge(spans: Iterator[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        if merged and span.start_ns - merged[-1].end_ns < MERGE_NS:
            span = Span(merged.pop().start_ns, span.end_ns)
        merged.append(span)
    return tuple(merged)
