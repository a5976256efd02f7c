"""The server is told to end while a hearing sits: pages are told at once, and everybody is back when it opens again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from aiohttp import WSCloseCode

from tests.browser.courthouse import Courthouse, list_hearing
from tests.patience import PATIENCE_SECONDS
from tests.web.hall import ended, is_view, told
from tests.web.test_two_nodes import arrivals, visiting


async def test_pages_are_told_that_the_server_ends_and_find_the_next(tmp_path: Path) -> None:
    house = Courthouse(tmp_path / "data", settings={"TYNDAU_SPEECH__MODEL": ""})
    async with house.sitting(), aiohttp.ClientSession() as session:
        listed = await list_hearing(house, session, "suspect")
        seat = (await listed.seats())["suspect"]
        headers = {"Authorization": f"Bearer {listed.judge.token}", "Origin": house.url}
        async with visiting(house, listed, "suspect"):
            async with session.ws_connect(f"{house.url}/ws/{listed.hearing}", headers=headers) as page:
                await told(page, is_view)
                await arrivals(listed, seat, 1)
                closing = asyncio.create_task(house.close())
                assert await ended(page) == WSCloseCode.SERVICE_RESTART
            async with asyncio.timeout(PATIENCE_SECONDS):
                await closing
            assert house.process is not None
            assert house.process.returncode == 0
            await house.open()
            await arrivals(listed, seat, 2)
    assert (await house.command("verify"))[0] == 0
