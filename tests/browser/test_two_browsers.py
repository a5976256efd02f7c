"""Two real browsers in one courtroom: what the floor allows is heard and seen, and nothing else arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.courtroom import Courtroom, LineUp
from media.wire.door import Door
from tests.browser.rtc_page import PAGE

CHROMIUM = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--autoplay-policy=no-user-gesture-required",
]
JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
BOTH = {JUDGE: frozenset({SUSPECT}), SUSPECT: frozenset({JUDGE})}
TOGETHER = Floor(hears=BOTH, sees=BOTH)


class Stage:
    """A courtroom behind the smallest possible server, and a page that signals over plain HTTP."""

    def __init__(self, courtroom: Courtroom, url: str, browser: Browser) -> None:
        self.courtroom = courtroom
        self.url = url
        self.browser = browser

    async def enter(self, seat: str) -> Page:
        context = await self.browser.new_context(permissions=["camera", "microphone"])
        page = await context.new_page()
        await page.goto(f"{self.url}/?seat={seat}")
        await page.evaluate("join()")
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


async def page_source(_: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


COURTROOM: web.AppKey[Courtroom] = web.AppKey("courtroom", Courtroom)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    door = await Door.open("127.0.0.1", 0, ["127.0.0.1"])
    courtroom = Courtroom(door)
    app = web.Application()
    app[COURTROOM] = courtroom
    app.router.add_post("/offer", offer)
    app.router.add_get("/", page_source)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield Stage(courtroom, f"http://localhost:{port}", browser)
        await browser.close()
    await courtroom.close()
    await runner.cleanup()
    await door.close()


async def eventually(page: Page, expression: str, seconds: float = 20) -> Any:
    handle = await page.wait_for_function(expression, timeout=seconds * 1000, polling=200)
    return await handle.json_value()


async def line_up(courtroom: Courtroom, *seats: SeatId) -> None:
    missing = set(seats)
    async with asyncio.timeout(20):
        while missing:
            event = await courtroom.line_events().get()
            if isinstance(event, LineUp):
                missing.discard(event.seat)


async def test_two_browsers_hear_and_see_each_other_as_the_floor_says(stage: Stage) -> None:
    heard: list[Received] = []
    stage.courtroom.listen(heard.append)
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    stage.courtroom.apply(TOGETHER)

    for page in (judge, suspect):
        await eventually(page, "async () => (await inbound('video')).framesDecoded > 20")
        await eventually(page, "async () => (await inbound('audio')).packetsReceived > 50")
    assert {r.seat for r in heard} == {JUDGE, SUSPECT}
    assert {r.codec for r in heard} >= {"opus", "vp8"}
    assert any(r.is_rtcp for r in heard)
    assert stage.courtroom.levels().keys() == {JUDGE, SUSPECT}


async def test_nothing_arrives_while_the_floor_says_nobody(stage: Stage) -> None:
    stage.courtroom.apply(NOBODY)
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    await eventually(judge, "async () => (await outbound('video')).framesEncoded > 30")
    await eventually(suspect, "async () => (await outbound('audio')).packetsSent > 50")
    for seat, page in ((JUDGE, judge), (SUSPECT, suspect)):
        assert stage.courtroom.packets_to(seat) == 0
        assert await page.evaluate("received()") == 0

    stage.courtroom.apply(Floor(hears={JUDGE: frozenset({SUSPECT})}))
    await eventually(judge, "async () => (await inbound('audio')).packetsReceived > 20")
    assert (await judge.evaluate("inbound('video')")).get("packetsReceived", 0) == 0
    assert await suspect.evaluate("received()") == 0
    assert stage.courtroom.packets_to(SUSPECT) == 0

    stage.courtroom.apply(NOBODY)
    sent = stage.courtroom.packets_to(JUDGE)
    packets = (await outbound_count(suspect)) + 50
    await eventually(suspect, f"async () => (await outbound('audio')).packetsSent > {packets}")
    assert stage.courtroom.packets_to(JUDGE) == sent


async def outbound_count(page: Page) -> int:
    count: int = (await page.evaluate("outbound('audio')"))["packetsSent"]
    return count
