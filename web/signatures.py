"""The judge's and the secretary's own electronic signatures under the minutes: NCALayer makes them in the browser.

The page hands the sealed minutes to NCALayer on the user's machine and brings back a detached signature; no key comes
here. It is checked against those minutes and the IIN of whoever is signed in, kept beside them, noted as a fact, and
carried by the evidence bundle.
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
from web.doors import STAFF, Visitor
from web.office import MINUTES, SIGNATURE, Office

LARGEST = 256 * 1024
MEDIA_TYPE = "application/pkcs7-signature"
ARMOUR = "-----"


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who signed the minutes, and how their own electronic signature stands: a catalogue id."""

    person: PersonId
    role: str
    state: str


def to_sign(file: CaseFile) -> Document | None:
    """The minutes that own signatures go under: the newest that were signed here."""
    signed = set(file.hearing.signatures.values())
    found = [one for one in file.documents if one.kind == MINUTES and one.sha256 in signed]
    return max(found, key=lambda one: one.version, default=None)


def waits_for(file: CaseFile) -> Document | None:
    """What this reader may put their own signature under now."""
    person = file.actor.person
    document = to_sign(file)
    mine = file.actor.role in STAFF and person in file.hearing.signatures
    return document if mine and document is not None and not _stands(file, person, document) else None


def _stands(file: CaseFile, person: PersonId, document: Document) -> bool:
    """Whether this person's own signature is under these minutes: those that are signed anew ask for another."""
    there = file.hearing.electronic.get(person)
    return there is not None and there.sha256 == document.sha256


def rows(file: CaseFile) -> list[Row]:
    """Everybody who signed the minutes here."""
    found, document = [], to_sign(file)
    for person in file.hearing.signatures:
        added, participant = file.hearing.electronic.get(person), file.hearing.people.get(person)
        role = participant.role if participant is not None else "court_secretary"
        under = document is not None and _stands(file, person, document)
        state = "missing" if added is None or not under else added.signature if added.chain != "checked" else "chained"
        found.append(Row(person, f"role.{role}", f"signature.{state}"))
    return found


async def add(office: Office, file: CaseFile, who: Visitor, document_id: str, given: object) -> cades.Checked:
    """Check and keep a signature (base64 of CMS, as NCALayer gives it). Raises ``Refused``."""
    document = to_sign(file)
    if who.account is None or file.actor.role not in STAFF:
        raise Refused("role")
    if document is None or document.id != document_id:
        raise Refused("not_the_minutes", field="document")
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
    if person not in file.hearing.signatures:
        raise Refused("sign_first")
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
