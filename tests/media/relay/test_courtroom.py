"""What passes through a courtroom, packet by packet."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.courtroom import Courtroom
from media.relay.hearability import Count, Ledger, Source
from media.relay.lines import LineDown, LineEvent, LineUp
from media.wire import rtcp
from media.wire.clock import SECOND, now_ns, to_ntp
from media.wire.door import Door
from tests.media.relay.conftest import JUDGE, SUSPECT, TOGETHER
from tests.media.visitor import Visitor


async def test_a_word_reaches_the_other_seat_under_the_listeners_own_numbers(judge: Visitor, suspect: Visitor) -> None:
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    for number in range(5):
        suspect.speak(65533 + number, b"word %d" % number)
    sound = judge.heard_ssrcs()[0]
    await judge.until(lambda: len(judge.of(sound)) == 5)
    assert judge.payloads(sound) == [b"word %d" % number for number in range(5)]
    numbers = [packet.sequence for packet in judge.of(sound)]
    assert [(b - a) & 0xFFFF for a, b in pairwise(numbers)] == [1] * 4
    times = [packet.timestamp for packet in judge.of(sound)]
    assert [(b - a) & 0xFFFFFFFF for a, b in pairwise(times)] == [960] * 4
    assert [(r.seat, r.kind, r.codec, r.ssrc) for r in ears] == [(SUSPECT, "audio", "opus", suspect.audio)] * 5
    assert judge.courtroom.levels()[SUSPECT] == 0.6


async def test_no_packet_seems_to_have_come_before_those_that_came_before_it(swinging: Courtroom) -> None:
    suspect = Visitor(swinging, SUSPECT)
    await suspect.enter()
    ears: list[Received] = []
    swinging.listen(ears.append)
    for number in range(100):
        suspect.speak(number, b"word")
    await suspect.until(lambda: len(ears) == 100)
    times = [received.arrival_ns for received in ears]
    assert times == sorted(times)
    await suspect.close()


async def test_a_picture_begins_with_a_key_frame_which_is_asked_for(judge: Visitor, suspect: Visitor) -> None:
    suspect.show(10)
    await suspect.until(lambda: len(suspect.asked(rtcp.PSFB, rtcp.PLI)) == 1)
    suspect.show(11)
    suspect.show(12, key=True)
    suspect.show(13)
    picture = judge.heard_ssrcs()[1]
    await judge.until(lambda: len(judge.of(picture)) == 2)
    first, second = judge.of(picture)
    assert (second.sequence - first.sequence) & 0xFFFF == 1


async def test_of_pictures_the_ears_get_the_court_cameras_alone(judge: Visitor, suspect: Visitor) -> None:
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    picture = judge.heard_ssrcs()[1]
    suspect.show(0, key=True)
    suspect.show(1)
    await judge.until(lambda: len(judge.of(picture)) == 2)
    judge.courtroom.apply(dataclasses.replace(TOGETHER, recorded_video=JUDGE))
    suspect.show(2, key=True)
    suspect.show(3)
    await judge.until(lambda: len(judge.of(picture)) == 4)
    judge.show(0, key=True)
    suspect.speak(0)
    await judge.until(lambda: len(ears) == 4)
    assert [(r.seat, r.kind) for r in ears[:2]] == [(SUSPECT, "video")] * 2
    assert {(r.seat, r.kind) for r in ears[2:]} == {(JUDGE, "video"), (SUSPECT, "audio")}


async def test_a_closed_gate_passes_nothing_not_even_a_repetition(judge: Visitor, suspect: Visitor) -> None:
    sound = judge.heard_ssrcs()[0]
    suspect.speak(1, b"open")
    await judge.until(lambda: len(judge.of(sound)) == 1)
    number = judge.of(sound)[0].sequence
    judge.courtroom.apply(NOBODY)
    sent = judge.courtroom.packets_to(JUDGE)
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    suspect.speak(2, b"secret")
    judge.send_report(rtcp.nack(1, sound, [number, number + 1]))
    suspect.speak(3, b"secret")
    judge.speak(1, b"secret")
    await suspect.until(lambda: len(ears) == 3)
    assert judge.courtroom.packets_to(JUDGE) == sent
    assert suspect.packets == []

    judge.courtroom.apply(TOGETHER)
    suspect.speak(4, b"open again")
    await judge.until(lambda: len(judge.of(sound)) == 2)
    assert judge.payloads(sound) == [b"open", b"open again"]
    assert (judge.of(sound)[1].sequence - number) & 0xFFFF == 1
    judge.send_report(rtcp.nack(1, sound, [number]))
    suspect.speak(5, b"last")
    await judge.until(lambda: len(judge.of(sound)) == 3)
    assert judge.payloads(sound)[-1] == b"last"


async def test_an_interpreters_channel_reaches_only_who_listens_to_it(judge: Visitor, suspect: Visitor) -> None:
    """Here the suspect's seat speaks into a channel; the floor itself gives the judge their voice."""
    sound = judge.heard_ssrcs()[0]
    apart = dataclasses.replace(TOGETHER, channels={SUSPECT: "kk"})
    heard: list[Received] = []
    judge.courtroom.listen(heard.append)
    stands: list[tuple[Floor, dict[str, str]]] = [
        (apart, {}),
        (apart, {JUDGE: "kk"}),
        (apart, {JUDGE: "ru"}),
        (TOGETHER, {JUDGE: "ru"}),
    ]
    for number, (floor, channels) in enumerate(stands, 1):
        judge.courtroom.tune(channels)
        judge.courtroom.apply(floor)
        suspect.speak(number, b"word %d" % number)
        await suspect.until(lambda number=number: len(heard) == number)  # type: ignore[misc]
    await judge.until(lambda: len(judge.of(sound)) == 2)
    assert judge.payloads(sound) == [b"word 2", b"word 4"]
    assert [r.seat for r in heard] == [SUSPECT] * 4


