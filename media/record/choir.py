"""The choir: voices read from their tapes, measured and added up, a second of the file at a time.

Reading, decoding and measuring voices is nearly all the work of making a file, and one voice needs nothing of another
but to be added to it. So a long hearing's voices are divided into *sections*, each a process of its own: threads would
wait for one another, since a packet is too small a thing to leave Python alone for. What comes back each second is the
packets, to be copied, and one sum. A section is born by *spawn*, because the court's process has threads and sockets
that no child may inherit, and gives way to whoever is in a hearing now.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from media.record.cut import RATE, STEP, Piece, Stretch, spoken
from media.record.mix import Voice
from media.record.quality import Meter, Quality
from media.record.rtp import OPUS_SILENCE
from media.record.track import Track

LONGEST = 5760
"""Samples of the longest Opus packet, which may reach so far into the next second."""
WORTH_NS = 60_000_000_000
"""A shorter file is made before a process has begun."""
YIELDING = 5

Said = tuple[bytes, int]
"""An Opus packet, and how many samples that is."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A second of some voices: the packets that begin in it, voice by voice, and their sum; ``None`` is silence."""

    said: tuple[tuple[Said, ...], ...]
    sum: NDArray[np.int32] | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was measured of one voice from beginning to end."""

    quality: Quality
    peaks: bytes


class Choir:
    """Some voices, in this process. ``mixed`` decodes and measures them; else the packets are only read."""

    def __init__(self, tracks: Sequence[Track], laid: Sequence[Stretch], *, mixed: bool) -> None:
        self._gaps: list[list[Piece]] = [[] for _ in tracks]
        self._packets = [spoken(track, laid, missed) for track, missed in zip(tracks, self._gaps, strict=True)]
        self._total = samples_of(laid)
        self._voices = [Voice() for _ in tracks]
        self._meters = [Meter() for _ in tracks]
        self._mixed = mixed
        self._sum = np.zeros(RATE + LONGEST, np.int32)

    def bars(self) -> Iterator[Bar]:
        """Every second of the file, the last one perhaps shorter."""
        reached = [0] * len(self._packets)
        for start in range(0, self._total, RATE):
            length = min(RATE, self._total - start)
            said: list[tuple[Said, ...]] = []
            sounds = False
            for number, packets in enumerate(self._packets):
                mine: list[Said] = []
                while reached[number] < start + length:
                    one = next(packets, (OPUS_SILENCE, STEP))
                    if self._mixed:
                        sounds |= self._add(number, *one, reached[number] - start)
                    mine.append(one)
                    reached[number] += one[1]
                said.append(tuple(mine))
            yield Bar(tuple(said), self._take() if sounds or self._sum[:LONGEST].any() else None)

    def _add(self, number: int, payload: bytes, samples: int, at: int) -> bool:
        sound = self._voices[number].pcm(payload, samples)
        self._meters[number].hear(sound, samples)
        if sound is None:
            return False
        self._sum[at : at + samples] += sound
        return True

    def _take(self) -> NDArray[np.int32]:
        taken = self._sum[:RATE].copy()
        self._sum[:LONGEST] = self._sum[RATE:]
        self._sum[LONGEST:] = 0
        return taken

    def heard(self) -> list[Heard]:
        """What was measured, voice by voice; after the last bar."""
        return [
            Heard(meter.quality(missed), meter.peaks()) for meter, missed in zip(self._meters, self._gaps, strict=True)
        ]


class SectionLost(Exception):
    """A process that reads voices ended before they did. The tapes are as they were: the file can be made again."""


class Section:
    """Some voices, in a process of its own, with the same face as :class:`Choir`."""

    def __init__(self, tracks: Sequence[Track], laid: Sequence[Stretch]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_sing, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._seconds = -(-samples_of(laid) // RATE)
        self._task = (tracks, laid)

    def begin(self) -> None:
        """Hand over the voices. They go through our pipe, for a child that died early would block its parent's
        :meth:`start`, which reads nobody's answer."""
        try:
            self._pipe.send(self._task)
        except OSError as ended:
            raise SectionLost from ended

    def bars(self) -> Iterator[Bar]:
        for _ in range(self._seconds):
            bar = self._receive()
            assert isinstance(bar, Bar)
            yield bar

    def heard(self) -> list[Heard]:
        heard = self._receive()
        assert isinstance(heard, list)
        return heard

    def _receive(self) -> object:
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as ended:
            raise SectionLost from ended

    def dismiss(self) -> None:
        """End the process, whether it is ready or not."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _sing(pipe: Connection) -> None:
    os.nice(YIELDING)
    tracks, laid = pipe.recv()
    choir = Choir(tracks, laid, mixed=True)
    for bar in choir.bars():
        pipe.send(bar)
    pipe.send(choir.heard())


@contextmanager
def sections(voices: Sequence[Track], laid: Sequence[Stretch], *, mixed: bool) -> Iterator[list[Choir | Section]]:
    """All voices in their order: a section for each core, or all in this process where that is quicker."""
    cores = len(os.sched_getaffinity(0))
    if not mixed or min(cores, len(voices)) < 2 or laid[-1].file_end_ns < WORTH_NS:
        yield [Choir(voices, laid, mixed=mixed)]
        return
    count = min(cores, len(voices))
    bounds = [len(voices) * n // count for n in range(count + 1)]
    begun: list[Section] = []
    try:
        for first, end in itertools.pairwise(bounds):
            begun.append(Section(voices[first:end], laid))
        for section in begun:
            section.begin()
        yield [*begun]
    finally:
        for section in begun:
            section.dismiss()


def samples_of(laid: Sequence[Stretch]) -> int:
    """How long the file is, in whole steps."""
    return -(-(laid[-1].file_end_ns * RATE // 1_000_000_000) // STEP) * STEP if laid else 0
