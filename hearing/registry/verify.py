"""Checking the record: does everything that is kept still hash to what the journal says, and is the journal whole?

Tapes and transcripts are checked by whoever knows them; their checks come in as arguments, so that the law's office
needs to know neither.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hearing import facts as f
from hearing.evolve import fold
from hearing.hearings import Hearing
from hearing.participants import CaseId, HearingId, TextRef
from hearing.registry import vault
from hearing.registry.documents import Document, place
from hearing.registry.errors import Damaged, Destroyed, NotFound, RegistryError, VaultSilent
from hearing.registry.journal import GENESIS, StoredEntry, canonical
from hearing.registry.keys import CaseKey
from hearing.registry.office import Office
from hearing.wrongs import Impossible


class FaultKind(StrEnum):
    JOURNAL = "journal"
    CUT = "cut"
    KEY = "key"
    SEAL = "seal"
    TEXT = "text"
    DOCUMENT = "document"
    FILE = "file"
    TAPE = "tape"
    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something is not what it was. ``where`` is an id or a place in the journal, never a name."""

    kind: FaultKind
    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.where}: {self.why}"


TapesCheck = Callable[[HearingId, Mapping[str, f.TapeHead], bytes | None], Awaitable[Sequence[tuple[str, str]]]]
"""Hearing, last head of every tape in the journal, the tapes' key (None once destroyed) -> pairs of where and why."""
TranscriptCheck = Callable[[HearingId, int, int | None], Awaitable[str | None]]
"""Hearing, version and, of an approved text, its last correction -> sha256 of it as it now lies there, None if gone."""
FileCheck = Callable[[HearingId, f.FileSealed], Awaitable[str | None]]
"""A file that lies outside the vault -> its sha256, or None when it is gone."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What others know how to check. What is None is not checked."""

    tapes: TapesCheck | None = None
    transcript: TranscriptCheck | None = None
    file: FileCheck | None = None


NO_CHECKS = Checks()
HALF_DESTROYED = "was destroyed by an act, but the case's key still exists"
KEY_MISSING = "the case's key is missing, and no act destroyed the record"


async def verify(office: Office, hearing: HearingId | None = None, checks: Checks = NO_CHECKS) -> list[Fault]:
    """Every fault of one hearing, or of all that this office ever knew. An empty list is a clean record."""
    if hearing is not None:
        return await _verify_one(office, hearing, checks)
    known = {
        *await office.journal.hearings(),
        *await office.docket.hearings.versions(),
        *office.seals.hearings(),
    }
    return [fault for name in sorted(known) for fault in await _verify_one(office, name, checks)]


async def destroyed(office: Office) -> list[tuple[HearingId, float, str, str]]:
    """The records that were destroyed by an act: hearing, when, on which ground, by whose id."""
    found = []
    for name in await office.journal.hearings():
        stored = await office.journal.stored(name)
        if chain_faults(stored):
            continue
        for entry in (one.entry() for one in stored):
            if isinstance(entry.fact, f.RecordDestroyed):
                found.append((name, entry.at, entry.fact.ground, str(entry.by.person)))
    return found


async def _verify_one(office: Office, name: HearingId, checks: Checks) -> list[Fault]:
    stored = await office.journal.stored(name)
    faults = chain_faults(stored)
    if faults:
        return [*faults, *await _reach_faults(office, name, stored, None)]
    entries = [entry.entry() for entry in stored]
    hearing: Hearing | None = None
    if entries:
        try:
            hearing = fold((entry.fact, entry.at) for entry in entries)
        except Impossible as wrong:
            faults.append(Fault(FaultKind.JOURNAL, name, f"does not fold: {wrong}"))
    faults += await _reach_faults(office, name, stored, hearing)
    key = await _key(office, hearing.case) if hearing else None
    facts = [entry.fact for entry in entries]
    lawfully = any(isinstance(fact, f.RecordDestroyed) for fact in facts)
    if lawfully and key is None:
        return faults
    if hearing is not None and lawfully != (key is None):
        faults.append(Fault(FaultKind.KEY, name, HALF_DESTROYED if lawfully else KEY_MISSING))
    faults += await _paper_faults(office, name, facts, key, checks)
    if key is not None:
        faults += await _text_faults(office, facts)
        if checks.transcript is not None:
            faults += await _transcript_faults(name, facts, checks.transcript)
    if checks.tapes is not None:
        heads = {fact.tape: fact for fact in facts if isinstance(fact, f.TapeHead)}
        found = await checks.tapes(name, heads, key.tapes if key else None)
        faults += [Fault(FaultKind.TAPE, where, why) for where, why in found]
    return faults


def chain_faults(stored: Sequence[StoredEntry]) -> list[Fault]:
    """Where the chain of one hearing's entries breaks."""
    faults: list[Fault] = []
    previous = GENESIS
    for number, entry in enumerate(stored, 1):
        where = f"{entry.hearing} entry {entry.version}"
        if entry.version != number:
            return [*faults, Fault(FaultKind.JOURNAL, where, f"entry {number} is missing")]
        if entry.previous != previous:
            faults.append(Fault(FaultKind.JOURNAL, where, "does not follow the entry before it"))
        if why := _not_as_written(entry):
            faults.append(Fault(FaultKind.JOURNAL, where, why))
        previous = entry.digest
    return faults


