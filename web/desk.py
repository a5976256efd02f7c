"""What the secretary's desk does: cases, listings, participants. Forms and JSON calls come through here."""

from __future__ import annotations

from datetime import datetime

from hearing import acts as a
from hearing.cases import age, born, court_number, erdr_number, iin
from hearing.hearings import Hearing
from hearing.participants import (
    Actor,
    CaseId,
    HearingId,
    PersonId,
    Place,
    Role,
    SeatId,
)
from hearing.registry import ids
from hearing.registry.cases import Case
from hearing.registry.errors import NotFound
from hearing.registry.persons import Person
from hearing.wrongs import Refused
from web.asking import perform
from web.doors import BENCH, Visitor
from web.office import Office
from web.typed import Fields, flag, instant, text, whole

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
    if view is not None and view not in office.edition_of(hearing).views:
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
    law = office.edition_of(hearing)
    if role not in law.groups["witnesses"] or person.iin is None:
        return False
    birth = born(person.iin)
    day = datetime.fromtimestamp(hearing.listing.scheduled_at, office.zone).date()
    return birth is not None and age(birth, day) < law.numbers["oath_age"]


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
