"""A hearing that outlives its way: another network, another address, and IPv6, with the live page's own connection."""

from __future__ import annotations

from playwright.async_api import Browser

from hearing.floor import Floor
from hearing.participants import SeatId
from tests.browser.stage import eventually, line_up, staged
from tests.media.narrow_wire import NarrowWire

JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
BOTH = {JUDGE: frozenset({SUSPECT}), SUSPECT: frozenset({JUDGE})}
TOGETHER = Floor(hears=BOTH, sees=BOTH)
UFRAG = "sdp => sdp.match(/a=ice-ufrag:(.+)/)[1]"


async def test_media_return_by_themselves_when_the_way_is_lost_for_good(shared: Browser) -> None:
    wire = NarrowWire()
    async with staged(shared, wire) as stage:
        judge, suspect = await stage.sit(JUDGE), await stage.sit(SUSPECT)
        await line_up(stage.courtroom, JUDGE, SUSPECT)
        stage.courtroom.apply(TOGETHER)
        await judge.evaluate("media.want({ audio: 1, video: 1, fresh: true })")
        for page in (judge, suspect):
            await eventually(page, "(await inbound('video')).framesDecoded > 10")
            await eventually(page, "(await inbound('audio')).packetsReceived > 50")

        ways = wire.close_ways()
        assert ways >= 2
        for page in (judge, suspect):
            decoded = (await page.evaluate("inbound('video')"))["framesDecoded"]
            heard = (await page.evaluate("inbound('audio')"))["packetsReceived"]
            await eventually(page, f"(await inbound('video')).framesDecoded > {decoded + 20}", 40)
            await eventually(page, f"(await inbound('audio')).packetsReceived > {heard + 50}", 40)
            assert await page.evaluate("connections.size") == 1
            names: list[str] = await page.evaluate(f"offers.map({UFRAG})")
            assert names[-1] != names[0]


async def test_a_browser_comes_in_by_ipv6(shared: Browser) -> None:
    async with staged(shared, host="::1") as stage:
        judge, suspect = await stage.sit(JUDGE), await stage.sit(SUSPECT)
        await line_up(stage.courtroom, JUDGE, SUSPECT)
        stage.courtroom.apply(TOGETHER)
        await judge.evaluate("media.want({ audio: 1, video: 1, fresh: true })")
        for page in (judge, suspect):
            await eventually(page, "(await inbound('video')).framesDecoded > 10")
        assert ":" in (stage.courtroom.remote(JUDGE) or "")
