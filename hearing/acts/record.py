"""What may be asked about the record."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import PersonId, SeatId, TextRef


@dataclass(frozen=True, slots=True)
class NameCourtCamera(Act):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class StartRecording(Act):
    pass


@dataclass(frozen=True, slots=True)
class PauseRecording(Act):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class ResumeRecording(Act):
    pass


@dataclass(frozen=True, slots=True)
class DeclareRecordingImpossible(Act):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class NoteRecordingFailure(Act):
    reason: str


@dataclass(frozen=True, slots=True)
class NoteRecordingRestored(Act):
    pass


@dataclass(frozen=True, slots=True)
class NoteTapeHead(Act):
    tape: str
    seat: SeatId
    kind: str
    part: int
    head: str
    bytes: int


@dataclass(frozen=True, slots=True)
class NoteFileSealed(Act):
    kind: str
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class SealTranscript(Act):
    version: int
    sha256: str
    lines: int
    model: str


@dataclass(frozen=True, slots=True)
class ApproveTranscript(Act):
    """Approve a version of the text with its corrections up to the number ``corrections``."""

    version: int
    corrections: int
    sha256: str
    lines: int


@dataclass(frozen=True, slots=True)
class SignMinutes(Act):
    sha256: str


@dataclass(frozen=True, slots=True)
class NoteSignature(Act):
    """A person's own electronic signature was held against signed minutes or the sealed ruling, and kept."""

    person: PersonId
    sha256: str
    cms: str
    signature: str
    chain: str


@dataclass(frozen=True, slots=True)
class CheckRecord(Act):
    """The presiding judge's check of completeness and quality; a bad record says why."""

    good: bool
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class NoteDigestTold(Act):
    """The final digest went to this person, or could not."""

    person: PersonId
    sha256: str
    channel: str
    state: str


@dataclass(frozen=True, slots=True)
class FileRemark(Act):
    """A remark on record or minutes; ``place`` is the Unix second of the hearing that it speaks of."""

    place: float
    text: TextRef


@dataclass(frozen=True, slots=True)
class RuleOnRemark(Act):
    """``number`` counts the hearing's remarks from 1."""

    number: int
    granted: bool
    reason: TextRef
