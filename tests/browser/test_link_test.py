"""The link test with a real browser: what the server measures is what the wire carries."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from hearing.participants import SeatId
from media.relay.probe import ProbeFigures
from tests.browser.stage import Stage, staged
from tests.media.narrow_wire import NarrowWire

SEAT = SeatId("s-suspect")


async def measure(stage: Stage) -> tuple[ProbeFigures, ProbeFigures]:
    told: list[float] = []
    page = await stage.enter("o-nobody")
    await page.evaluate(f"window.probeSeat = '{SEAT}'; openProbe()")
    up = await stage.courtroom.probe(SEAT, "up", lambda share, *_: told.append(share))
    await page.evaluate("quiet()")
    down = await stage.courtroom.probe(SEAT, "down", lambda share, *_: told.append(share))
    assert told[-1] == 1.0
    assert all(0 <= share <= 1 for share in told)
    return up, down


async def test_a_narrow_line_is_measured_as_it_is(shared: Browser) -> None:
    async with staged(shared, NarrowWire(up=800_000, down=1_500_000)) as stage:
        up, down = await measure(stage)
    assert up.kbps == pytest.approx(800, rel=0.12)
    assert down.kbps == pytest.approx(1500, rel=0.12)
    for figures in (up, down):
        assert figures.seconds < 10
        assert figures.bytes < 10_000_000
        assert figures.loss < 0.05


async def test_a_wide_line_carries_more_than_the_norm(stage: Stage) -> None:
    up, down = await measure(stage)
    assert up.kbps > 1500
    assert down.kbps > 3000
    assert up.rtt_ms is not None
    assert up.rtt_ms < 100


async def test_a_device_is_too_busy_only_if_its_own_work_held_it_up(stage: Stage) -> None:
    """Over three seconds: what was sent, what came of it, and how much the browser had to do."""
    rows: list[tuple[int, int, dict[str, float], bool]] = [
        (900, 900, {"limited": 2.0}, True),
        (900, 900, {"encoding": 2.9}, True),
        (900, 900, {"drawn": 20}, True),
        (900, 900, {}, False),
        (2900, 900, {"limited": 2.0}, False),
        (4100, 4100, {"drawn": 20}, False),
    ]
    page = await stage.enter("o-nobody")
    for sent_kbps, found_kbps, work, busy in rows:
        after = {"at": 3.0, "bytes": sent_kbps * 3 * 125, "limited": 0.0, "encoding": 1.0, "drawn": 85} | work
        told = "async (all) => (await import('/js/probe.js')).tooBusy(...all)"
        assert await page.evaluate(told, [dict.fromkeys(after, 0), after, found_kbps]) is busy
