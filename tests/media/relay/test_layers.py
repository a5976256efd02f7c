"""Layers on their way to listeners: one at a time, changed at key frames, with numbers that never break."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from typing import cast

import pytest

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.allocation import Share
from media.relay.courtroom import Courtroom
from media.relay.layers import KEYFRAME_NS, LIVE_NS, NEWCOMER_NS, Layer, Meter
from media.relay.portions import TURN_NS
from media.relay.source import Source
from media.wire import rtcp, rtp, vp8
from media.wire.clock import SECOND
from media.wire.peer import Peer
from tests.media.relay.conftest import BOTH, JUDGE, SUSPECT, TOGETHER
from tests.media.visitor import LAYERS, Visitor


@pytest.fixture
async def layered(courtroom: Courtroom, judge: Visitor) -> AsyncIterator[Visitor]:
    """The suspect's browser sends three layers; the judge listens."""
    visitor = Visitor(courtroom, SUSPECT)
    visitor.layers = {rid: secrets.randbits(31) | 1 for rid in LAYERS}
    await visitor.enter()
    await judge.offer()
    courtroom.apply(TOGETHER)
    yield visitor
    await visitor.close()


def source_of(courtroom: Courtroom) -> Source:
    return courtroom._seating.sources[SUSPECT, "video"]


def give(courtroom: Courtroom, rid: str, temporal: int = 3) -> None:
    """Give the judge this layer, as an allotment would; there is no further turn in the test."""
    courtroom._portions._shared_ns = 1 << 62
    source = source_of(courtroom)
    (feed,) = source.feeds
    feed.rid = rid
    feed.thin(temporal)
    source.gated()
    source.want_keyframe(source.layers[rid])
    source.ask(courtroom._clock())


def given(courtroom: Courtroom) -> Mapping[SeatId, Share]:
    """The pictures that are allotted to the judge."""
    allotment = courtroom._portions.allotment(JUDGE)
    return allotment.pictures if allotment is not None else {}


def shown(judge: Visitor) -> list[tuple[str, int]]:
    """Layer and number of every picture that arrived, in order."""
    found = []
    for packet in judge.of(judge.heard_ssrcs()[1]):
        payload = packet.data[packet.payload_at + 6 :]
        found.append((LAYERS[payload[1]], int.from_bytes(payload[3:7], "big")))
    return found


def steps(judge: Visitor) -> tuple[set[int], set[int], set[int], list[int]]:
    """How sequence numbers, picture ids and TL0PICIDX go on, and how timestamps do."""
    packets = judge.of(judge.heard_ssrcs()[1])
    seen = [vp8.read(packet) for packet in packets]
    return (
        {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(packets)},
        {(b.picture - a.picture) & 0x7FFF for a, b in pairwise(seen)},
        {(b.tl0 - a.tl0) & 0xFF for a, b in pairwise(seen)},
        [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(packets)],
    )


async def test_layers_are_agreed_and_one_is_passed_on(judge: Visitor, layered: Visitor) -> None:
    assert "a=simulcast:recv q;h;f" in layered.answer.splitlines()
    assert {f"a=rid:{rid} recv" for rid in LAYERS} <= set(layered.answer.splitlines())
    give(judge.courtroom, "h")
    for number in range(5):
        for rid in LAYERS:
            layered.show_layer(rid, number, key=number == 0, named=number == 0)
    await judge.until(lambda: len(shown(judge)) == 5)
    assert shown(judge) == [("h", number) for number in range(5)]
    assert steps(judge)[:2] == ({1}, {1})


async def test_another_layer_begins_with_its_key_frame_and_no_number_breaks(judge: Visitor, layered: Visitor) -> None:
    courtroom = judge.courtroom
    give(courtroom, "h")
    for number in range(4):
        for rid in LAYERS:
            layered.show_layer(rid, number, key=number == 0)
    await judge.until(lambda: len(shown(judge)) == 4)
    give(courtroom, "q")
    low = layered.layers["q"]
    await layered.until(lambda: low in {rtcp.feedback_target(report) for report in layered.asked(rtcp.PSFB, rtcp.PLI)})
    for number in range(4, 12):
        for rid in LAYERS:
            layered.show_layer(rid, number, key=number == 8 and rid == "q", named=False)
    await judge.until(lambda: len(shown(judge)) == 12)
    assert shown(judge) == [("h", number) for number in range(8)] + [("q", number) for number in range(8, 12)]
    sequences, pictures, tl0s, times = steps(judge)
    assert sequences == pictures == {1}
    assert tl0s <= {0, 1}
    assert all(0 < step < 90_000 * 5 for step in times)


