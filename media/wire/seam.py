"""The seam between our ICE line and aiortc's DTLS: aiortc keeps handshake and certificates, we keep the media.

Only DTLS datagrams cross it. RTP and RTCP never do: in aiortc an exception in a packet handler ends the transport.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, cast

from aiortc.rtcdtlstransport import RTCDtlsTransport, State
from aiortc.rtcicetransport import RTCIceTransport

from media.wire.ice import Line
from media.wire.srtp import Keys

if TYPE_CHECKING:
    from aiortc.rtcdtlstransport import RTCCertificate

WAITING = 32
"""DTLS datagrams that may wait; a handshake needs fewer, and DTLS repeats what is dropped."""


class Seam:
    """As much of an ICE transport as ``RTCDtlsTransport`` touches."""

    role = "controlled"

    def __init__(self, line: Line) -> None:
        self._line = line
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        self._closed = False

    def feed(self, data: bytes) -> None:
        if not self._queue.full():
            self._queue.put_nowait(data)

    def close(self) -> None:
        self._closed = True
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        if self._closed:
            raise ConnectionError
        data = await self._queue.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._line.send(data)


class Handshake(RTCDtlsTransport):
    """aiortc's DTLS, as server where we may, which makes Chromium choose AES-GCM. It hands the keys over, unused."""

    keys: Keys | None = None

    def __init__(self, seam: Seam, certificate: RTCCertificate, role: Literal["server", "client"]) -> None:
        super().__init__(cast(RTCIceTransport, seam), [certificate])
        self._set_role(role)

    def _setup_srtp(self) -> None:
        assert self._ssl is not None
        chosen = self._ssl.get_selected_srtp_profile()
        for profile in self._srtp_profiles:
            if profile.openssl_profile == chosen:
                break
        else:
            self._set_state(State.FAILED)
            return
        material = self._ssl.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (profile.key_length + profile.salt_length)
        )
        self.keys = Keys(
            profile.libsrtp_profile,
            outgoing=profile.get_key_and_salt(material, int(self._role == "server")),
            incoming=profile.get_key_and_salt(material, int(self._role == "client")),
        )
