"""The second recorder in a court: it keeps the same, its trouble is not the hearing's, and the night compares both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from hearing.hearings import Phase, Recording
from hearing.participants import Actor, Role
from media.record.second import differences
from tests.media.record.disks import ThinDisk
from tests.web.sittings import PATIENCE, TYPED, Bench, bench
from web.connection import Connection
from web.reconciling import switch_on, switched_on


async def _stands() -> bool:
    return True


class Page(Connection):
    """The judge's page without a browser: it looks whenever it is shown the hearing."""

    def __init__(self, held: Bench) -> None:
        judge = Actor(held.house.people["judge"], Role.INVESTIGATING_JUDGE)
        super().__init__(web.WebSocketResponse(), judge, None, "en", observer=False, browser="", stands=_stands)
        self._held = held

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        sitting = await self._held.sitting()
        sitting.connections.add(self)
        async with asyncio.timeout(PATIENCE):
            while True:
                seen: dict[str, Any] = sitting.usher.view(self)["hearing"]
                if holds(seen):
                    return seen
                await self._awake.wait()
                self._awake.clear()


async def _recorded(held: Bench) -> None:
    """A hearing that was opened, spoke a sentence, and paused its record."""
    await held.open()
    await held.speakers["judge"].say("investigating_judge-1")
    await held.ask("secretary", "pause_recording", reason=TYPED["pause"])
    await held.until(lambda h: h.recording is Recording.PAUSED and len(h.tape_heads) > 2)


async def test_both_recorders_keep_the_same_packets(tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with bench(tmp_path / "data", model=None, second=second) as held:
        await _recorded(held)
        hearing = await held.now()
        await held.leave()
        await held.crash()
        key = await held.registry.keys.tapes(hearing.case)
        first = tmp_path / "data" / "tapes" / held.id
        assert differences(first, second / held.id, key) == []
        assert {path.name for path in first.iterdir()} == {path.name for path in (second / held.id).iterdir()}


async def test_a_second_path_that_cannot_be_written_leaves_the_hearing_alone(tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.write_text("a file where a folder should be")
    async with bench(tmp_path / "data", model=None, second=second) as held:
        await _recorded(held)
        assert (await held.now()).phase is Phase.OPEN
        seen = await Page(held).until(lambda shown: shown["second_recording"] is not None)
        assert seen["second_recording"] == "the disk failed"


async def test_a_second_disk_that_fills_up_is_told_to_the_court_until_there_is_room(tmp_path: Path) -> None:
    disk = ThinDisk(100_000_000)
    async with bench(tmp_path / "data", model=None, second=tmp_path / "second", second_disk=disk) as held:
        await held.open()
        page = Page(held)
        assert (await page.until(lambda shown: shown["recording"]["state"] == "rolling"))["second_recording"] is None
        disk.room = 20_000
        full = await page.until(lambda shown: shown["second_recording"] is not None)
        assert (full["second_recording"], full["recording"]["state"]) == ("the disk is full", "rolling")
        disk.room = 100_000_000
        assert await page.until(lambda shown: shown["second_recording"] is None)
        assert (await held.now()).recording is Recording.ROLLING


def test_it_is_switched_on_once(tmp_path: Path) -> None:
    assert switched_on(tmp_path / "second") is None
    switch_on(tmp_path / "second", 100.5)
    switch_on(tmp_path / "second", 900.0)
    assert switched_on(tmp_path / "second") == 100.5
