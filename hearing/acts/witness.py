"""What may be asked with a witness and the oath."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import PersonId, TextRef


@dataclass(frozen=True, slots=True)
class CallWitness(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class WarnWitness(Act):
    person: PersonId


@dataclass(frozen=True, slots=True)
class NoteWarningHeard(Act):
    """The recogniser heard the words of the warning, from ``start`` to ``end`` (Unix seconds)."""

    person: PersonId
    start: float
    end: float
    sha256: str


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
