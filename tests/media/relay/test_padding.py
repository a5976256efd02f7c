"""Padding beside a hearing: what a listener reports of it is what the line carries; a closed gate carries nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hearing.floor import NOBODY
from media.relay.courtroom import Courtroom
from media.wire import transport_cc
from media.wire.clock import SECOND
from tests.media.relay.conftest import JUDGE
from tests.media.visitor import CC_ID, REPAIR_TYPE, Visitor

AT_ONCE = 20


@asynccontextmanager
async def reporting(visitor: Visitor, line_kbps: float) -> AsyncIterator[None]:
    """The visitor tells when padding came in, as if over a line of this width."""

    async def report() -> None:
        told = count = 0
        arrived = SECOND
        while True:
            enough = told + AT_ONCE
            await visitor.until(lambda enough=enough: len(visitor.packets) >= enough)  # type: ignore[misc]
            rows: list[tuple[int, int]] = []
            for packet in visitor.packets[told:]:
                number = next((int.from_bytes(v[:2]) for i, v in packet.extensions() if i == CC_ID), None)
                arrived += int((len(packet.data) + 16 + 28) * 8 * 1e6 / line_kbps)
                if number is not None:
                    rows.append((number, arrived))
            told, count = len(visitor.packets), count + 1
            visitor.send_report(transport_cc.write(1, visitor.video, rows, count & 255))

    task = asyncio.create_task(report())
    try:
        yield
    finally:
        task.cancel()


async def seen(judge: Visitor, suspect: Visitor) -> None:
    """The judge sees the suspect: the feed is open, its stream has begun."""
    suspect.show(1, key=True)
    await judge.until(lambda: len(judge.packets) > 0)


async def test_a_wide_line_carries_the_padding(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    async with reporting(judge, 5000):
        found = await courtroom.pad(JUDGE, 1200)
    assert found is not None
    assert found.kbps > 1100
    assert found.loss == 0
    padding = [packet for packet in judge.packets if packet.payload_type == REPAIR_TYPE]
    assert len(padding) > AT_ONCE
    assert all(packet.payload_length == 0 for packet in padding)


async def test_a_narrow_line_is_measured_below_the_norm(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    async with reporting(judge, 700):
        found = await courtroom.pad(JUDGE, 1200)
    assert found is not None
    assert 650 < found.kbps < 750


async def test_behind_a_closed_gate_nothing_is_sent(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    courtroom.apply(NOBODY)
    before = courtroom.packets_to(JUDGE)
    assert await courtroom.pad(JUDGE, 1200) is None
    assert courtroom.packets_to(JUDGE) == before


async def test_a_listener_who_reports_nothing_proves_nothing(
    courtroom: Courtroom, judge: Visitor, suspect: Visitor
) -> None:
    await seen(judge, suspect)
    assert await courtroom.pad(JUDGE, 1200) is None


async def test_one_line_is_padded_once_at_a_time(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    async with reporting(judge, 5000):
        both = await asyncio.gather(courtroom.pad(JUDGE, 1200), courtroom.pad(JUDGE, 1200))
    assert [found is None for found in both] == [False, True]
