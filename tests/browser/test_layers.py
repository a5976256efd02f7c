"""A browser sends its picture in three sizes; another, whose line narrows, is given a smaller one and decodes on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.async_api import Browser, Page

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Received
from tests.browser.stage import eventually, line_up, staged
from tests.media.narrow_wire import NarrowWire

JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
ONLY = {JUDGE: frozenset({SUSPECT})}
WIDE, NARROW = 1280, 320
NARROW_BITS = 350_000
FRAMES = 40


async def picture(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("inbound('video')")
    return found


async def test_a_listener_whose_line_narrows_gets_a_smaller_picture_and_decodes_on(shared: Browser) -> None:
    wire = NarrowWire()
    async with staged(shared, wire) as stage:
        heard: list[Received] = []
        stage.courtroom.listen(heard.append)
        suspect, judge = await stage.enter(SUSPECT, layered=True), await stage.enter(JUDGE)
        await line_up(stage.courtroom, SUSPECT, JUDGE)
        await stage.negotiate(judge)
        stage.courtroom.apply(Floor(hears=ONLY, sees=ONLY, recorded_video=SUSPECT))
        await eventually(judge, f"(await inbound('video')).frameWidth === {WIDE}", 40)
        await eventually(
            suspect, "(await stats('outbound-rtp')).filter(s => s.rid && s.framesEncoded > 20).length === 3"
        )
        before = await picture(judge)

        wire.narrow(down=NARROW_BITS)
        await eventually(judge, f"(await inbound('video')).frameWidth <= {NARROW * 2}", 40)
        smaller = await picture(judge)
        await eventually(judge, f"(await inbound('video')).framesDecoded > {smaller['framesDecoded'] + FRAMES}", 40)
        after = await picture(judge)
        assert after["frameWidth"] < before["frameWidth"]
        assert after["pliCount"] == before["pliCount"], "a frame could not be decoded"

        wire.narrow(down=None)
        await eventually(judge, f"(await inbound('video')).frameWidth === {WIDE}", 60)
        again = await picture(judge)
        assert again["framesDecoded"] > after["framesDecoded"]

        pictures = [r for r in heard if (r.seat, r.kind) == (SUSPECT, "video") and not r.is_rtcp and not r.is_rtx]
        streams = [r.ssrc for r in pictures]
        changes = sum(a != b for a, b in pairwise(streams))
        assert changes == len(set(streams)) - 1, "the ears were given layers mixed"
