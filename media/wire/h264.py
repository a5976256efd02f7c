"""What an H.264 packet holds (RFC 6184), and where a stream can be begun: the relay needs to know no more of it."""

from __future__ import annotations

from collections.abc import Iterator

from media.wire.rtp import Rtp
from media.wire.vp8 import Descriptor

SLICE, IDR, SEQUENCE_SET, PICTURE_SET, STAP_A, FU_A = 1, 5, 7, 8, 24, 28


def read(packet: Rtp) -> Descriptor:
    """A keyframe begins with the sequence parameter set before it: without that no decoder can begin. Never raises."""
    key = any(kind == SEQUENCE_SET for kind, _ in units(packet))
    return Descriptor(begins=key, key=key)


def units(packet: Rtp) -> Iterator[tuple[int, bytes]]:
    """The types of the units that lie or begin in this packet, and what is whole of them. Never raises."""
    data, at, end = packet.data, packet.payload_at, len(packet.data) - packet.padding
    if at >= end:
        return
    kind = data[at] & 31
    if kind == STAP_A:
        at += 1
        while at + 2 < end:
            size = data[at] << 8 | data[at + 1]
            yield data[at + 2] & 31, data[at + 2 : at + 2 + size] if at + 2 + size <= end else b""
            at += 2 + size
    elif kind == FU_A:
        if at + 1 < end and data[at + 1] & 0x80:
            yield data[at + 1] & 31, b""
    else:
        yield kind, data[at:end]
