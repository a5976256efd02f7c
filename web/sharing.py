"""Sharing a case file: a named person, an end, a reason. The fact is the court's; the key is a pass like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hearing import acts as a
from hearing.hearings import Hearing
from hearing.participants import Actor, HearingId, PersonId, TextRef
from hearing.registry import ids
from hearing.wrongs import Refused
from web import languages
from web.asking import deposit, perform
from web.casefile import CaseFile
from web.notifier import Letter
from web.office import Office
from web.typed import flag, instant, text

END_OF_DAY = "T23:59:59"


@dataclass(frozen=True, slots=True)
class SharedPass:
    """What the reader needs, shown once: the link, the short code, and whether a letter went out."""

    person: PersonId
    name: str
    until: float
    link: str
    code: str
    delivery: str


async def share(office: Office, by: Actor, hearing_id: HearingId, fields: Mapping[str, Any]) -> SharedPass:
    """Let somebody look at the file until the end of the named day. Raises ``Refused``."""
    hearing = await office.clerk.load(hearing_id)
    typed = fields.get("until")
    if isinstance(typed, str) and len(typed) == len("2026-12-31"):
        fields = {**fields, "until": typed + END_OF_DAY}
    until = instant(fields, "until", office, required=True)
    assert until is not None
    name = text(fields, "name", required=True) or ""
    if until <= office.now():
        raise Refused("in_the_past", field="until")
    reason = TextRef(await deposit(office, hearing, "reason", fields.get("reason")))
    persons = office.registry.docket.persons
    contact = text(fields, "contact")
    person = await persons.add(hearing.case, name, contact=contact, organisation=text(fields, "organisation"))
    pass_id = ids.new_pass()
    act = a.ShareFile(person.id, pass_id, until, flag(fields, "copies"), reason)
    await perform(office, hearing_id, act, by)
    issued = await office.registry.docket.passes.issue(hearing_id, person.id, office.now(), until, pass_id=pass_id)
    await office.registry.docket.log.note(
        office.now(), by.person, "file_shared", hearing=hearing_id, case=hearing.case, subject=person.id
    )
    shared = SharedPass(person.id, name, until, f"{office.origin}/enter#{issued.secret}", issued.code, "")
    if contact is None:
        return shared
    state = await _write(office, hearing, shared, contact)
    return SharedPass(person.id, name, until, shared.link, shared.code, state)


async def of_file(office: Office, file: CaseFile) -> list[dict[str, object]]:
    """With whom the court shared the file, the newest first."""
    shares = sorted(file.hearing.shares.values(), key=lambda share: -share.at)
    texts = await office.registry.docket.texts.read_many([share.reason for share in shares])
    return [
        {
            "person": share.person,
            "name": file.names.get(share.person, ""),
            "until": share.until,
            "copies": share.copies,
            "reason": texts.get(share.reason, ""),
            "open": share.open(office.now()),
        }
        for share in shares
    ]


async def end(office: Office, by: Actor, hearing_id: HearingId, person: PersonId) -> None:
    """Take the right back; open sessions end with it."""
    hearing, _ = await perform(office, hearing_id, a.EndShare(person), by)
    await office.registry.docket.log.note(
        office.now(), by.person, "share_ended", hearing=hearing_id, case=hearing.case, subject=person
    )


async def _write(office: Office, hearing: Hearing, shared: SharedPass, contact: str) -> str:
    language = hearing.listing.language
    case = await office.registry.docket.cases.get(hearing.case)
    subject = office.languages.translate(language, "letter.share.subject", case=case.court_number)
    body = office.languages.translate(
        language,
        "letter.share.body",
        court=office.court,
        case=case.court_number,
        until=languages.day(language, shared.until, office.zone),
        link=shared.link,
        address=f"{office.origin}/enter",
        code=shared.code,
    )
    return (await office.notifier.tell(Letter(contact, subject, body), office.now())).state
