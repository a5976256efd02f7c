"""What happened. Frozen values that go into the journal and are never changed.

The test for "is it a fact?": would a judge want it in the minutes? A fact holds ids, numbers, codes and salted hashes,
never a name, an IIN, a contact or free text. The instant lies in the journal's entry, not in the fact.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from hearing.participants import CaseId, PassId, PersonId, SeatId, TextRef
from hearing.wrongs import Impossible


class Fact:
    """What all facts have in common: a name in the journal."""

    __slots__ = ()


# --- the listing ---------------------------------------------------------------------------------------------------


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


# --- lobby and admission -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LobbyOpened(Fact):
    pass


@dataclass(frozen=True, slots=True)
class Arrived(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class LineLost(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class LineBack(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class RulesAcknowledged(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class DevicesTested(Fact):
    seat: SeatId
    camera: bool
    microphone: bool
    loudspeaker: bool
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkTested(Fact):
    seat: SeatId
    up_kbps: int
    down_kbps: int
    rtt_ms: int
    jitter_ms: int
    loss: float
    path: str
    browser: str


@dataclass(frozen=True, slots=True)
class LinkOverridden(Fact):
    seat: SeatId
    reason: TextRef


@dataclass(frozen=True, slots=True)
class IdentityConfirmed(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class Admitted(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class SentBack(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class TalkBegan(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class TalkEnded(Fact):
    pass


@dataclass(frozen=True, slots=True)
class HelpAsked(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class HelpGiven(Fact):
    seat: SeatId


# --- the record ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CourtCameraNamed(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class RecordingStarted(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecordingPaused(Fact):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class RecordingResumed(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecordingFailed(Fact):
    reason: str


@dataclass(frozen=True, slots=True)
class RecordingRestored(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecordingImpossible(Fact):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class RecordingStopped(Fact):
    pass


@dataclass(frozen=True, slots=True)
class TapeHead(Fact):
    tape: str
    seat: SeatId
    kind: str
    part: int
    head: str
    bytes: int


@dataclass(frozen=True, slots=True)
class FileSealed(Fact):
    kind: str
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class TranscriptSealed(Fact):
    version: int
    sha256: str
    lines: int
    model: str
    approved: bool


@dataclass(frozen=True, slots=True)
class MinutesSigned(Fact):
    person: PersonId
    sha256: str


# --- the session ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpeningAnnounced(Fact):
    opens_at: float


@dataclass(frozen=True, slots=True)
class OpeningCalledOff(Fact):
    pass


@dataclass(frozen=True, slots=True)
class Opened(Fact):
    pass


@dataclass(frozen=True, slots=True)
class StepTaken(Fact):
    step: str


@dataclass(frozen=True, slots=True)
class HandRaised(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class HandLowered(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Muted(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Unmuted(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class AllMuted(Fact):
    locked: bool


@dataclass(frozen=True, slots=True)
class MutesUnlocked(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecessBegan(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecessEnded(Fact):
    pass


@dataclass(frozen=True, slots=True)
class PrivateTalkAsked(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class PrivateTalkBegan(Fact):
    persons: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class PrivateTalkEnded(Fact):
    back_to: str


@dataclass(frozen=True, slots=True)
class Retired(Fact):
    pass


@dataclass(frozen=True, slots=True)
class ReturnedFromDeliberation(Fact):
    pass


@dataclass(frozen=True, slots=True)
class PausedByLoss(Fact):
    seats: tuple[SeatId, ...]
    since: float
    cause: str


@dataclass(frozen=True, slots=True)
class ResumedAfterLoss(Fact):
    back_to: str
    gap_from: float
    gap_to: float


@dataclass(frozen=True, slots=True)
class GapRepaired(Fact):
    summary: TextRef


@dataclass(frozen=True, slots=True)
class GapConfirmed(Fact):
    person: PersonId
    objects: bool


@dataclass(frozen=True, slots=True)
class PartClosed(Fact):
    ground: str
    ruling: TextRef


@dataclass(frozen=True, slots=True)
class PartOpened(Fact):
    pass


@dataclass(frozen=True, slots=True)
class TortureAlleged(Fact):
    by: PersonId


@dataclass(frozen=True, slots=True)
class CheckOrdered(Fact):
    pass


# --- witness and oath ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WitnessCalled(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class WitnessWarned(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class OathShown(Fact):
    person: PersonId
    wording: str
    language: str


@dataclass(frozen=True, slots=True)
class OathHeard(Fact):
    person: PersonId
    verdict: str
    start: float
    end: float
    sha256: str


@dataclass(frozen=True, slots=True)
class OathAccepted(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class OathRepeated(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class OathRefused(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class OathWaived(Fact):
    person: PersonId
    reason: TextRef


@dataclass(frozen=True, slots=True)
class TestimonyBegan(Fact):
    __test__ = False  # not a test class, whatever a collector thinks of its name
    person: PersonId


@dataclass(frozen=True, slots=True)
class WitnessReleased(Fact):
    person: PersonId


# --- the ruling ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecisionDrafted(Fact):
    outcome: str
    days: int | None
    reasons: TextRef
    bail_tenge: int | None
    bail_exception: str | None
    other_measure: str | None


@dataclass(frozen=True, slots=True)
class DecisionAnnounced(Fact):
    appeal_until: float


@dataclass(frozen=True, slots=True)
class RulingDelivered(Fact):
    recipient: str


@dataclass(frozen=True, slots=True)
class Closed(Fact):
    pass


# --- the journal's words -------------------------------------------------------------------------------------------

FACTS: dict[str, type[Fact]] = {c.__name__: c for c in Fact.__subclasses__()}


def to_json(fact: Fact) -> dict[str, Any]:
    """The fact as plain JSON: its name under ``fact`` and its fields."""
    values = {
        field.name: list(value) if isinstance(value := getattr(fact, field.name), tuple) else value
        for field in dataclasses.fields(fact)  # type: ignore[arg-type]
    }
    return {"fact": type(fact).__name__, **values}


def from_json(data: dict[str, Any]) -> Fact:
    """The fact that ``to_json`` wrote. Raises ``Impossible`` for a name or field that no fact has."""
    kind = FACTS.get(str(data.get("fact")))
    if kind is None:
        raise Impossible(f"unknown fact {data.get('fact')!r}")
    hints = _hints(kind)
    fields = {key: value for key, value in data.items() if key != "fact"}
    if set(fields) != set(hints):
        raise Impossible(f"fields of {kind.__name__}: {sorted(set(fields) ^ set(hints))}")
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()})


def _hints(kind: type[Fact]) -> dict[str, Any]:
    return {field.name: field.type for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
