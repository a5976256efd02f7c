"""A courtroom behind the smallest possible server, and pages of a real browser that enter it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page

from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.forwarder import Forwarder
from media.relay.lines import LineUp
from media.wire.door import Door
from tests.browser.rtc_page import HEARING_PAGE, PAGE
from tests.media.narrow_wire import NarrowWire

SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "js"


class Stage:
    """The courtroom, its address, and a browser; the page signals over plain HTTP."""

    def __init__(self, courtroom: Courtroom, url: str, browser: Browser) -> None:
        self.courtroom = courtroom
        self.url = url
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def visitor(self, *permissions: str) -> Page:
        """A page of somebody who shares nothing with the others but the Chromium."""
        context = await self._browser.new_context(permissions=permissions)
        self._contexts.append(context)
        return await context.new_page()

    async def clear(self) -> None:
        for context in self._contexts:
            await context.close()

    async def enter(self, seat: str, *, layered: bool = False) -> Page:
        page = await self.visitor("camera", "microphone")
        await page.goto(f"{self.url}/?seat={seat}")
        await page.evaluate(f"join({str(layered).lower()})")
        return page

    async def sit(self, seat: str) -> Page:
        """Enter with the live page's own connection, which looks after itself."""
        page = await self.visitor("camera", "microphone")
        await page.goto(f"{self.url}/hearing?seat={seat}")
        await page.wait_for_function("window.seated")
        return page

    async def negotiate(self, *pages: Page) -> None:
        for page in pages:
            await page.evaluate("negotiate()")


async def offer(request: web.Request) -> web.Response:
    said = await request.json()
    courtroom = request.app[COURTROOM]
    seat = SeatId(said["seat"])
    sdp = await courtroom.answer(seat, said["sdp"], probe=said.get("probe", False))
    wanted = [want.kind for want in courtroom.wanted(seat)]
    return web.json_response(
        {
            "sdp": sdp,
            "tracks": {mid: {"seat": s, "kind": k} for mid, (s, k) in courtroom.mapping(seat).items()},
            "wanted": {"audio": wanted.count("audio"), "video": wanted.count("video")},
        }
    )


COURTROOM: web.AppKey[Courtroom] = web.AppKey("courtroom", Courtroom)
LOOPBACK = "127.0.0.1"


def _page(text: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html")

    return page


@asynccontextmanager
async def court(
    host: str = LOOPBACK,
    *,
    wire: NarrowWire | None = None,
    forwarder: Forwarder | None = None,
    page: str = PAGE,
    more: Sequence[web.RouteDef] = (),
) -> AsyncIterator[tuple[Courtroom, str]]:
    """A courtroom whose door is at this address, and where its pages are: who takes part offers at ``/offer``."""
    door = await Door.open(host, 0, [host], announced_port=wire.port if wire else None)
    if wire is not None:
        wire.connect(door.port)
    courtroom = Courtroom(door, forwarder=forwarder)
    app = web.Application()
    app[COURTROOM] = courtroom
    app.router.add_post("/offer", offer)
    app.router.add_get("/", _page(page))
    app.router.add_get("/hearing", _page(HEARING_PAGE))
    app.router.add_static("/js", SCRIPTS)
    app.router.add_routes(more)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK if ":" in host else host, 0).start()
    address, port = runner.addresses[0]
    try:
        yield courtroom, f"http://{'localhost' if address == LOOPBACK else address}:{port}"
    finally:
        await courtroom.close()
        await runner.cleanup()
        await door.close()
        if wire is not None:
            wire.close()


@asynccontextmanager
async def staged(browser: Browser, wire: NarrowWire | None = None, host: str = LOOPBACK) -> AsyncIterator[Stage]:
    """A stage whose pages reach the door directly, or through a wire of the test's making."""
    async with court(host, wire=wire) as (courtroom, url):
        stage = Stage(courtroom, url, browser)
        try:
            yield stage
        finally:
            await stage.clear()


async def eventually(page: Page, condition: str, seconds: float = 20) -> None:
    """Wait in the page until an asynchronous condition holds."""
    await page.evaluate(f"until(async () => {condition}, {seconds * 1000})")


async def line_up(courtroom: Courtroom, *seats: SeatId) -> None:
    missing = set(seats)
    async with asyncio.timeout(20):
        while missing:
            event = await courtroom.line_events().get()
            if isinstance(event, LineUp):
                missing.discard(event.seat)
