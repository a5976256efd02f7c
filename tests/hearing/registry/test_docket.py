"""The docket: what is kept under keys, and that erasing erases. On both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from hearing.participants import PersonId, TextRef
from hearing.registry.cases import Case
from hearing.registry.errors import (
    Damaged,
    Destroyed,
    KeyLost,
    NotFound,
    Taken,
)
from hearing.registry.office import Office
from hearing.wrongs import Refused
from tests.hearing.registry.people import NOW, SUSPECT_IIN, an_iin


def on_disk(folder: Path) -> bytes:
    """Everything the database has in its files, the write-ahead log included."""
    return b"".join(path.read_bytes() for path in folder.glob("tyndau.db*"))


PASSWORD = "құпия сөз 2026"
NUMBER = "7585-24-00-2/101"


@pytest.fixture
async def case(office: Office) -> Case:
    return await office.docket.cases.create(NUMBER, NOW, "a-1", "247515031000123", "188")


async def test_a_case_is_found_by_its_court_number(office: Office, case: Case) -> None:
    assert await office.docket.cases.find(f" {NUMBER}") == case
    assert await office.docket.cases.get(case.id) == case
    assert await office.docket.cases.list() == [case]
    assert await office.docket.cases.find("7585-24-00-2/102") is None


async def test_two_cases_cannot_have_one_number(office: Office, case: Case) -> None:
    with pytest.raises(Taken, match="court_number"):
        await office.docket.cases.create(NUMBER, NOW, "a-1")
    other = await office.docket.cases.create("7585-24-00-2/102", NOW, "a-1")
    with pytest.raises(Taken, match="court_number"):
        await office.docket.cases.change(other.id, court_number=NUMBER)


async def test_a_case_can_be_corrected(office: Office, case: Case) -> None:
    changed = await office.docket.cases.change(case.id, court_number="7585-24-00-2/7", erdr_number="", subject=" 190 ")
    assert (changed.court_number, changed.erdr_number, changed.subject) == ("7585-24-00-2/7", None, "190")
    assert await office.docket.cases.find("7585-24-00-2/7") == changed
    assert await office.docket.cases.find(NUMBER) is None


async def test_a_wrong_number_is_refused_before_anything_is_written(office: Office, case: Case) -> None:
    with pytest.raises(Refused, match="court_number"):
        await office.docket.cases.create("1", NOW, "a-1")
    with pytest.raises(Refused, match="iin_checksum"):
        await office.docket.persons.add(case.id, "Айбек", iin="061211600013")
    assert len(await office.docket.cases.list()) == 1
    assert await office.docket.persons.of_case(case.id) == []


async def test_persons_are_entered_read_and_corrected(office: Office, case: Case) -> None:
    persons = office.docket.persons
    added = await persons.add(case.id, " Айбек  Сейітов ", SUSPECT_IIN, " aibek@example.kz ", facility="СИ-18")
    assert added.name == "Айбек Сейітов"
    assert added.contact == "aibek@example.kz"
    assert await persons.get(added.id) == added
    changed = await persons.change(added.id, name="Айбек Сейтов", contact="")
    assert (changed.name, changed.contact, changed.iin, changed.facility) == (
        "Айбек Сейтов",
        None,
        SUSPECT_IIN,
        "СИ-18",
    )
    assert await persons.names([added.id, PersonId("p-nobody")]) == {added.id: "Айбек Сейтов"}
    with pytest.raises(NotFound):
        await persons.get(PersonId("p-nobody"))


async def test_no_name_shows_in_a_representation(office: Office, case: Case) -> None:
    added = await office.docket.persons.add(case.id, "Айбек Сейітов", SUSPECT_IIN)
    account = await office.docket.accounts.create(SUSPECT_IIN, PASSWORD, "Айбек Сейітов", ["suspect"], NOW)
    for shown in (repr(added), repr(account)):
        assert "Айбек" not in shown
        assert SUSPECT_IIN not in shown


async def test_the_same_text_has_the_same_reference_in_one_case_only(office: Office, case: Case) -> None:
    texts = office.docket.texts
    other = await office.docket.cases.create("7585-24-00-2/102", NOW, "a-1")
    ref = await texts.deposit(case.id, "Байланыс әлсіз, бірақ дауыс анық")
    assert await texts.deposit(case.id, "Байланыс әлсіз, бірақ дауыс анық") == ref
    assert await texts.deposit(other.id, "Байланыс әлсіз, бірақ дауыс анық") != ref
    assert await texts.read(ref) == "Байланыс әлсіз, бірақ дауыс анық"
    assert await texts.read_many([ref, TextRef("t-none")]) == {ref: "Байланыс әлсіз, бірақ дауыс анық"}
    with pytest.raises(NotFound):
        await texts.read(TextRef("t-none"))


async def test_a_text_moved_into_another_row_does_not_open(office: Office, case: Case) -> None:
    one = await office.docket.texts.deposit(case.id, "one")
    two = await office.docket.texts.deposit(case.id, "two")
    async with office.store.writing() as connection:
        await connection.execute(
            text("UPDATE texts SET sealed = (SELECT sealed FROM texts WHERE ref = :one) WHERE ref = :two"),
            {"one": one, "two": two},
        )
    with pytest.raises(Damaged):
        await office.docket.texts.read(two)


async def test_a_destroyed_case_cannot_be_read_again(office: Office, case: Case) -> None:
    person = await office.docket.persons.add(case.id, "Айбек", SUSPECT_IIN)
    ref = await office.docket.texts.deposit(case.id, "text")
    await office.docket.cases.destroy(case.id, NOW + 9)
    gone = await office.docket.cases.get(case.id)
    assert (gone.court_number, gone.subject, gone.destroyed_at) == ("", "", NOW + 9)
    assert await office.docket.cases.find(NUMBER) is None
    assert await office.docket.persons.names([person.id]) == {}
    assert await office.docket.texts.read_many([ref]) == {}
    with pytest.raises(Destroyed):
        await office.docket.persons.get(person.id)
    with pytest.raises(Destroyed):
        await office.docket.texts.read(ref)
    with pytest.raises(Destroyed):
        await office.keys.tapes(case.id)
    with pytest.raises(Destroyed):
        await office.docket.texts.deposit(case.id, "more")
    await office.docket.cases.create(NUMBER, NOW, "a-1")


async def test_a_destroyed_key_leaves_no_trace_in_the_database_files(tmp_path: Path) -> None:
    async with await Office.open(tmp_path) as office:
        case = await office.docket.cases.create(NUMBER, NOW, "a-1")
        async with office.store.reading() as connection:
            wrapped = await connection.scalar(text("SELECT wrapped_key FROM cases"))
        assert bytes(wrapped) in on_disk(tmp_path)
        await office.docket.cases.destroy(case.id, NOW)
        assert bytes(wrapped) not in on_disk(tmp_path)


async def test_the_database_holds_no_personal_data_in_the_clear(tmp_path: Path) -> None:
    async with await Office.open(tmp_path) as office:
        case = await office.docket.cases.create(NUMBER, NOW, "a-1", "247515031000123", "SUBJECT")
        await office.docket.persons.add(case.id, "NAME", SUSPECT_IIN, "CONTACT@example.kz", organisation="ORGANISATION")
        await office.docket.texts.deposit(case.id, "REASON")
        await office.docket.accounts.create(an_iin(5), "a long password", "JUDGENAME", ["judge"], NOW)
    stored = on_disk(tmp_path)
    secret = (NUMBER, "247515031000123", "SUBJECT", "NAME", SUSPECT_IIN, "CONTACT", "ORGANISATION", "REASON", an_iin(5))
    assert [word for word in secret if word.encode() in stored] == []


async def test_another_master_key_does_not_open_this_database(url: str, tmp_path: Path) -> None:
    async with await Office.open(tmp_path / "one", url):
        pass
    with pytest.raises(KeyLost, match="missing"):
        await Office.open(tmp_path / "two", url)
    async with await Office.open(tmp_path / "two"):
        pass
    with pytest.raises(KeyLost, match="another master key"):
        await Office.open(tmp_path / "two", url)


async def test_a_master_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    async with await Office.open(tmp_path):
        key = tmp_path / "master.key"
        assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    with pytest.raises(KeyLost, match="chmod 600"):
        await Office.open(tmp_path)
