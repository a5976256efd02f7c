"""One source on its way to one listener: own SSRC, own numbers, own clock line, however the source changes.

A listener's browser must see a single unbroken stream. The source behind it may be gated by the floor, reconnect with
new numbers, or lose packets; the feed moves its offsets so that what arrives always continues where it stopped.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field

from media.packets import Kind
from media.wire import rtp
from media.wire.answer import Agreed, Sent
from media.wire.clock import SECOND
from media.wire.peer import Peer

KEPT = 128
"""About two and a half seconds of sound."""

PADDING = 255
"""The most that one byte can count (RFC 3550 5.1)."""

PADDED_BYTES = rtp.HEADER_LENGTH + 8 + PADDING + 16
"""A packet of padding alone: head, one extension, padding, seal."""

_U16 = struct.Struct("!H")


def _random_ssrc() -> int:
    return secrets.randbits(31) | 1


@dataclass(slots=True)
class Feed:
    """State of one route. ``open`` is the floor's word; nothing is sent while it is false."""

    peer: Peer
    mid: str
    source: str
    kind: Kind
    clock_rate: int
    ssrc: int = field(default_factory=_random_ssrc)
    repair_ssrc: int = field(default_factory=_random_ssrc)
    payload_type: int = -1
    repair_type: int = -1
    level_id: int = 0
    abs_id: int = 0
    cc_id: int = 0
    open: bool = False
    waiting: bool = True
    """For video: nothing goes out before the next key frame."""
    stream: int = 0
    """SSRC of the source's stream that the offsets are for."""
    first: int = 0
    number_offset: int = 0
    time_offset: int = 0
    last_number: int = field(default_factory=lambda: secrets.randbits(15) + 65536)
    last_time: int = field(default_factory=lambda: secrets.randbits(31))
    last_ns: int = 0
    repair_number: int = field(default_factory=lambda: secrets.randbits(15))
    packets: int = 0
    octets: int = 0
    kept: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Recent datagrams, where RTX is not agreed (sound)."""
    resent: int = 0
    label: str = ""
    """The name of a section that is lent to one source after another."""
    missed: int = 0
    """Packets that the listener asked for again."""
    lost: float = 0.0
    jitter: float = 0.0

    def sent(self) -> Sent:
        return Sent(self.label or self.source, self.ssrc, self.repair_ssrc)

    def agreed(self, part: Agreed) -> None:
        """Take what the newest answer says about our section."""
        self.payload_type = part.payload_type if part.use == "send" else -1
        self.repair_type = part.repair_type
        self.level_id = part.extension(rtp.AUDIO_LEVEL)
        self.abs_id = part.extension(rtp.ABS_SEND_TIME)
        self.cc_id = part.extension(rtp.TRANSPORT_CC)

    def gate(self, is_open: bool) -> None:
        if is_open and not self.open:
            self.stream, self.waiting = 0, True
        self.open = is_open

    def admits(self, number: int, packet: rtp.Rtp, stream: int, key: bool, at_ns: int) -> bool:
        """Whether this packet may go out; moves the offsets when the stream begins anew for this listener."""
        if stream != self.stream or (self.waiting and key):
            if self.kind == "video" and not key:
                self.waiting = True
                return False
            elapsed = min(max(0, at_ns - self.last_ns), 3600 * SECOND) if self.last_ns else 0
            step = max(1, elapsed * self.clock_rate // SECOND)
            self.time_offset = (self.last_time + step - packet.timestamp) & 0xFFFFFFFF
            self.number_offset = self.last_number + 1 - number
            self.first, self.stream, self.waiting = number, stream, False
        return not self.waiting and number >= self.first

    def source_number(self, sequence: int) -> int | None:
        """The source's unwrapped number behind a 16-bit number that the listener asks for."""
        number = self.last_number - ((self.last_number - sequence) & 0xFFFF) - self.number_offset
        return number if self.stream and number >= self.first else None

    def _extensions(self, level: int, at_ns: int) -> bytes:
        elements = b""
        if self.level_id and level >= 0:
            elements = bytes((self.level_id << 4, level))
        if self.cc_id:
            peer = self.peer
            peer.transport_sequence = (peer.transport_sequence + 1) & 0xFFFF
            elements += bytes((self.cc_id << 4 | 1,)) + _U16.pack(peer.transport_sequence)
        elif self.abs_id:
            elements += bytes((self.abs_id << 4 | 2,)) + rtp.abs_send_time(at_ns)
        return rtp.extension_block(elements)

    def send(self, number: int, packet: rtp.Rtp, level: int, at_ns: int) -> bool:
        out = number + self.number_offset
        timestamp = (packet.timestamp + self.time_offset) & 0xFFFFFFFF
        head = rtp.header(
            self.payload_type,
            packet.marker,
            out & 0xFFFF,
            timestamp,
            self.ssrc,
            self._extensions(level, at_ns),
            packet.padding > 0,
        )
        sealed = self.peer.send_rtp(head + packet.data[packet.payload_at :])
        if sealed is None:
            return False
        if self.repair_type < 0:
            self.kept[out % KEPT] = (out, sealed)
        if out > self.last_number:
            self.last_number, self.last_time, self.last_ns = out, timestamp, at_ns
        self.packets += 1
        self.octets += packet.payload_length
        self.peer.media_packets_sent += 1
        return True

    def resend(self, number: int, packet: rtp.Rtp, at_ns: int) -> bool:
        """Repeat a packet: as RTX where agreed, else the very datagram."""
        if self.repair_type < 0:
            return self._repeat(number + self.number_offset)
        self.repair_number = (self.repair_number + 1) & 0xFFFF
        head = rtp.header(
            self.repair_type,
            packet.marker,
            self.repair_number,
            (packet.timestamp + self.time_offset) & 0xFFFFFFFF,
            self.repair_ssrc,
            self._extensions(-1, at_ns),
            packet.padding > 0,
        )
        original = _U16.pack((number + self.number_offset) & 0xFFFF)
        if self.peer.send_rtp(head + original + packet.data[packet.payload_at :]) is None:
            return False
        self.resent += 1
        self.peer.media_packets_sent += 1
        return True

    def pad(self, at_ns: int) -> int | None:
        """Send one packet of padding alone, as RTX; its transport number, or None when nothing could be sent."""
        self.repair_number = (self.repair_number + 1) & 0xFFFF
        block = self._extensions(-1, at_ns)
        number = self.peer.transport_sequence
        head = rtp.header(self.repair_type, False, self.repair_number, self.last_time, self.repair_ssrc, block, True)
        return number if self.peer.send_rtp(head + bytes(PADDING - 1) + bytes((PADDING,))) is not None else None

    def _repeat(self, out: int) -> bool:
        number, datagram = self.kept.get(out % KEPT, (-1, b""))
        if number != out:
            return False
        self.peer.send_sealed(datagram)
        self.resent += 1
        self.peer.media_packets_sent += 1
        return True
