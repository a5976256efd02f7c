"""The report on the quality of a record: what was measured at its making, kept sealed, and read again for the judge.

The presiding judge checks completeness and quality of the record; where it is bad, full minutes are drawn up
[CPC 347-1(2-1)]. The report names seats, not people: names are put in where it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hearing.participants import SeatId
from media.record.cut import Piece
from media.record.finalise import Finished, TrackFigures
from media.record.quality import total

FORM = "tyndau quality 1"
LONGEST = 50
"""So many places of each kind are named, the longest first; counts and sums are of all."""

Place = tuple[float, float]
"""Seconds into the recording, and how many seconds."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Places where something is wrong."""

    count: int
    seconds: float
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """One voice. ``troubles`` are words of :class:`media.record.quality.Trouble`; decibels are below full scale."""

    seat: SeatId
    spoken: float
    silent: float
    level_db: float | None
    peak_db: float | None
    clipped: Faults
    gaps: Faults
    lost_packets: int
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """``pictures`` None: the hearing was recorded without a picture."""

    duration: float
    pictures: int | None
    standing: Faults
    voices: tuple[VoiceReport, ...]

    @property
    def good(self) -> bool:
        """Whether nothing was found that ought to be listened to."""
        return not self.standing.count and not any(voice.troubles for voice in self.voices)


def content(finished: Finished) -> bytes:
    """The report on a finished file, as it is sealed."""
    picture = finished.figures.picture
    report = {
        "form": FORM,
        "duration": _seconds(finished.duration_ns),
        "pictures": None if picture is None else picture.pictures,
        "standing": _faults(() if picture is None else picture.holes),
        "voices": [_voice(figures) for figures in finished.figures.tracks],
    }
    return json.dumps(report, sort_keys=True, separators=(",", ":")).encode()


def read(sealed: bytes) -> Report:
    """The report that ``content`` wrote. Raises ``ValueError`` for anything else."""
    kept = json.loads(sealed)
    if kept.get("form") != FORM:
        raise ValueError("not a report on quality")
    return Report(
        float(kept["duration"]),
        kept["pictures"],
        _read_faults(kept["standing"]),
        tuple(_read_voice(one) for one in kept["voices"]),
    )


def _voice(figures: TrackFigures) -> dict[str, Any]:
    quality = figures.quality
    return {
        "seat": figures.seat,
        "spoken": _seconds(quality.spoken_ns),
        "silent": _seconds(quality.silent_ns),
        "level_db": quality.level_db,
        "peak_db": quality.peak_db,
        "clipped": _faults(quality.clipped),
        "gaps": _faults(quality.gaps),
        "lost_packets": figures.lost_packets,
        "troubles": quality.troubles(figures.lost_packets),
    }


def _faults(pieces: Sequence[Piece]) -> dict[str, Any]:
    longest = sorted(pieces, key=lambda piece: -piece.length_ns)[:LONGEST]
    places = sorted((_seconds(piece.file_ns), _seconds(piece.length_ns)) for piece in longest)
    return {"count": len(pieces), "seconds": _seconds(total(pieces)), "places": places}


def _seconds(ns: int) -> float:
    return round(ns / 1e9, 3)


def _read_voice(kept: Mapping[str, Any]) -> VoiceReport:
    return VoiceReport(
        SeatId(kept["seat"]),
        float(kept["spoken"]),
        float(kept["silent"]),
        kept["level_db"],
        kept["peak_db"],
        _read_faults(kept["clipped"]),
        _read_faults(kept["gaps"]),
        int(kept["lost_packets"]),
        tuple(kept["troubles"]),
    )


def _read_faults(kept: Mapping[str, Any]) -> Faults:
    return Faults(kept["count"], float(kept["seconds"]), tuple((float(at), float(long)) for at, long in kept["places"]))
