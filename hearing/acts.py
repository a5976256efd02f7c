"""What may be asked. An act is a wish: the rules decide whether it becomes facts.

On the wire an act is its class name in snake case with these fields. ``parse`` checks types only; what the law thinks
of the values is the rules' affair. Free text never travels in an act: the doors deposit it in the docket first and put
its ``TextRef`` here.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from hearing.participants import CaseId, PassId, PersonId, SeatId, TextRef
from hearing.wrongs import Malformed, Refused


class Act:
    """What all acts have in common: a name on the wire."""

    __slots__ = ()

    @classmethod
    def wire_name(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


# --- the listing ---------------------------------------------------------------------------------------------------


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


# --- lobby and admission -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenLobby(Act):
    pass


@dataclass(frozen=True, slots=True)
class Arrive(Act):
    """A seat's line is up: for the first time, or again."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class NoteLoss(Act):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class PauseByLoss(Act):
    """Seats that the hearing cannot go on without have been gone since ``since`` (Unix seconds)."""

    seats: tuple[SeatId, ...]
    since: float
    cause: str


@dataclass(frozen=True, slots=True)
class AcknowledgeRules(Act):
    pass


@dataclass(frozen=True, slots=True)
class ReportDevices(Act):
    camera: bool
    microphone: bool
    loudspeaker: bool
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteLinkTest(Act):
    seat: SeatId
    up_kbps: int
    down_kbps: int
    rtt_ms: int
    jitter_ms: int
    loss: float
    path: str
    browser: str


@dataclass(frozen=True, slots=True)
class OverrideLink(Act):
    seat: SeatId
    reason: TextRef


