"""A seat's second devices: the camera that publishes for it and the screen that shows what it may see."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.courtroom import Courtroom
from media.relay.lending import LINGER_NS, share
from media.relay.lines import camera_of, screen_of
from media.wire import rtcp
from media.wire.answer import BadOffer
from media.wire.clock import SECOND, now_ns
from media.wire.door import Door
from media.wire.ice import CONSENT_NS
from tests.media.relay.conftest import JUDGE, SUSPECT, TOGETHER
from tests.media.sdp import Part
from tests.media.visitor import Visitor
from tests.patience import PATIENCE_SECONDS

HELD = replace(TOGETHER, in_session=True)
RECEIVE = [Part("audio", "recvonly"), Part("video", "recvonly")]


async def camera_for(courtroom: Courtroom, seat: SeatId) -> Visitor:
    camera = Visitor(courtroom, camera_of(seat))
    await camera.offer(
        [Part("audio", "sendonly", camera.audio), Part("video", "sendonly", camera.video, camera.repair)]
    )
    camera.check()
    await camera.shake()
    return camera


async def test_the_newer_picture_is_shown_and_the_seats_own_comes_back(judge: Visitor, suspect: Visitor) -> None:
    picture = judge.heard_ssrcs()[1]
    suspect.show(1, key=True, payload=b"page")
    await judge.until(lambda: len(judge.of(picture)) == 1)
    camera = await camera_for(judge.courtroom, SUSPECT)
    camera.show(1, key=True, payload=b"hall")
    await judge.until(lambda: len(judge.of(picture)) == 2)
    suspect.show(2, key=True, payload=b"page")
    camera.show(2, payload=b"hall")
    await judge.until(lambda: len(judge.of(picture)) == 3)
    await suspect.offer()
    camera.show(3, payload=b"hall")
    await judge.until(lambda: len(judge.of(picture)) == 4)
    judge.courtroom.hang_up(camera_of(SUSPECT))
    suspect.show(3, key=True, payload=b"page")
    await judge.until(lambda: len(judge.of(picture)) == 5)
    assert [p[2:] for p in judge.payloads(picture)] == [b"page", b"hall", b"hall", b"hall", b"page"]
    numbers = [packet.sequence for packet in judge.of(picture)]
    assert [(b - numbers[0]) & 0xFFFF for b in numbers] == [0, 1, 2, 3, 4]
    await camera.close()


async def test_a_camera_is_neither_an_arrival_nor_a_listener(courtroom: Courtroom, judge: Visitor) -> None:
    courtroom.apply(HELD)
    camera = await camera_for(courtroom, SUSPECT)
    camera.speak(1)
    camera.show(1, key=True)
    judge.speak(1)
    await camera.until(lambda: courtroom.connected(camera_of(SUSPECT)))
    assert not courtroom.connected(SUSPECT)
    events = courtroom.line_events()
    assert [events.get_nowait().seat for _ in range(events.qsize())] in ([], [JUDGE])
    assert camera.packets == []
    assert set(courtroom.deliveries()) == {JUDGE}
    with pytest.raises(BadOffer):
        await Visitor(courtroom, camera_of(JUDGE)).offer(RECEIVE)
    await camera.close()


async def test_a_camera_of_a_seat_that_is_not_on_the_floor_is_seen_by_nobody(judge: Visitor, suspect: Visitor) -> None:
    judge.courtroom.apply(Floor(recorded_video=SUSPECT))
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    sent = judge.courtroom.packets_to(JUDGE)
    camera = await camera_for(judge.courtroom, SUSPECT)
    camera.show(1, key=True)
    camera.speak(1)
    await camera.until(lambda: len(ears) == 2)
    assert {r.seat for r in ears} == {SUSPECT}
    assert judge.courtroom.packets_to(JUDGE) == sent
    await camera.close()


async def test_a_microphone_switched_off_on_the_page_is_off_in_the_hall(judge: Visitor, suspect: Visitor) -> None:
    sound = judge.heard_ssrcs()[0]
    camera = await camera_for(judge.courtroom, SUSPECT)
    camera.speak(1, b"on")
    await judge.until(lambda: judge.payloads(sound) == [b"on"])
    judge.courtroom.hush(SUSPECT, True)
    camera.speak(2, b"off")
    camera.show(1, key=True)
    await judge.until(lambda: bool(judge.of(judge.heard_ssrcs()[1])))
    judge.courtroom.hush(SUSPECT, False)
    camera.speak(3, b"on again")
    await judge.until(lambda: len(judge.of(sound)) == 2)
    assert judge.payloads(sound) == [b"on", b"on again"]
    await camera.close()


async def test_two_devices_of_a_seat_leave_no_clock_on_the_record(judge: Visitor, suspect: Visitor) -> None:
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    camera = Visitor(judge.courtroom, camera_of(SUSPECT))
    await camera.offer([Part("video", "sendonly", camera.video)])
    camera.check()
    await camera.shake()
    camera.show(1, key=True)
    suspect.speak(1)
    await judge.until(lambda: len(judge.of(judge.heard_ssrcs()[0])) == 1 and len(ears) == 2)
    camera.send_report(rtcp.sender_report(camera.video, 1 << 40, 3000, 1, 7))
    suspect.send_report(rtcp.sender_report(suspect.audio, 1 << 50, 960, 1, 4))
    suspect.speak(2)
    camera.show(2)
    await camera.until(lambda: len(ears) == 4)
    assert not any(r.is_rtcp for r in ears)
    await camera.close()


async def test_a_screen_is_lent_to_whoever_speaks_and_only_while_the_hearing_is_held(
    courtroom: Courtroom, judge: Visitor, suspect: Visitor
) -> None:
    third = SeatId("s-third")
    everyone = frozenset({JUDGE, SUSPECT})
    aside = replace(TOGETHER, hears={third: everyone}, sees={third: everyone}, recorded_video=JUDGE)
    courtroom.apply(aside)
    ears: list[Received] = []
    courtroom.listen(ears.append)
    screen = Visitor(courtroom, screen_of(third))
    await screen.offer(RECEIVE)
    screen.check()
    await screen.shake()
    assert "a=msid:floor-1 floor-1-video" in screen.answer
    sound, picture, _ = screen.heard_ssrcs()
    judge.speak(1, b"aside", level=127)
    await judge.until(lambda: len(ears) == 1)
    assert courtroom.packets_to(screen_of(third)) == 0

    courtroom.apply(replace(aside, in_session=True))
    judge.show(1, key=True, payload=b"bench")
    await screen.until(lambda: [p[2:] for p in screen.payloads(picture)] == [b"bench"])
    suspect.speak(1, b"not yet", level=20)
    await judge.until(lambda: len(ears) == 3)
    suspect.show(1, key=True, payload=b"dock")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b"I" not in screen.payloads(sound):
            spoken = len(ears)
            suspect.speak(spoken, b"I", level=20)
            await judge.until(lambda: len(ears) > spoken)  # noqa: B023 - awaited at once
    assert b"aside" not in screen.payloads(sound)
    await screen.close()


async def test_who_consents_no_more_is_let_go_and_the_beat_goes_on_for_the_others(door: Door) -> None:
    late = 0
    courtroom = Courtroom(door, clock=lambda: now_ns() + late)
    wrong: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
    screens = [Visitor(courtroom, screen_of(seat)) for seat in (JUDGE, SUSPECT)]
    for screen in screens:
        screen.deaf = True
        await screen.offer(RECEIVE)
        screen.check()
        await screen.shake()
    await screens[0].until(lambda: screens[0].asked_for_consent > 0)
    late = CONSENT_NS + SECOND
    async with asyncio.timeout(PATIENCE_SECONDS):
        while any(courtroom.has_peer(s.who) for s in screens):  # noqa: ASYNC110 - nothing comes to them any more
            await asyncio.sleep(0)
    assert wrong == []
    await courtroom.close()
    for screen in screens:
        await screen.close()


async def test_a_screen_that_offers_to_send_is_not_one(courtroom: Courtroom) -> None:
    with pytest.raises(BadOffer):
        await Visitor(courtroom, screen_of(JUDGE)).offer([Part("audio", "sendonly", 5)])


def test_a_section_stays_until_its_seat_is_silent_and_another_speaks() -> None:
    late = 10 * LINGER_NS
    assert share({"1": ""}, {"a": 0, "b": 0, "c": 0}, "b", late) == {"1": "b"}
    assert share({"1": "b"}, {"a": late, "b": 0, "c": 0}, "b", late) == {"1": "a"}
    assert share({"1": "a"}, {"a": late - LINGER_NS // 2, "b": late}, "b", late) == {"1": "a"}
    assert share({"1": "a", "2": ""}, {"a": 0, "b": late, "c": late}, None, late) == {"1": "b", "2": "c"}
    assert share({"1": "a", "2": "b"}, {"a": 0}, None, late) == {"1": "a", "2": ""}
    assert share({"1": "gone"}, {}, None, late) == {"1": ""}
