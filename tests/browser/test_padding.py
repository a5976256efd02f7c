"""Padding beside a hearing with real browsers: what the wire carries is found out, and the picture goes on."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from hearing.floor import Floor
from hearing.participants import SeatId
from tests.browser.stage import eventually, line_up, staged
from tests.media.narrow_wire import NarrowWire
from tests.media.relay.test_padding import padded

JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
WATCHED = Floor(hears={JUDGE: frozenset({SUSPECT})}, sees={JUDGE: frozenset({SUSPECT})})
NORM = 1000


@pytest.mark.parametrize(("bits", "below"), [(None, False), (800_000, True)])
async def test_padding_tells_whether_the_norm_passes(shared: Browser, bits: float | None, below: bool) -> None:
    async with staged(shared, NarrowWire(down=bits)) as stage:
        judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
        await line_up(stage.courtroom, JUDGE, SUSPECT)
        await stage.negotiate(judge, suspect)
        stage.courtroom.apply(WATCHED)
        await eventually(judge, "(await inbound('video')).framesDecoded > 20")
        found = await padded(stage.courtroom)
        assert (found.kbps < NORM) is below
        frames = (await judge.evaluate("inbound('video')"))["framesDecoded"]
        await eventually(judge, f"(await inbound('video')).framesDecoded > {frames + 20}")
