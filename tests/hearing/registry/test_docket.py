"""The docket: what is kept under keys, who may enter, and that erasing erases. On both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from hearing.participants import HearingId, PassId, PersonId, TextRef
from hearing.registry.cases import Case
from hearing.registry.errors import (
    Damaged,
    Destroyed,
    KeyLost,
    NotFound,
    PassRefused,
    Taken,
    TooManyAttempts,
    WrongCredentials,
)
from hearing.registry.limits import WINDOW, network_of
from hearing.registry.office import Office
from hearing.registry.passes import CODE_LIMIT
from hearing.wrongs import Refused
from tests.hearing.registry.people import NOW, SUSPECT_IIN, an_iin
from tests.hearing.registry.quick import quick


def on_disk(folder: Path) -> bytes:
    """Everything the database has in its files, the write-ahead log included."""
    return b"".join(path.read_bytes() for path in folder.glob("tyndau.db*"))


H = HearingId("h-1")
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


async def test_an_account_signs_in_with_iin_and_password(office: Office) -> None:
    accounts = office.docket.accounts
    created = await accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", ["investigating_judge"], NOW, "ru")
    assert await accounts.sign_in(f" {SUSPECT_IIN} ", PASSWORD, "10.0.0.1", NOW) == created
    assert await accounts.by_iin(SUSPECT_IIN) == created
    assert await accounts.list() == [created]
    with pytest.raises(Taken, match="iin"):
        await accounts.create(SUSPECT_IIN, PASSWORD, "Another", [], NOW)


@pytest.mark.parametrize("easy", ["short", "aaaaaaaaaaaa", SUSPECT_IIN, f"x{SUSPECT_IIN}y", "x" * 600])
async def test_an_easy_password_is_refused(office: Office, easy: str) -> None:
    with pytest.raises(Refused, match="password_"):
        await office.docket.accounts.create(SUSPECT_IIN, easy, "Төлеген", [], NOW)


async def test_wrong_unknown_and_disabled_get_the_same_answer(office: Office) -> None:
    accounts = office.docket.accounts
    created = await accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", [], NOW)
    for number, password in ((SUSPECT_IIN, "wrong password"), (an_iin(1), PASSWORD), ("nonsense", PASSWORD)):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(number, password, "10.0.0.1", NOW)
    await accounts.change(created.id, disabled=True)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(SUSPECT_IIN, PASSWORD, "10.0.0.1", NOW)


async def test_guessing_is_limited_and_a_restart_forgives_nothing(url: str, tmp_path: Path) -> None:
    async with await Office.open(tmp_path / "data", url) as office:
        await quick(office).docket.accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", [], NOW)
        for second in range(5):
            with pytest.raises(WrongCredentials):
                await office.docket.accounts.sign_in(SUSPECT_IIN, "wrong password", "10.0.0.1", NOW + second)
    async with await Office.open(tmp_path / "data", url) as office:
        sign_in = quick(office).docket.accounts.sign_in
        with pytest.raises(TooManyAttempts) as limited:
            await sign_in(SUSPECT_IIN, PASSWORD, "10.0.0.1", NOW + 60)
        assert limited.value.retry_at == NOW + WINDOW
        await sign_in(SUSPECT_IIN, PASSWORD, "10.0.0.2", NOW + 60)
        await sign_in(SUSPECT_IIN, PASSWORD, "10.0.0.1", NOW + WINDOW + 5)


async def test_signing_in_rightly_clears_the_count(office: Office) -> None:
    accounts = office.docket.accounts
    await accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", [], NOW)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongCredentials):
                await accounts.sign_in(SUSPECT_IIN, "wrong password", "10.0.0.1", NOW)
        await accounts.sign_in(SUSPECT_IIN, PASSWORD, "10.0.0.1", NOW)


def test_a_household_is_one_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1")
    assert network_of("unix") == "unix"


async def test_a_new_password_ends_the_old_sessions(office: Office) -> None:
    account = await office.docket.accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", [], NOW)
    secret, _ = await office.docket.sessions.open(NOW, account=account.id)
    await office.docket.accounts.set_password(account.id, "another password")
    assert await office.docket.sessions.find(secret, NOW) is None
    await office.docket.accounts.sign_in(SUSPECT_IIN, "another password", "10.0.0.1", NOW)


async def test_a_session_lives_until_it_expires_or_is_ended(office: Office) -> None:
    account = await office.docket.accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", [], NOW)
    sessions = office.docket.sessions
    secret, opened = await sessions.open(NOW, account=account.id, lifetime=100)
    assert await sessions.find(secret, NOW + 99) == opened
    assert await sessions.find(secret, NOW + 100) is None
    assert await sessions.find("guess", NOW) is None
    await sessions.end(secret)
    assert await sessions.find(secret, NOW) is None
    other, _ = await sessions.open(NOW, account=account.id)
    await office.docket.accounts.change(account.id, disabled=True)
    assert await sessions.find(other, NOW) is None
    await sessions.prune(NOW + 10**6)


async def test_the_database_does_not_know_the_cookie(office: Office) -> None:
    account = await office.docket.accounts.create(SUSPECT_IIN, PASSWORD, "Төлеген", [], NOW)
    secret, session = await office.docket.sessions.open(NOW, account=account.id)
    async with office.store.reading() as connection:
        stored = (await connection.execute(text("SELECT * FROM sessions"))).all()
    assert secret not in str(stored)
    assert session.csrf not in str(stored)


async def test_a_pass_opens_by_link_and_by_code(office: Office) -> None:
    passes = office.docket.passes
    issued = await passes.issue(H, PersonId("p-1"), NOW, NOW + 100)
    assert len(issued.secret) >= 22
    assert len(issued.code) == 8
    assert (await passes.exchange(issued.secret, NOW + 1)).last_used_at == NOW + 1
    typed = f"{issued.code[:4].lower()}-{issued.code[4:]} "
    assert (await passes.exchange_code(typed, "10.0.0.1", NOW + 2)).person == "p-1"
    assert [one.id for one in await passes.of(H)] == [issued.pass_.id]
    async with office.store.reading() as connection:
        stored = str((await connection.execute(text("SELECT * FROM passes"))).all())
    assert issued.secret not in stored
    assert issued.code not in stored
    assert issued.secret not in repr(issued)


async def test_a_pass_that_is_revoked_expired_or_unknown_says_so(office: Office) -> None:
    passes = office.docket.passes
    issued = await passes.issue(H, PersonId("p-1"), NOW, NOW + 100, pass_id=PassId("x-1"))
    with pytest.raises(PassRefused, match="unknown"):
        await passes.exchange("guess", NOW)
    with pytest.raises(PassRefused, match="expired"):
        await passes.exchange(issued.secret, NOW + 100)
    await passes.extend(PassId("x-1"), NOW + 200)
    secret, session = await office.docket.sessions.open(NOW + 100, pass_id=PassId("x-1"))
    assert (session.hearing, session.person, session.expires_at) == (H, "p-1", NOW + 200)
    await passes.revoke(PassId("x-1"), NOW + 101)
    assert await office.docket.sessions.find(secret, NOW + 101) is None
    with pytest.raises(PassRefused, match="revoked"):
        await passes.exchange(issued.secret, NOW + 101)


async def test_a_pass_tells_how_its_delivery_went(office: Office) -> None:
    issued = await office.docket.passes.issue(H, PersonId("p-1"), NOW, NOW + 100)
    await office.docket.passes.note_delivery(issued.pass_.id, "email", "sent", NOW + 3)
    known = await office.docket.passes.get(issued.pass_.id)
    assert (known.channel, known.delivery, known.delivered_at) == ("email", "sent", NOW + 3)


async def test_guessing_codes_is_limited_for_a_network(office: Office) -> None:
    issued = await office.docket.passes.issue(H, PersonId("p-1"), NOW, NOW + 100)
    for _ in range(CODE_LIMIT):
        with pytest.raises(PassRefused, match="unknown"):
            await office.docket.passes.exchange_code("AAAAAAAA", "10.0.0.1", NOW)
    with pytest.raises(TooManyAttempts):
        await office.docket.passes.exchange_code(issued.code, "10.0.0.1", NOW)
    await office.docket.passes.exchange_code(issued.code, "10.0.0.2", NOW)


async def test_closing_the_observer_link_ends_the_observers(office: Office) -> None:
    observers, sessions = office.docket.observers, office.docket.sessions
    old = await observers.open(H, NOW)
    token = await observers.open(H, NOW + 1)
    assert await observers.check(old) is None
    assert await observers.check(token) == H
    secret, session = await sessions.open(NOW, observer=H)
    assert session.observer
    await observers.close(H)
    assert await observers.check(token) is None
    assert not await observers.is_open(H)
    assert await sessions.find(secret, NOW) is None
    with pytest.raises(ValueError, match="no door"):
        await sessions.open(NOW, observer=H)


async def test_every_access_is_listed(office: Office) -> None:
    await office.docket.log.note(NOW, "a-1", "viewed_file", H, subject="d-1")
    await office.docket.log.note(NOW + 1, "p-1", "downloaded", H, subject="d-1")
    assert [(one.who, one.what) for one in await office.docket.log.of(H)] == [
        ("a-1", "viewed_file"),
        ("p-1", "downloaded"),
    ]
