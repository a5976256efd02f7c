"""Who comes when everybody is long there: the speaker is asked for a key frame, and the newcomer decodes from it on."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page

from hearing.floor import Floor
from hearing.participants import SeatId
from tests.browser.stage import eventually, line_up, staged

JUDGE, SUSPECT, COUNSEL = SeatId("s-judge"), SeatId("s-suspect"), SeatId("s-counsel")
SHOWN = frozenset({SUSPECT})
TOGETHER = Floor(hears={JUDGE: SHOWN, COUNSEL: SHOWN}, sees={JUDGE: SHOWN, COUNSEL: SHOWN})


async def outbound(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("outbound('video')")
    return found


async def inbound(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("inbound('video')")
    return found


async def test_a_newcomer_sees_from_one_key_frame_on_and_nobody_else_notices(shared: Browser) -> None:
    async with staged(shared) as stage:
        suspect, judge = await stage.enter(SUSPECT), await stage.enter(JUDGE)
        await line_up(stage.courtroom, SUSPECT, JUDGE)
        await stage.negotiate(judge)
        stage.courtroom.apply(TOGETHER)
        await eventually(judge, "(await inbound('video')).framesDecoded > 60", 40)
        sent, seen = await outbound(suspect), await inbound(judge)

        counsel = await stage.enter(COUNSEL)
        await line_up(stage.courtroom, COUNSEL)
        await stage.negotiate(counsel)
        stage.courtroom.apply(TOGETHER)
        await eventually(counsel, "(await inbound('video')).framesDecoded > 30", 40)
        asked = (await outbound(suspect))["keyFramesEncoded"] - sent["keyFramesEncoded"]
        assert asked >= 1, "no key frame comes by itself"
        assert (await inbound(counsel))["keyFramesDecoded"] <= asked
        await eventually(judge, f"(await inbound('video')).framesDecoded > {seen['framesDecoded'] + 30}", 40)
        assert (await inbound(judge))["pliCount"] == seen["pliCount"]