def _not_as_written(entry: StoredEntry) -> str | None:
    try:
        if canonical(json.loads(entry.fact)) != entry.fact:
            return "is spelled otherwise than it was written"
        if entry.computed_digest() != entry.digest:
            return "does not hash to its digest"
        entry.entry()
    except (ValueError, Impossible):
        return "cannot be read"
    return None


async def _reach_faults(
    office: Office, name: HearingId, stored: Sequence[StoredEntry], hearing: Hearing | None
) -> list[Fault]:
    """Whether the journal reaches as far as its seal and the index say that it did."""
    faults: list[Fault] = []
    try:
        indexed = (await office.docket.hearings.get(name)).version
    except NotFound:
        indexed = 0
    if indexed > len(stored):
        faults.append(Fault(FaultKind.CUT, name, f"had {indexed} entries, has {len(stored)}"))
    try:
        seal = office.seals.read(name)
    except Damaged:
        return [*faults, Fault(FaultKind.SEAL, name, "the closing seal was changed")]
    if seal is None:
        if hearing is not None and hearing.closed_at is not None:
            faults.append(Fault(FaultKind.SEAL, name, "closed, but the closing seal is missing"))
    elif seal.version > len(stored):
        faults.append(Fault(FaultKind.CUT, name, f"was sealed with {seal.version} entries, has {len(stored)}"))
    elif stored[seal.version - 1].digest != seal.digest:
        faults.append(Fault(FaultKind.SEAL, f"{name} entry {seal.version}", "is not the entry that was sealed"))
    elif seal.version < len(stored):
        faults.append(Fault(FaultKind.SEAL, name, f"{len(stored) - seal.version} entries after the seal are unsealed"))
    return faults


async def _key(office: Office, case: CaseId) -> CaseKey | None:
    try:
        return await office.keys.of(case)
    except (Destroyed, NotFound):
        return None


async def _paper_faults(
    office: Office, name: HearingId, facts: Sequence[f.Fact], key: CaseKey | None, checks: Checks
) -> list[Fault]:
    """Documents against what was entered of them, and the journal's sealed files and signatures against documents."""
    documents = await office.docket.documents.of(name)
    faults: list[Fault] = []
    for document in documents:
        why = await asyncio.to_thread(_document_fault, office, document, key)
        if why is not None:
            faults.append(Fault(FaultKind.DOCUMENT, document.id, why))
    kept = {document.sha256 for document in documents}
    for fact in facts:
        if isinstance(fact, f.FileSealed) and fact.sha256 not in kept:
            found = await checks.file(name, fact) if checks.file is not None else None
            if found != fact.sha256:
                why = "is missing" if found is None else "is not the file that was sealed"
                faults.append(Fault(FaultKind.FILE, f"{name} {fact.name}", why))
        if isinstance(fact, f.MinutesSigned) and fact.sha256 not in kept:
            faults.append(Fault(FaultKind.DOCUMENT, name, "the minutes that were signed are missing"))
    return faults


def _document_fault(office: Office, document: Document, key: CaseKey | None) -> str | None:
    shelf, name = office.docket.documents.shelf, place(document)
    try:
        found = shelf.sha256(name)
    except VaultSilent:
        return "its file cannot be read"
    if found is None:
        return "its file is missing"
    if found != document.sealed_sha256:
        return "its file was changed"
    if key is None:
        return None
    content = hashlib.sha256()
    try:
        for piece in vault.read(shelf, name, key, document.id, document.size):
            content.update(piece)
    except RegistryError:
        return "its file does not open"
    return None if content.hexdigest() == document.sha256 else "its content is not what was entered"


async def _text_faults(office: Office, facts: Sequence[f.Fact]) -> list[Fault]:
    """Every text that the journal refers to must still be there and be the same."""
    faults: list[Fault] = []
    for ref in dict.fromkeys(ref for fact in facts for ref in _refs(fact)):
        try:
            await office.docket.texts.read(ref)
        except NotFound:
            faults.append(Fault(FaultKind.TEXT, ref, "is missing"))
        except Damaged:
            faults.append(Fault(FaultKind.TEXT, ref, "was changed"))
    return faults


def _refs(fact: f.Fact) -> list[TextRef]:
    fields = dataclasses.fields(fact)  # type: ignore[arg-type]
    values = (getattr(fact, field.name) for field in fields if "TextRef" in str(field.type))
    return [TextRef(value) for value in values if value is not None]


async def _transcript_faults(name: HearingId, facts: Sequence[f.Fact], check: TranscriptCheck) -> list[Fault]:
    faults: list[Fault] = []
    for fact in facts:
        if isinstance(fact, f.TranscriptSealed | f.TranscriptApproved):
            upto = fact.corrections if isinstance(fact, f.TranscriptApproved) else None
            found = await check(name, fact.version, upto)
            if found != fact.sha256:
                why = "is missing" if found is None else "is not what was sealed"
                faults.append(Fault(FaultKind.TRANSCRIPT, f"{name} version {fact.version}", why))
    return faults
