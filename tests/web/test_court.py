"""The court over its sittings: what breaks in one hearing is that hearing's affair, and a court that broke says so."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from hearing import acts as a
from hearing.hearings import Hearing, Phase
from hearing.participants import Actor, HearingId, PersonId, Role
from hearing.registry import schema
from hearing.registry.clerk import Clerk
from hearing.registry.office import DATABASE_FILE
from hearing.registry.office import Office as Registry
from hearing.rules import decide
from hearing.wrongs import Impossible
from tests.patience import PATIENCE_SECONDS
from tests.web.hall import ended, hall_of, is_view, told
from tests.web.house import EDITION, House
from tests.web.sittings import AT_ONCE, TYPED, bench
from web.app import healthz
from web.court import COURT
from web.office import OFFICE
from web.venue import LeaseLost, OneNode, SitsElsewhere


def _damage(data: Path, hearing: HearingId) -> None:
    """One fact of this journal is another now."""
    with sqlite3.connect(data / DATABASE_FILE) as database:
        database.execute("DROP TRIGGER entries_no_update")
        database.execute("UPDATE entries SET at = at - 1 WHERE hearing = ? AND version = 2", (hearing,))


async def test_a_damaged_journal_on_the_list_keeps_no_other_hearing_from_being_held(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with bench(data, model=None) as first:
        people = dict(first.house.people)
        damaged = await first.house.list_sanction("7585-24-00-2/102")
        first.house.people = people
    _damage(data, damaged)
    async with bench(data, first, model=None) as second:
        with pytest.raises(Impossible):
            await second.court.sitting(damaged)
        await second.ask("judge", "order_remote", order=TYPED["order"])
        await second.enter("judge")
        assert not second.court.risen.is_set()


async def test_a_server_whose_court_broke_is_no_longer_healthy(tmp_path: Path) -> None:
    async def breaks() -> None:
        raise Impossible("a bug of ours")

    async with bench(tmp_path / "data", model=None) as held:
        app = web.Application()
        app[OFFICE], app[COURT] = held.house.office, held.court
        app.router.add_get("/healthz", healthz)
        async with TestClient(TestServer(app)) as client:
            assert (await client.get("/healthz")).status == 200
            held.court.spawn(breaks())
            async with asyncio.timeout(PATIENCE_SECONDS):
                await held.court.risen.wait()
            assert (await client.get("/healthz")).status == 503


async def test_a_page_that_knocks_at_a_sitting_that_broke_is_told_to_come_back(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as held:
        held.id = await held.house.list_sanction("7585-24-00-2/102", scheduled_at=time.time() + 7200)
        async with hall_of(held) as hall:
            counsel = await hall.come_in("counsel")
            await held.registry.keys.destroy((await held.now()).case, time.time())
            async with hall.page(counsel) as page:
                assert await ended(page) == 1013


async def test_a_page_at_a_hearing_that_is_over_has_no_tape_read_or_opened(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as held:
        held.id = await held.house.list_sanction("7585-24-00-2/102", scheduled_at=time.time() + 7200)
        async with hall_of(held) as hall:
            counsel = await hall.come_in("counsel")
            await held.ask("judge", "vacate", reason=TYPED["pause"])
            await held.registry.keys.destroy((await held.now()).case, time.time())
            async with hall.page(counsel) as page:
                await told(page, lambda m: m["t"] == "view" and m["hearing"]["phase"] == Phase.VACATED)
        assert not (held.court.tapes / held.id).exists()


class Interrupted(Clerk):
    """Somebody opens the lobby in the very moment in which this clerk has told how a hearing stands."""

    async def standing(self, name: HearingId) -> tuple[Hearing, int]:
        found = await super().standing(name)
        if found[0].phase is Phase.LISTED:
            await self.perform(name, a.OpenLobby(), Actor(PersonId("a-1"), Role.COURT_SECRETARY), time.time())
        return found


async def test_what_is_written_while_a_sitting_begins_reaches_its_pages(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as held:
        held.id = await held.house.list_sanction("7585-24-00-2/102", scheduled_at=time.time() + 7200)
        async with hall_of(held) as hall:
            counsel = await hall.come_in("counsel")
            clerk = Interrupted(held.registry, partial(decide, edition=AT_ONCE))
            held.court.office = replace(held.house.office, clerk=clerk)
            async with hall.page(counsel) as page:
                await told(page, lambda m: m["t"] == "view" and m["hearing"]["phase"] == Phase.LOBBY)


class Contested(OneNode):
    """A venue at which a lease may be lost, and another node may have it."""

    node = "http://one"

    def __init__(self) -> None:
        self.other: str | None = None
        self.lost = asyncio.Event()

    async def claim(self, what: str) -> str | None:
        return self.other

    async def keep(self, what: str) -> None:
        await self.lost.wait()
        raise LeaseLost(what)


async def test_a_sitting_whose_lease_is_lost_stops_its_pages_come_back_and_the_court_goes_on(tmp_path: Path) -> None:
    venue = Contested()
    async with bench(tmp_path / "data", model=None, venue=venue) as held:
        held.id = await held.house.list_sanction("7585-24-00-2/102", scheduled_at=time.time() + 7200)
        async with hall_of(held) as hall:
            counsel = await hall.come_in("counsel")
            async with hall.page(counsel) as page:
                await told(page, is_view)
                sitting = await held.sitting()
                venue.other = "http://two"
                venue.lost.set()
                assert await ended(page) == 1013
                await sitting.ended.wait()
            async with hall.page(counsel) as page:
                assert await ended(page) == 1013
            with pytest.raises(SitsElsewhere, match="two"):
                await held.sitting()
            venue.other = None
            venue.lost.clear()
            async with hall.page(counsel) as page:
                await told(page, is_view)
        assert not held.court.risen.is_set()


async def test_the_court_forgets_who_is_no_longer_signed_in(tmp_path: Path) -> None:
    data = tmp_path / "data"

    async def kept(registry: Registry) -> int:
        async with registry.store.reading() as connection:
            return await connection.scalar(select(func.count()).select_from(schema.sessions)) or 0

    async with bench(data, model=None) as first:
        sessions, account = first.house.registry.docket.sessions, first.house.accounts["judge"].id
        for lifetime in (-1.0, 3600.0):
            with suppress(ValueError):
                await sessions.open(time.time(), account=account, lifetime=lifetime)
        assert await kept(first.house.registry) == 2
    async with bench(data, first, model=None) as second:
        assert await kept(second.house.registry) == 1


async def test_a_setting_opens_the_lobby_later_and_never_before_the_rules_let_it(house: House) -> None:
    hearing = await house.state(await house.list_sanction())
    lawful = EDITION.numbers["lobby_opens_minutes"]
    set_to = {5: 5, None: lawful, lawful + 50: lawful}
    found = {one: replace(house.office, lobby_minutes=one).lobby_opens_minutes(hearing) for one in set_to}
    assert found == set_to
