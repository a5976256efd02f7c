"""Padding beside a hearing: what a listener reports of it is what the line carries; a closed gate carries nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from hearing.floor import NOBODY
from media.relay.courtroom import Courtroom
from media.relay.feed import Feed
from media.relay.padding import LEAST_SENT, Padded, Padding, whole
from media.wire import transport_cc
from media.wire.clock import SECOND
from tests.media.relay.conftest import JUDGE
from tests.media.visitor import CC_ID, REPAIR_TYPE, Visitor
from tests.patience import PATIENCE_SECONDS

AT_ONCE = 20
ASKED = 1200


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


async def padded(courtroom: Courtroom) -> Padded:
    """Tried again, as the court does, while this machine is too busy to tell."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await courtroom.pad(JUDGE, ASKED)
            if found is not None:
                return found
            await asyncio.sleep(0)


async def test_a_wide_line_carries_the_padding(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    first = len(judge.packets)
    async with reporting(judge, 5000), asyncio.timeout(PATIENCE_SECONDS):
        while (found := await courtroom.pad(JUDGE, ASKED)) is None:
            await asyncio.sleep(0)
            first = len(judge.packets)
    assert found.kbps > 1100
    assert found.loss == 0
    padding = [packet for packet in judge.packets[first:] if packet.payload_type == REPAIR_TYPE]
    assert LEAST_SENT * whole(ASKED) <= len(padding) <= whole(ASKED) + 1
    assert all(packet.payload_length == 0 for packet in padding)


class Busy:
    """A feed, and a clock on which much time goes by once the first packet is sent."""

    open = True
    sent_bytes = 0
    now_ns = 0

    @property
    def peer(self) -> Busy:
        return self

    def pad(self, at_ns: int) -> int:
        self.now_ns = at_ns + SECOND
        return 1


async def test_a_machine_too_busy_to_send_proves_nothing_of_the_line() -> None:
    busy = Busy()
    padding = Padding(cast(Feed, busy), lambda: busy.now_ns)
    padding.told([(1, SECOND)])
    assert await padding.run(ASKED) is None


async def test_a_narrow_line_is_measured_below_the_norm(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    async with reporting(judge, 700):
        found = await padded(courtroom)
    assert 650 < found.kbps < 750


async def test_behind_a_closed_gate_nothing_is_sent(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    courtroom.apply(NOBODY)
    before = courtroom.packets_to(JUDGE)
    assert await courtroom.pad(JUDGE, ASKED) is None
    assert courtroom.packets_to(JUDGE) == before


async def test_a_listener_who_reports_nothing_proves_nothing(
    courtroom: Courtroom, judge: Visitor, suspect: Visitor
) -> None:
    await seen(judge, suspect)
    assert await courtroom.pad(JUDGE, ASKED) is None


async def test_one_line_is_padded_once_at_a_time(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    await seen(judge, suspect)
    async with reporting(judge, 5000):
        _, second = await asyncio.gather(padded(courtroom), courtroom.pad(JUDGE, ASKED))
    assert second is None