async def test_a_voice_left_out_by_choice_is_not_expected_at_that_listener(judge: Visitor, suspect: Visitor) -> None:
    judge.courtroom.apply(dataclasses.replace(TOGETHER, channels={SUSPECT: "kk"}))
    assert (SUSPECT, "audio") not in judge.courtroom.deliveries()[JUDGE]
    judge.courtroom.tune({JUDGE: "kk"})
    assert (SUSPECT, "audio") in judge.courtroom.deliveries()[JUDGE]
    ledger, sent = Ledger(1.0), 0
    for second in range(10):
        chosen = second < 4
        sent += 50 * chosen
        expected: dict[Source, int] = {(SUSPECT, "audio"): sent} if chosen else {}
        found = ledger.expect(float(second), JUDGE, expected)
        ledger.sent(float(second), JUDGE, expected)
        assert found + ledger.told(float(second), JUDGE, float(second), {(SUSPECT, "audio"): Count(sent)}) == []
    assert ledger.flush(10.0) == []


async def test_hearing_is_not_seeing(judge: Visitor, suspect: Visitor) -> None:
    judge.courtroom.apply(Floor(hears={JUDGE: frozenset({SUSPECT})}))
    suspect.show(1, key=True)
    suspect.speak(1)
    sound, picture = judge.heard_ssrcs()[:2]
    await judge.until(lambda: len(judge.of(sound)) == 1)
    assert judge.of(picture) == []


async def test_a_line_that_falls_silent_is_down_after_three_seconds(door: Door) -> None:
    shift = 0
    courtroom = Courtroom(door, clock=lambda: now_ns() + shift)
    visitor = Visitor(courtroom, JUDGE)
    await visitor.enter()
    visitor.speak(1)
    assert isinstance(await courtroom.line_events().get(), LineUp)
    await visitor.until(lambda: courtroom.link(JUDGE).rtt_ms is not None)
    shift = int(2.5 * SECOND)
    await visitor.until(lambda: visitor.checks > 1)
    assert courtroom.line_events().empty()
    visitor.deaf = True
    shift += int(3.2 * SECOND)
    event = await courtroom.line_events().get()
    assert isinstance(event, LineDown)
    assert event.why == "silent"
    visitor.speak(2)
    assert isinstance(await courtroom.line_events().get(), LineUp)
    await courtroom.close()
    await visitor.close()


async def test_both_streams_of_a_seat_are_reported_on_one_clock(judge: Visitor, suspect: Visitor) -> None:
    sound, picture = judge.heard_ssrcs()[:2]
    now = now_ns() - 3600 * SECOND
    suspect.speak(1)
    suspect.show(1, key=True)
    suspect.send_report(rtcp.sender_report(suspect.audio, to_ntp(now), 48000, 1, 1))
    suspect.send_report(rtcp.sender_report(suspect.video, to_ntp(now), 90000, 1, 1))
    suspect.speak(2)
    suspect.show(2)
    await judge.until(lambda: {rtcp.sender_info(p)[0] for p in judge.reports if p.kind == rtcp.SR} == {sound, picture})  # type: ignore[index]
    found = {info[0]: info for p in judge.reports if p.kind == rtcp.SR and (info := rtcp.sender_info(p))}
    assert found[sound][1] == found[picture][1]
    heard, seen = judge.of(sound)[0], judge.of(picture)[0]
    elapsed_sound = ((found[sound][2] - heard.timestamp) - (48000 - 960)) & 0xFFFFFFFF
    elapsed_picture = ((found[picture][2] - seen.timestamp) - (90000 - 3000)) & 0xFFFFFFFF
    assert abs(elapsed_sound / 48000 - elapsed_picture / 90000) < 0.001
    assert elapsed_sound / 48000 < 3


