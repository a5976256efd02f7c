"""One encoding of a source (RFC 8853): its stream as it comes in, what it takes, and who is fed from it now.

A source without simulcast has one layer, without a name. Each layer has numbers, holes and key frames of its own.
"""

from __future__ import annotations

from typing import Protocol

from media.relay.feed import Feed
from media.relay.reception import Reception
from media.wire import rtcp
from media.wire.clock import MILLISECOND, SECOND
from media.wire.parameter_sets import ParameterSets
from media.wire.peer import Peer

KEYFRAME_NS = 500 * MILLISECOND
"""At most one key frame request in this time: each costs the publisher a large picture."""

NEWCOMER_NS = 350 * MILLISECOND
"""The same where somebody has no picture yet. Browsers leave out what is asked within 300 ms of the last."""

KEYFRAME_RETRY_NS = 1 * SECOND
LIVE_NS = 1500 * MILLISECOND
"""A layer from which nothing came for so long is not there: browsers leave out what their line does not carry."""

HEAD_BYTES = 64
"""What a packet takes on a line beside its payload: IP, UDP, RTP, header extensions and the seal."""

SMOOTH_NS = 2 * SECOND
TEMPORALS = 4


class Meter:
    """What a stream takes on a line, bits a second, by temporal layer."""

    def __init__(self) -> None:
        self._fresh = [0] * TEMPORALS
        self._rates = [0.0] * TEMPORALS
        self._began_ns = self._since_ns = 0

    def note(self, octets: int, temporal: int, at_ns: int) -> None:
        if not self._began_ns:
            self._began_ns = self._since_ns = at_ns
        self._fresh[temporal if temporal > 0 else 0] += (octets + HEAD_BYTES) * 8

    def measure(self, now_ns: int) -> None:
        """Take what came since the last time into the rates; a key frame counts no more than its share."""
        span = now_ns - self._since_ns
        if not self._began_ns or span < 100 * MILLISECOND:
            return
        weight = span / max(span, min(now_ns - self._began_ns, SMOOTH_NS))
        for temporal, bits in enumerate(self._fresh):
            self._rates[temporal] += (bits * SECOND / span - self._rates[temporal]) * weight
            self._fresh[temporal] = 0
        self._since_ns = now_ns

    @property
    def bits(self) -> tuple[int, ...]:
        """What the stream takes with its temporal layers up to each; the last is everything. Empty when unknown."""
        total, found = 0.0, []
        for rate in self._rates:
            if rate >= 1:
                total += rate
                found.append(round(total))
        return tuple(found)


class Fan(Protocol):
    """What a forwarder has prepared for a layer."""

    def drop(self) -> None:
        """It holds no more: who listens, where the packets come from, or what they may do has changed."""


class Layer:
    def __init__(self, rid: str, place: int, clock_rate: int, room: int) -> None:
        self.rid = rid
        self.place = place
        """In the browser's offer: small pictures before large ones, unless their widths say otherwise."""
        self.width = 0
        self.reception: Reception | None = None
        self.repair_ssrc = 0
        self.listeners: tuple[Feed, ...] = ()
        """Open feeds that carry this layer or wait to."""
        self.awaited = False
        """Whether one of them waits."""
        self.fan: Fan | None = None
        self.sets: ParameterSets | None = None
        """Puts in front of key frames what they lack, where a camera's H.264 may lack it."""
        self.meter = Meter()
        self.heard_ns = 0
        self.keyframes_asked = 0
        self.packets_asked = 0
        self._clock_rate, self._room = clock_rate, room
        self._asked_ns = -KEYFRAME_RETRY_NS
        self._wanted = False

    @property
    def ssrc(self) -> int:
        return self.reception.ssrc if self.reception is not None else 0

    def live(self, now_ns: int) -> bool:
        return self.reception is not None and now_ns - self.heard_ns < LIVE_NS

    def stream(self, ssrc: int, repair_ssrc: int) -> Reception:
        """The reception of this SSRC; a new SSRC begins a new one."""
        if self.reception is None or self.reception.ssrc != ssrc:
            self.reception = Reception(ssrc, self._clock_rate, self._room)
            self.repair_ssrc = repair_ssrc
            self.meter = Meter()
            self.unsettle()
            self.want_keyframe()
        return self.reception

    def note(self, octets: int, temporal: int, width: int, at_ns: int) -> None:
        if at_ns - self.heard_ns >= LIVE_NS:
            self.meter = Meter()
        self.heard_ns = at_ns
        self.meter.note(octets, temporal, at_ns)
        if width:
            self.width = width

    def unsettle(self) -> None:
        """Whatever a forwarder has prepared holds no more."""
        if self.fan is not None:
            self.fan.drop()
            self.fan = None

    def silence(self) -> None:
        self.reception = None
        self.unsettle()

    def want_keyframe(self) -> None:
        self._wanted = True

    def ask(self, peer: Peer, needed: bool, now_ns: int) -> None:
        """Pass a wish for a key frame upstream, throttled; repeat it while somebody still waits for one."""
        if self.reception is None or not (self._wanted or needed):
            return
        since = now_ns - self._asked_ns
        if (self._wanted and since >= (NEWCOMER_NS if needed else KEYFRAME_NS)) or (
            needed and since >= KEYFRAME_RETRY_NS
        ):
            self._asked_ns, self._wanted = now_ns, False
            self.keyframes_asked += 1
            peer.send_rtcp(rtcp.picture_loss(peer.ssrc, self.reception.ssrc))

    def missing(self, peer: Peer, now_ns: int) -> None:
        """Ask the publisher for what was lost on the way to us."""
        reception = self.reception
        if reception is None:
            return
        wanted = reception.due(now_ns, peer.rtt_ns or 0)
        if wanted:
            self.packets_asked += len(wanted)
            numbers = self.sets.theirs(wanted) if self.sets is not None else wanted
            peer.send_rtcp(rtcp.nack(peer.ssrc, reception.ssrc, numbers))
        if reception.gave_up:
            reception.gave_up = False
            self.want_keyframe()
