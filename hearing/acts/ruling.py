"""What may be asked about the ruling."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import TextRef


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
