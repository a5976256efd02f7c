"""What happened about the ruling."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import TextRef


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
