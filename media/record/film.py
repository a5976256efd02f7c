"""One file of a recording: picture, mix and voices woven together, second after second.

Codec and container go together: VP8 in WebM, H.264 in MP4. Everything that a player needs for jumping about stands at
the front of the file.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from hearing.participants import SeatId
from media.record.choir import Choir, Heard, Section, samples_of, sections
from media.record.cut import RATE, STEP, Piece, Stretch, file_time, shown
from media.record.mix import Encoder
from media.record.quality import Quality, Watch
from media.record.track import Look, Picture, Track

SAMPLES = Fraction(1, RATE)
MILLISECONDS = Fraction(1, 1000)
TICKS = Fraction(1, 90_000)
MUXERS = {
    ".webm": ("webm", {"cues_to_front": "1", "cluster_time_limit": "5000"}),
    ".mp4": ("mp4", {"movflags": "+faststart"}),
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A moment of the hearing that a viewer may want to jump to."""

    at_ns: int
    title: str


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """What a listener should know about one voice before relying on it. ``peaks``: ten a second, 255 at full scale."""

    seat: SeatId
    title: str
    lost_packets: int
    quality: Quality
    peaks: bytes


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """How many pictures the court's camera gave, and where it stood still."""

    pictures: int
    holes: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on the way. A file without a mix has no figures of voices."""

    tracks: tuple[TrackFigures, ...] = ()
    picture: PictureFigures | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What goes into one file: which stretches of which tracks, and what they are called."""

    laid: tuple[Stretch, ...]
    voices: dict[SeatId, Track]
    cameras: list[Track]
    titles: Mapping[SeatId, str]
    mix_title: str | None
    look: Look | None
    """Of the largest picture; pictures in another codec are left out. ``None``: sound alone."""


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_film(
    out: Path, cut: Cut, chapters: Sequence[Chapter], progress: Callable[[float], None] | None = None
) -> Figures:
    """Write one seekable file, WebM or MP4 by its suffix; ``mix_title`` of ``None`` leaves the mix out."""
    unfinished = out.with_name(f".{out.name}.unfinished")
    form, options = MUXERS[out.suffix]
    container = av.open(str(unfinished), "w", format=form, options=options)
    try:
        figures = _Weaver(container, cut, chapters).run(progress)
    finally:
        container.close()
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(out)
    return figures


def write_ogg(out: Path, packets: Iterable[tuple[bytes, int]]) -> None:
    """Write one voice as Ogg Opus, copied."""
    unfinished = out.with_name(f".{out.name}.unfinished")
    container = av.open(str(unfinished), "w", format="ogg")
    try:
        stream: Any = container.add_stream("libopus", rate=RATE, layout="mono")
        position = 0
        for payload, samples in packets:
            packet = av.Packet(payload)
            packet.stream, packet.time_base = stream, SAMPLES
            packet.pts = packet.dts = position
            packet.duration = samples
            container.mux_one(packet)
            position += samples
    finally:
        container.close()
    unfinished.replace(out)


