"""Who is let in: passes made, sent, revoked and prolonged, and the link for the public."""

from __future__ import annotations

from hearing import acts as a
from hearing.hearings import Hearing
from hearing.participants import Actor, Attendance, HearingId, PassId, PersonId, TextRef
from hearing.registry import ids
from hearing.wrongs import Refused
from web.asking import deposit, perform
from web.doors import Visitor
from web.notifier import Letter
from web.office import Office
from web.passes import PassSheet, letter_text
from web.typed import Fields, instant


async def issue_pass(
    office: Office, by: Actor, hearing_id: HearingId, person: PersonId, *, deliver: bool = False
) -> PassSheet:
    """A new pass for this person; earlier ones end. With ``deliver`` it is sent to the person's contact."""
    hearing = await office.clerk.load(hearing_id)
    participant = hearing.people.get(person)
    if participant is None or participant.attendance is Attendance.REMOVED:
        raise Refused("no_such_person", field="person")
    if deliver and not (await office.registry.docket.persons.get(person)).contact:
        raise Refused("no_contact", field="contact")
    pass_id = ids.new_pass()
    await perform(office, hearing_id, a.IssuePass(person, pass_id), by)
    for earlier in participant.passes:
        await perform(office, hearing_id, a.RevokePass(person, earlier), by)
    until = max(hearing.listing.scheduled_at, office.now()) + office.review_seconds
    issued = await office.registry.docket.passes.issue(hearing_id, person, office.now(), until, pass_id=pass_id)
    sheet = PassSheet(pass_id, person, f"{office.origin}/enter#{issued.secret}", issued.code, "")
    if not deliver:
        return sheet
    delivery = await deliver_pass(office, by, hearing_id, hearing, sheet)
    return PassSheet(pass_id, person, sheet.link, sheet.code, delivery)


async def deliver_pass(office: Office, by: Actor, hearing_id: HearingId, hearing: Hearing, sheet: PassSheet) -> str:
    contact = (await office.registry.docket.persons.get(sheet.person)).contact or ""
    case = await office.registry.docket.cases.get(hearing.case)
    subject, body = letter_text(office, hearing, case.court_number, hearing.people[sheet.person], sheet)
    delivery = await office.notifier.tell(Letter(contact, subject, body), office.now())
    await perform(office, hearing_id, a.NoteDelivery(sheet.pass_id, delivery.channel, delivery.state), by)
    return delivery.state


async def revoke_pass(office: Office, by: Actor, hearing_id: HearingId, pass_id: PassId) -> None:
    hearing = await office.clerk.load(hearing_id)
    holder = next((p for p in hearing.people.values() if pass_id in p.passes), None)
    if holder is None:
        raise Refused("pass_unknown", field="pass_id")
    await perform(office, hearing_id, a.RevokePass(holder.person, pass_id), by)


async def open_observer_link(office: Office, by: Actor, hearing_id: HearingId) -> str:
    """The address for the public. A new one replaces the old."""
    await perform(office, hearing_id, a.OpenObserverLink(), by)
    token = await office.registry.docket.observers.open(hearing_id, office.now())
    return f"{office.origin}/watch/{hearing_id}#{token}"


async def close_observer_link(office: Office, by: Actor, hearing_id: HearingId, fields: Fields) -> None:
    hearing = await office.clerk.load(hearing_id)
    ruling = await deposit(office, hearing, "ruling", fields.get("ruling"))
    await perform(office, hearing_id, a.CloseObserverLink(TextRef(ruling)), by)


async def extend_review(office: Office, who: Visitor, hearing_id: HearingId, fields: Fields) -> float:
    """The judge allows the passes of this hearing to open its file until then."""
    until = instant(fields, "until", office, required=True)
    assert until is not None
    if until < office.now():
        raise Refused("in_the_past", field="until")
    people = (await office.clerk.load(hearing_id)).people
    for one in await office.registry.docket.passes.of(hearing_id):
        if one.revoked_at is None and one.person in people:
            await office.registry.docket.passes.extend(one.id, until)
    await office.registry.docket.log.note(office.now(), who.who, "review_extended", hearing=hearing_id)
    return until
