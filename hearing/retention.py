"""How long a record is kept: the edition's years from the close, or from the vacating, of the hearing.

No rule of law was found for the number of years; it is the edition's own and says so there.
"""

from __future__ import annotations

from datetime import UTC, datetime

from hearing.edition import Edition
from hearing.hearings import OVER, Hearing, Retention
from hearing.wrongs import Refused

LEAP = (2, 29)


def due_at(hearing: Hearing, edition: Edition) -> float | None:
    """The Unix second from which the record may be destroyed; None while the hearing is not over."""
    ended = hearing.closed_at or (hearing.phase_since if hearing.phase in OVER else None)
    if ended is None:
        return None
    day = datetime.fromtimestamp(ended, UTC)
    year = day.year + edition.numbers["retention_years"]
    if (day.month, day.day) == LEAP:
        return day.replace(year=year, month=3, day=1).timestamp()
    return day.replace(year=year).timestamp()


def require_lawful(hearing: Hearing, ground: str, at: float, edition: Edition) -> float:
    """When the term was over. Raises ``Refused`` while it runs, while a hold keeps the record, once it is gone, and on
    a ground that the hearing's edition does not know."""
    if ground not in edition.destruction_grounds:
        raise Refused("field_type", field="ground")
    due = due_at(hearing, edition)
    if due is None:
        raise Refused("hearing_not_over")
    if hearing.retention is Retention.HELD:
        raise Refused("record_held")
    if hearing.retention is Retention.DESTROYED:
        raise Refused("destroyed")
    if at < due:
        raise Refused("term_runs", years=edition.numbers["retention_years"])
    return due
