"""Strangers at the door: the two attacks that end sessions of stock stacks, and others, against live sessions."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import cast

import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcicetransport import RTCIceTransport

from hearing.participants import SeatId
from media.packets import Received
from media.relay.courtroom import Courtroom
from media.wire import rtcp, rtp
from media.wire.door import Door
from tests.media.relay.conftest import JUDGE, SUSPECT
from tests.media.visitor import Visitor


async def still_alive(judge: Visitor, suspect: Visitor, word: bytes) -> None:
    sound = judge.heard_ssrcs()[0]
    number = 1 + max((packet.sequence for packet in judge.of(sound)), default=0)
    suspect.speak(number, word)
    await judge.until(lambda: word in judge.payloads(sound))


async def client_hello() -> bytes:
    """The first datagram of a handshake that nobody asked for."""
    flight: asyncio.Queue[bytes] = asyncio.Queue()

    class Way:
        role = "controlling"

        async def _recv(self) -> bytes:
            return await asyncio.Future()

        async def _send(self, data: bytes) -> None:
            flight.put_nowait(data)

    dtls = RTCDtlsTransport(cast(RTCIceTransport, Way()), [RTCCertificate.generateCertificate()])
    dtls._set_role("client")
    parameters = RTCDtlsParameters(fingerprints=[])
    parameters.fingerprints.append(RTCCertificate.generateCertificate().getFingerprints()[0])
    task = asyncio.create_task(dtls.start(parameters))
    hello = await flight.get()
    task.cancel()
    return hello


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x80" * 2000,
        b"\x80" * 1501,
        b"\x16" * 2000,
        b"\x00" * 2000,
        b"\x80",
        b"\x16",
        b"\x00\x01\x00\x00",
        b"\xff" * 40,
    ],
    ids=["empty", "oversized", "just oversized", "long handshake", "long check", "one byte", "a byte", "check", "junk"],
)
async def test_no_datagram_of_a_stranger_or_of_a_friend_ends_a_session(
    judge: Visitor, suspect: Visitor, stranger: socket.socket, datagram: bytes
) -> None:
    await still_alive(judge, suspect, b"before")
    for _ in range(3):
        stranger.sendto(datagram, judge.door)
        suspect.send_raw(datagram)
        judge.send_raw(datagram)
    await still_alive(judge, suspect, b"after")


async def test_stray_client_hellos_win_no_race(courtroom: Courtroom, door: Door, stranger: socket.socket) -> None:
    hello = await client_hello()
    for number in range(5):
        visitor = Visitor(courtroom, SeatId(f"s-{number}"))
        await visitor.offer()
        dropped = door.dropped
        stranger.sendto(hello, visitor.door)
        visitor.check(nominate=False)
        stranger.sendto(hello, visitor.door)
        await visitor.shake()
        stranger.sendto(hello, visitor.door)
        visitor.check()
        visitor.speak(1)
        await visitor.until(lambda v=visitor, d=dropped: courtroom.connected(v.who) and door.dropped - d >= 3)  # type: ignore[misc]
        assert door.dropped - dropped == 3
        with pytest.raises(BlockingIOError):
            stranger.recv(1)
        await visitor.close()


async def test_a_client_hello_in_a_living_session_changes_nothing(
    judge: Visitor, suspect: Visitor, stranger: socket.socket
) -> None:
    hello = await client_hello()
    stranger.sendto(hello, judge.door)
    suspect.send_raw(hello)
    await still_alive(judge, suspect, b"after")


async def test_forged_media_reaches_nobody(judge: Visitor, suspect: Visitor, stranger: socket.socket) -> None:
    heard: list[Received] = []
    judge.courtroom.listen(heard.append)
    forged = rtp.header(109, False, 1, 960, suspect.audio, b"", False) + b"forged" * 10
    stranger.sendto(forged, judge.door)
    suspect.send_raw(forged)
    await still_alive(judge, suspect, b"true")
    recorded = suspect.sealed
    for _ in range(3):
        stranger.sendto(recorded, judge.door)
        suspect.send_raw(recorded)
    await still_alive(judge, suspect, b"true again")
    assert judge.payloads(judge.heard_ssrcs()[0]) == [b"true", b"true again"]
    assert len(heard) == 2


async def test_a_check_with_a_wrong_password_opens_nothing(courtroom: Courtroom, door: Door) -> None:
    visitor = Visitor(courtroom, JUDGE)
    await visitor.offer()
    dropped = door.dropped
    visitor.check(pwd="x" * 24)
    visitor.send_raw(await client_hello())
    visitor.check()
    await visitor.shake()
    assert door.dropped - dropped >= 2
    await visitor.close()


async def test_another_fingerprint_than_the_offers_is_not_let_in(courtroom: Courtroom) -> None:
    visitor = Visitor(courtroom, JUDGE)
    await visitor.offer()
    visitor.check()
    visitor.dtls = type(visitor.dtls)(visitor.dtls.transport, [RTCCertificate.generateCertificate()])
    visitor.dtls._set_role("client")
    await visitor.shake()
    assert not courtroom.has_peer(JUDGE)
    await visitor.close()


async def test_well_sealed_nonsense_harms_nobody(judge: Visitor, suspect: Visitor) -> None:
    await still_alive(judge, suspect, b"before")
    for size in range(0, 60, 7):
        body = os.urandom(size)
        suspect.send_report(b"\x80\xc9\x00\x01" + body.ljust(4, b"\0"))
        suspect.send_report(b"\x8f\xcd\x00\xff" + bytes(4) + body)
        suspect.send(b"\x90\x6d\x00\x01" + bytes(8) + body)
        suspect.send(b"\xbf\x7c\x00\x02" + bytes(8) + body)
    suspect.send_report(rtcp.nack(1, 0xDEADBEEF, [1, 2, 3]))
    suspect.repeat_picture(1, 1, b"")
    await still_alive(judge, suspect, b"after")


async def test_a_connection_holds_few_addresses(courtroom: Courtroom, door: Door) -> None:
    visitor = Visitor(courtroom, SUSPECT)
    await visitor.enter()
    socks = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(30)]
    own = visitor.socket
    for sock in socks:
        visitor.socket = sock
        visitor.check(nominate=False)
    visitor.socket = own
    visitor.speak(1)
    visitor.check()
    await visitor.until(lambda: courtroom.connected(SUSPECT))
    assert len(door._addresses) <= 8
    for sock in socks:
        sock.close()
    await visitor.close()
