"""Who signs in at the court, and for how long. On both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from hearing.registry.errors import (
    Taken,
    TooManyAttempts,
    WrongCredentials,
)
from hearing.registry.limits import WINDOW, network_of
from hearing.registry.office import Office
from hearing.wrongs import Refused
from tests.hearing.registry.people import NOW, SUSPECT_IIN, an_iin
from tests.hearing.registry.quick import quick

PASSWORD = "құпия сөз 2026"


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
