"""A browser without a screen: it proves itself at the door, shakes hands, and sends and counts packets one by one."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import cast

from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from aiortc.rtcicetransport import RTCIceTransport

from media.relay.courtroom import Courtroom
from media.relay.lines import Who
from media.wire import rtcp, rtp
from media.wire.srtp import Keys, Seal
from tests.media import sdp as offers
from tests.patience import PATIENCE_SECONDS

AUDIO_TYPE, VIDEO_TYPE, REPAIR_TYPE = 109, 120, 124
H264_TYPE, H264_REPAIR_TYPE = 126, 127
LEVEL_ID, MID_ID, CC_ID, RID_ID, REPAIRED_ID = 1, 3, 7, 8, 9
LAYERS = ("q", "h", "f")
VIDEO_MID = "1"


class _Way:
    """The ICE transport that aiortc's DTLS client expects: our one socket."""

    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._out = send

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, data: bytes) -> None:
        self._out(data)


class _Client(RTCDtlsTransport):
    keys: Keys | None = None

    def _setup_srtp(self) -> None:
        assert self._ssl is not None
        chosen = self._ssl.get_selected_srtp_profile()
        profile = next(p for p in self._srtp_profiles if p.openssl_profile == chosen)
        size = 2 * (profile.key_length + profile.salt_length)
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
        self.keys = Keys(
            profile.libsrtp_profile,
            outgoing=profile.get_key_and_salt(material, 0),
            incoming=profile.get_key_and_salt(material, 1),
        )


