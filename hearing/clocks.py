"""The clocks of a sanction hearing, as pure arithmetic over the listing [CPC 131, 147, 148]."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.edition import Edition
from hearing.hearings import Hearing

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Clock:
    """A span that the law gives: from the instant it began until it ends (Unix seconds)."""

    name: str
    start: float
    until: float
    note: str | None = None


def clocks(hearing: Hearing, edition: Edition) -> tuple[Clock, ...]:
    """The clocks that run for this hearing, in the order of the edition."""
    found = (_clock(name, hearing, edition) for name in edition.kind(hearing.listing.kind).clocks)
    return tuple(clock for clock in found if clock is not None)


def filed_late(detained_at: float, limit_hours: int, received_at: float, edition: Edition) -> bool:
    """Whether the motion came later than the law's hours before the limit [CPC 147(3)]."""
    return received_at > detained_at + (limit_hours - edition.numbers["filed_before_limit_hours"]) * HOUR


def _clock(name: str, hearing: Hearing, edition: Edition) -> Clock | None:
    listing = hearing.listing
    if name == "detention_limit" and listing.detained_at is not None and listing.limit_hours is not None:
        late = listing.received_at is not None and filed_late(
            listing.detained_at, listing.limit_hours, listing.received_at, edition
        )
        until = listing.detained_at + listing.limit_hours * HOUR
        return Clock(name, listing.detained_at, until, "filed_late" if late else None)
    if name == "heard_within" and listing.received_at is not None:
        return Clock(name, listing.received_at, listing.received_at + edition.numbers["heard_within_hours"] * HOUR)
    return None
