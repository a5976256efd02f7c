"""A court that stands still while it measures repeats that stretch, and never says that the line is bad."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.probe import CourtBusy, NoWay, Probe, ProbeFailed
from media.relay.probe_line import LATE_NS, MOST_REPEATS, ProbeLine
from media.wire.clock import MILLISECOND, now_ns
from media.wire.door import Door
from tests.media import sdp
from tests.media.relay.test_padding import reporting
from tests.media.visitor import Visitor

SEAT = SeatId("s-tested")
ENOUGH = 2000
"""More packets than a test takes to find out that a line of 1500 kbit/s is full."""


class Leaping:
    """The clock of a machine that stands still for a tenth of a second in every tenth, until it no longer ``lags``."""

    def __init__(self) -> None:
        self.lags = True
        self._began = now_ns()
        self._lost = 0

    def __call__(self) -> int:
        if self.lags:
            self._lost = (now_ns() - self._began) // (100 * MILLISECOND) * 100 * MILLISECOND
        return now_ns() + self._lost


@pytest.fixture
def clock() -> Leaping:
    return Leaping()


@pytest.fixture
async def courtroom(door: Door, clock: Leaping) -> AsyncIterator[Courtroom]:
    courtroom = Courtroom(door, clock=clock)
    yield courtroom
    await courtroom.close()


@pytest.fixture
async def visitor(courtroom: Courtroom) -> AsyncIterator[Visitor]:
    """Somebody whose page has asked for a test and was answered."""
    visitor = Visitor(courtroom, SEAT)
    parts = [sdp.Part("video", "sendonly", visitor.video, visitor.repair), sdp.Part("video", "recvonly")]
    fingerprint = visitor._certificate.getFingerprints()[0].value
    offer = sdp.write(parts, session=visitor.session, ufrag=visitor.ufrag, pwd=visitor.pwd, fingerprint=fingerprint)
    visitor.answer = await courtroom.answer(SEAT, offer, probe=True)
    yield visitor
    await visitor.close()


@pytest.fixture
def probe(courtroom: Courtroom, visitor: Visitor) -> Probe:
    probe = courtroom.probing(visitor.who)
    assert probe is not None
    return probe


def late_by(probe: Probe, leap: int) -> ProbeLine:
    """A line of a court whose every rest takes so much longer."""
    ticks = iter(range(0, 1000 * leap, leap))
    return ProbeLine(probe.peer, ticks.__next__)


async def test_only_a_rest_that_takes_much_longer_spoils_a_stretch(probe: Probe) -> None:
    line = late_by(probe, LATE_NS)
    await line.rest(0)
    assert not line.spoiled()
    line = late_by(probe, LATE_NS + 1)
    await line.rest(0)
    assert not line.spoiled(LATE_NS + 1)
    assert line.spoiled()
    line.begin_stretch()
    assert not line.spoiled()


async def test_a_court_that_stands_still_again_and_again_has_no_figure(probe: Probe) -> None:
    line = late_by(probe, 2 * LATE_NS)
    for _ in range(MOST_REPEATS):
        line.begin_stretch()
        await line.rest(0)
        assert line.spoiled()
    with pytest.raises(CourtBusy):
        line.spoiled()


async def test_while_the_court_stands_still_a_line_is_not_judged(
    courtroom: Courtroom, visitor: Visitor, clock: Leaping
) -> None:
    visitor.check()
    await visitor.shake()
    async with reporting(visitor, 1500):
        measuring = asyncio.create_task(courtroom.probe(SEAT, "down", lambda *_: None))
        await visitor.until(lambda: len(visitor.packets) > ENOUGH)
        assert not measuring.done()
        clock.lags = False
        found = await measuring
    assert found.kbps == pytest.approx(1500, rel=0.1)


async def test_who_never_came_has_no_way_and_the_court_is_not_to_blame(probe: Probe) -> None:
    probe.end()
    with pytest.raises(NoWay):
        await probe.measure("up", lambda: (0, 0), lambda *_: None)


async def test_without_a_probe_connection_there_is_no_figure(courtroom: Courtroom) -> None:
    with pytest.raises(ProbeFailed, match="no probe connection"):
        await courtroom.probe(SEAT, "up", lambda *_: None)
