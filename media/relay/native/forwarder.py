"""The native forwarder: the same feeds and peers, with what every packet touches laid out for C.

A feed's and a peer's numbers live in C structs and are read and written through their usual names, so that all
decisions stay in one place, in Python, for both forwarders. C carries out: it sends on every route that is open and
settled. Whatever is not (a stream begins anew, a key frame is awaited, temporal layers are left out) takes the Python
forwarder's way.
"""

from __future__ import annotations

from typing import Any

from media.packets import Kind
from media.relay.feed import KEPT, Feed
from media.relay.forwarder import PythonForwarder
from media.relay.layers import Layer
from media.relay.native.library import NotBuilt, load
from media.wire.peer import Peer, PeerState
from media.wire.rtp import Rtp
from media.wire.srtp import protect_address
from media.wire.vp8 import Descriptor

__all__ = ["NativeFeed", "NativeForwarder", "NativePeer", "NotBuilt"]

FFI, LIB = load()

ROUTE_FIELDS = (
    *("ssrc", "payload_type", "level_id", "abs_id", "cc_id", "open", "waiting", "stream", "first", "number_offset"),
    *("time_offset", "last_number", "last_time", "last_ns", "packets", "octets", "picture_offset", "tl0_offset"),
    *("last_picture", "last_tl0", "apart"),
)
FLAGS = ("open", "waiting", "apart")
WAY_FIELDS = ("sent_bytes", "transport_sequence", "media_packets_sent")


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
        self.route.vp8 = self.kind == "video"
        if self.kind == "audio":
            kept = _Kept()
            self.kept, self.route.kept = kept, kept.places


class NativePeer(Peer):
    """A peer whose socket, target and seal C knows for as long as packets may be sent."""

    way: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.way = FFI.new("tyndau_way *")
        self.way.fd = -1
        super().__init__(*args, **kwargs)
        self.sent_ns, self.sent_size = self.way.sent_ns, self.way.sent_size

    def rewired(self) -> None:
        self.way.session, self.way.fd = FFI.NULL, -1
        fd, target = self._door.way_to(self._line.target), self._line.target
        if self.state is PeerState.CONNECTED and self._seal is not None and target is not None and fd >= 0:
            self.way.session = FFI.cast("void *", self._seal.sender_address)
            LIB.tyndau_aim(self.way, fd, target[0].encode(), target[1])


def _field(struct: str, name: str, kind: type) -> property:
    def read(self: Any) -> Any:
        return kind(getattr(getattr(self, struct), name))

    def write(self: Any, value: Any) -> None:
        setattr(getattr(self, struct), name, value)

    return property(read, write)


for _name in ROUTE_FIELDS:
    setattr(NativeFeed, _name, _field("route", _name, bool if _name in FLAGS else int))
for _name in WAY_FIELDS:
    setattr(NativePeer, _name, _field("way", _name, int))


class _Fan:
    """A layer's open routes as C takes them. It holds the feeds, and with them everything that C points to."""

    __slots__ = ("count", "feeds", "routes")

    def __init__(self, feeds: tuple[Feed, ...]) -> None:
        self.feeds = feeds
        routes = [feed.route for feed in feeds if isinstance(feed, NativeFeed)]
        self.routes = FFI.new("tyndau_route *[]", routes)
        self.count = len(routes)


class NativeForwarder(PythonForwarder):
    name = "native"

    def __init__(self) -> None:
        self._seals = FFI.new("tyndau_seals *")
        self._seals.protect = FFI.cast("int (*)(void *, void *, int *)", protect_address())
        self._outbox = FFI.new("tyndau_outbox *")
        self._outbox.in_runs = True

    def peer(self, *args: Any, **kwargs: Any) -> Peer:
        return NativePeer(*args, **kwargs)

    def feed(self, peer: Peer, mid: str, source: str, kind: Kind, clock_rate: int) -> Feed:
        return NativeFeed(peer, mid, source, kind, clock_rate)

    def forward(self, layer: Layer, number: int, packet: Rtp, level: int, seen: Descriptor | None, now_ns: int) -> bool:
        feeds = layer.listeners
        if not feeds:
            return False
        fan = layer.fan
        if not isinstance(fan, _Fan) or fan.feeds is not feeds:
            fan = layer.fan = _Fan(feeds)
        data, stream = packet.data, packet.ssrc
        unsettled = LIB.tyndau_forward(
            self._seals, self._outbox, fan.routes, fan.count, data, len(data), number, stream, level, now_ns
        )
        LIB.tyndau_flush(self._outbox)
        if unsettled <= 0:
            return False
        apart = [feed for feed in feeds if feed.open and (feed.stream != stream or feed.waiting or feed.apart)]
        return self.carry(apart, number, packet, level, seen, now_ns)
