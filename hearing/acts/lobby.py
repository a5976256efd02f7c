"""What may be asked in the lobby and at admission."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import PersonId, SeatId, TextRef


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
    """``device_busy``: the page's own word that its device could not fill the line. It is advice and judges nothing."""

    seat: SeatId
    up_kbps: int
    down_kbps: int
    rtt_ms: int
    jitter_ms: int
    loss: float
    path: str
    browser: str
    device_busy: bool = False


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
