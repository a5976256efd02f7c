"""Two real browsers in one courtroom: what the floor allows is heard and seen, and nothing else arrives."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.lines import LineDown
from tests.browser.stage import Stage, eventually, line_up, staged
from tests.media.narrow_wire import NarrowWire

JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
BOTH = {JUDGE: frozenset({SUSPECT}), SUSPECT: frozenset({JUDGE})}
TOGETHER = Floor(hears=BOTH, sees=BOTH, recorded_video=JUDGE)


async def test_two_browsers_hear_and_see_each_other_as_the_floor_says(stage: Stage) -> None:
    heard: list[Received] = []
    stage.courtroom.listen(heard.append)
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    stage.courtroom.apply(TOGETHER)

    for page in (judge, suspect):
        await eventually(page, "(await inbound('video')).framesDecoded > 20")
        await eventually(page, "(await inbound('audio')).packetsReceived > 50")
    assert {r.seat for r in heard} == {JUDGE, SUSPECT}
    assert {r.codec for r in heard} >= {"opus", "vp8"}
    assert any(r.is_rtcp for r in heard)
    assert stage.courtroom.levels().keys() == {JUDGE, SUSPECT}


async def test_nothing_arrives_while_the_floor_says_nobody(stage: Stage) -> None:
    stage.courtroom.apply(NOBODY)
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    await eventually(judge, "(await outbound('video')).framesEncoded > 30")
    await eventually(suspect, "(await outbound('audio')).packetsSent > 50")
    for seat, page in ((JUDGE, judge), (SUSPECT, suspect)):
        assert stage.courtroom.packets_to(seat) == 0
        assert await page.evaluate("received()") == 0

    stage.courtroom.apply(Floor(hears={JUDGE: frozenset({SUSPECT})}))
    await eventually(judge, "(await inbound('audio')).packetsReceived > 20")
    assert (await judge.evaluate("inbound('video')")).get("packetsReceived", 0) == 0
    assert await suspect.evaluate("received()") == 0
    assert stage.courtroom.packets_to(SUSPECT) == 0

    stage.courtroom.apply(NOBODY)
    sent = stage.courtroom.packets_to(JUDGE)
    packets = (await outbound_count(suspect)) + 50
    await eventually(suspect, f"(await outbound('audio')).packetsSent > {packets}")
    assert stage.courtroom.packets_to(JUDGE) == sent


async def outbound_count(page: Page) -> int:
    count: int = (await page.evaluate("outbound('audio')"))["packetsSent"]
    return count


async def test_a_browser_that_comes_back_takes_its_seat_again(stage: Stage) -> None:
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    stage.courtroom.apply(TOGETHER)
    await eventually(judge, "(await inbound('video')).framesDecoded > 10")

    await suspect.evaluate("pc.close()")
    event = await stage.courtroom.line_events().get()
    assert isinstance(event, LineDown)
    assert event.seat == SUSPECT
    before = (await judge.evaluate("inbound('video')"))["framesDecoded"]
    await suspect.evaluate("join()")
    await line_up(stage.courtroom, SUSPECT)
    await eventually(judge, f"(await inbound('video')).framesDecoded > {before + 20}")
    await eventually(suspect, "(await inbound('video')).framesDecoded > 10")


async def test_an_ice_restart_keeps_the_connection(stage: Stage) -> None:
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    stage.courtroom.apply(TOGETHER)
    await eventually(judge, "(await inbound('video')).framesDecoded > 10")
    await judge.evaluate("pc.restartIce()")
    await stage.negotiate(judge)
    before = (await judge.evaluate("inbound('video')"))["framesDecoded"]
    await eventually(judge, f"(await inbound('video')).framesDecoded > {before + 30}")
    assert stage.courtroom.line_events().empty()


async def test_an_observer_receives_what_the_public_may_and_is_no_source(stage: Stage) -> None:
    judge = await stage.enter(JUDGE)
    await line_up(stage.courtroom, JUDGE)
    public = frozenset({JUDGE})
    stage.courtroom.apply(Floor(public_hears=public, public_sees=public))
    observer = await stage.enter("o-1")
    await eventually(observer, "(await inbound('video')).framesDecoded > 10")
    assert [want.seat for want in stage.courtroom.wanted(JUDGE)] == []
    await judge.evaluate("negotiate()")
    assert stage.courtroom.packets_to(JUDGE) == 0


async def test_what_the_wire_loses_is_recovered(shared: Browser) -> None:
    def every_twentieth(number: int, data: bytes) -> bool:
        return number > 200 and data[0] >= 128 and number % 20 == 0

    async with staged(shared, NarrowWire(drop_up=every_twentieth, drop_down=every_twentieth)) as stage:
        judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
        await line_up(stage.courtroom, JUDGE, SUSPECT)
        await stage.negotiate(judge, suspect)
        stage.courtroom.apply(TOGETHER)
        await eventually(judge, "(await inbound('video')).framesDecoded > 100", 30)
        await eventually(suspect, "(await outbound('video')).retransmittedPacketsSent > 5", 30)
        await eventually(judge, "(await inbound('video')).retransmittedPacketsReceived > 3", 30)
        audio = await judge.evaluate("inbound('audio')")
        assert audio["packetsLost"] < 0.02 * audio["packetsReceived"]
        assert stage.courtroom.link(SUSPECT).loss_up > 0


async def test_a_line_that_loses_sound_gives_repetitions_time_and_a_whole_one_does_not(
    shared: Browser,
) -> None:
    losing = True

    def some(number: int, data: bytes) -> bool:
        return losing and data[0] >= 128 and number % 11 == 0

    async with staged(shared, NarrowWire(drop_down=some)) as stage:
        await stage.sit(SUSPECT)
        judge = await stage.sit(JUDGE)
        await line_up(stage.courtroom, JUDGE, SUSPECT)
        stage.courtroom.apply(TOGETHER)
        await eventually(judge, "media.pc.getReceivers().some((r) => r.jitterBufferTarget > 0)", 60)
        losing = False
        await eventually(judge, "media.pc.getReceivers().every((r) => r.jitterBufferTarget === null)", 90)
