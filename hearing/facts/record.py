"""What happened about the record."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import PersonId, SeatId, TextRef


@dataclass(frozen=True, slots=True)
class CourtCameraNamed(Fact):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class RecordingStarted(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecordingPaused(Fact):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class RecordingResumed(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecordingFailed(Fact):
    reason: str


@dataclass(frozen=True, slots=True)
class RecordingRestored(Fact):
    pass


@dataclass(frozen=True, slots=True)
class RecordingImpossible(Fact):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class RecordingStopped(Fact):
    pass


@dataclass(frozen=True, slots=True)
class TapeHead(Fact):
    tape: str
    seat: SeatId
    kind: str
    part: int
    head: str
    bytes: int


@dataclass(frozen=True, slots=True)
class FileSealed(Fact):
    kind: str
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class TranscriptSealed(Fact):
    version: int
    sha256: str
    lines: int
    model: str


@dataclass(frozen=True, slots=True)
class TranscriptApproved(Fact):
    """The presiding judge approved a version with its corrections up to this number; the hash is of the whole text."""

    person: PersonId
    version: int
    corrections: int
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class MinutesSigned(Fact):
    person: PersonId
    sha256: str


@dataclass(frozen=True, slots=True)
class SignatureAdded(Fact):
    """A person's own electronic signature on minutes or a ruling with this hash. ``cms`` is the signature's hash.

    ``signature`` and ``chain`` are checked or not_checked: the signature itself, and its way up to a national root.
    """

    person: PersonId
    sha256: str
    cms: str
    signature: str
    chain: str


@dataclass(frozen=True, slots=True)
class RecordChecked(Fact):
    """The presiding judge listened: good, or bad, and then full minutes are drawn up."""

    good: bool
    reason: TextRef | None


@dataclass(frozen=True, slots=True)
class DigestTold(Fact):
    """``sha256`` stands for the evidence bundle; ``state`` is written, sent or failed."""

    person: PersonId
    sha256: str
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class RemarkFiled(Fact):
    """``place`` is the Unix second of the hearing that the remark speaks of."""

    person: PersonId
    place: float
    text: TextRef


@dataclass(frozen=True, slots=True)
class RemarkRuled(Fact):
    """The presiding judge's ruling on the remark of this number, counted from 1."""

    number: int
    granted: bool
    reason: TextRef
