"""What happened in the lobby and at admission."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import PersonId, SeatId, TextRef


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
    """All is the court's own measure but ``device_busy``: the page's word that its device could not fill the line."""

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
