"""One connection of the load client: ICE as far as a peer on the same machine needs it, DTLS, SRTP, and counting.

The same client loads both servers. It reads every datagram, opens one in ``SAMPLE`` to see how long it was under way
(send time in the payload, arrival time from the kernel), and answers connectivity checks and key frame requests.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, cast

from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceTransport

from media.wire import rtcp, rtp
from media.wire.srtp import Seal
from tests.media import sdp
from tests.media.visitor import AUDIO_TYPE, VIDEO_TYPE, _Client, _Way

SAMPLE = 8
BATCH = 200
_TIMESTAMPNS = 35
_STAMP = struct.Struct("!Q")
_TIMESPEC = struct.Struct("qq")
LEVEL = rtp.extension_block(bytes((1 << 4, 30)))
VOICE_BYTES = 80
PICTURE_BYTES = 1147


class Connection:
    """``role`` is our part in DTLS. What comes in is counted; ``latencies`` in ms."""

    def __init__(self, role: str) -> None:
        self.session = secrets.randbits(40)
        self.ufrag, self.pwd = secrets.token_hex(4), secrets.token_hex(16)
        self.audio, self.video, self.repair = (secrets.randbits(31) | 1 for _ in range(3))
        self.certificate = RTCCertificate.generateCertificate()
        self.packets = 0
        self.latencies: list[float] = []
        self.measuring = False
        self.first_picture: asyncio.Event = asyncio.Event()
        self.wants_key = True
        self._numbers = [0, 0]
        self._seal: Seal | None = None
        self._door = ("127.0.0.1", 0)
        self._remote = ("", "")
        self._controlling = True
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        self.socket.bind(("0.0.0.0", 0))
        self._way = _Way(self._send)
        self.dtls = _Client(cast(RTCIceTransport, self._way), [self.certificate])
        self.dtls._set_role(role)
        if role == "server":
            self.dtls.__class__ = _Server
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)

    @property
    def fingerprint(self) -> str:
        return self.certificate.getFingerprints()[0].value

    def sending(self) -> list[sdp.Part]:
        """The sections of an offer in which this connection sends its voice and its picture."""
        return [sdp.Part("audio", "sendonly", self.audio), sdp.Part("video", "sendonly", self.video, self.repair)]

    def described(self, parts: Sequence[sdp.Part]) -> str:
        """These sections as a description of this connection."""
        own = (self.session, self.ufrag, self.pwd, self.fingerprint)
        return sdp.write(parts, session=own[0], ufrag=own[1], pwd=own[2], fingerprint=own[3])

    async def connect(self, sdp: str, controlling: bool = True) -> None:
        """To the first IPv4 address that the other side's SDP names."""

        def said(name: str) -> str:
            return next(line for line in sdp.splitlines() if line.startswith(f"a={name}:")).partition(":")[2]

        candidates = [line.split() for line in sdp.splitlines() if line.startswith("a=candidate:")]
        address, port = next((c[4], int(c[5])) for c in candidates if "." in c[4] and c[2].lower() == "udp")
        self._door = (address, port)
        self._remote = (said("ice-ufrag"), said("ice-pwd"))
        self._controlling = controlling
        algorithm, value = said("fingerprint").split()
        self.check()
        checking = asyncio.create_task(self._check())
        try:
            async with asyncio.timeout(15):
                await self.dtls.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value)]))
        finally:
            checking.cancel()
        assert self.dtls.keys is not None
        self._seal = Seal(self.dtls.keys)

    async def _check(self) -> None:
        while True:
            self.check()
            await asyncio.sleep(0.1)

    def check(self) -> None:
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._remote[0]}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1853824767
        request.attributes["ICE-CONTROLLING" if self._controlling else "ICE-CONTROLLED"] = 1
        if self._controlling:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self._remote[1].encode())
        request.add_fingerprint()
        self._send(bytes(request))

    def _send(self, data: bytes) -> None:
        try:
            self.socket.sendto(data, self._door)
        except OSError:
            return

    # -- packets out -------------------------------------------------------------------------------------------------

    def speak(self) -> None:
        self._numbers[0] = number = self._numbers[0] + 1
        head = rtp.header(AUDIO_TYPE, False, number & 0xFFFF, 960 * number & 0xFFFFFFFF, self.audio, LEVEL, False)
        self._seal_and_send(head + _STAMP.pack(time.time_ns()) + bytes(VOICE_BYTES - 8))

    def show(self, last: bool, frame: int) -> None:
        self._numbers[1] = number = self._numbers[1] + 1
        head = rtp.header(VIDEO_TYPE, last, number & 0xFFFF, 3000 * frame & 0xFFFFFFFF, self.video, b"", False)
        key, self.wants_key = self.wants_key, False
        descriptor = bytes((0x10, 0x00 if key else 0x01))
        self._seal_and_send(head + descriptor + _STAMP.pack(time.time_ns()) + bytes(PICTURE_BYTES - 10))

    def _seal_and_send(self, packet: bytes) -> None:
        if self._seal is not None:
            self._send(self._seal.seal_rtp(packet) or b"")

    def report(self) -> None:
        """A receiver report without blocks: the other side knows that we live."""
        if self._seal is not None:
            self._send(self._seal.seal_rtcp(rtcp.receiver_report(self.audio, [])) or b"")

    # -- packets in --------------------------------------------------------------------------------------------------

    def _readable(self) -> None:
        for _ in range(BATCH):
            try:
                data, ancillary, _, address = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            first = data[0]
            if first >= 128:
                if 192 <= data[1] <= 223:
                    self._reported(data)
                else:
                    self.packets += 1
                    if not self.first_picture.is_set() or (self.measuring and self.packets % SAMPLE == 0):
                        self._open(data, ancillary)
            elif first >= 20:
                self._way.queue.put_nowait(data)
            elif first < 4:
                self._checked(data, address)

    def _open(self, data: bytes, ancillary: list[tuple[int, int, bytes]]) -> None:
        packet = rtp.parse((self._seal.open_rtp(data) if self._seal is not None else None) or b"")
        if packet is None or packet.payload_length < 10:
            return
        video = packet.payload_length > VOICE_BYTES
        if video:
            self.first_picture.set()
        if self.measuring and packet.payload_length in (VOICE_BYTES, PICTURE_BYTES):
            seconds, nanoseconds = _TIMESPEC.unpack_from(ancillary[0][2])
            (sent,) = _STAMP.unpack_from(packet.data, packet.payload_at + (2 if video else 0))
            self.latencies.append((seconds * 1_000_000_000 + nanoseconds - sent) / 1e6)

    def _reported(self, data: bytes) -> None:
        if self._seal is None:
            return
        for packet in rtcp.split(self._seal.open_rtcp(data) or b""):
            if packet.kind == rtcp.PSFB and packet.count in (rtcp.PLI, rtcp.FIR):
                self.wants_key = True

    def _checked(self, data: bytes, address: Any) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        if message.message_class == stun.Class.REQUEST:
            reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            reply.attributes["XOR-MAPPED-ADDRESS"] = address
            reply.add_message_integrity(self.pwd.encode())
            reply.add_fingerprint()
            self.socket.sendto(bytes(reply), address)

    async def close(self) -> None:
        await self.dtls.stop()
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        self.socket.close()


class _Server(_Client):
    """The DTLS server's side: the key for what we send is the other one."""

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        assert self.keys is not None
        self.keys = type(self.keys)(self.keys.profile, outgoing=self.keys.incoming, incoming=self.keys.outgoing)
