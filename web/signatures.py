"""Own electronic signatures, made by NCALayer: judge's and secretary's under the minutes, the judge's under the ruling.

The page hands the sealed paper to NCALayer on the user's machine and brings back a detached signature; no key comes
here. It is checked against that paper and the IIN of whoever is signed in, kept beside it, noted as a fact, and carried
by the evidence bundle. The bundle itself bears the court's seal alone: a signature over it would be one more fact that
it lacks.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass

from hearing import acts as a
from hearing.participants import SYSTEM, PersonId
from hearing.registry import cades
from hearing.registry.documents import Document
from hearing.wrongs import Refused
from web import bundling
from web.asking import perform
from web.casefile import CaseFile
from web.doors import BENCH, STAFF, Visitor
from web.office import MINUTES, RULING, SIGNATURE, Office
from web.sealing import of_proceedings, sealed

LARGEST = 256 * 1024
MEDIA_TYPE = "application/pkcs7-signature"
ARMOUR = "-----"
SIGNED = (MINUTES, RULING)


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody whose own electronic signature belongs here, and how it stands: a catalogue id."""

    person: PersonId
    role: str
    state: str


def to_sign(file: CaseFile, kind: str) -> Document | None:
    """What own signatures of this kind go under: the newest minutes that were signed here; the ruling as announced."""
    if kind == RULING:
        return sealed(file, RULING, of_proceedings(file.hearing), "pdf")
    signed = set(file.hearing.signatures.values())
    found = [one for one in file.documents if one.kind == MINUTES and one.sha256 in signed]
    return max(found, key=lambda one: one.version, default=None)


def signers(file: CaseFile, kind: str) -> list[PersonId]:
    """Whose own signatures belong there: of all who signed the minutes here; of the judges."""
    if kind == RULING:
        return [one.person for one in file.hearing.people.values() if one.role in BENCH]
    return list(file.hearing.signatures)


def waits_for(file: CaseFile, kind: str) -> Document | None:
    """What this reader may put their own signature under now."""
    person, document = file.actor.person, to_sign(file, kind)
    mine = file.actor.role in STAFF and person in signers(file, kind)
    return document if mine and document is not None and not _stands(file, person, document) else None


def _stands(file: CaseFile, person: PersonId, document: Document) -> bool:
    """Whether this person's own signature is under this text: what is set anew asks for another."""
    return (person, document.sha256) in file.hearing.electronic


def rows(file: CaseFile, kind: str) -> list[Row]:
    """Everybody whose own signature belongs under this paper, once there is something to sign."""
    found, document = [], to_sign(file, kind)
    if kind not in SIGNED or document is None:
        return []
    for person in signers(file, kind):
        added = file.hearing.electronic.get((person, document.sha256))
        participant = file.hearing.people.get(person)
        role = participant.role if participant is not None else "court_secretary"
        state = "missing" if added is None else added.signature if added.chain != "checked" else "chained"
        found.append(Row(person, f"role.{role}", f"signature.{state}"))
    return found


async def add(office: Office, file: CaseFile, who: Visitor, document_id: str, given: object) -> cades.Checked:
    """Check and keep a signature (base64 of CMS, as NCALayer gives it). Raises ``Refused``."""
    if who.account is None or file.actor.role not in STAFF:
        raise Refused("role")
    document = next((one for kind in SIGNED if (one := to_sign(file, kind)) and one.id == document_id), None)
    if document is None:
        raise Refused("not_to_be_signed", field="document")
    made, person = _decoded(given), file.actor.person
    _may_add(file, person, document)
    content, now = await office.registry.docket.documents.read(document.id), office.now()
    found = await asyncio.to_thread(cades.check, made, content, who.account.iin, now, office.roots)
    kind = f"{SIGNATURE}{document.kind}-{document.version}"
    name = f"{document.name}.p7s"
    kept = await office.registry.docket.documents.put(file.id, kind, name, made, MEDIA_TYPE, now, person)
    await perform(office, file.id, a.NoteFileSealed(kind, kept.id, kept.sha256, kept.size), SYSTEM)
    noted = a.NoteSignature(person, document.sha256, kept.sha256, found.signature.value, found.chain.value)
    await perform(office, file.id, noted, SYSTEM)
    await bundling.renew_if_possible(office, file.id)
    return found


def _may_add(file: CaseFile, person: PersonId, document: Document) -> None:
    """What the law says again when the fact is written; asked before anything is kept."""
    if person not in signers(file, document.kind):
        raise Refused("role" if document.kind == RULING else "sign_first")
    if _stands(file, person, document):
        raise Refused("signature_there")


def _decoded(given: object) -> bytes:
    if not isinstance(given, str) or len(given) > LARGEST * 4 // 3:
        raise Refused("signature_unreadable", field="cms")
    plain = "".join(line for line in given.splitlines() if not line.startswith(ARMOUR))
    try:
        return base64.b64decode("".join(plain.split()), validate=True)
    except binascii.Error as wrong:
        raise Refused("signature_unreadable", field="cms") from wrong
