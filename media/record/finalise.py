"""The file people watch, built from tapes after the hearing.

One WebM: the court camera's pictures as they were received (VP8 is copied, never re-encoded; a changed picture size
stays in the stream, which VP8 in WebM allows and Chromium, Firefox and VLC play), one mixed Opus track that plays by
default, and the voice of every seat, copied, as a track with its title. Chapters come from the journal. Cues stand at
the front, so a browser can seek after one range request.

File time is real time while the recorder was rolling; every pause is a seam of one second (:mod:`media.record.cut`).
``Finished.segments`` is the map between both and what aligns the transcript. Sealed parts are absent unless asked
for; private talks were never recorded. Runs in a thread, never on the event loop, and the voices in processes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from hearing.participants import SeatId
from media.record.choir import Choir, Section, samples_of, sections
from media.record.cut import RATE, STEP, Piece, Stretch, file_time, shown, stretches
from media.record.mix import Encoder
from media.record.quality import Quality, Watch
from media.record.timeline import Timeline
from media.record.track import Picture, Track

SAMPLES = Fraction(1, RATE)
MILLISECONDS = Fraction(1, 1000)
MUXER = {"cues_to_front": "1", "cluster_time_limit": "5000"}


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
class Finished:
    """What was made: the files, which wall time lies where in them, and their hash. No files: nothing was recorded."""

    files: tuple[Path, ...]
    sha256: tuple[str, ...]
    segments: tuple[Stretch, ...]
    duration_ns: int
    size: tuple[int, int] | None
    figures: Figures


def finalise(
    folder: Path,
    key: bytes,
    out: Path,
    titles: Mapping[SeatId, str],
    chapters: Sequence[Chapter],
    *,
    mix_title: str = "",
    sealed: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Finished:
    """Build the hearing's file. It appears under its name only when it is whole."""
    timeline = Timeline(folder, key, sealed=sealed)
    laid = stretches(timeline.spans)
    cameras = list(timeline.cameras.values())
    if not laid or not (timeline.voices or cameras):
        return Finished((), (), laid, 0, None, Figures())
    cut = Cut(laid, dict(timeline.voices), cameras, titles, mix_title)
    figures = write_webm(out, cut, chapters, progress)
    size = max((camera.size for camera in cameras if camera.size), default=None)
    return Finished((out,), (sha256_of(out),), laid, laid[-1].file_end_ns, size, figures)


@dataclass(frozen=True, slots=True)
class Cut:
    """What goes into one file: which stretches of which tracks, and what they are called."""

    laid: tuple[Stretch, ...]
    voices: dict[SeatId, Track]
    cameras: list[Track]
    titles: Mapping[SeatId, str]
    mix_title: str | None


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_webm(
    out: Path, cut: Cut, chapters: Sequence[Chapter], progress: Callable[[float], None] | None = None
) -> Figures:
    """Write one seekable WebM; ``mix_title`` of ``None`` leaves the mix out."""
    unfinished = out.with_name(f".{out.name}.unfinished")
    container = av.open(str(unfinished), "w", format="webm", options=MUXER)
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
        self._video = self._add_video()
        self._mix = self._add_sound(cut.mix_title, default=True) if cut.mix_title is not None else None
        self._voices = [self._add_sound(cut.titles.get(seat, seat), default=False) for seat in cut.voices]
        if chapters:
            container.set_chapters(_chapters(chapters, cut.laid, self._end))

    def _add_video(self) -> Any:
        sizes = [camera.size for camera in self._cut.cameras if camera.size]
        if not sizes:
            return None
        width, height = max(sizes)
        return self._container.add_mux_stream("vp8", width=width, height=height, time_base=MILLISECONDS)

    def _add_sound(self, title: str, *, default: bool) -> Any:
        stream = self._container.add_stream("libopus", rate=RATE, layout="mono")
        stream.time_base = SAMPLES
        if title:
            stream.metadata["title"] = title
        stream.disposition = av.stream.Disposition.default if default else av.stream.Disposition(0)
        return stream

    def run(self, progress: Callable[[float], None] | None) -> Figures:
        mixed = self._mix is not None
        with sections(list(self._cut.voices.values()), self._cut.laid, mixed=mixed) as choir:
            picture = self._weave(choir, progress)
            heard = [one for section in choir for one in section.heard()] if mixed else []
        titles = self._cut.titles
        tracks = tuple(
            TrackFigures(seat, titles.get(seat, seat), track.lost, measured.quality, measured.peaks)
            for (seat, track), measured in zip(self._cut.voices.items(), heard, strict=mixed)
        )
        return Figures(tracks, picture)

    def _weave(
        self, choir: Sequence[Choir | Section], progress: Callable[[float], None] | None
    ) -> PictureFigures | None:
        pictures = shown(self._cut.cameras, self._cut.laid) if self._video is not None else iter(())
        watch = Watch(self._cut.laid)
        encoder = Encoder()
        total, mixed = samples_of(self._cut.laid), 0
        waiting = next(pictures, None)
        reached = [0] * len(self._voices)
        for start, bars in zip(range(0, total, RATE), zip(*(part.bars() for part in choir), strict=True), strict=True):
            until = min(start + RATE, total)
            while waiting is not None and waiting[0] * RATE // 1_000_000_000 < until:
                self._put_picture(*waiting)
                watch.see(waiting[0])
                waiting = next(pictures, None)
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
        self._put(self._video, picture.data, file_ns // 1_000_000, MILLISECONDS, keyframe=picture.size is not None)

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