async def test_a_layer_that_nobody_gets_reaches_nobody(judge: Visitor, layered: Visitor) -> None:
    give(judge.courtroom, "q")
    for number in range(3):
        for rid in ("f", "h", "q"):
            layered.show_layer(rid, number, key=True)
    await judge.until(lambda: len(shown(judge)) == 3)
    assert {rid for rid, _ in shown(judge)} == {"q"}


async def test_upper_temporal_layers_are_left_out_and_numbers_close_over_them(judge: Visitor, layered: Visitor) -> None:
    give(judge.courtroom, "h")
    pattern = (0, 2, 1, 2)
    for number in range(8):
        layered.show_layer("h", number, key=number == 0, temporal=pattern[number % 4])
    await judge.until(lambda: len(shown(judge)) == 8)
    give(judge.courtroom, "h", temporal=0)
    for number in range(8, 17):
        layered.show_layer("h", number, temporal=pattern[number % 4])
    await judge.until(lambda: len(shown(judge)) == 11)
    give(judge.courtroom, "h", temporal=3)
    for number in range(17, 29):
        layered.show_layer("h", number, temporal=pattern[number % 4])
    await judge.until(lambda: shown(judge)[-1][1] == 28)
    numbers = [number for _, number in shown(judge)]
    assert numbers[:11] == [*range(8), 8, 12, 16]
    assert numbers[11:] == [*range(18, 29)]
    sequences, pictures, _, _ = steps(judge)
    assert sequences == pictures == {1}


async def test_what_was_lost_before_a_change_is_repeated_after_it(judge: Visitor, layered: Visitor) -> None:
    picture, repair = judge.heard_ssrcs()[1:3]
    give(judge.courtroom, "h")
    lost: list[rtp.Rtp] = []

    def second(packet: rtp.Rtp) -> bool:
        if packet.ssrc == picture and len(judge.of(picture)) == 2 and not lost:
            lost.append(packet)
            return True
        return False

    judge.drop = second
    for number in range(4):
        layered.show_layer("h", number, key=number == 0)
    await judge.until(lambda: len(shown(judge)) == 3)
    give(judge.courtroom, "f")
    layered.show_layer("f", 4, key=True)
    await judge.until(lambda: len(shown(judge)) == 4)
    judge.send_report(rtcp.nack(1, picture, [lost[0].sequence]))
    await judge.until(lambda: len(judge.of(repair)) == 1)
    again = judge.payloads(repair)[0]
    assert int.from_bytes(again[:2], "big") == lost[0].sequence
    assert again[2:] == lost[0].data[lost[0].payload_at :]


async def test_the_ears_get_one_layer_at_a_time_and_the_best(judge: Visitor, layered: Visitor) -> None:
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    give(judge.courtroom, "q")

    def heard() -> list[str]:
        names = {ssrc: rid for rid, ssrc in layered.layers.items()}
        return [names[r.ssrc] for r in ears if r.kind == "video" and not r.is_rtcp]

    for number in range(3):
        layered.show_layer("q", number, key=number == 0)
    await judge.until(lambda: len(shown(judge)) == 3)
    for number in range(3, 9):
        for rid in LAYERS:
            layered.show_layer(rid, number, key=number == 5 and rid != "q")
    await judge.until(lambda: len(shown(judge)) == 9)
    assert heard() == ["q"] * 6 + ["f"] * 4


async def test_the_recorded_camera_is_asked_for_a_key_frame_of_its_best_layer(judge: Visitor, layered: Visitor) -> None:
    judge.courtroom.apply(Floor(hears=BOTH, sees=BOTH, recorded_video=SUSPECT))
    give(judge.courtroom, "q")
    for rid in LAYERS:
        layered.show_layer(rid, 1, key=rid == "q")
    best = layered.layers["f"]
    await layered.until(lambda: [rtcp.feedback_target(p) for p in layered.asked(rtcp.PSFB, rtcp.PLI)].count(best) > 1)


async def test_every_layer_is_reported_and_limited(judge: Visitor, layered: Visitor) -> None:
    for rid in LAYERS:
        layered.show_layer(rid, 1, key=True)
    layered.speak(1)
    streams = {*layered.layers.values(), layered.audio}

    def reported() -> set[int]:
        return {report.ssrc for p in layered.reports if p.kind == rtcp.RR for report in rtcp.reports(p)}

    await layered.until(lambda: reported() == streams)
    await layered.until(lambda: any(len(p.body) == 16 + 4 * 3 for p in layered.asked(rtcp.PSFB, rtcp.REMB)))


