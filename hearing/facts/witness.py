"""What happened with a witness and the oath."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import PersonId, TextRef


@dataclass(frozen=True, slots=True)
class WitnessCalled(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class WitnessWarned(Fact):
    person: PersonId


@dataclass(frozen=True, slots=True)
class WarningHeard(Fact):
    """The words of the warning were recognised in the presiding judge's speech, from ``start`` to ``end``."""

    person: PersonId
    start: float
    end: float
    sha256: str


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
