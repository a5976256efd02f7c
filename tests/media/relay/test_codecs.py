"""A source in H.264 among listeners: each gets it under its own payload type, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from media.packets import Received
from media.relay.courtroom import Courtroom
from media.relay.lines import camera_of
from media.wire import rtcp, rtp
from tests.media.relay.conftest import JUDGE, SUSPECT, TOGETHER
from tests.media.sdp import Part
from tests.media.visitor import H264_REPAIR_TYPE, H264_TYPE, VIDEO_TYPE, Visitor

SETS, KEY, DELTA = b"\x78\x00\x04\x67\x42\xc0\x1f\x00\x02\x68\xce", b"\x65\x88key", b"\x41\x9adelta"
NAMED = "sprop-parameter-sets=Z0LAHw==,aM4="
PIECES = (b"\x7c\x85first", b"\x7c\x45last")


def h264_only(offer: str) -> str:
    return offer.replace("VP8", "VP7")


def without_h264(offer: str) -> str:
    return offer.replace("H264", "H265")


@pytest.fixture
async def filmed(courtroom: Courtroom, judge: Visitor) -> AsyncIterator[Visitor]:
    """The suspect's device knows H.264 alone; the judge looks on."""
    visitor = Visitor(courtroom, SUSPECT)
    visitor.rewrite = h264_only
    await visitor.enter()
    await judge.offer()
    courtroom.apply(TOGETHER)
    yield visitor
    await visitor.close()


def seen(visitor: Visitor, picture: int) -> list[tuple[int, bytes]]:
    return [(packet.payload_type, packet.data[packet.payload_at :]) for packet in visitor.of(picture)]


async def test_a_picture_begins_with_its_parameter_sets_and_goes_out_under_the_listeners_type(
    judge: Visitor, filmed: Visitor
) -> None:
    kept: list[Received] = []
    judge.courtroom.listen(kept.append)
    picture = judge.heard_ssrcs()[1]
    filmed.show_h264(1, DELTA)
    await filmed.until(lambda: bool(filmed.asked(rtcp.PSFB, rtcp.PLI)))
    payloads = [SETS, *PIECES, DELTA, DELTA, KEY, DELTA]
    for number, payload in enumerate(payloads, 2):
        filmed.show_h264(number, payload)
    await judge.until(lambda: len(judge.of(picture)) == len(payloads))
    assert seen(judge, picture) == [(H264_TYPE, payload) for payload in payloads]
    numbers = [packet.sequence for packet in judge.of(picture)]
    assert [(number - numbers[0]) & 0xFFFF for number in numbers] == [*range(len(payloads))]
    assert {r.codec for r in kept if r.kind == "video"} == {"h264"}


async def test_what_a_listener_missed_of_h264_is_repeated_as_its_repetition(judge: Visitor, filmed: Visitor) -> None:
    picture, repair = judge.heard_ssrcs()[1:3]
    lost: list[rtp.Rtp] = []

    def second(packet: rtp.Rtp) -> bool:
        if packet.ssrc == picture and packet.data.endswith(PIECES[0]) and not lost:
            lost.append(packet)
            return True
        return False

    judge.drop = second
    for number, payload in enumerate([SETS, *PIECES], 1):
        filmed.show_h264(number, payload)
    await judge.until(lambda: bool(lost) and len(judge.of(picture)) == 2)
    judge.send_report(rtcp.nack(1, picture, [lost[0].sequence]))
    await judge.until(lambda: bool(judge.of(repair)))
    (again,) = judge.of(repair)
    assert again.payload_type == H264_REPAIR_TYPE
    assert again.data[again.payload_at :] == lost[0].sequence.to_bytes(2, "big") + PIECES[0]


