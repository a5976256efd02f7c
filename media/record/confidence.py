"""Confidence while recording: the newest finished part is read back and held against what was live.

A lamp that says "recording" proves only that packets were handed to a disk. Once a minute the newest finished part of
each tape is therefore opened as a stranger would open it: its hash against the chain, every packet against the one that
arrived (:class:`Live` remembers times and checksums), the sound decoded against how loud the seat was, the picture
decoded and looked at. The work runs in a thread of low priority, and nothing of it is kept.
"""

from __future__ import annotations

import collections
import hashlib
import os
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from hearing.participants import SeatId
from media.record.frames import Damaged, Flag, Frame, TapeName, read_part
from media.record.mix import Voice
from media.record.quality import Meter
from media.record.tape import Link, part_path, read_chain, tapes_in
from media.record.track import Picture, Track

REMEMBERED_NS = 150_000_000_000
LOUD = 0.5
"""A live level from 0 to 1; a half is 35 dB below full scale, a voice that nobody would call silence."""
LOUD_SAMPLES = 2
DARK_MEAN, DARK_SPREAD = 28.0, 6.0
"""Luma from 16 (black) to 235: below this mean and without contrast nothing can be seen."""
LOW_PRIORITY = 10


class Doubt(StrEnum):
    """Why a part cannot be trusted."""

    ALTERED = "readback_altered"
    SILENT = "readback_silent"
    DARK = "readback_dark"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """One tape's newest part and what is wrong with it."""

    tape: str
    part: int
    doubt: Doubt


Finished = tuple[TapeName, Link | None]
"""A tape and its newest finished part; none where its chain is damaged."""

Seen = tuple[int, int]
"""When a packet arrived, and its CRC-32."""


class Live:
    """What went to tape in the last minutes, seen before it went. For the event loop; ``snapshot`` is for a thread."""

    def __init__(self) -> None:
        self._packets: dict[TapeName, collections.deque[Seen]] = {}
        self._levels: collections.deque[tuple[int, Mapping[SeatId, float]]] = collections.deque()

    def packet(self, tape: TapeName, arrival_ns: int, packet: bytes) -> None:
        seen = self._packets.get(tape)
        if seen is None:
            seen = self._packets[tape] = collections.deque()
        seen.append((arrival_ns, zlib.crc32(packet)))
        while seen[0][0] < arrival_ns - REMEMBERED_NS:
            seen.popleft()

    def levels(self, now_ns: int, levels: Mapping[SeatId, float]) -> None:
        """How loud each seat is now; told about once a second."""
        self._levels.append((now_ns, dict(levels)))
        while self._levels[0][0] < now_ns - REMEMBERED_NS:
            self._levels.popleft()

    def snapshot(self) -> Snapshot:
        return Snapshot({tape: tuple(seen) for tape, seen in self._packets.items()}, tuple(self._levels))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was live, frozen."""

    packets: Mapping[TapeName, Sequence[Seen]]
    levels: Sequence[tuple[int, Mapping[SeatId, float]]]

    def following(self, tape: TapeName, first: Seen, count: int) -> Sequence[Seen] | None:
        """So many packets from this one on, in the order in which they came. None where that is not remembered."""
        seen = self.packets.get(tape, ())
        if not seen or seen[0][0] > first[0]:
            return None
        start = seen.index(first) if first in seen else len(seen)
        return seen[start : start + count]

    def loud(self, seat: SeatId, first_ns: int, last_ns: int) -> bool:
        heard = [levels.get(seat, 0.0) for at, levels in self.levels if first_ns <= at <= last_ns]
        return sum(level >= LOUD for level in heard) >= LOUD_SAMPLES


def low_priority() -> None:
    """For a thread that must never be in anybody's way. Linux keeps a priority for each thread."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)


class Reader:
    """Reads one hearing's newest parts back, each once. Runs in a thread."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key
        self._read: dict[TapeName, int] = {}

    def finished(self) -> list[Finished]:
        """The parts that were finished since the last reading; of several the newest.

        Asked before the snapshot is taken, which then knows every packet of them. A part that is finished while others
        are read would seem to hold what never arrived.
        """
        found: list[Finished] = []
        for tape in tapes_in(self._folder):
            if tape.kind == "floor":
                continue
            try:
                links, _ = read_chain(self._folder, tape)
            except Damaged:
                found.append((tape, None))
                continue
            if links and links[-1].part > self._read.get(tape, 0):
                found.append((tape, links[-1]))
        return found

    def read_back(self, parts: Sequence[Finished], live: Snapshot) -> list[Doubtful] | None:
        """What is wrong with these parts. None: there are none, so nothing is known anew."""
        found = [doubtful for tape, newest in parts for doubtful in self._part(tape, newest, live)]
        return found if parts else None

    def _part(self, tape: TapeName, newest: Link | None, live: Snapshot) -> Iterator[Doubtful]:
        if newest is None:
            yield Doubtful(tape.folder, 0, Doubt.ALTERED)
            return
        self._read[tape] = newest.part
        path = part_path(self._folder, tape, newest.part)
        data = path.read_bytes() if path.exists() else b""
        faults: list[Damaged] = []
        frames = read_part(data, self._key, tape, faults)
        if faults or hashlib.sha256(data).digest() != newest.sha256 or not _as_arrived(tape, frames, live):
            yield Doubtful(tape.folder, newest.part, Doubt.ALTERED)
            return
        packets = [frame for frame in frames if frame.flag is Flag.RTP]
        if not packets:
            return
        track = Track(self._folder, self._key, [tape], parts={tape: (newest.part,)})
        if tape.kind == "video":
            if not _can_be_seen(track.pictures()):
                yield Doubtful(tape.folder, newest.part, Doubt.DARK)
        elif live.loud(tape.seat, packets[0].arrival_ns, packets[-1].arrival_ns) and not _can_be_heard(track):
            yield Doubtful(tape.folder, newest.part, Doubt.SILENT)


def _as_arrived(tape: TapeName, frames: Sequence[Frame], live: Snapshot) -> bool:
    """Whether exactly the packets that arrived are on tape, in their order."""
    taped = [
        (frame.arrival_ns, zlib.crc32(frame.content[4:] if frame.flag is Flag.RTX else frame.content))
        for frame in frames
        if frame.flag in (Flag.RTP, Flag.RTX, Flag.RTCP)
    ]
    if not taped:
        return True
    arrived = live.following(tape, taped[0], len(taped))
    return arrived is None or list(arrived) == taped or any(frame.flag is Flag.LOST for frame in frames)


def _can_be_heard(track: Track) -> bool:
    voice, meter = Voice(), Meter()
    for sound in track.sounds():
        meter.hear(voice.pcm(sound.payload, sound.samples), sound.samples)
    return meter.quality(()).spoken_ns > 0


def _can_be_seen(pictures: Iterator[Picture]) -> bool:
    """Whether a whole picture of this part decodes and shows anything."""
    for picture in pictures:
        if picture.size is None:
            continue
        luma = _luma(picture.codec, picture.data)
        if luma is not None:
            return bool(luma.mean() >= DARK_MEAN or luma.std() >= DARK_SPREAD)
    return False


def _luma(codec: str, keyframe: bytes) -> NDArray[np.float32] | None:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, VideoCodecContext)
    try:
        frames = [*decoder.decode(av.Packet(keyframe)), *decoder.decode(None)]
    except FFmpegError:
        return None
    if not frames:
        return None
    return frames[0].to_ndarray(format="gray").astype(np.float32) * (219 / 255) + 16
