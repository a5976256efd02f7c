"""Who must be there for the hearing to go on."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.edition import Edition
from hearing.hearings import Hearing
from hearing.participants import Attendance, Role


@dataclass(frozen=True, slots=True)
class Need:
    """One place of the quorum: any of these roles, and whether somebody fills it now."""

    roles: tuple[Role, ...]
    present: bool


@dataclass(frozen=True, slots=True)
class Quorum:
    needs: tuple[Need, ...]

    @property
    def met(self) -> bool:
        return all(need.present for need in self.needs)

    @property
    def missing(self) -> tuple[Role, ...]:
        return tuple(need.roles[0] for need in self.needs if not need.present)


def quorum(hearing: Hearing, edition: Edition) -> Quorum:
    """The quorum of this hearing as it now stands. Present means admitted and connected."""
    kind = edition.kind(hearing.listing.kind)
    places = [roles for roles in kind.quorum if not (hearing.listing.suspect_absence and Role.SUSPECT in roles)]
    if hearing.listing.interpreter_needed:
        places.append(kind.quorum_if["interpreter_needed"])
    return Quorum(tuple(Need(roles, _present(hearing, roles)) for roles in places))


def _present(hearing: Hearing, roles: tuple[Role, ...]) -> bool:
    return any(
        p.attendance is Attendance.ADMITTED and hearing.seats[p.seat].connected for p in hearing.with_role(*roles)
    )
