"""VP8 packets to whole frames (RFC 7741).

After a hole in the picture everything is dropped until the next keyframe: a decoder would otherwise show smeared faces
as if that had been seen.
"""

from __future__ import annotations

from media.record.reorder import Packet
from media.record.rtp import vp8_payload, vp8_size


class Assembler:
    """VP8 packets to frames; after a hole nothing until a keyframe."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._stamp: int | None = None
        self._seq: int | None = None
        self._broken = True

    def add(self, packet: Packet) -> bytes | None:
        follows = self._seq is not None and packet.seq == self._seq + 1
        self._seq = packet.seq
        if not follows:
            self._parts, self._broken = [], True
        if not packet.rtp.payload:
            return None
        read = vp8_payload(packet.rtp.payload)
        if read is None:
            self._parts, self._broken = [], True
            return None
        begins, data = read
        if begins and packet.stamp != self._stamp:
            self._parts = [data]
            self._stamp = packet.stamp
        elif self._parts and packet.stamp == self._stamp:
            self._parts.append(data)
        else:
            self._parts, self._broken = [], True
            return None
        if not packet.rtp.marker:
            return None
        frame, self._parts = b"".join(self._parts), []
        if self._broken and vp8_size(frame) is None:
            return None
        self._broken = False
        return frame
