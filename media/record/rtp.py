"""Just enough of RTP, RTCP, Opus and VP8 to rebuild what was said from what arrived.

Small parsers of our own, because a tape outlives the library that received it: they take bytes that passed SRTP, hold
nothing else, and answer ``None`` to what is not well formed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

OPUS_SILENCE = b"\xf8\xff\xfe"
"""A whole Opus packet of 20 ms of silence (CELT, full band, mono)."""

_HEAD = struct.Struct(">BBHII")
_CLOCK = struct.Struct(">II")
_SENDER = struct.Struct(">IQI")
_OPUS_MS_TENTHS = (
    *(100, 200, 400, 600) * 3,
    *(100, 200) * 2,
    *(25, 50, 100, 200) * 4,
)
VP8_KEYFRAME = b"\x9d\x01\x2a"


@dataclass(frozen=True, slots=True)
class Rtp:
    """One RTP packet, without its header extensions and padding."""

    payload_type: int
    marker: bool
    seq: int
    timestamp: int
    ssrc: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A sender's word that its RTP timestamp and its own wall clock met."""

    ssrc: int
    ntp_ns: int
    timestamp: int


def parse_rtp(packet: bytes) -> Rtp | None:
    if len(packet) < 12 or packet[0] >> 6 != 2:
        return None
    first, second, seq, timestamp, ssrc = _HEAD.unpack_from(packet)
    start = 12 + 4 * (first & 15)
    if first & 16:
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet)
    if first & 32:
        end -= packet[-1]
    if start > end:
        return None
    return Rtp(second & 127, bool(second & 128), seq, timestamp, ssrc, packet[start:end])


def rtp_clock(packet: bytes) -> tuple[int, int] | None:
    """Timestamp and SSRC only."""
    return _CLOCK.unpack_from(packet, 4) if len(packet) >= 12 and packet[0] >> 6 == 2 else None


def unwrap_rtx(rtx: Rtp, media_ssrc: int) -> Rtp | None:
    """The lost packet inside a retransmission (RFC 4588); padding probes carry none."""
    if len(rtx.payload) < 3:
        return None
    seq = int.from_bytes(rtx.payload[:2], "big")
    return Rtp(rtx.payload_type, rtx.marker, seq, rtx.timestamp, media_ssrc, rtx.payload[2:])


def parse_sender_reports(packet: bytes) -> list[SenderReport]:
    """The sender reports in a compound RTCP packet."""
    reports: list[SenderReport] = []
    at = 0
    while at + 4 <= len(packet) and packet[at] >> 6 == 2:
        end = at + 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
        if packet[at + 1] == 200 and end <= len(packet) and end - at >= 28:
            ssrc, ntp, timestamp = _SENDER.unpack_from(packet, at + 4)
            reports.append(SenderReport(ssrc, (ntp * 1_000_000_000) >> 32, timestamp))
        at = end
    return reports


def opus_samples(payload: bytes) -> int:
    """How many samples at 48 kHz an Opus packet holds (RFC 6716 3.1); nothing for what is no packet."""
    if not payload:
        return 0
    count = {0: 1, 1: 2, 2: 2}.get(payload[0] & 3)
    if count is None:
        if len(payload) < 2:
            return 0
        count = payload[1] & 63
    samples = count * _OPUS_MS_TENTHS[payload[0] >> 3] * 48 // 10
    return samples if samples <= 5760 else 0


def vp8_payload(payload: bytes) -> tuple[bool, bytes] | None:
    """Whether this packet begins a frame, and its part of the frame (RFC 7741 4.2)."""
    if not payload:
        return None
    first, at = payload[0], 1
    if first & 0x80:
        if len(payload) < 2:
            return None
        more, at = payload[1], 2
        if more & 0x80:
            if len(payload) <= at:
                return None
            at += 2 if payload[at] & 0x80 else 1
        at += 1 if more & 0x40 else 0
        at += 1 if more & 0x30 else 0
    if at >= len(payload):
        return None
    return bool(first & 0x10) and not first & 0x07, payload[at:]


def vp8_size(frame: bytes) -> tuple[int, int] | None:
    """Width and height if this frame is a keyframe."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != VP8_KEYFRAME:
        return None
    width, height = struct.unpack_from("<HH", frame, 6)
    return width & 0x3FFF, height & 0x3FFF


class Unwrapper:
    """Makes a counter that wraps grow for ever, tolerating steps back."""

    def __init__(self, bits: int) -> None:
        self._size = 1 << bits
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value + self._size
            return self._last
        step = (value - self._last) % self._size
        if step >= self._size // 2:
            step -= self._size
        full = self._last + step
        if step > 0:
            self._last = full
        return full
