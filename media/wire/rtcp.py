"""RTCP read with suspicion and written by hand: one place that parses, so that no packet can end a connection."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK, TRANSPORT_CC = 1, 15
PLI, FIR, REMB = 1, 4, 15

_BLOCK = struct.Struct("!IIIIII")


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a compound: ``count`` is the report count or feedback format, ``body`` follows the head."""

    kind: int
    count: int
    body: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """A receiver's word about one of our streams."""

    ssrc: int
    fraction_lost: float
    lost: int
    jitter: int
    last_sr: int
    delay_since: int


def split(data: bytes) -> Iterator[Packet]:
    """The packets of a compound, up to the first that is damaged. Never raises."""
    at, size = 0, len(data)
    while at + 4 <= size:
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > size:
            return
        body_end = end
        if first & 0x20 and words:
            body_end = max(at + 4, end - data[end - 1])
        yield Packet(kind, first & 31, data[at + 4 : body_end], data[at:end])
        at = end


def reports(packet: Packet) -> Iterator[Report]:
    at = 24 if packet.kind == SR else 4
    for _ in range(packet.count):
        if at + 24 > len(packet.body):
            return
        ssrc, loss, _, jitter, last_sr, delay = _BLOCK.unpack_from(packet.body, at)
        lost = loss & 0xFFFFFF
        yield Report(ssrc, (loss >> 24) / 256, lost - (1 << 24) if lost >> 23 else lost, jitter, last_sr, delay)
        at += 24


def sender_info(packet: Packet) -> tuple[int, int, int] | None:
    """(ssrc, NTP, RTP timestamp) of a sender report."""
    if len(packet.body) < 24:
        return None
    ssrc, ntp, timestamp = struct.unpack_from("!IQI", packet.body)
    return ssrc, ntp, timestamp


def feedback_target(packet: Packet) -> int | None:
    return struct.unpack_from("!I", packet.body, 4)[0] if len(packet.body) >= 8 else None


MOST_ASKED = 64
"""Groups of up to seventeen numbers that one NACK is heard for; who lacks more needs a key frame."""


def nacked(packet: Packet) -> list[int]:
    """The sequence numbers that a generic NACK asks for: of a long one the first."""
    wanted: list[int] = []
    for at in range(8, min(len(packet.body) - 3, 8 + 4 * MOST_ASKED), 4):
        first, mask = struct.unpack_from("!HH", packet.body, at)
        wanted.append(first)
        wanted.extend((first + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1)
    return wanted


def full_intra_targets(packet: Packet) -> list[int]:
    return [struct.unpack_from("!I", packet.body, at)[0] for at in range(8, len(packet.body) - 7, 8)]


def told_limit(packet: Packet) -> int | None:
    """The bits a second of a REMB; None for other application layer feedback."""
    if len(packet.body) < 16 or packet.body[8:12] != b"REMB":
        return None
    field = int.from_bytes(packet.body[12:16], "big")
    return (field & 0x3FFFF) << (field >> 18 & 63)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
    return _packet(SR, 0, struct.pack("!IQIII", ssrc, ntp, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF))


def report_block(ssrc: int, fraction: int, lost: int, highest: int, jitter: int, last_sr: int, delay: int) -> bytes:
    lost = max(-0x800000, min(0x7FFFFF, lost)) & 0xFFFFFF
    return _BLOCK.pack(ssrc, (fraction & 255) << 24 | lost, highest & 0xFFFFFFFF, jitter, last_sr, delay)


def receiver_report(ssrc: int, blocks: Sequence[bytes]) -> bytes:
    return _packet(RR, len(blocks), struct.pack("!I", ssrc) + b"".join(blocks))


def source_names(names: Iterable[tuple[int, str]]) -> bytes:
    """SDES with a CNAME for every stream."""
    chunks, count = b"", 0
    for ssrc, name in names:
        text = name.encode()[:255]
        chunk = struct.pack("!IBB", ssrc, 1, len(text)) + text + b"\0"
        chunks += chunk.ljust((len(chunk) + 3) // 4 * 4, b"\0")
        count += 1
    return _packet(SDES, count, chunks)


def nack(sender: int, ssrc: int, missing: Sequence[int]) -> bytes:
    """A generic NACK; ``missing`` in rising order (of the 16-bit circle)."""
    pairs = b""
    at = 0
    while at < len(missing):
        first, mask = missing[at], 0
        at += 1
        while at < len(missing) and 0 < (missing[at] - first) & 0xFFFF <= 16:
            mask |= 1 << (((missing[at] - first) & 0xFFFF) - 1)
            at += 1
        pairs += struct.pack("!HH", first, mask)
    return _packet(RTPFB, NACK, struct.pack("!II", sender, ssrc) + pairs)


def picture_loss(sender: int, ssrc: int) -> bytes:
    return _packet(PSFB, PLI, struct.pack("!II", sender, ssrc))


def bitrate_limit(sender: int, bits: int, ssrcs: Sequence[int]) -> bytes:
    """REMB: the most that these streams together may send."""
    exponent = max(0, bits.bit_length() - 18)
    mantissa = bits >> exponent
    body = struct.pack("!II4sI", sender, 0, b"REMB", len(ssrcs) << 24 | exponent << 18 | mantissa)
    return _packet(PSFB, REMB, body + b"".join(struct.pack("!I", ssrc) for ssrc in ssrcs))
