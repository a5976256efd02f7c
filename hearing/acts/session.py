"""What may be asked in the session."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import SeatId, TextRef


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
class ChooseChannel(Act):
    """An interpreter speaks from now on into one language's channel, or to the floor."""

    channel: str


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
