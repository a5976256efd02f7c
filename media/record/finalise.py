"""The file people watch, built from tapes after the hearing.

The court camera's pictures as they were received (copied, never re-encoded: VP8 in WebM, H.264 in MP4), one mixed Opus
track that plays by default, and the voice of every seat, copied, as a track with its title. Chapters come from the
journal. Cues stand at the front, so a browser can seek after one range request. It is one file unless the camera's
codec changed, or the size of its H.264: then several, one after another (:mod:`media.record.reels`).

File time is real time while the recorder was rolling; every pause is a seam of one second (:mod:`media.record.cut`).
``Finished.segments`` is the map between both and what aligns the transcript. Sealed parts are absent unless asked
for; private talks were never recorded. Runs in a thread, never on the event loop, and the voices in processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hearing.participants import SeatId
from media.record.cut import Stretch, excerpt, stretches
from media.record.film import Chapter, Cut, Figures, PictureFigures, TrackFigures, measure, sha256_of, write_film
from media.record.reels import Reel, reels
from media.record.timeline import Timeline

__all__ = ["Chapter", "Figures", "Finished", "PictureFigures", "TrackFigures", "finalise"]


@dataclass(frozen=True, slots=True)
class Finished:
    """What was made: the files, their hashes, and which wall time lies where in the recording. No files: nothing was
    recorded. ``starts_ns``: the place in the recording where each file begins."""

    files: tuple[Path, ...]
    sha256: tuple[str, ...]
    segments: tuple[Stretch, ...]
    duration_ns: int
    size: tuple[int, int] | None
    figures: Figures
    starts_ns: tuple[int, ...] = (0,)


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
    """Build the hearing's recording beside ``out``, whose suffix is put right. Each file appears under its name only
    when it is whole."""
    timeline = Timeline(folder, key, sealed=sealed)
    laid = stretches(timeline.spans)
    cameras = list(timeline.cameras.values())
    if not laid or not (timeline.voices or cameras):
        return Finished((), (), laid, 0, None, Figures(), ())
    whole = Cut(laid, dict(timeline.voices), cameras, titles, mix_title, None)
    planned = reels(cameras, laid)
    files = [out.with_name(f"{out.stem}{_number(planned, n)}{reel.suffix}") for n, reel in enumerate(planned)]
    figures = Figures()
    for reel, file in zip(planned, files, strict=True):
        piece = excerpt(laid, reel.start_ns, reel.end_ns)
        told = _share(progress, reel, laid[-1].file_end_ns)
        figures = write_film(file, replace(whole, laid=piece, look=reel.look), _of_reel(chapters, reel, piece), told)
    if len(planned) > 1:
        figures = measure(whole)
    size = max((reel.look[1] for reel in planned if reel.look), default=None)
    starts = tuple(reel.start_ns for reel in planned)
    hashes = tuple(map(sha256_of, files))
    return Finished(tuple(files), hashes, laid, laid[-1].file_end_ns, size, figures, starts)


def _number(planned: Sequence[Reel], place: int) -> str:
    return f"-{place + 1}" if len(planned) > 1 else ""


def _of_reel(chapters: Sequence[Chapter], reel: Reel, piece: Sequence[Stretch]) -> Sequence[Chapter]:
    """A later reel begins in the chapter in which the one before it ended."""
    before = [one for one in chapters if one.at_ns <= piece[0].start_ns] if reel.start_ns else []
    return [one for one in chapters if one not in before[:-1]]


def _share(told: Callable[[float], None] | None, reel: Reel, whole_ns: int) -> Callable[[float], None] | None:
    if told is None:
        return None
    return lambda reached: told((reel.start_ns + reached * (reel.end_ns - reel.start_ns)) / whole_ns)
