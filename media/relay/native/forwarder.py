"""The native forwarder: the same feeds and peers, with what every packet touches laid out for C.

A feed's and a peer's numbers live in C structs and are read and written through their usual names, so that all
decisions stay in one place, in Python, for both forwarders. C carries out: it sends on every route that is open and
settled. Whatever is not (a stream begins anew, a key frame is awaited, temporal layers are left out) takes the Python
forwarder's way. Packets of a settled stream are not even seen by Python before they have gone out (:mod:`intake`).
"""

from __future__ import annotations

from typing import Any

from media.packets import Kind
from media.relay.feed import KEPT, Feed
from media.relay.forwarder import PythonForwarder, Stream
from media.relay.layers import Layer
from media.relay.native.intake import Intake
from media.relay.native.library import NotBuilt
from media.relay.native.peer import FFI, LIB, NativePeer, field_of
from media.wire.door import Door
from media.wire.peer import Peer
from media.wire.rtp import Rtp
from media.wire.srtp import protect_address, unprotect_address
from media.wire.vp8 import Descriptor

__all__ = ["NativeFeed", "NativeForwarder", "NativePeer", "NotBuilt"]

ROUTE_FIELDS = (
    *("ssrc", "payload_type", "level_id", "abs_id", "cc_id", "open", "waiting", "stream", "first", "number_offset"),
    *("time_offset", "last_number", "last_time", "last_ns", "packets", "octets", "picture_offset", "tl0_offset"),
    *("last_picture", "last_tl0", "apart"),
)
VIDEOS = {"vp8": 1, "h264": 2}
"""As forward.h counts them."""


class _Kept(dict[int, tuple[int, bytes]]):
    """The last datagrams of a route, in C's memory behind the face of a dictionary of places."""

    def __init__(self) -> None:
        self.places = FFI.new("tyndau_kept[]", KEPT)
        for index in range(KEPT):
            self.places[index].number = -1

    def __setitem__(self, place: int, kept: tuple[int, bytes]) -> None:
        number, datagram = kept
        entry = self.places[place]
        fits = len(datagram) <= len(entry.data)
        entry.number, entry.length = (number, len(datagram)) if fits else (-1, 0)
        if fits:
            FFI.memmove(entry.data, datagram, len(datagram))

    def get(self, place: int, default: Any = None) -> Any:
        entry = self.places[place]
        return (entry.number, bytes(FFI.buffer(entry.data, entry.length))) if entry.number >= 0 else default


class NativeFeed(Feed):
    __slots__ = ("route",)
    route: Any

    def __new__(cls, *_args: Any, **_kwargs: Any) -> NativeFeed:
        feed = super().__new__(cls)
        feed.route = FFI.new("tyndau_route *")
        return feed

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        assert isinstance(self.peer, NativePeer)
        self.route.way = self.peer.way
        if self.kind == "audio":
            kept = _Kept()
            self.kept, self.route.kept = kept, kept.places

    def speak(self, codec: str) -> None:
        super().speak(codec)
        self.route.vp8 = codec == "vp8"


for _name in ROUTE_FIELDS:
    setattr(NativeFeed, _name, field_of("route", _name))


class _Fan:
    """A layer's open routes as C takes them, and the stream that C passes on over them once it is settled.

    It holds the feeds, and with them everything that C points to, for as long as C may follow the pointers.
    """

    __slots__ = ("_intake", "_stream", "count", "feeds", "routes")

    def __init__(self, feeds: tuple[Feed, ...]) -> None:
        self.feeds = feeds
        routes = [feed.route for feed in feeds if isinstance(feed, NativeFeed)]
        self.routes = FFI.new("tyndau_route *[]", routes)
        self.count = len(routes)
        self._stream: Any = None
        self._intake: Intake | None = None

    def settle(self, intake: Intake, stream: Stream) -> None:
        if self._stream is None:
            self._stream, self._intake = FFI.new("tyndau_stream *"), intake
            self._stream.routes, self._stream.count = self.routes, self.count
            self._stream.ssrc = stream.reception.ssrc
            self._stream.video = VIDEOS.get(stream.source.codec, 0)
            self._stream.valid = intake.hold(self._stream, stream, self)
        self._stream.highest = stream.reception.highest

    def drop(self) -> None:
        if self._stream is not None and self._intake is not None:
            self._stream.valid = False
            self._intake.let_go(self._stream)


class NativeForwarder(PythonForwarder):
    name = "native"
    settles = True

    def __init__(self) -> None:
        self._seals = FFI.new("tyndau_seals *")
        self._seals.protect = FFI.cast("int (*)(void *, void *, int *)", protect_address())
        self._seals.unprotect = FFI.cast("int (*)(void *, void *, int *)", unprotect_address())
        self._outbox = FFI.new("tyndau_outbox *")
        self._outbox.in_runs = True

    def peer(self, who: str, door: Door, *args: Any, **kwargs: Any) -> Peer:
        if not isinstance(door.taker, Intake):
            door.taker = Intake(door, self._seals, self._outbox, self.carry_left)
        return NativePeer(door.taker, who, door, *args, **kwargs)

    def feed(self, peer: Peer, mid: str, source: str, kind: Kind, clock_rate: int) -> Feed:
        return NativeFeed(peer, mid, source, kind, clock_rate)

    @staticmethod
    def _fan(layer: Layer) -> _Fan:
        fan = layer.fan
        if not isinstance(fan, _Fan):
            fan = layer.fan = _Fan(layer.listeners)
        return fan

    def forward(self, layer: Layer, number: int, packet: Rtp, level: int, seen: Descriptor | None, now_ns: int) -> bool:
        if not layer.listeners:
            return False
        fan, data = self._fan(layer), packet.data
        self._outbox.batch += 1
        unsettled = LIB.tyndau_forward(
            self._seals, self._outbox, fan.routes, fan.count, data, len(data), number, packet.ssrc, level, now_ns
        )
        LIB.tyndau_flush(self._outbox)
        return unsettled > 0 and self.carry_left(self._outbox.batch, layer, number, packet, level, seen, now_ns)

    def carry_left(
        self, batch: int, layer: Layer, number: int, packet: Rtp, level: int, seen: Descriptor | None, now_ns: int
    ) -> bool:
        """Take a packet to the listeners that C left out in this batch; whether one has gone over to this layer."""
        ssrc = packet.ssrc
        left = [
            feed
            for feed in layer.listeners
            if isinstance(feed, NativeFeed) and (feed.route.batch != batch or feed.route.batch_stream != ssrc)
        ]
        return self.carry([feed for feed in left if feed.open], number, packet, level, seen, now_ns)

    def settle(self, stream: Stream) -> None:
        peer = stream.member.peer
        if isinstance(peer, NativePeer):
            self._fan(stream.layer).settle(peer.intake, stream)
