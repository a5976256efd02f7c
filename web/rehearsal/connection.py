"""A player's media: one connection that publishes voice and picture, and a short one for the link test.

aiortc is the WebRTC of the player, as Chromium is that of a page. A player publishes only: to receive would mean to
decode five pictures in each of six players, on the machine that also runs the server and a browser.
"""

from __future__ import annotations

import asyncio
import re
import time

from aioice import ice
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from media.wire import rtp, transport_cc
from web.rehearsal.picture import Noise

FEEDBACK_SECONDS = 0.05
TRANSPORT_CC_ID = 9

_without_loopback = ice.get_host_addresses


def _addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """aioice leaves out the loopback, where a rehearsal's server is, even on a machine without a network."""
    return ["127.0.0.1", *_without_loopback(use_ipv4=use_ipv4, use_ipv6=False)]


ice.get_host_addresses = _addresses


def _connection() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


async def _offer(connection: RTCPeerConnection) -> str:
    await connection.setLocalDescription(await connection.createOffer())
    return str(connection.localDescription.sdp)


class Publishing:
    """The connection of the hearing: voice first, picture second."""

    def __init__(self, voice: MediaStreamTrack, picture: MediaStreamTrack) -> None:
        self._connection = _connection()
        self._connection.addTransceiver(voice, direction="sendonly")
        self._connection.addTransceiver(picture, direction="sendonly")

    @property
    def state(self) -> str:
        return str(self._connection.connectionState)

    async def offer(self) -> str:
        return await _offer(self._connection)

    async def take(self, answer: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        await self._connection.close()


class LinkTest:
    """The connection of the link test: noise goes up, padding comes down, and what arrives is reported back."""

    def __init__(self, kbps: int) -> None:
        self._connection = _connection()
        self._noise = Noise(kbps)
        self._up = self._connection.addTransceiver(self._noise, direction="sendonly")
        self._down = self._connection.addTransceiver("video", direction="recvonly")
        self._arrived: dict[int, int] = {}
        self._reporting: asyncio.Task[None] | None = None

    async def offer(self) -> str:
        return _with_transport_cc(await _offer(self._connection))

    async def take(self, answer: str) -> None:
        self._down.receiver.transport._handle_rtp_data = self._note  # type: ignore[method-assign]
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        self._reporting = asyncio.create_task(self._report())

    def calm(self) -> None:
        """What the line carries is found; now it is listened to."""
        self._noise.calm()

    def quiet(self) -> None:
        """Now the other direction is measured: no more noise."""
        self._up.sender.replaceTrack(None)

    async def _note(self, data: bytes, arrival_time_ms: int) -> None:
        """Only when it came matters; there is nothing in it to decode."""
        packet = rtp.parse(data)
        if packet is None:
            return
        for ident, value in packet.extensions():
            if ident == TRANSPORT_CC_ID and len(value) == 2:
                self._arrived[_unwrapped(int.from_bytes(value, "big"), self._arrived)] = time.monotonic_ns()

    async def _report(self) -> None:
        """Transport-wide feedback about what came in since the last one, as a browser sends it."""
        transport, own, count = self._down.receiver.transport, self._up.sender._ssrc, 0
        while True:
            await asyncio.sleep(FEEDBACK_SECONDS)
            arrived, self._arrived = sorted(self._arrived.items()), {}
            if arrived and transport.state == "connected":
                await transport._send_rtp(transport_cc.write(own, 0, arrived, count))
                count += 1

    async def close(self) -> None:
        if self._reporting is not None:
            self._reporting.cancel()
            await asyncio.gather(self._reporting, return_exceptions=True)
        await self._connection.close()


def _unwrapped(sequence: int, arrived: dict[int, int]) -> int:
    """The number without its wrap at 65536, as near as can be to what came with it."""
    if not arrived:
        return sequence
    near = next(iter(arrived))
    return near + ((sequence - near + 0x8000) & 0xFFFF) - 0x8000


def _with_transport_cc(sdp: str) -> str:
    """aiortc does not know this feedback; the player gives it itself, so the section that receives asks for it."""
    head, *sections = re.split(r"(?m)^(?=m=)", sdp)
    for place, section in enumerate(sections):
        if "a=recvonly" in section and (codec := re.search(r"a=rtpmap:(\d+) VP8/", section)):
            sections[place] = section + (
                f"a=extmap:{TRANSPORT_CC_ID} {rtp.TRANSPORT_CC}\r\na=rtcp-fb:{codec[1]} transport-cc\r\n"
            )
    return head + "".join(sections)
