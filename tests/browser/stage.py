"""A courtroom behind the smallest possible server, and real browsers that enter it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.forwarder import Forwarder
from media.relay.lines import LineUp
from media.wire.door import Door
from tests.browser.chromium import executable_path, launch_args
from tests.browser.rtc_page import HEARING_PAGE, PAGE
from tests.media.narrow_wire import NarrowWire

SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "js"
AWAKE = [
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
"""Several pages share one screen; those behind must go on like those in front."""


class Stage:
    """The courtroom, its address, and a browser; the page signals over plain HTTP."""

    def __init__(self, courtroom: Courtroom, url: str, browser: Browser) -> None:
        self.courtroom = courtroom
        self.url = url
        self.browser = browser

    async def enter(self, seat: str, *, layered: bool = False) -> Page:
        context = await self.browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        await page.goto(f"{self.url}/?seat={seat}")
        await page.evaluate(f"join({str(layered).lower()})")
        return page

    async def sit(self, seat: str) -> Page:
        """Enter with the live page's own connection, which looks after itself."""
        context = await self.browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
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
async def staged(wire: NarrowWire | None = None, host: str = LOOPBACK) -> AsyncIterator[Stage]:
    """A stage whose browsers reach the door directly, or through a wire of the test's making."""
    async with court(host, wire=wire) as (courtroom, url), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable_path(), args=launch_args() + AWAKE)
        yield Stage(courtroom, url, browser)
        await browser.close()


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
