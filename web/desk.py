"""What the secretary's desk does: cases, listings, participants, passes. Forms and JSON calls come through here.

Values arrive as a form or a program typed them; wrong ones are refused with the field's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hearing import acts as a
from hearing.cases import age, born, court_number, erdr_number, iin
from hearing.hearings import Hearing
from hearing.participants import (
    Actor,
    Attendance,
    CaseId,
    HearingId,
    PassId,
    PersonId,
    Place,
    Role,
    SeatId,
    TextRef,
)
from hearing.registry import ids
from hearing.registry.cases import Case
from hearing.registry.errors import NotFound
from hearing.registry.persons import Person
from hearing.wrongs import Refused
from web.asking import deposit, perform, readable
from web.doors import BENCH, Visitor
from web.notifier import Letter
from web.office import Office

Fields = Mapping[str, Any]
LONGEST_NAME = 200


# --- values that people type ---------------------------------------------------------------------------------------


def text(fields: Fields, name: str, *, required: bool = False, longest: int = LONGEST_NAME) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused("field_type", field=name)
    typed = readable(value or "").strip()
    if not typed:
        if required:
            raise Refused("field_missing", field=name)
        return None
    if len(typed) > longest:
        raise Refused("too_long", field=name, limit=longest)
    return " ".join(typed.split()) if longest <= LONGEST_NAME else typed


def flag(fields: Fields, name: str) -> bool:
    return fields.get(name) in (True, "true", "on", "1", "yes")


def instant(fields: Fields, name: str, office: Office, *, required: bool = False) -> float | None:
    """Unix seconds, from a number or from the local date and time that a form sends."""
    value = fields.get(name)
    if value is None or value == "":
        if required:
            raise Refused("field_missing", field=name)
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e11:
        return float(value)
    try:
        typed = datetime.fromisoformat(str(value))
        at = (typed if typed.tzinfo else typed.replace(tzinfo=office.zone)).timestamp()
    except (ValueError, OverflowError, OSError) as wrong:
        raise Refused("date_wrong", field=name) from wrong
    if not 0 < at < 1e11:
        raise Refused("date_wrong", field=name)
    return at


def whole(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError as wrong:
        raise Refused("number_wrong", field=name) from wrong


# --- cases and listings --------------------------------------------------------------------------------------------


async def create_case(office: Office, who: Visitor, fields: Fields) -> Case:
    number = court_number(text(fields, "court_number", required=True) or "")
    erdr = text(fields, "erdr_number")
    case = await office.registry.docket.cases.create(
        number,
        office.now(),
        who.who,
        erdr_number=erdr_number(erdr) if erdr else None,
        subject=text(fields, "subject", longest=2000) or "",
    )
    await office.registry.docket.log.note(office.now(), who.who, "case_created", case=case.id)
    return case


async def list_hearing(office: Office, who: Visitor, role: Role, fields: Fields) -> HearingId:
    """List a hearing, with the judge who will sit and the secretary as its first participants."""
    court = await _court(office, who, role, text(fields, "judge"))
    try:
        case = await office.registry.docket.cases.get(CaseId(text(fields, "case", required=True) or ""))
    except NotFound as wrong:
        raise Refused("no_such_case", field="case") from wrong
    closure = text(fields, "closure_ruling", longest=2000)
    scheduled = instant(fields, "scheduled_at", office, required=True)
    assert scheduled is not None
    act = a.ListHearing(
        case=case.id,
        kind=text(fields, "kind", required=True) or "",
        publicity=text(fields, "publicity") or "open",
        scheduled_at=scheduled,
        language=text(fields, "language") or office.language,
        remote_ground=text(fields, "remote_ground", required=True) or "",
        measure=text(fields, "measure"),
        detained_at=instant(fields, "detained_at", office),
        limit_hours=whole(fields, "limit_hours"),
        limit_reason=text(fields, "limit_reason"),
        received_at=instant(fields, "received_at", office),
        interpreter_needed=flag(fields, "interpreter_needed"),
        minor=flag(fields, "minor"),
        protected_secret=flag(fields, "protected_secret"),
        protected_witness=flag(fields, "protected_witness"),
        suspect_absence=text(fields, "suspect_absence"),
        closure_ground=text(fields, "closure_ground"),
        closure_ruling=await office.registry.docket.texts.deposit(case.id, closure) if closure else None,
    )
    by = Actor(PersonId(who.who), role)
    hearing_id = ids.new_hearing()
    await perform(office, hearing_id, act, by)
    for account_id, held in court:
        sits = {"account": account_id, "role": held, "place": Place.COURTROOM, "language": act.language}
        await add_participant(office, by, hearing_id, sits)
    await office.registry.docket.log.note(office.now(), who.who, "hearing_listed", hearing=hearing_id, case=case.id)
    return hearing_id


async def _court(office: Office, who: Visitor, role: Role, judge: str | None) -> list[tuple[str, Role]]:
    """The accounts that sit from the beginning, each with its role."""
    accounts: list[tuple[str, Role]] = []
    if judge:
        try:
            account = await office.registry.docket.accounts.get(judge)
        except NotFound as wrong:
            raise Refused("wrong_judge", field="judge") from wrong
        bench = next((Role(r) for r in sorted(account.roles) if Role(r) in BENCH), None)
        if bench is None or account.disabled:
            raise Refused("wrong_judge", field="judge")
        accounts.append((judge, bench))
    if who.account is not None and who.account.id != judge:
        accounts.append((who.account.id, role))
    return accounts


# --- participants --------------------------------------------------------------------------------------------------


async def add_participant(office: Office, by: Actor, hearing_id: HearingId, fields: Fields) -> PersonId:
    hearing, view = await office.clerk.load(hearing_id), text(fields, "view")
    if view is not None and view not in office.edition.views:
        raise Refused("field_type", field="view")
    person = await _person(office, hearing, fields)
    seat, room = await _seat(office, hearing, fields)
    identity = await office.registry.docket.texts.deposit(hearing.case, f"{person.name}\n{person.iin or ''}")
    act = a.AddParticipant(
        person=person.id,
        role=text(fields, "role", required=True) or "",
        seat=seat,
        place=text(fields, "place", required=True) or "",
        language=text(fields, "language") or hearing.listing.language,
        identity=identity,
        room=room,
        under_16=flag(fields, "under_16") or _too_young(office, hearing, person, text(fields, "role")),
    )
    await perform(office, hearing_id, act, by)
    if view:
        await perform(office, hearing_id, a.RecordView(person.id, view), by)
    return person.id


def _too_young(office: Office, hearing: Hearing, person: Person, role: str | None) -> bool:
    """A witness whose number tells that they are under the age of the oath on the day of the hearing [CPC 371]."""
    if role not in office.edition.groups["witnesses"] or person.iin is None:
        return False
    birth = born(person.iin)
    day = datetime.fromtimestamp(hearing.listing.scheduled_at, office.zone).date()
    return birth is not None and age(birth, day) < office.edition.numbers["oath_age"]


async def _person(office: Office, hearing: Hearing, fields: Fields) -> Person:
    persons = office.registry.docket.persons
    account_id = text(fields, "account")
    if account_id:
        linked = await persons.of_account(account_id, hearing.case)
        if linked is not None:
            return linked
        account = await office.registry.docket.accounts.get(account_id)
        return await persons.add(hearing.case, account.name, iin=account.iin, account=account_id)
    typed = text(fields, "iin")
    number = iin(typed) if typed else None
    name = text(fields, "name", required=True) or ""
    if number is not None:
        for known in await persons.of_case(hearing.case):
            if known.iin == number:
                return await _met_again(office, known, name, text(fields, "contact"))
    return await persons.add(
        hearing.case,
        name,
        iin=number,
        contact=text(fields, "contact"),
        organisation=text(fields, "organisation"),
        facility=text(fields, "facility"),
    )


async def _met_again(office: Office, known: Person, name: str, contact: str | None) -> Person:
    """A person whom this case knows already. Two people never have one number; where a pass is sent may change."""
    if name.casefold() != known.name.casefold():
        raise Refused("iin_of_another", field="iin", name=known.name)
    if contact is None or contact == known.contact:
        return known
    return await office.registry.docket.persons.change(known.id, contact=contact)


async def _seat(office: Office, hearing: Hearing, fields: Fields) -> tuple[SeatId, str | None]:
    """A seat of one's own, or the seat of a person who sits at the same device.

    What is typed as a room may be an address: the journal only learns that two people sit in the same one.
    """
    beside = text(fields, "beside")
    if beside:
        neighbour = hearing.people.get(PersonId(beside))
        if neighbour is None:
            raise Refused("no_such_person", field="beside")
        return neighbour.seat, neighbour.room
    typed = text(fields, "room")
    if typed is not None:
        return ids.new_seat(), await office.registry.docket.texts.deposit(hearing.case, typed)
    return ids.new_seat(), "courtroom" if text(fields, "place") == Place.COURTROOM else None


# --- passes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PassSheet:
    """A fresh pass with its secret parts, which exist in clear only here and on the paper or letter made from it."""

    pass_id: PassId
    person: PersonId
    link: str
    code: str
    delivery: str


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
    from web.passes import letter_text

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