async def test_key_frames_are_asked_for_at_most_twice_a_second(judge: Visitor, suspect: Visitor) -> None:
    picture = judge.heard_ssrcs()[1]
    suspect.show(1, key=True)
    await judge.until(lambda: len(judge.of(picture)) == 1)
    asked = len(suspect.asked(rtcp.PSFB, rtcp.PLI))
    began = now_ns()
    for wanted in (1, 2):
        for _ in range(20):
            judge.send_report(rtcp.picture_loss(1, picture))
        await suspect.until(lambda n=asked + wanted: len(suspect.asked(rtcp.PSFB, rtcp.PLI)) == n)  # type: ignore[misc]
    assert now_ns() - began > SECOND // 2


async def test_the_more_people_publish_the_less_each_picture_may_take(judge: Visitor, suspect: Visitor) -> None:
    def limits(visitor: Visitor) -> set[int]:
        found = visitor.asked(rtcp.PSFB, rtcp.REMB)
        fields = [int.from_bytes(packet.body[12:16]) for packet in found]
        return {(field & 0x3FFFF) << (field >> 18 & 63) for field in fields}

    others = [Visitor(suspect.courtroom, SeatId(f"s-{number}")) for number in range(2)]
    for other in others:
        await other.enter()
    judge.courtroom.apply(Floor(recorded_video=JUDGE))
    judge.show(1, key=True)
    suspect.show(1, key=True)
    await suspect.until(lambda: any(440_000 < bits <= 450_000 for bits in limits(suspect)))
    await judge.until(lambda: any(590_000 < bits <= 600_000 for bits in limits(judge)))
    for other in others:
        await other.close()


async def test_a_reconnected_seat_continues_its_stream(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> None:
    sound = judge.heard_ssrcs()[0]
    suspect.speak(1, b"before")
    await judge.until(lambda: len(judge.of(sound)) == 1)
    again = Visitor(courtroom, SUSPECT)
    await again.enter()
    again.speak(40000, b"after")
    await judge.until(lambda: len(judge.of(sound)) == 2)
    first, second = judge.of(sound)
    assert (second.sequence - first.sequence) & 0xFFFF == 1
    assert 0 < (second.timestamp - first.timestamp) & 0xFFFFFFFF < 48000 * 5
    events = []
    while not courtroom.line_events().empty():
        events.append(courtroom.line_events().get_nowait())
    assert [(type(e), e.seat) for e in events if e.seat == SUSPECT] == [
        (LineUp, SUSPECT),
        (LineDown, SUSPECT),
        (LineUp, SUSPECT),
    ]
    await again.close()


async def test_a_renegotiation_keeps_the_connection_and_every_section(judge: Visitor, suspect: Visitor) -> None:
    before = judge.courtroom.mapping(JUDGE)
    ssrcs, ufrag = judge.heard_ssrcs(), judge.said("ice-ufrag")
    await judge.offer()
    assert judge.courtroom.mapping(JUDGE) == before == {"2": (SUSPECT, "audio"), "3": (SUSPECT, "video")}
    assert (judge.heard_ssrcs(), judge.said("ice-ufrag")) == (ssrcs, ufrag)
    suspect.speak(1)
    await judge.until(lambda: len(judge.of(ssrcs[0])) == 1)


async def test_a_goodbye_takes_the_line_down_at_once(courtroom: Courtroom, suspect: Visitor) -> None:
    suspect.speak(1)
    await suspect.until(lambda: courtroom.connected(SUSPECT))
    await suspect.dtls.stop()
    events: list[LineEvent] = []
    while not events or not isinstance(events[-1], LineDown):
        events.append(await courtroom.line_events().get())
    assert events[-1].seat == SUSPECT
    assert not courtroom.has_peer(SUSPECT)


async def test_who_leaves_is_fed_to_nobody_and_a_newcomer_gets_new_sections(
    courtroom: Courtroom, judge: Visitor, suspect: Visitor
) -> None:
    before = len(courtroom.wanted(JUDGE))
    assert all(want.fed for want in courtroom.wanted(JUDGE))
    courtroom.leave(SUSPECT)
    assert courtroom.mapping(JUDGE) == {}
    assert len(courtroom.wanted(JUDGE)) == before
    witness = Visitor(courtroom, SeatId("s-witness"))
    await witness.enter()
    assert len(courtroom.wanted(JUDGE)) == before + 2
    assert [want.seat for want in courtroom.wanted(JUDGE) if not want.fed] == ["s-witness", "s-witness"]
    await judge.offer()
    assert all(want.fed for want in courtroom.wanted(JUDGE))
    assert courtroom.mapping(JUDGE) == {"4": ("s-witness", "audio"), "5": ("s-witness", "video")}

    again = Visitor(courtroom, SUSPECT)
    await again.enter()
    await judge.offer()
    assert len(courtroom.wanted(JUDGE)) == before + 2
    assert courtroom.mapping(JUDGE)["2"] == (SUSPECT, "audio")
    sound = judge.heard_ssrcs()[0]
    again.speak(1, b"back")
    await judge.until(lambda: judge.payloads(sound) == [b"back"])
    await again.close()
    await witness.close()
