"""Passes: who comes in by them, how they end, and that every look is listed. On both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hearing.participants import HearingId, PassId, PersonId
from hearing.registry.errors import (
    PassRefused,
    TooManyAttempts,
)
from hearing.registry.office import Office
from hearing.registry.passes import CODE_LIMIT
from tests.hearing.registry.people import NOW

H = HearingId("h-1")


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
