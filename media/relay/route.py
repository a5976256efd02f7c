"""The numbers of one source on its way to one listener, however the source changes.

A listener's browser must see a single unbroken stream. The source behind it may be gated by the floor, reconnect with
new numbers, change its layer, or lose packets; the route moves its offsets so that what arrives always continues where
it stopped. Where temporal layers are left out, numbers close over them.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field

from media.packets import Kind
from media.wire import rtp, vp8
from media.wire.clock import SECOND
from media.wire.peer import Peer
from media.wire.vp8 import Descriptor

MOST_RUNS = 64
ALL = 3
"""The highest temporal layer of VP8."""


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
class Route:
    """Nothing is sent while ``open`` is false; it is open where the floor allows it and the line has room."""

    peer: Peer
    mid: str
    source: str
    kind: Kind
    clock_rate: int
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
    _runs: deque[Run] = field(default_factory=lambda: deque(maxlen=MOST_RUNS))
    """Before the present one, for what is asked for again."""
    _cap: int = ALL
    _top: int = -1
    _newest: int = -1
    _left_out: int = -1

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