class _Weaver:
    """Weaves picture, mix and voices into one container, second after second, so that nothing piles up anywhere."""

    def __init__(self, container: OutputContainer, cut: Cut, chapters: Sequence[Chapter]) -> None:
        self._container, self._cut = container, cut
        self._end = cut.laid[-1].file_end_ns
        self._pictures = self._filmed()
        self._waiting = next(self._pictures, None)
        self._shown = -1
        self._video = self._add_video()
        self._mix = self._add_sound(cut.mix_title, default=True) if cut.mix_title is not None else None
        self._voices = [self._add_sound(cut.titles.get(seat, seat), default=False) for seat in cut.voices]
        if chapters:
            container.set_chapters(_chapters(chapters, cut.laid, self._end))

    def _filmed(self) -> Iterator[tuple[int, Picture]]:
        if self._cut.look is not None:
            pictures = shown(self._cut.cameras, self._cut.laid)
            yield from (one for one in pictures if one[1].codec == self._cut.look[0])

    def _add_video(self) -> Any:
        if self._cut.look is None:
            return None
        codec, (width, height) = self._cut.look
        if codec != "h264":
            return self._container.add_mux_stream(codec, width=width, height=height, time_base=MILLISECONDS)
        if self._waiting is None:
            return None
        # An MP4 file keeps the parameter sets in its head as well: they are read from the first keyframe.
        with av.open(io.BytesIO(self._waiting[1].data), format="h264") as first:
            video: Any = self._container.add_stream_from_template(first.streams.video[0])
        video.time_base = TICKS
        return video

    def _add_sound(self, title: str, *, default: bool) -> Any:
        stream = self._container.add_stream("libopus", rate=RATE, layout="mono")
        stream.time_base = SAMPLES
        if title:
            stream.metadata["title"] = stream.metadata["handler_name"] = title  # of which MP4 keeps the second
        stream.disposition = av.stream.Disposition.default if default else av.stream.Disposition(0)
        return stream

    def run(self, progress: Callable[[float], None] | None) -> Figures:
        mixed = self._mix is not None
        with sections(list(self._cut.voices.values()), self._cut.laid, mixed=mixed) as choir:
            picture = self._weave(choir, progress)
            heard = [one for section in choir for one in section.heard()] if mixed else []
        return Figures(_voices(self._cut, heard) if mixed else (), picture)

    def _weave(
        self, choir: Sequence[Choir | Section], progress: Callable[[float], None] | None
    ) -> PictureFigures | None:
        watch = Watch(self._cut.laid)
        encoder = Encoder()
        total, mixed = samples_of(self._cut.laid), 0
        reached = [0] * len(self._voices)
        for start, bars in zip(range(0, total, RATE), zip(*(part.bars() for part in choir), strict=True), strict=True):
            until = min(start + RATE, total)
            while self._waiting is not None and self._waiting[0] * RATE // 1_000_000_000 < until:
                self._put_picture(*self._waiting)
                watch.see(self._waiting[0])
                self._waiting = next(self._pictures, None)
            for number, said in enumerate(said for bar in bars for said in bar.said):
                for payload, samples in said:
                    self._put(self._voices[number], payload, reached[number], SAMPLES, duration=samples)
                    reached[number] += samples
            if self._mix is not None:
                sums = [bar.sum for bar in bars if bar.sum is not None]
                mixed = self._put_mix(encoder.encoded(sum(sums) if sums else None, until - start), mixed)
            if progress is not None and until % (RATE * 10) == 0:
                progress(until / total)
        if self._mix is not None:
            self._put_mix(encoder.rest(), mixed)
        watch.end()
        return PictureFigures(watch.pictures, tuple(watch.holes)) if self._video is not None else None

    def _put_picture(self, file_ns: int, picture: Picture) -> None:
        base = TICKS if picture.codec == "h264" else MILLISECONDS
        self._shown = max(self._shown + 1, file_ns * base.denominator // 1_000_000_000)
        self._put(self._video, picture.data, self._shown, base, keyframe=picture.size is not None)

    def _put_mix(self, packets: Iterable[bytes], position: int) -> int:
        for payload in packets:
            self._put(self._mix, payload, position, SAMPLES, duration=STEP)
            position += STEP
        return position

    def _put(
        self, stream: Any, payload: bytes, at: int, base: Fraction, *, duration: int = 0, keyframe: bool = True
    ) -> None:
        packet = av.Packet(payload)
        packet.stream, packet.time_base = stream, base
        packet.pts = packet.dts = at
        if duration:
            packet.duration = duration
        packet.is_keyframe = keyframe
        self._container.mux_one(packet)


def _chapters(chapters: Sequence[Chapter], laid: Sequence[Stretch], end: int) -> list[Any]:
    placed = [(file_time(laid, chapter.at_ns), chapter.title) for chapter in sorted(chapters, key=lambda c: c.at_ns)]
    starts = [(at // 1_000_000, title) for at, title in placed if at is not None]
    ends = [at for at, _ in starts[1:]] + [end // 1_000_000]
    return [
        {"id": n + 1, "start": at, "end": max(at, ends[n]), "time_base": MILLISECONDS, "metadata": {"title": title}}
        for n, (at, title) in enumerate(starts)
    ]


def measure(cut: Cut) -> Figures:
    """What is measured at a film's making, without one."""
    with sections(list(cut.voices.values()), cut.laid, mixed=True) as choir:
        for part in zip(*(section.bars() for section in choir), strict=True):
            del part
        heard = [one for section in choir for one in section.heard()]
    watch = Watch(cut.laid)
    for file_ns, _ in shown(cut.cameras, cut.laid):
        watch.see(file_ns)
    watch.end()
    return Figures(_voices(cut, heard), PictureFigures(watch.pictures, tuple(watch.holes)))


def _voices(cut: Cut, heard: Sequence[Heard]) -> tuple[TrackFigures, ...]:
    return tuple(
        TrackFigures(seat, cut.titles.get(seat, seat), track.lost, measured.quality, measured.peaks)
        for (seat, track), measured in zip(cut.voices.items(), heard, strict=True)
    )
