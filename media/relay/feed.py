"""One source on its way to one listener: own SSRC, own numbers, own clock line, however the source changes.

A listener's browser must see a single unbroken stream. The source behind it may be gated by the floor, reconnect with
new numbers, change its layer, or lose packets; the feed moves its offsets so that what arrives always continues where
it stopped. Where temporal layers are left out, numbers close over them.
"""

from __future__ import annotations

import secrets
import struct
from collections import deque
from dataclasses import dataclass, field

from media.packets import Kind
from media.wire import rtp, vp8
from media.wire.answer import Agreed, Sent
from media.wire.clock import SECOND
from media.wire.peer import Peer
from media.wire.vp8 import Descriptor

KEPT = 128
"""About two and a half seconds of sound."""

PADDING = 255
"""The most that one byte can count (RFC 3550 5.1)."""

PADDED_BYTES = rtp.HEADER_LENGTH + 8 + PADDING + 16
"""A packet of padding alone: head, one extension, padding, seal."""
MOST_RUNS = 64
ALL = 3
"""The highest temporal layer of VP8."""

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


@dataclass(frozen=True, slots=True)
class Run:
    """From the source's number ``first`` on, its stream is carried with these offsets."""

    stream: int
    first: int
    number: int
    time: int
    picture: int
    tl0: int


@dataclass(slots=True)
class Feed:
    """State of one route. Nothing is sent while ``open`` is false; it is open where the floor allows it and the line
    has room."""

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
    allowed: bool = False
    """The floor's word."""
    withheld: bool = False
    """The listener's line has no room for it, or it is a silent voice and the line is narrow."""
    open: bool = False
    waiting: bool = True
    """For video: nothing goes out before the next key frame."""
    rid: str = ""
    """The layer that is to be carried; another goes on until a key frame of this one comes."""
    temporal: int = ALL
    apart: bool = False
    """Packets are left out of this route: Python sends it, whatever the forwarder."""
    stream: int = 0
    """SSRC of the source's stream that the offsets are for."""
    first: int = 0
    number_offset: int = 0
    time_offset: int = 0
    picture_offset: int = 0
    tl0_offset: int = 0
    last_number: int = field(default_factory=lambda: secrets.randbits(15) + 65536)
    last_time: int = field(default_factory=lambda: secrets.randbits(31))
    last_picture: int = -1
    last_tl0: int = -1
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
    _runs: deque[Run] = field(default_factory=lambda: deque(maxlen=MOST_RUNS))
    """Before the present one, for what is asked for again."""
    _cap: int = ALL
    _top: int = -1
    _newest: int = -1
    _left_out: int = -1

    def sent(self) -> Sent:
        return Sent(self.label or self.source, self.ssrc, self.repair_ssrc)

    def agreed(self, part: Agreed) -> None:
        """Take what the newest answer says about our section."""
        self.payload_type = part.payload_type if part.use == "send" else -1
        self.repair_type = part.repair_type
        self.level_id = part.extension(rtp.AUDIO_LEVEL)
        self.abs_id = part.extension(rtp.ABS_SEND_TIME)
        self.cc_id = part.extension(rtp.TRANSPORT_CC)

    @property
    def flows(self) -> bool:
        """Whether something should arrive. A picture is not expected before its first key frame."""
        return self.open and (self.kind == "audio" or self.stream != 0)

    # -- gate and layer ----------------------------------------------------------------------------------------------

    def gate(self) -> bool:
        """Open or close as floor and line say; whether that changed anything."""
        is_open = self.allowed and not self.withheld
        if is_open == self.open:
            return False
        if is_open:
            self.stream, self.waiting = 0, True
            self._runs.clear()
        self.open = is_open
        return True

    def thin(self, temporal: int) -> None:
        """Leave out temporal layers above this one, from the next picture on."""
        if temporal == self.temporal:
            return
        self.temporal = temporal
        if temporal < ALL and not self.apart:
            self._newest = self.last_number - self.number_offset
            self._cap = ALL
            self.apart = True

    @property
    def _run(self) -> Run:
        return Run(self.stream, self.first, self.number_offset, self.time_offset, self.picture_offset, self.tl0_offset)

    def admits(self, number: int, packet: rtp.Rtp, stream: int, seen: Descriptor | None, at_ns: int) -> bool:
        """Whether this packet may go out; moves the offsets when the stream begins anew for this listener.

        ``seen`` is what a picture says of itself, None for sound.
        """
        if stream != self.stream or self.waiting:
            if seen is not None and not seen.key:
                return False
            self._begin(number, packet, stream, seen, at_ns)
        if self.apart and seen is not None and not self._thinned(number, seen):
            return False
        return number >= self.first or (self.apart and self._carried(number) is not None)

    def _begin(self, number: int, packet: rtp.Rtp, stream: int, seen: Descriptor | None, at_ns: int) -> None:
        if self.stream:
            self._runs.append(self._run)
        elapsed = min(max(0, at_ns - self.last_ns), 3600 * SECOND) if self.last_ns else 0
        step = max(1, elapsed * self.clock_rate // SECOND)
        self.time_offset = (self.last_time + step - packet.timestamp) & 0xFFFFFFFF
        self.number_offset = self.last_number + 1 - number
        self.first, self.stream, self.waiting = number, stream, False
        self.picture_offset = self.tl0_offset = 0
        if seen is not None and seen.picture >= 0 and self.last_picture >= 0:
            self.picture_offset = (self.last_picture + 1 - seen.picture) & vp8.PICTURES
        if seen is not None and seen.tl0 >= 0 and self.last_tl0 >= 0:
            self.tl0_offset = (self.last_tl0 + 1 - seen.tl0) & vp8.TL0S
        self._cap, self._top, self._newest, self._left_out = self.temporal, -1, number - 1, -1
        self.apart = self.temporal < ALL

    def _thinned(self, number: int, seen: Descriptor) -> bool:
        """Whether the packet's temporal layer is carried. Numbers close over what is left out; what comes late has
        its number already and goes out."""
        if number <= self._newest:
            return True
        self._newest = number
        self._top = max(self._top, seen.temporal)
        if seen.begins:
            if self._cap > self.temporal:
                self._cap = self.temporal
            elif self._cap < self.temporal and seen.syncs and seen.temporal == self._cap + 1:
                self._cap += 1
            if self.temporal == ALL and self._cap >= self._top and seen.temporal == 0:
                self._cap, self.apart = ALL, False
        if seen.temporal <= self._cap:
            return True
        if self.first < number:
            self._runs.append(self._run)
        self.first = number + 1
        self.number_offset -= 1
        if seen.picture != self._left_out:
            self._left_out = seen.picture
            self.picture_offset = (self.picture_offset - 1) & vp8.PICTURES
        return False

    def _carried(self, number: int) -> Run | None:
        """The run that the source's number falls into."""
        if number >= self.first:
            return self._run
        return next((run for run in reversed(self._runs) if run.stream == self.stream and number >= run.first), None)

    def origin(self, sequence: int) -> tuple[Run, int] | None:
        """The run and the source's unwrapped number behind a 16-bit number that the listener asks for."""
        out = self.last_number - ((self.last_number - sequence) & 0xFFFF)
        if not self.stream:
            return None
        runs = (self._run, *reversed(self._runs))
        return next(((run, out - run.number) for run in runs if out - run.number >= run.first), None)

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
        head, sequence = self._head(
            self.ssrc, self.payload_type, packet.marker, out, timestamp, padding > 0, level, at_ns
        )
        if picture or tl0:
            payload = vp8.shift(payload, picture, tl0)
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
