"""The report on the quality of the record, as a paper for the presiding judge's check [CPC 347-1(2-1)]."""

from __future__ import annotations

from hearing.participants import SeatId
from web import languages
from web.documents.paper import Paper
from web.documents.source import Source, head, printed
from web.quality import Faults, VoiceReport

NAMED = 12
"""So many places of a fault are printed; the sealed report names more."""


def quality(source: Source) -> Paper:
    """Its source must have a report."""
    context = {
        **head(source),
        "quality": source.quality,
        "voices": rows(source),
        "places": places,
        "check": source.hearing.record_check,
        "recording": source.recording,
        "number": lambda value: languages.decimal(source.language, value),
    }
    return printed(source, "quality", context)


def rows(source: Source) -> list[dict[str, object]]:
    """A row for every voice."""
    return [] if source.quality is None else [_row(source, voice) for voice in source.quality.voices]


def places(faults: Faults) -> str:
    """Where to listen, at most a line of it."""
    named = ", ".join(languages.span(at) for at, _ in faults.places[:NAMED])
    return f"{named} …" if faults.count > NAMED else named


def _row(source: Source, voice: VoiceReport) -> dict[str, object]:
    return {
        "who": _who(source, voice.seat),
        "spoken": languages.span(voice.spoken),
        "level": "—" if voice.level_db is None else languages.decimal(source.language, voice.level_db),
        "clipped": _sum(source, voice.clipped),
        "gaps": _sum(source, voice.gaps),
        "lost": voice.lost_packets,
        "verdict": "; ".join(source.say(f"quality.{trouble}") for trouble in voice.troubles)
        or source.say("quality.good"),
        "clipped_at": places(voice.clipped),
        "gaps_at": places(voice.gaps),
    }


def _sum(source: Source, faults: Faults) -> str:
    return f"{faults.count} / {languages.decimal(source.language, faults.seconds)}" if faults.count else "0"


def _who(source: Source, seat: SeatId) -> str:
    return "; ".join(source.called(p.person) for p in source.hearing.at_seat(seat)) or "—"
