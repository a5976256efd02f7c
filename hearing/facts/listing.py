"""What happened while a hearing is on the list."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import CaseId, PassId, PersonId, SeatId, TextRef


@dataclass(frozen=True, slots=True)
class HearingListed(Fact):
    case: CaseId
    kind: str
    edition: str
    publicity: str
    scheduled_at: float
    language: str
    remote_ground: str
    measure: str | None
    detained_at: float | None
    limit_hours: int | None
    limit_reason: str | None
    received_at: float | None
    interpreter_needed: bool
    minor: bool
    suspect_absence: str | None
    closure_ground: str | None
    closure_ruling: TextRef | None


@dataclass(frozen=True, slots=True)
class RemoteOrdered(Fact):
    order: TextRef


@dataclass(frozen=True, slots=True)
class RepresentativeNotified(Fact):
    pass


@dataclass(frozen=True, slots=True)
class ViewRecorded(Fact):
    person: PersonId
    view: str


@dataclass(frozen=True, slots=True)
class ParticipantAdded(Fact):
    person: PersonId
    role: str
    seat: SeatId
    room: str | None
    place: str
    language: str
    under_16: bool
    identity: str


@dataclass(frozen=True, slots=True)
class ParticipantRemoved(Fact):
    person: PersonId
    ruling: TextRef | None


@dataclass(frozen=True, slots=True)
class PassIssued(Fact):
    person: PersonId
    pass_id: PassId


@dataclass(frozen=True, slots=True)
class PassRevoked(Fact):
    person: PersonId
    pass_id: PassId


@dataclass(frozen=True, slots=True)
class PassDelivered(Fact):
    pass_id: PassId
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class ObserverLinkOpened(Fact):
    pass


@dataclass(frozen=True, slots=True)
class ObserverLinkClosed(Fact):
    ruling: TextRef


@dataclass(frozen=True, slots=True)
class Vacated(Fact):
    reason: TextRef
