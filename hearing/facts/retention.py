"""What happened to a record after the hearing: kept longer by a hold, or destroyed."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import TextRef


@dataclass(frozen=True, slots=True)
class LegalHoldPlaced(Fact):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class LegalHoldLifted(Fact):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class RecordDestroyed(Fact):
    """``ground`` is a code, since every text of the case goes with its key. ``due`` is when the term was over,
    ``second_recording`` whether a second recorder's tapes went with the first's."""

    ground: str
    due: float
    second_recording: bool = False
