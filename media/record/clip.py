"""Pieces of a hearing: the clip of an oath, and the sound of one seat for the transcriber.

Both come from the tapes through the same timeline as the whole file, so a second of a clip is the same second there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hearing.participants import SeatId
from media.record.cut import Stretch, spoken
from media.record.ear import OUT_RATE, Downsampler, Heard
from media.record.film import MUXERS, Cut, sha256_of, write_film, write_ogg
from media.record.mix import Voice
from media.record.reels import area, suffix_of
from media.record.timeline import Timeline
from media.record.track import Track

SAMPLE_NS = 1_000_000_000 // OUT_RATE
BACK_NS = 12_000_000_000
FAR = 60 * OUT_RATE
"""Samples that are not worth decoding only to come to what lies behind them."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of the hearing as a file. It may begin a little before what was asked: pictures start at a keyframe."""

    file: Path
    sha256: str
    start_ns: int
    end_ns: int


def clip(folder: Path, key: bytes, seat: SeatId, start_ns: int, end_ns: int, out: Path) -> Clip:
    """One seat's voice between two moments: ``.ogg`` for sound alone, ``.webm`` (VP8) or ``.mp4`` (H.264) with the
    court's picture of that codec beside it.

    Only what the recorder kept is in it; a pause between the two moments is silence of the same length.
    """
    if end_ns <= start_ns:
        raise ValueError("a clip ends after it begins")
    timeline = Timeline(folder, key, sealed=True)
    track = timeline.voices.get(seat)
    if track is None:
        raise LookupError("nothing of this seat is on tape")
    cameras = list(timeline.cameras.values()) if out.suffix in MUXERS else []
    start_ns = _keyframe_before(cameras, start_ns)
    laid = (Stretch(start_ns, end_ns, 0),)
    if out.suffix in MUXERS:
        looks = [look for camera in cameras for look in camera.looks if suffix_of(look) == out.suffix]
        write_film(out, Cut(laid, {seat: track}, cameras, {}, None, max(looks, key=area, default=None)), ())
    else:
        write_ogg(out, spoken(track, laid))
    return Clip(out, sha256_of(out), start_ns, end_ns)


def _keyframe_before(cameras: list[Track], start_ns: int) -> int:
    """The newest keyframe before the start, if it is near."""
    near = start_ns
    for camera in cameras:
        for picture in camera.pictures():
            if picture.at_ns > start_ns:
                break
            if picture.size is not None and start_ns - picture.at_ns <= BACK_NS:
                near = picture.at_ns
    return near


def sound(folder: Path, key: bytes, seat: SeatId, start_ns: int, end_ns: int) -> Heard:
    """What a seat said between two moments at 16 kHz, silence where nothing was kept: sample n is start + n/16000 s."""
    track = Timeline(folder, key, sealed=True).voices.get(seat)
    if track is None:
        return np.zeros(max(0, end_ns - start_ns) // SAMPLE_NS, np.float32)
    return SeatSound(track, start_ns, end_ns).read(start_ns, end_ns)


class SeatSound:
    """One seat's sound at 16 kHz, read forwards piece by piece: hours of it need no more memory than one piece.

    Going back, or on by more than a minute, is allowed and begins anew there. Reads may come from several threads; they
    take turns.
    """

    def __init__(self, track: Track, start_ns: int, end_ns: int) -> None:
        self._track = track
        self._start_ns, self._end_ns = start_ns, end_ns
        self._turn = threading.Lock()
        self._begin(0)

    def read(self, start_ns: int, end_ns: int) -> Heard:
        """The sound between two moments, silence where nothing was kept."""
        first = max(0, start_ns - self._start_ns) // SAMPLE_NS
        heard = np.zeros(max(0, end_ns - start_ns) // SAMPLE_NS, np.float32)
        with self._turn:
            if not 0 <= first - self._at <= FAR:
                self._begin(max(0, first - OUT_RATE))
            self._take(first - self._at, None)
            self._take(len(heard), heard)
        return heard

    def _begin(self, at: int) -> None:
        self._at = at
        self._rest: Heard = np.zeros(0, np.float32)
        self._pieces = self._converted(self._start_ns + at * SAMPLE_NS)

    def _take(self, count: int, into: Heard | None) -> None:
        """Move on by so many samples, and keep them where they are wanted; after the end there is silence."""
        done = 0
        while done < count:
            if not len(self._rest):
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._rest = piece
            taken = self._rest[: count - done]
            if into is not None:
                into[done : done + len(taken)] = taken
            self._rest = self._rest[len(taken) :]
            done += len(taken)
        self._at += count

    def _converted(self, start_ns: int) -> Iterator[Heard]:
        if self._end_ns <= start_ns:
            return
        voice, down = Voice(), Downsampler()
        for piece in _pieces(self._track, voice, Stretch(start_ns, self._end_ns, 0)):
            yield down(piece)
        yield down(None)


def _pieces(track: Track, voice: Voice, stretch: Stretch) -> Iterator[NDArray[np.int16]]:
    for payload, samples in spoken(track, (stretch,)):
        decoded = voice.pcm(payload, samples)
        yield decoded if decoded is not None else np.zeros(samples, np.int16)
