"""What a narrow line has no room for is said to its page, so that nobody takes a missing picture for a fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientWebSocketResponse

from tests.web.hall import told
from tests.web.house import ORIGIN, visiting
from tests.web.sittings import Bench, bench

NARROW, WIDE = 100_000, 40_000_000
LARGE = b"large" * 200


@asynccontextmanager
async def page_of(court: Bench, name: str) -> AsyncIterator[ClientWebSocketResponse]:
    async with visiting(court) as browser:
        await browser.come_in(await court.house.pass_for(court.id, name))
        async with browser.client.ws_connect(f"/ws/{court.id}", headers={"Origin": ORIGIN}) as socket:
            yield socket


async def test_a_page_is_told_whose_picture_its_line_has_no_room_for_and_when_it_returns(tmp_path: Path) -> None:
    async with bench(tmp_path, model=None) as court:
        await court.open()
        suspect = await court.house.seat(court.id, "suspect")
        listener, film = court.speakers["prosecutor"]._visitor, court.speakers["suspect"]._visitor
        film.show(1, key=True)
        await listener.offer()
        shown = 1

        def lacks(message: dict[str, Any]) -> bool:
            """Pictures larger than the line go on until the court says that they are left out."""
            nonlocal shown
            listener.feels_narrow(NARROW)
            for _ in range(60):
                shown += 1
                film.show(shown, payload=LARGE)
            return message["t"] == "rtc.withheld" and suspect in message["seats"]

        async with page_of(court, "prosecutor") as page:
            await told(page, lacks)
            async with page_of(court, "counsel") as other:
                first = await told(other, lambda m: m["t"] in ("rtc.withheld", "rtc.link"))
                assert first["t"] == "rtc.link", "nothing is left out for whoever has room"
            listener.feels_narrow(WIDE)
            await told(page, lambda m: m["t"] == "rtc.withheld" and m["seats"] == [])


async def test_a_page_is_told_whose_picture_its_browser_cannot_decode(tmp_path: Path) -> None:
    async with bench(tmp_path, model=None) as court:
        await court.open()
        suspect = await court.house.seat(court.id, "suspect")
        listener = court.speakers["prosecutor"]._visitor
        listener.rewrite = lambda offer: offer.replace("VP8", "VP7")
        await listener.offer()
        async with page_of(court, "prosecutor") as page:
            said = await told(page, lambda m: m["t"] == "rtc.withheld")
            assert suspect in said["undecodable"]
            assert said["seats"] == []
