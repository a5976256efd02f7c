"""What a line lost is asked for again and repeated, at either end."""

from __future__ import annotations

import struct

from media.packets import Received
from media.wire import rtcp
from tests.media.relay.conftest import SUSPECT
from tests.media.visitor import Visitor


async def test_what_a_listener_lost_is_repeated_from_the_ring(judge: Visitor, suspect: Visitor) -> None:
    picture, repair = judge.heard_ssrcs()[1:3]
    seen: list[int] = []
    judge.drop = lambda packet: packet.ssrc == picture and (seen.append(packet.sequence), len(seen) % 4 == 2)[1]  # type: ignore[func-returns-value]
    suspect.show(100, key=True)
    for number in range(101, 110):
        suspect.show(number, payload=b"%d" % number)
    await judge.until(lambda: len(seen) == 10)
    lost = [number for at, number in enumerate(seen, 1) if at % 4 == 2]
    judge.send_report(rtcp.nack(1, picture, lost))
    await judge.until(lambda: len(judge.of(repair)) == len(lost))
    originals = [struct.unpack("!H", payload[:2])[0] for payload in judge.payloads(repair)]
    assert originals == lost
    assert [payload[4:] for payload in judge.payloads(repair)] == [b"101", b"105", b"109"]


async def test_lost_sound_is_repeated_as_the_very_same_packet(judge: Visitor, suspect: Visitor) -> None:
    sound = judge.heard_ssrcs()[0]
    for number in range(1, 4):
        suspect.speak(number, b"word %d" % number)
    await judge.until(lambda: len(judge.of(sound)) == 3)
    second = judge.of(sound)[1]
    judge.allow_repeats()
    judge.send_report(rtcp.nack(1, sound, [second.sequence]))
    await judge.until(lambda: len(judge.of(sound)) == 4)
    assert judge.of(sound)[3].data == second.data


async def test_what_a_publisher_lost_is_asked_for_and_passed_on(judge: Visitor, suspect: Visitor) -> None:
    ears: list[Received] = []
    judge.courtroom.listen(ears.append)
    sound, picture = judge.heard_ssrcs()[:2]
    suspect.show(1, key=True)
    for number in (2, 3, 6, 7, 9):
        suspect.show(number, payload=b"%d" % number)
    suspect.speak(1, b"one")
    suspect.speak(3, b"three")

    def asked() -> set[tuple[int | None, int]]:
        nacks = suspect.asked(rtcp.RTPFB, rtcp.NACK)
        return {(rtcp.feedback_target(p), number) for p in nacks for number in rtcp.nacked(p)}

    await suspect.until(lambda: len(asked()) >= 4)
    assert asked() == {(suspect.video, 4), (suspect.video, 5), (suspect.video, 8), (suspect.audio, 2)}
    for at, number in enumerate((4, 5, 8)):
        suspect.repeat_picture(at, number, b"%d" % number)
    suspect.speak(2, b"two")
    await judge.until(lambda: len(judge.of(picture)) == 9 and len(judge.of(sound)) == 3)
    whole = sorted(judge.of(picture), key=lambda p: (p.sequence - judge.of(picture)[0].sequence) & 0xFFFF)
    assert [p.data[p.payload_at + 2 :] for p in whole][1:] == [b"%d" % number for number in range(2, 10)]
    assert sorted(judge.payloads(sound)) == [b"one", b"three", b"two"]
    repaired = [r for r in ears if r.is_rtx]
    assert [(r.codec, r.ssrc) for r in repaired] == [("rtx", suspect.video)] * 3
    assert judge.courtroom.link(SUSPECT).loss_up >= 0
