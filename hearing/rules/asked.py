"""What a rule looks at: the hearing, the act, who asks, when, and the edition in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from hearing.edition import Edition, KindRules
from hearing.facts import Fact
from hearing.hearings import Hearing, Participant, Seat
from hearing.participants import Actor, Attendance, PersonId, SeatId
from hearing.wrongs import Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """One act before the rules. ``act`` is of the class under which the rule is registered."""

    hearing: Hearing
    act: Any
    by: Actor
    at: float
    edition: Edition

    @property
    def kind(self) -> KindRules:
        return self.edition.kind(self.hearing.listing.kind)

    def person(self, person: PersonId, field: str = "person") -> Participant:
        """The participant whom the act names. Raises ``Refused`` when the hearing has no such person."""
        found = self.hearing.people.get(person)
        if found is None or found.attendance is Attendance.REMOVED:
            raise Refused("no_such_person", field=field)
        return found

    def seat(self, seat: SeatId, field: str = "seat") -> Seat:
        found = self.hearing.seats.get(seat)
        if found is None:
            raise Refused("no_such_seat", field=field)
        return found

    def asker(self) -> Participant:
        """The participant who asks. Raises ``Refused`` when the asker takes no part."""
        return self.person(self.by.person)

    def require(self, holds: bool, rule: str, field: str | None = None, **details: str | int | float) -> None:
        """Refuse by ``rule`` unless the condition holds."""
        if not holds:
            raise Refused(rule, field=field, **details)


Rule: TypeAlias = Callable[[Asked], Iterable[Fact]]
