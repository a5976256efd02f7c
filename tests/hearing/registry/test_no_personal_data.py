"""The exported journal of a whole hearing is searched for everything personal that went into it."""

from __future__ import annotations

import dataclasses
import re
from functools import partial

from hearing import acts as a
from hearing import facts as f
from hearing.cases import WrongNumber, iin
from hearing.participants import HearingId, Role, SeatId
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office
from hearing.rules import decide
from tests.hearing.registry.people import an_iin
from tests.hearing.scripts import EDITION, NOBODY, NOON, actor, listing

H = HearingId("h-1")
PEOPLE = {
    "judge": ("Төлеген Серікұлы Айтбаев", "aitbaev@sot.example.kz", Role.INVESTIGATING_JUDGE, "courtroom"),
    "secretary": ("Гүлнәр Оразова", "+7 701 000 00 01", Role.COURT_SECRETARY, "courtroom"),
    "prosecutor": ("Ерлан Жұмабаев", "zhumabaev@example.kz", Role.PROSECUTOR, "elsewhere"),
    "suspect": ("Айбек Сейітов", "+7 701 000 00 02", Role.SUSPECT, "facility"),
    "counsel": ("Анна Петрова", "petrova@example.kz", Role.DEFENCE_COUNSEL, "elsewhere"),
}
REASON = "Сейітов Айбек тұрақты мекенжайы бар, балалары бар"


async def hold(office: Office) -> list[str]:
    """Hold a hearing through the docket and the clerk as the doors do, and return the journal's lines."""
    docket, clerk = office.docket, Clerk(office, partial(decide, edition=EDITION))
    case = await docket.cases.create("7585-24-00-2/101", NOON, "a-1", "247515031000123", "188")
    await clerk.perform(H, listing(case=case.id), NOBODY, NOON)
    for number, (who, (name, contact, role, place)) in enumerate(PEOPLE.items()):
        person = await docket.persons.add(case.id, name, an_iin(number * 50), contact, id=actor(who).person)
        identity = await docket.persons.identity(person.id)
        seat = SeatId(f"s-{who}")
        added = a.AddParticipant(person.id, role.value, seat, place, "ru", identity)
        await clerk.perform(H, added, NOBODY, NOON)
        issued = await docket.passes.issue(H, person.id, NOON, NOON + 86400)
        await clerk.perform(H, a.IssuePass(person.id, issued.pass_.id), NOBODY, NOON)
    order = a.OrderRemote(await docket.texts.deposit(case.id, REASON))
    await clerk.perform(H, order, actor("judge"), NOON)
    await clerk.perform(H, a.Vacate(order.order), actor("judge"), NOON)
    return [line async for line in office.journal.export(H)]


async def test_the_exported_journal_names_nobody(office: Office) -> None:
    lines = await hold(office)
    assert len(lines) > 10
    journal = "".join(lines)
    decoded = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), journal).lower()
    personal = {REASON, "7585-24-00-2/101", "247515031000123"}
    for number, (name, contact, _, _) in enumerate(PEOPLE.values()):
        personal |= {name, *name.split(), contact, an_iin(number * 50)}
    assert [word for word in personal if word.lower() in decoded] == []
    assert re.findall(r"[а-яёәіңғүұқөһ]{2,}|\+7|@", decoded) == []


async def test_no_twelve_digits_in_the_journal_are_anyones_iin(office: Office) -> None:
    journal = re.sub(r'"(?:digest|previous|identity)":"[^"]*"', "", "".join(await hold(office)))
    found = []
    for digits in re.findall(r"(?<![0-9a-f])[0-9]{12}(?![0-9a-f])", journal):
        try:
            found.append(iin(digits))
        except WrongNumber:
            continue
    assert found == []


async def test_the_identity_hash_differs_from_case_to_case(office: Office) -> None:
    hashes = set()
    for number in ("7585-24-00-2/101", "7585-24-00-2/102"):
        case = await office.docket.cases.create(number, NOON, "a-1")
        person = await office.docket.persons.add(case.id, "Айбек Сейітов", an_iin(1))
        hashes.add(await office.docket.persons.identity(person.id))
    assert len(hashes) == 2


def test_no_fact_has_a_field_for_personal_data() -> None:
    forbidden = re.compile(r"name$|iin|contact|^phone|mail|address|birth|surname|text$")
    named = {
        f"{kind.__name__}.{field.name}"
        for kind in f.FACTS.values()
        for field in dataclasses.fields(kind)  # type: ignore[arg-type]
        if forbidden.search(field.name) and "TextRef" not in str(field.type)
    }
    assert named <= {"FileSealed.name"}
