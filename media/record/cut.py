"""From the hearing's time to a file's time.

A hearing has recesses, private talks and deliberation of hours: nothing of them is recorded. A file that kept them
would be a player's desert, one that simply dropped them would pretend that nothing lay between. So **a file runs in
real time while the recorder was rolling, and each pause becomes a seam of one second** of still picture and silence;
what the pause was is a chapter from the journal. :class:`Stretch` says exactly which wall time lies where, and the
transcript, the clips and the player go through it. Within a stretch nothing is ever cut or moved.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from media.record.rtp import OPUS_SILENCE
from media.record.timeline import Span
from media.record.track import Picture, Sound, Track

T = TypeVar("T", Sound, Picture)
SEAM_NS = 1_000_000_000
RATE = 48_000
STEP = 960


@dataclass(frozen=True, slots=True)
class Stretch:
    """``start_ns`` to ``end_ns`` of the hearing lie in the file from ``file_ns`` on."""

    start_ns: int
    end_ns: int
    file_ns: int

    @property
    def file_end_ns(self) -> int:
        return self.file_ns + self.end_ns - self.start_ns


@dataclass(frozen=True, slots=True)
class Piece:
    """A place in the file, and how long it lasts."""

    file_ns: int
    length_ns: int

    @property
    def end_ns(self) -> int:
        return self.file_ns + self.length_ns


def stretches(spans: Iterable[Span]) -> tuple[Stretch, ...]:
    """Lay the recorded spans one after another, a seam between each two."""
    laid: list[Stretch] = []
    for span in spans:
        start = laid[-1].file_end_ns + SEAM_NS if laid else 0
        laid.append(Stretch(span.start_ns, span.end_ns, start))
    return tuple(laid)


def file_time(laid: Sequence[Stretch], wall_ns: int) -> int | None:
    """Where in the file a moment lies; a moment in a pause is where the recording goes on; ``None`` after the end."""
    for stretch in laid:
        if wall_ns < stretch.end_ns:
            return stretch.file_ns + max(0, wall_ns - stretch.start_ns)
    return None


def excerpt(laid: Sequence[Stretch], start_ns: int, end_ns: int) -> tuple[Stretch, ...]:
    """What lies between two places of a file, as a file of its own that begins at nought."""
    found: list[Stretch] = []
    for stretch in laid:
        start, end = max(start_ns, stretch.file_ns), min(end_ns, stretch.file_end_ns)
        if start < end:
            shift = stretch.start_ns - stretch.file_ns
            found.append(Stretch(start + shift, end + shift, start - start_ns))
    return tuple(found)


def spoken(track: Track, laid: Sequence[Stretch], gaps: list[Piece] | None = None) -> Iterator[tuple[bytes, int]]:
    """A voice as Opus packets without any gap, from the file's beginning to its end: payload and samples.

    Every gap is filled with packets of silence, because players and decoders run on what they get and would play
    all later speech too early. Where the sender's clock drifts by a whole step, one step is put in or left out.
    ``gaps`` takes down where packets that were sent never came.
    """
    position = 0
    before: Stretch | None = None
    for stretch, sound in _within(track.sounds(), laid):
        target = (sound.at_ns - stretch.start_ns + stretch.file_ns) * RATE // 1_000_000_000
        lead = target - position
        if sound.missing and gaps is not None and stretch is before and lead > 0:
            missing = max(STEP, min(sound.missing * sound.samples, lead))
            gaps.append(Piece(position * 1_000_000_000 // RATE, missing * 1_000_000_000 // RATE))
        before = stretch
        after_gap = lead >= STEP
        while lead >= (STEP // 2 if after_gap else STEP):
            yield OPUS_SILENCE, STEP
            position += STEP
            lead -= STEP
        if lead <= -STEP:
            continue
        yield sound.payload, sound.samples
        position += sound.samples
    end = laid[-1].file_end_ns * RATE // 1_000_000_000 if laid else 0
    while position < end:
        yield OPUS_SILENCE, STEP
        position += STEP


def shown(cameras: Iterable[Track], laid: Sequence[Stretch]) -> Iterator[tuple[int, Picture]]:
    """The court's picture with the file's time in nanoseconds; after a cut it goes on at a keyframe."""
    last: Stretch | None = None
    stream: int | None = None
    for stretch, picture in _within(heapq.merge(*(c.pictures() for c in cameras), key=_at), laid):
        if (stretch is not last or picture.stream != stream) and picture.size is None:
            continue
        last, stream = stretch, picture.stream
        yield picture.at_ns - stretch.start_ns + stretch.file_ns, picture


def _at(picture: Picture) -> int:
    return picture.at_ns


def _within(things: Iterator[T], laid: Sequence[Stretch]) -> Iterator[tuple[Stretch, T]]:
    place = 0
    for thing in things:
        while place < len(laid) and thing.at_ns >= laid[place].end_ns:
            place += 1
        if place == len(laid):
            return
        if thing.at_ns >= laid[place].start_ns:
            yield laid[place], thing
