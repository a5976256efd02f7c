"""A court in this process: its pages are real, its clock is set by the test, its wire is of the test's making."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from hearing.hearings import Hearing
from hearing.participants import HearingId, Role
from hearing.registry.office import Office as Registry
from media.wire.door import Door
from tests.browser.courthouse import IINS, PATIENCE_SECONDS
from tests.media.narrow_wire import NarrowWire
from tests.web.house import PASSWORD, House
from transcripts.settings import SpeechSettings
from transcripts.transcriber import Transcriber
from web.app import build
from web.court import Court

STAFF = {"judge": Role.INVESTIGATING_JUDGE, "secretary": Role.COURT_SECRETARY}


@dataclass(frozen=True, slots=True)
class OpenCourt:
    """``house.at`` is its clock."""

    house: House
    hearing: HearingId
    url: str

    async def link(self, name: str) -> str:
        return (await self.house.pass_for(self.hearing, name)).link

    async def until(self, holds: Callable[[Hearing], bool]) -> Hearing:
        """Wait until the journal says so."""
        clerk = self.house.office.clerk
        async with asyncio.timeout(PATIENCE_SECONDS):
            version = await clerk.version(self.hearing)
            if not holds(await clerk.load(self.hearing)):
                async for _ in self.house.registry.journal.follow(self.hearing, version):
                    if holds(await clerk.load(self.hearing)):
                        break
        return await clerk.load(self.hearing)


@asynccontextmanager
async def open_court(data: Path, wire: NarrowWire) -> AsyncIterator[OpenCourt]:
    """A listed hearing, ordered to be held by video; its people have accounts and may be sent links."""
    async with AsyncExitStack() as stack:
        registry = await stack.enter_async_context(await Registry.open(data))
        door = await Door.open("127.0.0.1", 0, ["127.0.0.1"], announced_port=wire.port)
        stack.push_async_callback(door.close)
        wire.connect(door.port)
        stack.callback(wire.close)
        transcriber = await stack.enter_async_context(Transcriber(SpeechSettings(model=None), registry.words))
        entrance = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{entrance.getsockname()[1]}"
        house = House(registry, data, at=time.time())
        house.office = replace(house.office, origin=url)
        for name, role in STAFF.items():
            create = registry.docket.accounts.create
            house.accounts[name] = await create(IINS[name], PASSWORD, f"Сынақ {name}", [role], house.at, "kk")
        hearing = await house.list_sanction()
        await house.ask(hearing, "judge", "order_remote", order="№ 1")
        tapes = data / "tapes"
        tapes.mkdir()
        runner = web.AppRunner(build(house.office, Court(house.office, door, transcriber, registry.words, tapes, 2.0)))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, entrance).start()
        yield OpenCourt(house, hearing, url)
