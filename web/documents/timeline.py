"""Who missed what and when, drawn on paper: from the opening to the close, a strip for each who missed something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hearing.participants import SeatId
from web import languages
from web.missed import Missed, What

if TYPE_CHECKING:
    from web.documents.source import Source

PARTS = 4
LEAST = 3.0
"""Of 1000: narrower than this nobody finds a bar."""


def timeline(source: Source, found: Sequence[Missed]) -> dict[str, object]:
    """The hours of the axis, the key, and the strips, as a template writes them; bars in thousandths of the axis."""
    hearing = source.hearing
    begin = hearing.opened_at or (source.entries[0][1] if source.entries else 0.0)
    end = max(hearing.closed_at or (source.entries[-1][1] if source.entries else 0.0), begin + 1.0)
    strips: dict[SeatId, list[str]] = {}
    for one in found:
        strips.setdefault(one.seat, []).append(_bar(one, begin, end))
    kinds = [what for what in What if any(one.what is what for one in found)]
    return {
        "hours": [
            languages.clock(begin + (end - begin) * part / PARTS, source.zone, seconds=True)
            for part in range(PARTS + 1)
        ],
        "key": [(what.value, source.say(f"ledger.{what}")) for what in kinds],
        "strips": [(_who(source, seat), "; ".join(bars)) for seat, bars in strips.items()],
    }


def _bar(one: Missed, begin: float, end: float) -> str:
    scale = 1000 / (end - begin)
    start = min(max(0.0, (one.start - begin) * scale), 1000 - LEAST)
    length = min(max(LEAST, (one.end - begin) * scale - start), 1000 - start)
    return f"{one.what} {start:.1f} {length:.1f}"


def _who(source: Source, seat: SeatId) -> str:
    people = source.hearing.at_seat(seat)
    return ", ".join(f"{source.say(f'role.{p.role}')} {source.names.get(p.person, '—')}" for p in people)
