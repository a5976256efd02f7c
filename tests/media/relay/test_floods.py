"""One participant sends ten times what a browser sends, of every kind: nobody else loses a packet.

Arrivals carry their own time, so that what is counted does not hang on how fast this machine is. When it is over, who
flooded is heard again.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Callable

import pytest

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.courtroom import Courtroom
from media.relay.member import REPEATS_A_SECOND, SOUNDS_A_SECOND
from media.wire import rtcp, rtp, transport_cc
from media.wire.clock import SECOND, now_ns
from media.wire.door import Door
from media.wire.ice import CHECKS_A_SECOND
from media.wire.peer import BYTES_A_SECOND, PACKETS_A_SECOND
from tests.media.relay.conftest import JUDGE, SUSPECT
from tests.media.visitor import AUDIO_TYPE, VIDEO_TYPE, Visitor

COUNSEL = SeatId("s-counsel")
SEATS = frozenset({JUDGE, SUSPECT, COUNSEL})
ALL = {seat: SEATS - {seat} for seat in SEATS}
SECONDS = 3
FLOOD = 1600
"""A second: ten times the sound and the picture of a seat."""


@pytest.fixture
async def counsel(courtroom: Courtroom, judge: Visitor, suspect: Visitor) -> AsyncIterator[Visitor]:
    visitor = Visitor(courtroom, COUNSEL)
    await visitor.enter()
    await judge.offer()
    await suspect.offer()
    courtroom.apply(Floor(hears=ALL, sees=ALL, recorded_video=SUSPECT))
    yield visitor
    await visitor.close()


class Flood:
    """Brings a flooder's datagrams and another's words to the door, each at its time."""

    def __init__(self, door: Door, flooder: Visitor, speaker: Visitor) -> None:
        self._door, self._flooder, self._speaker = door, flooder, speaker
        self._start = now_ns() + SECOND

    def _bring(self, visitor: Visitor, second: float) -> None:
        assert visitor.kept is not None
        for datagram in visitor.kept:
            self._door.received(datagram, visitor.socket.getsockname(), self._start + int(second * SECOND))
        visitor.kept.clear()

    def pour(self, drop: Callable[[int], None]) -> None:
        """The flood beside fifty words a second, then, in a quiet moment, one word of the flooder."""
        self._flooder.kept, self._speaker.kept = [], []
        for number in range(FLOOD * SECONDS):
            drop(number)
            self._bring(self._flooder, number / FLOOD)
            if number % (FLOOD // 50) == 0:
                word = number // (FLOOD // 50)
                self._speaker.speak(word, b"word %d" % word)
                self._bring(self._speaker, number / FLOOD)

    def calm(self) -> None:
        self._flooder.speak(9000, b"pardon")
        self._bring(self._flooder, SECONDS + 2)
        self._flooder.kept = self._speaker.kept = None


def reached(courtroom: Courtroom, listener: SeatId, seat: SeatId, kind: str) -> int:
    return next((n for (who, its), n in courtroom.deliveries()[listener].items() if (who, its) == (seat, kind)), 0)


async def poured(
    door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor, drop: Callable[[int], None]
) -> list[Received]:
    """The flood, and the promise that holds for each: every word of counsel reaches the judge and the record."""
    ears: list[Received] = []
    courtroom.listen(ears.append)
    flood = Flood(door, suspect, counsel)
    flood.pour(drop)
    assert reached(courtroom, JUDGE, COUNSEL, "audio") == 50 * SECONDS
    assert reached(courtroom, SUSPECT, COUNSEL, "audio") == 50 * SECONDS
    assert sum(r.seat == COUNSEL for r in ears) == 50 * SECONDS
    assert (courtroom.refused()[JUDGE], courtroom.refused()[COUNSEL]) == (0, 0)
    before = reached(courtroom, JUDGE, SUSPECT, "audio")
    flood.calm()
    assert reached(courtroom, JUDGE, SUSPECT, "audio") == before + 1
    return ears


async def test_a_flood_of_sound(door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor) -> None:
    ears = await poured(door, courtroom, suspect, counsel, suspect.speak)
    most = SOUNDS_A_SECOND * (SECONDS + 1)
    assert 50 * SECONDS < reached(courtroom, JUDGE, SUSPECT, "audio") <= most
    assert sum(r.seat == SUSPECT for r in ears) <= most
    assert courtroom.refused()[SUSPECT] >= FLOOD * SECONDS - most


async def test_a_flood_of_pictures(door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor) -> None:
    heavy = b"p" * 1100

    def drop(number: int) -> None:
        suspect.show(number, key=number == 0, payload=heavy)

    ears = await poured(door, courtroom, suspect, counsel, drop)
    kept = [r for r in ears if r.seat == SUSPECT]
    assert 109 * SECONDS < len(kept) <= PACKETS_A_SECOND * (SECONDS + 1)
    assert sum(len(r.packet) for r in kept) <= BYTES_A_SECOND * (SECONDS + 1)
    assert reached(courtroom, JUDGE, SUSPECT, "video") <= len(kept)


async def test_a_flood_of_new_streams(door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor) -> None:
    def drop(number: int) -> None:
        kind = (AUDIO_TYPE, VIDEO_TYPE)[number & 1]
        suspect.send(rtp.header(kind, True, number & 0xFFFF, number, 1 + number, b"", False) + b"\x10\x00stream")

    await poured(door, courtroom, suspect, counsel, drop)


async def test_a_flood_of_complaints(door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor) -> None:
    ssrcs = suspect.heard_ssrcs()
    everything = b"".join(rtcp.nack(1, ssrc, list(range(base, base + 17))) for ssrc in ssrcs for base in (0, 60_000))
    asked = courtroom.packets_to(JUDGE)

    def drop(number: int) -> None:
        suspect.send_report(everything + b"".join(rtcp.picture_loss(1, ssrc) for ssrc in ssrcs))

    await poured(door, courtroom, suspect, counsel, drop)
    words = 50 * SECONDS
    assert courtroom.packets_to(JUDGE) - asked == words + 1
    assert courtroom.packets_to(SUSPECT) <= 2 * words + REPEATS_A_SECOND * (SECONDS + 1)


async def test_a_flood_of_words_about_packets_that_were_never_sent(
    door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor
) -> None:
    """Forty bytes speak of 65 535 packets: read as they stand, they would cost a hundredth of a second each."""
    runs = b"".join(struct.pack("!H", 8191) for _ in range(10))
    body = struct.pack("!IIHH", 1, suspect.heard_ssrcs()[0], 0, 65_535) + bytes(4) + runs
    word = struct.pack("!BBH", 0x80 | rtcp.TRANSPORT_CC, rtcp.RTPFB, len(body) // 4) + body
    assert [transport_cc.claimed(part) for part in rtcp.split(word)] == [65_535]
    await poured(door, courtroom, suspect, counsel, lambda number: suspect.send_report(word))
    assert courtroom.refused()[SUSPECT] == FLOOD * SECONDS, "one was read"


async def test_a_flood_of_reports_fills_no_tape(
    door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor
) -> None:
    report = rtcp.sender_report(suspect.audio, 1 << 50, 960, 1, 4)
    suspect.speak(1)
    await suspect.until(lambda: courtroom.connected(SUSPECT))
    ears = await poured(door, courtroom, suspect, counsel, lambda number: suspect.send_report(report * 40))
    assert sum(r.seat == SUSPECT for r in ears) <= PACKETS_A_SECOND * (SECONDS + 1)


async def test_a_flood_of_checks(door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor) -> None:
    dropped = door.dropped
    await poured(door, courtroom, suspect, counsel, lambda number: suspect.check())
    answered = FLOOD * SECONDS - (door.dropped - dropped)
    assert 0 < answered <= CHECKS_A_SECOND * (SECONDS + 1)


async def test_a_flood_of_handshakes(door: Door, courtroom: Courtroom, suspect: Visitor, counsel: Visitor) -> None:
    record = b"\x16\xfe\xfd" + bytes(8) + (200).to_bytes(2, "big") + bytes(200)
    await poured(door, courtroom, suspect, counsel, lambda number: suspect.send_raw(record))
