"""The court over its sittings: what breaks in one hearing is that hearing's affair, and a court that broke says so."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hearing.participants import HearingId
from hearing.registry.office import DATABASE_FILE
from hearing.wrongs import Impossible
from tests.web.sittings import TYPED, bench
from web.app import healthz
from web.court import COURT
from web.office import OFFICE

SECONDS = 20


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
            async with asyncio.timeout(SECONDS):
                await held.court.risen.wait()
            assert (await client.get("/healthz")).status == 503