class Visitor:
    def __init__(self, courtroom: Courtroom, who: Who) -> None:
        self.courtroom = courtroom
        self.who = who
        self.session = secrets.randbits(40)
        self.ufrag, self.pwd = secrets.token_hex(4), secrets.token_hex(16)
        self.rewrite: Callable[[str], str] = lambda offer: offer
        """What a test makes of our offer."""
        self.audio, self.video, self.repair = (secrets.randbits(31) | 1 for _ in range(3))
        self.layers: dict[str, int] = {}
        """SSRC by layer, of a visitor who shows the same picture in several sizes."""
        self.packets: list[rtp.Rtp] = []
        self.reports: list[rtcp.Packet] = []
        self.answer = ""
        self.drop: Callable[[rtp.Rtp], bool] = lambda _: False
        self.sealed: bytes = b""
        self.checks = self.answered = self.asked_for_consent = 0
        self.deaf = False
        self.kept: list[bytes] | None = None
        """Where datagrams stay that a test brings to the door itself."""
        self._changed = asyncio.Event()
        self._seal: Seal | None = None
        self._certificate = RTCCertificate.generateCertificate()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        self._way = _Way(self.send_raw)
        self.dtls = _Client(cast(RTCIceTransport, self._way), [self._certificate])
        self.dtls._set_role("client")
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self._readable)

    # -- signalling --------------------------------------------------------------------------------------------------

    async def offer(self, parts: Sequence[offers.Part] | None = None) -> str:
        """Publish sound and picture, receive what the courtroom wants us to."""
        if parts is None:
            parts = [
                offers.Part("audio", "sendonly", self.audio),
                offers.Part("video", "sendonly", self.video, self.repair, tuple(self.layers)),
                *(offers.Part(want.kind, "recvonly") for want in self.courtroom.wanted(self.who)),
            ]
        fingerprint = self._certificate.getFingerprints()[0].value
        text = offers.write(parts, session=self.session, ufrag=self.ufrag, pwd=self.pwd, fingerprint=fingerprint)
        self.answer = await self.courtroom.answer(self.who, self.rewrite(text))
        return self.answer

    def said(self, name: str) -> str:
        return next(line for line in self.answer.splitlines() if line.startswith(f"a={name}:")).partition(":")[2]

    def heard_ssrcs(self) -> list[int]:
        """The SSRCs that the answer announces to us, media before repair, in order of sections."""
        return [int(line[7:].split(" ")[0]) for line in self.answer.splitlines() if line.startswith("a=ssrc:")]

    # -- connecting --------------------------------------------------------------------------------------------------

    @property
    def door(self) -> tuple[str, int]:
        candidate = self.said("candidate").split()
        return candidate[4], int(candidate[5])

    def check(self, *, pwd: str | None = None, nominate: bool = True) -> None:
        """Send one connectivity check."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.said('ice-ufrag')}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((pwd or self.said("ice-pwd")).encode())
        self.send_raw(bytes(request))

    async def shake(self) -> None:
        algorithm, value = self.said("fingerprint").split()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.dtls.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value)]))
        assert self.dtls.keys is not None
        self._seal = Seal(self.dtls.keys)

    def allow_repeats(self) -> None:
        """Forget which sequence numbers were opened: libsrtp refuses to show a repetition."""
        assert self.dtls.keys is not None
        self._seal = Seal(self.dtls.keys)

    async def enter(self) -> None:
        await self.offer()
        self.check()
        await self.shake()
        await self.until(lambda: self.courtroom.has_peer(self.who))

    async def close(self) -> None:
        await self.dtls.stop()
        if self.socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self.socket.fileno())
            self.socket.close()

    # -- packets -----------------------------------------------------------------------------------------------------

    def send_raw(self, data: bytes) -> None:
        if self.kept is not None:
            self.kept.append(data)
        else:
            self.socket.sendto(data, self.door)

    def send(self, packet: bytes) -> None:
        assert self._seal is not None
        self.sealed = self._seal.seal_rtp(packet) or b""
        self.send_raw(self.sealed)

    def send_report(self, packet: bytes) -> None:
        assert self._seal is not None
        self.send_raw(self._seal.seal_rtcp(packet) or b"")

    def speak(self, sequence: int, payload: bytes = b"opus", level: int = 30) -> None:
        block = rtp.extension_block(bytes((LEVEL_ID << 4, level)))
        timestamp = 960 * sequence & 0xFFFFFFFF
        self.send(rtp.header(AUDIO_TYPE, False, sequence & 0xFFFF, timestamp, self.audio, block, False) + payload)

    def show(
        self,
        sequence: int,
        *,
        key: bool = False,
        payload: bytes = b"picture",
        cc: int | None = None,
        whole: bool = True,
    ) -> None:
        """``whole``: the picture ends here."""
        block = b"" if cc is None else rtp.extension_block(bytes((CC_ID << 4 | 1, cc >> 8, cc & 255)))
        timestamp = 3000 * sequence & 0xFFFFFFFF
        head = rtp.header(VIDEO_TYPE, whole, sequence & 0xFFFF, timestamp, self.video, block, False)
        self.send(head + bytes((0x10, 0x00 if key else 0x01)) + payload)

    def show_h264(self, sequence: int, payload: bytes, *, marker: bool = True) -> None:
        head = rtp.header(H264_TYPE, marker, sequence & 0xFFFF, 3000 * sequence & 0xFFFFFFFF, self.video, b"", False)
        self.send(head + payload)

    def show_layer(
        self, rid: str, number: int, *, key: bool = False, temporal: int = 0, size: int = 20, named: bool = True
    ) -> None:
        """One picture of a layer, in one packet; each layer has running numbers of its own. Those of higher
        temporal layers need the lowest alone."""
        elements = bytes((MID_ID << 4,)) + VIDEO_MID.encode() + bytes((RID_ID << 4,)) + rid.encode() if named else b""
        place = LAYERS.index(rid)
        picture, tl0 = (number + 1000 * place) & 0x7FFF, (number // 4 + 50 * place) & 0xFF
        descriptor = bytes((0x90, 0xE0, 0x80 | picture >> 8, picture & 0xFF, tl0, temporal << 6 | (temporal > 0) << 5))
        timestamp = (3000 * number + 77_777_777 * place) & 0xFFFFFFFF
        sequence = (number + 20_000 * place) & 0xFFFF
        block = rtp.extension_block(elements)
        head = rtp.header(VIDEO_TYPE, True, sequence, timestamp, self.layers[rid], block, False)
        frame = bytes((0 if key else 1, place, 0)) + number.to_bytes(4, "big")
        self.send(head + descriptor + frame.ljust(size, b"."))

    def repeat_picture(self, number: int, sequence: int, payload: bytes = b"picture") -> None:
        """Retransmit a delta picture as RTX."""
        head = rtp.header(REPAIR_TYPE, True, number, 3000 * sequence & 0xFFFFFFFF, self.repair, b"", False)
        self.send(head + sequence.to_bytes(2, "big") + bytes((0x10, 0x01)) + payload)

    def _readable(self) -> None:
        while True:
            try:
                data = self.socket.recv(2048)
            except OSError:
                return
            self._take(data)
            self._changed.set()

    def _take(self, data: bytes) -> None:
        if data[0] < 4:
            self._checked(data)
        elif data[0] < 64:
            self._way.queue.put_nowait(data)
        elif self._seal is not None and 192 <= data[1] <= 223:
            self.reports.extend(rtcp.split(self._seal.open_rtcp(data) or b""))
        elif self._seal is not None:
            packet = rtp.parse(self._seal.open_rtp(data) or b"")
            if packet is not None and not self.drop(packet):
                self.packets.append(packet)

    def _checked(self, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class == stun.Class.RESPONSE:
            self.answered += 1
        if message.message_class == stun.Class.REQUEST:
            self.asked_for_consent += 1
        if message.message_class == stun.Class.REQUEST and not self.deaf:
            self.checks += 1
            reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            reply.attributes["XOR-MAPPED-ADDRESS"] = self.door
            reply.add_message_integrity(self.pwd.encode())
            self.send_raw(bytes(reply))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for packets until a condition holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def of(self, ssrc: int) -> list[rtp.Rtp]:
        return [packet for packet in self.packets if packet.ssrc == ssrc]

    def payloads(self, ssrc: int) -> list[bytes]:
        return [packet.data[packet.payload_at :] for packet in self.of(ssrc)]

    def feels_narrow(self, bits: int) -> None:
        """Tell the court what our line carries."""
        self.send_report(rtcp.bitrate_limit(1, bits, [self.audio]))

    def asked(self, kind: int, count: int) -> list[rtcp.Packet]:
        return [report for report in self.reports if report.kind == kind and report.count == count]
