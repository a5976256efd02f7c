"""What happened to lines: rehearsed, marked ready, below the norm and back, and who could not hear or see whom."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import PersonId, SeatId


@dataclass(frozen=True, slots=True)
class RehearsalConfirmed(Fact):
    seat: SeatId
    by: PersonId


@dataclass(frozen=True, slots=True)
class TerminalReady(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class LineBelowNorm(Fact):
    seat: SeatId
    direction: str
    kbps: int
    loss: float


@dataclass(frozen=True, slots=True)
class LineRecovered(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Unheard(Fact):
    """``seat`` got nothing of the ``speakers``; ``medium`` is sound or picture, ``start`` in Unix seconds."""

    seat: SeatId
    speakers: tuple[SeatId, ...]
    medium: str
    start: float
    seconds: int


@dataclass(frozen=True, slots=True)
class VoiceTested(Fact):
    """A hint for the secretary: ``mark`` is understood or by_ear, ``share`` what was recognised of the sentence."""

    seat: SeatId
    mark: str
    share: float
