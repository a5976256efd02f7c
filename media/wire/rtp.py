"""RTP packets as bytes: read what the relay needs, write what a listener gets. Payloads: :mod:`vp8`."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct("!BBHII")
_EXTENSION = struct.Struct("!HH")
HEADER_LENGTH = 12

AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


@dataclass(slots=True)
class Rtp:
    """A parsed view of one packet; ``payload_at`` is where the payload begins, padding is still behind it."""

    data: bytes
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload_at: int
    padding: int
    profile: int
    extension_at: int

    @property
    def payload_length(self) -> int:
        return len(self.data) - self.payload_at - self.padding

    def extensions(self) -> Iterator[tuple[int, bytes]]:
        """Header extension elements, one-byte and two-byte form; a damaged tail is left out."""
        at, end = self.extension_at, self.payload_at
        if not at:
            return
        data, short = self.data, self.profile == 0xBEDE
        while at < end:
            first = data[at]
            if first == 0:
                at += 1
                continue
            if short:
                ident, length, at = first >> 4, (first & 15) + 1, at + 1
            else:
                if at + 2 > end:
                    return
                ident, length, at = first, data[at + 1], at + 2
            if at + length > end or (short and ident == 15):
                return
            yield ident, data[at : at + length]
            at += length


def parse(data: bytes) -> Rtp | None:
    """A packet, or None for anything that is not one. Never raises."""
    size = len(data)
    if size < HEADER_LENGTH or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    at = HEADER_LENGTH + 4 * (first & 15)
    profile = extension_at = 0
    if first & 0x10:
        if size < at + 4:
            return None
        profile, words = _EXTENSION.unpack_from(data, at)
        at += 4
        if profile == 0xBEDE or profile & 0xFFF0 == 0x1000:
            extension_at = at
        at += 4 * words
    if size < at:
        return None
    padding = data[-1] if first & 0x20 and size > at else 0
    if padding > size - at:
        return None
    return Rtp(data, second & 127, second > 127, sequence, timestamp, ssrc, at, padding, profile, extension_at)


def header(
    payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, extension: bytes, pad: bool
) -> bytes:
    first = 0x80 | (0x10 if extension else 0) | (0x20 if pad else 0)
    return _HEADER.pack(first, payload_type | (0x80 if marker else 0), sequence, timestamp, ssrc) + extension


def extension_block(elements: bytes) -> bytes:
    """One-byte header extension elements with their head, filled up to whole words."""
    if not elements:
        return b""
    words = (len(elements) + 3) // 4
    return _EXTENSION.pack(0xBEDE, words) + elements.ljust(words * 4, b"\0")


def abs_send_time(at_ns: int) -> bytes:
    """Seconds as 6.18 fixed point, the lowest 24 bits."""
    return (((at_ns << 18) // 1_000_000_000) & 0xFFFFFF).to_bytes(3, "big")
