"""The words of a hearing on their way from a machine's draft to a text that the judge approved.

The secretary corrects, every correction is kept with its writer and its time; the presiding judge approves the text as
it then stands, which seals it: the bytes go into the vault and their hash into the journal. A later correction makes a
new draft, and the approved text stays what it was.
"""

from __future__ import annotations

import hashlib

from hearing import acts as a
from hearing.corrections import Correction
from hearing.participants import SYSTEM, Role, SeatId
from hearing.registry.errors import NotFound, Outdated
from hearing.wrongs import Refused
from transcripts.models import is_rehearsal
from transcripts.transcript import Status, canonical_json
from web import asking, bundling, casefile, searching
from web.casefile import CaseFile
from web.documents.transcript import Standing
from web.doors import BENCH
from web.office import TRANSCRIPT, Office

LONGEST_LINE = 4000


def status(file: CaseFile) -> Status:
    approved = file.hearing.approved
    if approved is not None and (approved.version, approved.corrections) == (file.text.version, file.text.last):
        return Status.APPROVED
    return Status.CORRECTED if file.text.corrections or approved is not None else Status.AUTOMATIC


def standing(office: Office, file: CaseFile, language: str) -> Standing:
    """What these words are worth today, for every form in which they leave the house."""
    approved, at = file.hearing.approved, file.hearing.approved_at
    return Standing(
        status(file),
        any(is_rehearsal(line.model) for line in file.lines),
        file.names.get(approved.person, "") if approved is not None else "",
        casefile.when(office, language, at) if at is not None else "",
        approved.sha256 if approved is not None else "",
    )


def may_correct(file: CaseFile) -> bool:
    """The text is the secretary's to correct once the whole recording has been heard."""
    return file.actor.role is Role.COURT_SECRETARY and file.hearing.transcript is not None


def may_approve(file: CaseFile) -> bool:
    """The presiding judge may approve what is not approved yet."""
    return file.actor.role in BENCH and file.hearing.transcript is not None and status(file) is not Status.APPROVED


async def correct(office: Office, file: CaseFile, line: str, seat: str, text: str, seen: int) -> Correction:
    """Write the line anew. ``seen`` is the line's newest correction that the writer knew, 0 for none."""
    if not may_correct(file):
        raise Refused("not_corrected_here")
    if seat not in file.hearing.seats:
        raise Refused("no_such_seat", field="seat")
    written = " ".join(asking.readable(text).split())
    if len(written) > LONGEST_LINE:
        raise Refused("too_long", field="text", limit=LONGEST_LINE)
    shelf, by = office.registry.corrections, file.actor.person
    try:
        made = await shelf.add(file.id, line, SeatId(seat), written, by=by, at=office.now(), seen=seen)
    except Outdated as wrong:
        raise Refused("line_changed", field="text") from wrong
    except NotFound as wrong:
        raise Refused("no_such_line") from wrong
    await searching.reindex(office, file.id)
    return made


async def approve(office: Office, file: CaseFile, seen: int) -> None:
    """Approve the text with its corrections up to ``seen``, which must be all that there are."""
    if file.actor.role not in BENCH:
        raise Refused("role")
    text = file.text
    if text.last != seen:
        raise Refused("text_changed")
    content = canonical_json(text.lines, Status.APPROVED)
    digest = hashlib.sha256(content).hexdigest()
    act = a.ApproveTranscript(text.version, seen, digest, len(text.lines))
    hearing, _ = await asking.perform(office, file.id, act, file.actor)
    if digest not in {sealed.sha256 for sealed in hearing.files.values()}:
        name, kind = "transcript-approved.json", "application/json"
        document = await office.registry.docket.documents.put(
            file.id, TRANSCRIPT, name, content, kind, office.now(), file.actor.person
        )
        noted = a.NoteFileSealed(document.kind, document.id, document.sha256, document.size)
        await asking.perform(office, file.id, noted, SYSTEM)
    await bundling.renew_if_possible(office, file.id)