@dataclass(frozen=True, slots=True)
class ConfirmIdentity(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class Admit(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class SendBack(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class BeginTalk(Act):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class EndTalk(Act):
    pass


@dataclass(frozen=True, slots=True)
class AskHelp(Act):
    pass


@dataclass(frozen=True, slots=True)
class GiveHelp(Act):
    seat: SeatId


# --- the record ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NameCourtCamera(Act):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class StartRecording(Act):
    pass


@dataclass(frozen=True, slots=True)
class PauseRecording(Act):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class ResumeRecording(Act):
    pass


@dataclass(frozen=True, slots=True)
class DeclareRecordingImpossible(Act):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class NoteRecordingFailure(Act):
    reason: str


@dataclass(frozen=True, slots=True)
class NoteRecordingRestored(Act):
    pass


@dataclass(frozen=True, slots=True)
class NoteTapeHead(Act):
    tape: str
    seat: SeatId
    kind: str
    part: int
    head: str
    bytes: int


@dataclass(frozen=True, slots=True)
class NoteFileSealed(Act):
    kind: str
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class SealTranscript(Act):
    version: int
    sha256: str
    lines: int
    model: str
    approved: bool = False


@dataclass(frozen=True, slots=True)
class SignMinutes(Act):
    sha256: str


# --- the session ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnnounceOpening(Act):
    pass


@dataclass(frozen=True, slots=True)
class CallOffOpening(Act):
    pass


@dataclass(frozen=True, slots=True)
class OpenHearing(Act):
    """Asked by the sitting when the countdown has run out."""


@dataclass(frozen=True, slots=True)
class TakeStep(Act):
    step: str


@dataclass(frozen=True, slots=True)
class RaiseHand(Act):
    pass


@dataclass(frozen=True, slots=True)
class LowerHand(Act):
    seat: SeatId | None = None


@dataclass(frozen=True, slots=True)
class Mute(Act):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Unmute(Act):
    seat: SeatId | None = None


@dataclass(frozen=True, slots=True)
class MuteAll(Act):
    locked: bool = False


@dataclass(frozen=True, slots=True)
class UnlockMutes(Act):
    pass


@dataclass(frozen=True, slots=True)
class BeginRecess(Act):
    pass


@dataclass(frozen=True, slots=True)
class EndRecess(Act):
    pass


@dataclass(frozen=True, slots=True)
class AskPrivateTalk(Act):
    pass


@dataclass(frozen=True, slots=True)
class BeginPrivateTalk(Act):
    pass


@dataclass(frozen=True, slots=True)
class EndPrivateTalk(Act):
    pass


@dataclass(frozen=True, slots=True)
class Retire(Act):
    """The judge goes into the deliberation room."""


@dataclass(frozen=True, slots=True)
class ReturnFromDeliberation(Act):
    pass


@dataclass(frozen=True, slots=True)
class ResumeAfterLoss(Act):
    pass


@dataclass(frozen=True, slots=True)
class RepairGap(Act):
    summary: TextRef


@dataclass(frozen=True, slots=True)
class ConfirmGap(Act):
    objects: bool = False


@dataclass(frozen=True, slots=True)
class ClosePart(Act):
    ground: str
    ruling: TextRef


@dataclass(frozen=True, slots=True)
class OpenPart(Act):
    pass


@dataclass(frozen=True, slots=True)
class AllegeTorture(Act):
    pass


@dataclass(frozen=True, slots=True)
class OrderCheck(Act):
    pass


# --- witness and oath ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallWitness(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class WarnWitness(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class ShowOath(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class NoteOathHeard(Act):
    person: PersonId
    verdict: str
    start: float
    end: float
    sha256: str


@dataclass(frozen=True, slots=True)
class AcceptOath(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class RepeatOath(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class RefuseOath(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class WaiveOath(Act):
    person: PersonId
    reason: TextRef


@dataclass(frozen=True, slots=True)
class BeginTestimony(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class ReleaseWitness(Act):
    person: PersonId


# --- the ruling ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decide(Act):
    outcome: str
    reasons: TextRef
    days: int | None = None
    bail_tenge: int | None = None
    bail_exception: str | None = None
    other_measure: str | None = None


@dataclass(frozen=True, slots=True)
class AnnounceDecision(Act):
    pass


@dataclass(frozen=True, slots=True)
class NoteRulingDelivered(Act):
    recipient: str


@dataclass(frozen=True, slots=True)
class CloseHearing(Act):
    pass


# --- from the wire -------------------------------------------------------------------------------------------------

ACTS: dict[str, type[Act]] = {c.wire_name(): c for c in Act.__subclasses__()}


def text_fields(act: str) -> tuple[str, ...]:
    """The fields of an act that hold a ``TextRef``: what people type there goes into the docket first."""
    kind = ACTS.get(act)
    if kind is None:
        raise Malformed(f"unknown act {act!r}")
    return tuple(name for name, hint in _hints(kind).items() if TextRef in (hint, *get_args(hint)))


def parse(act: str, fields: dict[str, Any]) -> Act:
    """The act that a client asks.

    Raises ``Malformed`` for a name or field that no act has, ``Refused`` (rule "field_missing" or "field_type",
    with the field) for a value that is absent or of another type.
    """
    kind = ACTS.get(act)
    if kind is None:
        raise Malformed(f"unknown act {act!r}")
    hints = _hints(kind)
    if unknown := set(fields) - set(hints):
        raise Malformed(f"{act} has no field {sorted(unknown)}")
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name in fields:
            values[field.name] = _fitting(field.name, fields[field.name], hints[field.name])
        elif field.default is dataclasses.MISSING:
            raise Refused("field_missing", field=field.name)
    return kind(**values)


def _hints(kind: type[Act]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _fitting(name: str, value: Any, hint: Any) -> Any:
    if get_origin(hint) is types.UnionType:
        if value is None:
            return None
        hint = next(h for h in get_args(hint) if h is not type(None))
    if get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)) or len(value) > 64 or not all(isinstance(v, str) for v in value):
            raise Refused("field_type", field=name)
        return tuple(value)
    plain = getattr(hint, "__supertype__", hint)
    if plain is float and type(value) in (int, float) and abs(value) < 1e12:
        return float(value)
    if type(value) is not plain:
        raise Refused("field_type", field=name)
    if (plain is str and not 0 < len(value) <= 200) or (plain is int and abs(value) >= 2**53):
        raise Refused("field_type", field=name)
    return value
