"""What may be asked while a hearing is on the list."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import CaseId, PassId, PersonId, SeatId, TextRef


@dataclass(frozen=True, slots=True)
class ListHearing(Act):
    case: CaseId
    kind: str
    publicity: str
    scheduled_at: float
    language: str
    remote_ground: str
    measure: str | None = None
    detained_at: float | None = None
    limit_hours: int | None = None
    limit_reason: str | None = None
    received_at: float | None = None
    interpreter_needed: bool = False
    minor: bool = False
    protected_secret: bool = False
    protected_witness: bool = False
    suspect_absence: str | None = None
    closure_ground: str | None = None
    closure_ruling: TextRef | None = None


@dataclass(frozen=True, slots=True)
class OrderRemote(Act):
    order: TextRef


@dataclass(frozen=True, slots=True)
class NotifyRepresentative(Act):
    pass


@dataclass(frozen=True, slots=True)
class RecordView(Act):
    person: PersonId
    view: str


@dataclass(frozen=True, slots=True)
class AddParticipant(Act):
    person: PersonId
    role: str
    seat: SeatId
    place: str
    language: str
    identity: str
    room: str | None = None
    under_16: bool = False


@dataclass(frozen=True, slots=True)
class RemoveParticipant(Act):
    person: PersonId
    ruling: TextRef | None = None


@dataclass(frozen=True, slots=True)
class IssuePass(Act):
    person: PersonId
    pass_id: PassId


@dataclass(frozen=True, slots=True)
class RevokePass(Act):
    person: PersonId
    pass_id: PassId


@dataclass(frozen=True, slots=True)
class NoteDelivery(Act):
    pass_id: PassId
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class OpenObserverLink(Act):
    pass


@dataclass(frozen=True, slots=True)
class CloseObserverLink(Act):
    ruling: TextRef


@dataclass(frozen=True, slots=True)
class Vacate(Act):
    reason: TextRef
