"""Where an H.264 stream can be begun (RFC 6184): the relay needs to know no more of it, and changes nothing in it."""

from __future__ import annotations

from media.wire.rtp import Rtp
from media.wire.vp8 import Descriptor

SEQUENCE_SET, STAP_A, FU_A = 7, 24, 28


def read(packet: Rtp) -> Descriptor:
    """A keyframe begins with the sequence parameter set before it: without that no decoder can begin. Never raises."""
    data, at, end = packet.data, packet.payload_at, len(packet.data) - packet.padding
    if at >= end:
        return Descriptor()
    kind = data[at] & 31
    key = kind == SEQUENCE_SET
    if kind == STAP_A:
        at += 1
        while at + 2 < end and not key:
            key = data[at + 2] & 31 == SEQUENCE_SET
            at += 2 + (data[at] << 8 | data[at + 1])
    elif kind == FU_A and at + 1 < end:
        key = data[at + 1] & 0x9F == 0x80 | SEQUENCE_SET
    return Descriptor(begins=key, key=key)
