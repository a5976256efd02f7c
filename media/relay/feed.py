"""One source on its way to one listener: own SSRC, own numbers, own clock line (:mod:`route`), and every packet's head.

What goes out is written here: head, header extensions, the shifted payload, retransmissions, padding.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field

from media.relay.route import Route, Run
from media.wire import rtp, vp8
from media.wire.answer import Agreed, Sent
from media.wire.vp8 import Descriptor

KEPT = 128
"""About two and a half seconds of sound."""

PADDING = 255
"""The most that one byte can count (RFC 3550 5.1)."""

PADDED_BYTES = rtp.HEADER_LENGTH + 8 + PADDING + 16
"""A packet of padding alone: head, one extension, padding, seal."""

PAUSE = b"\xf8"
"""An Opus packet without a frame: the decoder takes what follows for a pause, not for loss (RFC 6716 3.1, 4.4)."""

PAUSE_SAMPLES = 960

_U16 = struct.Struct("!H")
_WITH_LEVEL = struct.Struct("!BBHIIHHBB2x")
_WITH_CC = struct.Struct("!BBHIIHHBHx")
_WITH_BOTH = struct.Struct("!BBHIIHHBBBH3x")
"""A head with header extension elements in the one-byte form: audio level, transport sequence number."""


def _random_ssrc() -> int:
    return secrets.randbits(31) | 1


@dataclass(slots=True)
class Feed(Route):
    """A route, and what its listener agreed on."""

    ssrc: int = field(default_factory=_random_ssrc)
    repair_ssrc: int = field(default_factory=_random_ssrc)
    payload_type: int = -1
    """-1 where the listener cannot decode what the source sends."""
    repair_type: int = -1
    codec: str = ""
    """The source's."""
    types: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The listener's payload types by codec: of what is sent, and of what is repeated."""
    level_id: int = 0
    abs_id: int = 0
    cc_id: int = 0
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
        self.types = {one.codec.name: one.types for one in part.formats} if part.use == "send" else {}
        self._number()
        self.level_id = part.extension(rtp.AUDIO_LEVEL)
        self.abs_id = part.extension(rtp.ABS_SEND_TIME)
        self.cc_id = part.extension(rtp.TRANSPORT_CC)

    def speak(self, codec: str) -> None:
        """The source comes in this codec from now on: its listener sees nothing before it begins anew."""
        if codec == self.codec:
            return
        self.codec = codec
        self._runs.clear()
        self.stream, self.waiting = 0, True
        self._number()

    def _number(self) -> None:
        self.payload_type, self.repair_type = self.types.get(self.codec, (-1, -1))

    @property
    def flows(self) -> bool:
        """Whether something should arrive. A picture is not expected before its first key frame."""
        return self.open and (self.kind == "audio" or self.stream != 0)

    # -- packets out -------------------------------------------------------------------------------------------------

    def _head(
        self,
        ssrc: int,
        payload_type: int,
        marker: bool,
        number: int,
        timestamp: int,
        padded: bool,
        level: int,
        at_ns: int,
    ) -> tuple[bytes, int]:
        """The head with its extensions, and the transport sequence number among them, or -1."""
        first, second = (0xB0 if padded else 0x90), (payload_type | 0x80 if marker else payload_type)
        number, level_id = number & 0xFFFF, self.level_id if level >= 0 else 0
        if self.cc_id:
            peer, element = self.peer, self.cc_id << 4 | 1
            peer.transport_sequence = sequence = (peer.transport_sequence + 1) & 0xFFFF
            if not level_id:
                return _WITH_CC.pack(first, second, number, timestamp, ssrc, 0xBEDE, 1, element, sequence), sequence
            both = (level_id << 4, level, element, sequence)
            return _WITH_BOTH.pack(first, second, number, timestamp, ssrc, 0xBEDE, 2, *both), sequence
        if level_id and not self.abs_id:
            return _WITH_LEVEL.pack(first, second, number, timestamp, ssrc, 0xBEDE, 1, level_id << 4, level), -1
        elements = bytes((level_id << 4, level)) if level_id else b""
        if self.abs_id:
            elements += bytes((self.abs_id << 4 | 2,)) + rtp.abs_send_time(at_ns)
        block = rtp.extension_block(elements)
        return rtp.header(payload_type, marker, number, timestamp, ssrc, block, padded), -1

    def send(
        self, number: int, packet: rtp.Rtp, payload: bytes, level: int, seen: Descriptor | None, at_ns: int
    ) -> bool:
        """``payload`` is the packet's, cut out once for all listeners."""
        step, picture, tl0, moved = self.number_offset, self.picture_offset, self.tl0_offset, self.time_offset
        if number < self.first:
            run = self._carried(number)
            if run is None:
                return False
            step, picture, tl0, moved = run.number, run.picture, run.tl0, run.time
        out, timestamp, padding = number + step, (packet.timestamp + moved) & 0xFFFFFFFF, packet.padding
        if picture or tl0:
            payload = vp8.shift(payload, picture, tl0)
        if self.cc_id and level < 0 and not padding:
            peer = self.peer
            peer.transport_sequence = sequence = (peer.transport_sequence + 1) & 0xFFFF
            second, element = self.payload_type | packet.marker << 7, self.cc_id << 4 | 1
            head = _WITH_CC.pack(0x90, second, out & 0xFFFF, timestamp, self.ssrc, 0xBEDE, 1, element, sequence)
        else:
            head, sequence = self._head(
                self.ssrc, self.payload_type, packet.marker, out, timestamp, padding > 0, level, at_ns
            )
        sealed = self.peer.send_media(head + payload, sequence, at_ns)
        if sealed is None:
            return False
        if self.repair_type < 0:
            self.kept[out % KEPT] = (out, sealed)
        if out > self.last_number:
            self.last_number, self.last_time, self.last_ns = out, timestamp, at_ns
            if seen is not None:
                if seen.picture >= 0:
                    self.last_picture = (seen.picture + picture) & vp8.PICTURES
                if seen.tl0 >= 0:
                    self.last_tl0 = (seen.tl0 + tl0) & vp8.TL0S
        self.packets += 1
        self.octets += len(payload) - padding
        return True

    def hush(self, at_ns: int) -> None:
        """Say that the voice pauses, before the gate closes or as the first thing ever: what follows is no loss."""
        if not self.allowed or self.payload_type < 0:
            return
        out, timestamp = self.last_number + 1, (self.last_time + PAUSE_SAMPLES) & 0xFFFFFFFF
        head, sequence = self._head(self.ssrc, self.payload_type, False, out, timestamp, False, 127, at_ns)
        if self.peer.send_media(head + PAUSE, sequence, at_ns) is not None:
            self.last_number, self.last_time, self.last_ns = out, timestamp, at_ns
            self.packets += 1
            self.octets += len(PAUSE)

    def resend(self, run: Run, number: int, packet: rtp.Rtp, at_ns: int) -> bool:
        """Repeat a packet: as RTX where agreed, else the very datagram."""
        if self.repair_type < 0:
            return self._repeat(number + run.number)
        self.repair_number = (self.repair_number + 1) & 0xFFFF
        timestamp, ssrc, padded = (packet.timestamp + run.time) & 0xFFFFFFFF, self.repair_ssrc, packet.padding > 0
        head, sequence = self._head(
            ssrc, self.repair_type, packet.marker, self.repair_number, timestamp, padded, -1, at_ns
        )
        payload = packet.data[packet.payload_at :]
        if run.picture or run.tl0:
            payload = vp8.shift(payload, run.picture, run.tl0)
        original = _U16.pack((number + run.number) & 0xFFFF)
        if self.peer.send_media(head + original + payload, sequence, at_ns) is None:
            return False
        self.resent += 1
        return True

    def pad(self, at_ns: int) -> int | None:
        """Send one packet of padding alone, as RTX; its transport number, or None when nothing could be sent."""
        self.repair_number = (self.repair_number + 1) & 0xFFFF
        head, number = self._head(
            self.repair_ssrc, self.repair_type, False, self.repair_number, self.last_time, True, -1, at_ns
        )
        sealed = self.peer.send_rtp(head + bytes(PADDING - 1) + bytes((PADDING,)))
        if sealed is None or number < 0:
            return None
        self.peer.note_sent(number, len(sealed), at_ns)
        return number

    def _repeat(self, out: int) -> bool:
        number, datagram = self.kept.get(out % KEPT, (-1, b""))
        if number != out:
            return False
        self.peer.send_sealed(datagram)
        self.resent += 1
        self.peer.media_packets_sent += 1
        return True