async def test_a_narrow_listener_is_sent_no_silent_voice_until_it_sounds(
    courtroom: Courtroom, judge: Visitor, suspect: Visitor
) -> None:
    sound = judge.heard_ssrcs()[0]
    judge.feels_narrow(100_000)
    number = 0
    resting = courtroom._seating.sources[SUSPECT, "audio"]
    while not resting.rests:
        number += 1
        suspect.speak(number, b"hush" * 30, level=127)
        seen = len(judge.packets)
        if not resting.rests:
            await judge.until(lambda n=seen: len(judge.packets) > n or resting.rests)  # type: ignore[misc]
    last = judge.of(sound)[-1]
    assert judge.courtroom.deliveries()[JUDGE] == {}
    suspect.speak(number + 1, b"nothing", level=127)
    suspect.speak(number + 2, b"a word", level=20)
    await judge.until(lambda: judge.payloads(sound)[-1] == b"a word")
    pause, word = judge.of(sound)[-2:]
    assert pause.data[pause.payload_at :] == b"\xf8"
    assert (word.sequence - pause.sequence) & 0xFFFF == 1
    assert (pause.sequence - last.sequence) & 0xFFFF <= 1
    assert (SUSPECT, "audio") in judge.courtroom.deliveries()[JUDGE]


async def test_a_picture_without_room_is_withheld_and_not_expected(
    courtroom: Courtroom, judge: Visitor, suspect: Visitor
) -> None:
    suspect.show(1, key=True)
    await judge.until(lambda: len(judge.of(judge.heard_ssrcs()[1])) == 1)
    judge.feels_narrow(100_000)
    number = 1
    while (SUSPECT, "video") in courtroom.deliveries()[JUDGE]:
        number += 1
        told = len(suspect.reports)
        for _ in range(5):
            number += 1
            suspect.show(number, payload=b"large" * 200, cc=number)
        await suspect.until(lambda n=told: len(suspect.reports) > n)  # type: ignore[misc]
    assert given(courtroom) == {}
    assert courtroom.withheld(JUDGE) == {SUSPECT}
    assert courtroom.withheld(SUSPECT) == frozenset()
    judge.feels_narrow(40_000_000)
    await suspect.until(lambda: given(courtroom) == {SUSPECT: Share("")})
    assert courtroom.withheld(JUDGE) == frozenset()
    assert (SUSPECT, "video") not in courtroom.deliveries()[JUDGE]
    suspect.show(number + 1, key=True)
    picture = len(judge.of(judge.heard_ssrcs()[1]))
    await judge.until(lambda: len(judge.of(judge.heard_ssrcs()[1])) > picture)
    assert (SUSPECT, "video") in courtroom.deliveries()[JUDGE]


async def test_a_listener_of_an_old_session_gets_nothing_new_without_the_floor(
    judge: Visitor, layered: Visitor
) -> None:
    judge.courtroom.apply(Floor(recorded_video=SUSPECT))
    give(judge.courtroom, "q")
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    for rid in LAYERS:
        layered.show_layer(rid, 1, key=True)
    layered.speak(1)
    await layered.until(lambda: len(ears) >= 3)
    assert judge.packets == []


def test_a_meter_tells_what_a_stream_takes_by_temporal_layer() -> None:
    meter = Meter()
    for turn in range(50):
        at = SECOND + turn * TURN_NS
        for temporal in (0, 1, 2, 2):
            meter.note(186, temporal, at)
        meter.measure(at + TURN_NS)
    low, middle, whole = meter.bits
    assert low == pytest.approx(10_000, rel=0.1)
    assert middle == pytest.approx(20_000, rel=0.1)
    assert whole == pytest.approx(40_000, rel=0.1)


def test_a_layer_from_which_nothing_comes_is_not_there() -> None:
    assert Meter().bits == ()
    source = Source(SUSPECT, "video")
    layer = source.layers[""]
    assert source.ranked(SECOND) == []
    source.stream(layer, 5)
    layer.note(100, 0, 0, SECOND)
    assert source.ranked(SECOND + LIVE_NS - 1) == [layer]
    assert source.ranked(SECOND + LIVE_NS) == []


class _Publisher:
    """A peer that only counts what it is asked."""

    ssrc = 1

    def __init__(self) -> None:
        self.asked = 0

    def send_rtcp(self, _: bytes) -> None:
        self.asked += 1


@pytest.mark.parametrize(("waits", "after_ns"), [(True, NEWCOMER_NS), (False, KEYFRAME_NS)])
def test_who_has_no_picture_yet_waits_shorter_for_the_next_key_frame(waits: bool, after_ns: int) -> None:
    layer, publisher, began = Layer("", 0, 90000, 16), _Publisher(), 10 * SECOND
    peer = cast(Peer, publisher)
    layer.stream(7, 0)
    layer.ask(peer, True, began)
    assert publisher.asked == 1
    layer.want_keyframe()
    layer.ask(peer, waits, began + after_ns - 1)
    assert publisher.asked == 1
    layer.ask(peer, waits, began + after_ns)
    assert publisher.asked == 2
