"""Packets to whole pictures: VP8 (RFC 7741) and H.264 (RFC 6184).

After a hole in the picture everything is dropped until the next keyframe: a decoder would otherwise show smeared faces
as if that had been seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from media.record import h264
from media.record.reorder import Packet
from media.record.rtp import vp8_payload, vp8_size

MOST_PACKETS = 8192
"""A keyframe of ten megabytes; what claims to be more is no picture."""


class Whole(NamedTuple):
    """One picture that a decoder can show, and the packet that tells its time; ``size`` on keyframes only."""

    packet: Packet
    data: bytes
    size: tuple[int, int] | None


class Assembler(Protocol):
    def add(self, packet: Packet) -> Iterator[Whole]:
        """Take the next packet of the stream; what is whole now."""

    def rest(self) -> Iterator[Whole]:
        """What is whole at the stream's end."""


def assembler(codec: str) -> Assembler:
    return H264Assembler() if codec == "h264" else Vp8Assembler()


class Vp8Assembler:
    """A picture is whole with the packet that bears the marker."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._stamp: int | None = None
        self._seq: int | None = None
        self._broken = True

    def add(self, packet: Packet) -> Iterator[Whole]:
        follows = self._seq is not None and packet.seq == self._seq + 1
        self._seq = packet.seq
        if not follows:
            self._parts, self._broken = [], True
        if not packet.rtp.payload:
            return
        read = vp8_payload(packet.rtp.payload)
        if read is None:
            self._parts, self._broken = [], True
            return
        begins, data = read
        if begins and packet.stamp != self._stamp:
            self._parts = [data]
            self._stamp = packet.stamp
        elif self._parts and packet.stamp == self._stamp:
            self._parts.append(data)
        else:
            self._parts, self._broken = [], True
            return
        if not packet.rtp.marker:
            return
        frame, self._parts = b"".join(self._parts), []
        size = vp8_size(frame)
        if self._broken and size is None:
            return
        self._broken = False
        yield Whole(packet, frame, size)

    def rest(self) -> Iterator[Whole]:
        return iter(())


class H264Assembler:
    """A picture is all units of one timestamp.

    Encoders disagree about the marker: some set it on every slice, some never. So a picture ends where the next begins,
    and the marker only says, where a hole follows, that nothing of it is missing.
    """

    def __init__(self) -> None:
        self._first: Packet | None = None
        self._units: list[bytes] = []
        self._piece: bytearray | None = None
        self._spoilt = self._marked = False
        self._taken = 0
        self._sets: list[bytes] = []
        """The parameter sets that hold now: decoders and players want them in front of every keyframe."""
        self._seq: int | None = None
        self._broken = True

    def add(self, packet: Packet) -> Iterator[Whole]:
        follows = self._seq is not None and packet.seq == self._seq + 1
        self._seq = packet.seq
        if self._first is not None and not (follows and packet.stamp == self._first.stamp):
            self._spoilt = self._spoilt or not (follows or self._marked)
            yield from self._close()
        if not follows:
            self._broken = True
        if not packet.rtp.payload:
            return
        if self._first is None:
            self._first = packet
        self._marked = packet.rtp.marker
        self._take(packet.rtp.payload)

    def rest(self) -> Iterator[Whole]:
        if self._marked:
            yield from self._close()

    def _take(self, payload: bytes) -> None:
        self._taken += 1
        if self._taken > MOST_PACKETS:
            self._units, self._piece, self._spoilt = [], None, True
            return
        units = h264.packed(payload)
        if units is not None:
            self._spoilt = self._spoilt or self._piece is not None
            self._units += units
            return
        piece = h264.fragment(payload)
        if piece is None:
            self._spoilt = True
            return
        is_first, is_last, head, data = piece
        if is_first:
            self._spoilt = self._spoilt or self._piece is not None
            self._piece = bytearray(head)
        if self._piece is None:
            self._spoilt = True
            return
        self._piece += data
        if is_last:
            self._units.append(bytes(self._piece))
            self._piece = None

    def _close(self) -> Iterator[Whole]:
        first, units = self._first, self._units
        sound = not self._spoilt and self._piece is None
        self._first, self._units, self._piece, self._spoilt, self._marked = None, [], None, False, False
        self._taken = 0
        for unit in units:
            self._keep(unit)
        shown = [unit for unit in units if h264.is_picture(unit)]
        if first is None or (sound and not shown):
            return
        size = h264.size(self._sets[0]) if self._sets and any(h264.kind(unit) == h264.IDR for unit in shown) else None
        if not sound or not h264.begins_picture(shown[0]) or (self._broken and size is None):
            self._broken = True
            return
        self._broken = False
        plain = [unit for unit in units if h264.kind(unit) in (*range(h264.SLICE, h264.IDR + 1), h264.SEI)]
        yield Whole(first, h264.stream([*self._sets, *plain] if size is not None else plain), size)

    def _keep(self, unit: bytes) -> None:
        if h264.kind(unit) == h264.SPS:
            if self._sets[:1] != [unit]:
                self._sets = [unit]
        elif h264.kind(unit) == h264.PPS and self._sets and unit not in self._sets:
            self._sets.append(unit)
