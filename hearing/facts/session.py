"""What happened in the session."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import PersonId, SeatId, TextRef


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
class ChannelChosen(Fact):
    """An interpreter speaks from now on into one language's channel, or to the floor."""

    person: PersonId
    channel: str


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
