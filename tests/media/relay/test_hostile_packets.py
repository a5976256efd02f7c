"""Real datagrams of a living session, cut at every place, altered, or brought again: none ends it, none is believed.

Taken from the wire of one of the participants, so that they pass every outer check: a stranger brings them, and the
participant too.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from media.packets import Received
from media.relay.courtroom import Courtroom
from media.wire import rtcp
from media.wire.door import Door
from tests.media.relay.conftest import JUDGE, SUSPECT
from tests.media.visitor import Visitor

KINDS = ("sound", "picture", "repetition", "report", "complaint", "check", "handshake")


def genuine(visitor: Visitor, kind: str) -> bytes:
    """A datagram of this kind as this participant sends it."""
    visitor.kept = []
    match kind:
        case "sound":
            visitor.speak(7, b"seven")
        case "picture":
            visitor.show(7, key=True)
        case "repetition":
            visitor.repeat_picture(1, 3)
        case "report":
            visitor.send_report(rtcp.sender_report(visitor.audio, 1 << 50, 960, 1, 4))
        case "complaint":
            visitor.send_report(rtcp.nack(1, visitor.heard_ssrcs()[0], [1, 2, 3]))
        case "check":
            visitor.check()
        case _:
            visitor.send_raw(b"\x16\xfe\xfd" + bytes(8) + (80).to_bytes(2, "big") + b"\x01" + bytes(79))
    (datagram,) = visitor.kept
    visitor.kept = None
    return datagram


def damaged(datagram: bytes) -> Iterator[bytes]:
    """Cut after every byte, made longer, and with every byte altered in turn.

    The head of a check's last attribute, the fingerprint, is covered by nothing and changes nothing (RFC 8489 9).
    """
    for length in range(len(datagram)):
        yield datagram[:length]
    yield datagram + b"\0"
    yield datagram + bytes(1500 - len(datagram))
    yield datagram.ljust(1501, b"\0")
    for place in range(len(datagram) - (8 if datagram[0] < 4 else 0)):
        yield datagram[:place] + bytes((datagram[place] ^ 0x55,)) + datagram[place + 1 :]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_damaged_datagram_is_believed_or_ends_a_session(
    door: Door, courtroom: Courtroom, judge: Visitor, suspect: Visitor, stranger: socket.socket, kind: str
) -> None:
    ears: list[Received] = []
    courtroom.listen(ears.append)
    clocks = dict(courtroom._board.clocks)
    sent = courtroom.packets_to(JUDGE), courtroom.packets_to(SUSPECT)
    addresses = set(door._addresses)
    datagram = genuine(suspect, kind)
    at_ns = courtroom._clock()
    for number, bad in enumerate(damaged(datagram)):
        for source in (stranger.getsockname(), suspect.socket.getsockname()):
            door.received(bad, source, at_ns + number * 10_000_000)
    assert ears == []
    assert courtroom._board.clocks == clocks
    assert (courtroom.packets_to(JUDGE), courtroom.packets_to(SUSPECT)) == sent
    assert set(door._addresses) == addresses
    suspect.speak(8, b"true")
    await judge.until(lambda: judge.payloads(judge.heard_ssrcs()[0]) == [b"true"])
    judge.speak(1, b"and back")
    await suspect.until(lambda: suspect.payloads(suspect.heard_ssrcs()[0]) == [b"and back"])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("check", "handshake")])
async def test_what_is_brought_again_counts_once(
    door: Door, courtroom: Courtroom, judge: Visitor, suspect: Visitor, stranger: socket.socket, kind: str
) -> None:
    suspect.speak(1, b"one")
    suspect.show(1, key=True)
    suspect.show(4)
    picture = judge.heard_ssrcs()[1]
    await judge.until(lambda: len(judge.of(judge.heard_ssrcs()[0])) == 1 and len(judge.of(picture)) == 2)
    ears: list[Received] = []
    courtroom.listen(ears.append)
    datagram = genuine(suspect, kind)
    at_ns = courtroom._clock()
    own = suspect.socket.getsockname()
    door.received(datagram, own, at_ns)
    once = len(ears), courtroom.packets_to(JUDGE), courtroom.packets_to(SUSPECT)
    for number in range(20):
        door.received(datagram, own, at_ns + number)
        door.received(datagram, stranger.getsockname(), at_ns + number)
    assert (len(ears), courtroom.packets_to(JUDGE), courtroom.packets_to(SUSPECT)) == once
    assert once[0] == (0 if kind == "complaint" else 1)


async def test_a_check_brought_again_by_a_stranger_wins_no_media(
    door: Door, courtroom: Courtroom, judge: Visitor, suspect: Visitor, stranger: socket.socket
) -> None:
    """A check cannot be told from its copy: who brings it may be answered, but the media stays where the seal is."""
    check = genuine(judge, "check")
    for _ in range(5):
        door.received(check, stranger.getsockname(), courtroom._clock())
    judge.speak(1)
    for number in range(5):
        suspect.speak(number, b"to the judge")
    await judge.until(lambda: len(judge.of(judge.heard_ssrcs()[0])) == 5)