async def test_a_listener_that_cannot_decode_it_is_sent_nothing_and_nothing_is_expected(
    judge: Visitor, filmed: Visitor
) -> None:
    courtroom = judge.courtroom
    judge.rewrite = without_h264
    await judge.offer()
    before = len(judge.packets)
    for number in range(1, 6):
        filmed.show_h264(number, SETS)
        filmed.speak(number)
    await judge.until(lambda: len(judge.packets) == before + 5)
    assert {packet.payload_type for packet in judge.packets[before:]} == {109}
    assert (SUSPECT, "video") not in courtroom.deliveries()[JUDGE]
    assert (SUSPECT, "audio") in courtroom.deliveries()[JUDGE]
    assert (SUSPECT, "video") not in courtroom.mapping(JUDGE).values()
    assert courtroom.undecodable(JUDGE) == {SUSPECT}


async def test_a_camera_in_another_codec_takes_over_from_the_page_and_gives_back(
    judge: Visitor, suspect: Visitor
) -> None:
    courtroom, picture = judge.courtroom, judge.heard_ssrcs()[1]
    suspect.show(1, key=True, payload=b"page")
    await judge.until(lambda: len(judge.of(picture)) == 1)
    camera = Visitor(courtroom, camera_of(SUSPECT))
    camera.rewrite = h264_only
    await camera.offer([Part("video", "sendonly", camera.video, camera.repair)])
    camera.check()
    await camera.shake()
    for number, payload in enumerate([DELTA, SETS, KEY, DELTA], 1):
        camera.show_h264(number, payload)
    suspect.show(2, key=True, payload=b"page")
    await judge.until(lambda: len(judge.of(picture)) == 4)
    courtroom.hang_up(camera.who)
    suspect.show(3, payload=b"page")
    suspect.show(4, key=True, payload=b"page")
    await judge.until(lambda: len(judge.of(picture)) == 5)
    assert [packet.payload_type for packet in judge.of(picture)] == [VIDEO_TYPE, *[H264_TYPE] * 3, VIDEO_TYPE]
    assert [payload for _, payload in seen(judge, picture)][1:4] == [SETS, KEY, DELTA]
    numbers = [packet.sequence for packet in judge.of(picture)]
    assert [(number - numbers[0]) & 0xFFFF for number in numbers] == [0, 1, 2, 3, 4]
    await camera.close()


async def test_a_camera_whose_parameter_sets_stand_in_its_offer_alone_is_seen_kept_and_repaired(
    judge: Visitor, suspect: Visitor
) -> None:
    courtroom, picture = judge.courtroom, judge.heard_ssrcs()[1]
    kept: list[Received] = []
    courtroom.listen(lambda received: kept.append(received) if received.codec == "h264" else None)
    camera = Visitor(courtroom, camera_of(SUSPECT))
    camera.rewrite = lambda offer: h264_only(offer).replace("profile-level-id=", f"{NAMED};profile-level-id=")
    await camera.offer([Part("video", "sendonly", camera.video, camera.repair)])
    camera.check()
    await camera.shake()
    for number, payload in enumerate([KEY, DELTA, KEY], 1):
        camera.show_h264(number, payload)
    camera.show_h264(5, DELTA)
    await judge.until(lambda: len(judge.of(picture)) == 6)
    await camera.until(lambda: bool(camera.asked(rtcp.RTPFB, rtcp.NACK)))
    assert {number for one in camera.asked(rtcp.RTPFB, rtcp.NACK) for number in rtcp.nacked(one)} == {4}
    camera.show_h264(4, DELTA)
    await judge.until(lambda: len(judge.of(picture)) == 7)
    begin = judge.of(picture)[0].sequence
    packets = sorted(judge.of(picture), key=lambda packet: (packet.sequence - begin) & 0xFFFF)
    assert [packet.data[packet.payload_at :] for packet in packets] == [SETS, KEY, DELTA, SETS, KEY, DELTA, DELTA]
    assert [(packet.sequence - begin) & 0xFFFF for packet in packets] == [*range(7)]
    numbers = sorted(int.from_bytes(r.packet[2:4], "big") for r in kept if not r.is_rtcp)
    assert numbers == [*range(1, 8)]
    await camera.close()
