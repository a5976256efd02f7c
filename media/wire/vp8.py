"""The descriptor before each VP8 payload (RFC 7741 4.2): what the relay must know of a picture, its running numbers.

The picture itself is never touched. Picture id and TL0PICIDX are, so that a decoder never notices another layer.
"""

from __future__ import annotations

from dataclasses import dataclass

from media.wire.rtp import Rtp

PICTURES = 0x7FFF
TL0S = 0xFF
_KEY_START = b"\x9d\x01\x2a"


@dataclass(slots=True)
class Descriptor:
    """-1 stands for what is not there. ``begins``: a picture begins in this packet; ``syncs``: it needs only the
    lowest temporal layer; ``width`` of a key frame, else 0."""

    begins: bool = False
    key: bool = False
    picture: int = -1
    tl0: int = -1
    temporal: int = -1
    syncs: bool = False
    width: int = 0


def read(packet: Rtp) -> Descriptor:
    """Never raises: what is cut short says less."""
    data, at, end = packet.data, packet.payload_at, len(packet.data) - packet.padding
    found = Descriptor()
    if at >= end:
        return found
    first = data[at]
    at += 1
    if first & 0x80:
        if at >= end:
            return found
        flags = data[at]
        at += 1
        if flags & 0x80:
            wide = at < end and data[at] & 0x80
            if at + (1 if wide else 0) >= end:
                return found
            found.picture = (data[at] & 0x7F) << 8 | data[at + 1] if wide else data[at]
            at += 2 if wide else 1
        if flags & 0x40:
            if at >= end:
                return found
            found.tl0 = data[at]
            at += 1
        if flags & 0x30:
            if at >= end:
                return found
            if flags & 0x20:
                found.temporal, found.syncs = data[at] >> 6, bool(data[at] & 0x20)
            at += 1
    if first & 0x10 and not first & 0x07 and at < end:
        found.begins, found.key = True, not data[at] & 1
        if found.key and data[at + 3 : at + 6] == _KEY_START and at + 8 <= end:
            found.width = data[at + 6] | (data[at + 7] & 0x3F) << 8
    return found


def shift(payload: bytes, picture: int, tl0: int) -> bytes:
    """The payload with its running numbers moved on; a descriptor without them, or cut short, stays as it is."""
    if len(payload) < 3 or not payload[0] & 0x80:
        return payload
    moved, flags, at = bytearray(payload), payload[1], 2
    if flags & 0x80:
        if payload[at] & 0x80:
            if len(payload) < at + 2:
                return payload
            number = (payload[at] << 8 | payload[at + 1]) + picture & PICTURES
            moved[at : at + 2] = (0x8000 | number).to_bytes(2, "big")
            at += 2
        else:
            moved[at] = (payload[at] + picture) & 0x7F
            at += 1
    if flags & 0x40 and at < len(payload):
        moved[at] = (payload[at] + tl0) & TL0S
    return bytes(moved)
