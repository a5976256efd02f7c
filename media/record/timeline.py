"""The timeline: all tracks of a hearing on one clock, and the stretches in which the recorder was rolling.

They are read from the floor's own tape. A new recorder (after a crash) says so there, and the stretch before it ends
with the last packet that reached a tape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hearing.participants import SeatId
from media.record.frames import FLOOR_TAPE, Flag, TapeName
from media.record.tape import read_tape, tapes_in
from media.record.track import Track

MERGE_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the hearing in which the recorder was rolling."""

    start_ns: int
    end_ns: int


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
