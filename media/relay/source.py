"""What one seat publishes of one kind. It outlives connections: a browser that comes back continues its source."""

from __future__ import annotations

from media.packets import Kind
from media.relay.feed import Feed
from media.relay.layers import Layer
from media.relay.lines import films
from media.relay.reception import Reception
from media.wire import h264, vp8
from media.wire.answer import CODECS, Agreed
from media.wire.clock import SECOND
from media.wire.parameter_sets import ParameterSets
from media.wire.peer import Peer
from media.wire.rtp import Rtp
from media.wire.vp8 import Descriptor

CLOCK_RATES: dict[Kind, int] = {"audio": 48000, "video": 90000}
SPEAKING, HEARD = 45, 60
"""In -dB: louder than this is speech, not a quiet room; softer than that is nothing."""

ROOM: dict[Kind, int] = {"audio": 256, "video": 2048}


class Source:
    def __init__(self, seat: str, kind: Kind) -> None:
        self.seat = seat
        self.kind: Kind = kind
        self.clock_rate = CLOCK_RATES[kind]
        self.codec = CODECS[kind][0]
        self.peer: Peer | None = None
        self.part: Agreed | None = None
        self.layers: dict[str, Layer] = {}
        self.kept = kind == "audio"
        """Whether it is for the ears: of pictures the court camera's alone."""
        self.recorded: Layer | None = None
        """The one layer that the ears are given now."""
        self.feeds: list[Feed] = []
        self.level = 127
        self.level_ns = 0
        self.heard_ns = self.spoken_ns = 0
        """When anything was last heard here, and when somebody was last speaking."""
        self._rests = False
        self._known: dict[str, Layer] = {}
        self._lay(("",))

    def _lay(self, rids: tuple[str, ...]) -> None:
        """A seat's second device may send otherwise than its first: what is known of a layer waits for its return."""
        for place, rid in enumerate(rids):
            self._known.setdefault(rid, Layer(rid, place, self.clock_rate, ROOM[self.kind]))
        self.layers = {rid: self._known[rid] for rid in rids}
        self.recorded = None
        self.gated()

    def describe(self, packet: Rtp) -> Descriptor | None:
        """What a picture's packet says of itself; None for sound."""
        if self.kind == "audio":
            return None
        return h264.read(packet) if self.codec == "h264" else vp8.read(packet)

    @property
    def keyframes_asked(self) -> int:
        return sum(layer.keyframes_asked for layer in self.layers.values())

    @property
    def packets_asked(self) -> int:
        return sum(layer.packets_asked for layer in self.layers.values())

    def ranked(self, now_ns: int) -> list[Layer]:
        """The layers that come in now, smallest first."""
        live = [layer for layer in self.layers.values() if layer.live(now_ns)]
        known = all(layer.width for layer in live)
        return sorted(live, key=lambda layer: (layer.width if known else 0, layer.place))

    def receptions(self) -> list[Reception]:
        return [layer.reception for layer in self.layers.values() if layer.reception is not None]

    def layer_of(self, ssrc: int) -> Layer | None:
        return next((layer for layer in self.layers.values() if ssrc and layer.ssrc == ssrc), None)

    def layer_for(self, feed: Feed) -> Layer:
        """The layer that a listener is to get."""
        return self.layers.get(feed.rid) or next(iter(self.layers.values()))

    @property
    def rests(self) -> bool:
        """This voice is silent, and some listener is not sent it therefore."""
        return self._rests

    @rests.setter
    def rests(self, rests: bool) -> None:
        if rests and not self._rests:
            self.unsettle()
        self._rests = rests

    def unsettle(self) -> None:
        """Where its packets come from, or what they may do, changes: each layer's next one is looked at anew."""
        for layer in self._known.values():
            layer.unsettle()

    # -- who speaks --------------------------------------------------------------------------------------------------

    def note_level(self, level: int, at_ns: int) -> None:
        """Speaking level in -dB, or -1 where the browser tells none; the loudest of the last quarter second stands."""
        if level <= HEARD:
            self.heard_ns = at_ns
        if 0 <= level <= SPEAKING:
            self.spoken_ns = at_ns
        if level >= 0 and (level <= self.level or at_ns - self.level_ns >= SECOND // 4):
            self.level, self.level_ns = level, at_ns

    # -- where it comes from -----------------------------------------------------------------------------------------

    def publish(self, peer: Peer, part: Agreed) -> None:
        """The connection, and its section, that this source comes from now."""
        another = self.peer is not peer
        self.peer, self.part = peer, part
        self.codec = part.codec.name if part.codec is not None else self.codec
        self.unsettle()
        if tuple(self.layers) != (part.rids or ("",)):
            self._lay(part.rids or ("",))
        if another:
            named = part.codec.parameter_sets if part.codec is not None else ()
            for layer in self.layers.values():
                layer.sets = ParameterSets(named) if self.codec == "h264" and films(peer.who) else None
        self.gated()

    def silence(self, peer: Peer) -> None:
        """That connection is gone."""
        if self.peer is peer:
            self.peer = self.part = None
            for layer in self._known.values():
                layer.silence()
            self.recorded = None

    def stream(self, layer: Layer, ssrc: int) -> Reception:
        """The reception of this SSRC, which is one of ours."""
        if layer.ssrc != ssrc:
            repairs = self.part.repairs or {} if self.part else {}
            layer.stream(ssrc, repairs.get(ssrc, 0))
            self.gated()
        assert layer.reception is not None
        return layer.reception

    # -- where it goes -----------------------------------------------------------------------------------------------

    def gated(self) -> None:
        """Some feed was opened or closed, or has gone over to another layer, or the source to another codec."""
        for feed in self.feeds:
            feed.speak(self.codec)
        live = [feed for feed in self.feeds if feed.open and feed.payload_type >= 0]
        for layer in self.layers.values():
            listeners = tuple(f for f in live if self.layer_for(f) is layer or (layer.ssrc and f.stream == layer.ssrc))
            layer.awaited = any(f.stream != layer.ssrc for f in listeners if self.layer_for(f) is layer)
            if listeners != layer.listeners:
                layer.listeners = listeners
                layer.unsettle()

    def tapped(self, layer: Layer, key: bool, now_ns: int) -> bool:
        """Whether the ears get this packet: of the best layer alone, which changes only where a picture stands for
        itself."""
        if layer is not self.recorded and (len(self.layers) == 1 or (key and layer is self.best(now_ns))):
            self.recorded = layer
        return layer is self.recorded

    def best(self, now_ns: int) -> Layer | None:
        return next(reversed(self.ranked(now_ns)), None)

    def want_keyframe(self, layer: Layer | None = None) -> None:
        """Of this layer, or of all that come in."""
        if self.kind == "video":
            for one in self.layers.values() if layer is None else (layer,):
                one.want_keyframe()

    def ask(self, now_ns: int, *, recorded: bool = False) -> None:
        """Pass wishes for key frames upstream. ``recorded``: the ears wait for the best layer, too."""
        if self.kind != "video" or self.peer is None:
            return
        best = self.best(now_ns) if recorded and (self.recorded is None or len(self.layers) > 1) else None
        for layer in self.layers.values():
            layer.ask(self.peer, layer.awaited or (layer is best and layer is not self.recorded), now_ns)

    def missing(self, now_ns: int) -> None:
        """Ask the publisher for what was lost on the way to us, of layers that somebody gets."""
        if self.peer is None:
            return
        for layer in self.layers.values():
            lacks = layer.reception is not None and layer.reception.lacks
            if lacks and (layer.listeners or layer is self.recorded or len(self.layers) == 1):
                layer.missing(self.peer, now_ns)
