"""The forwarder: who gets which packet. An interface with two backends, held to the same tests.

``python`` is always there; ``native`` (:mod:`media.relay.native`) does the same in C where it could be built. A
forwarder obeys the gates of the feeds, per packet; it never decides them. It makes feeds and peers, because it knows
how it wants them laid out.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog

from media.packets import Kind
from media.relay.feed import Feed
from media.relay.layers import Layer
from media.relay.member import Member
from media.relay.native.library import NotBuilt
from media.relay.reception import Reception
from media.relay.source import Source
from media.wire.peer import Peer
from media.wire.rtp import Rtp
from media.wire.srtp import NotSealing
from media.wire.vp8 import Descriptor

log = structlog.get_logger()

NATIVE = "media.relay.native.forwarder"
"""Imported only when wanted: importing it loads the library."""

Backend = Literal["auto", "native", "python"]


class Books(Protocol):
    """Who is told of packets that a forwarder has passed on by itself."""

    def note_passed(
        self,
        stream: Stream,
        number: int,
        data: bytes,
        octets: int,
        timestamp: int,
        level: int,
        temporal: int,
        width: int,
        key: bool,
        arrival_ns: int,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Stream:
    """An incoming stream of which everything is known: where it comes from, where it goes, and who keeps its books."""

    books: Books
    member: Member
    source: Source
    layer: Layer
    reception: Reception


class Forwarder(Protocol):
    name: str
    settles: bool
    """Whether it passes packets on without asking."""

    def peer(self, *args: Any, **kwargs: Any) -> Peer:
        """A connection whose packets this forwarder sends; takes what ``Peer`` takes."""

    def feed(self, peer: Peer, mid: str, source: str, kind: Kind, clock_rate: int) -> Feed:
        """A route to one of its peers."""

    def forward(self, layer: Layer, number: int, packet: Rtp, level: int, seen: Descriptor | None, now_ns: int) -> bool:
        """Send a packet of a layer to every listener whose gate is open; whether one has gone over to this layer.

        ``seen`` is what a picture says of itself, None for sound.
        """

    def settle(self, stream: Stream) -> None:
        """From here on this stream's packets may be passed on without asking, as long as they come in order and its
        layer is not unsettled."""

    def resend(self, source: Source, feed: Feed, wanted: list[int], now_ns: int) -> int:
        """Repeat what a listener missed, as far as it is remembered; how many were sent."""


class PythonForwarder:
    """Always there. Per listener: a new head, the same payload, one seal, one datagram."""

    name = "python"
    settles = False

    def peer(self, *args: Any, **kwargs: Any) -> Peer:
        return Peer(*args, **kwargs)

    def feed(self, peer: Peer, mid: str, source: str, kind: Kind, clock_rate: int) -> Feed:
        return Feed(peer, mid, source, kind, clock_rate)

    def forward(self, layer: Layer, number: int, packet: Rtp, level: int, seen: Descriptor | None, now_ns: int) -> bool:
        return self.carry(layer.listeners, number, packet, level, seen, now_ns)

    @staticmethod
    def carry(
        feeds: Iterable[Feed], number: int, packet: Rtp, level: int, seen: Descriptor | None, now_ns: int
    ) -> bool:
        changed, stream, payload = False, packet.ssrc, packet.data[packet.payload_at :]
        for feed in feeds:
            if feed.stream == stream and number >= feed.first and not feed.waiting and not feed.apart:
                feed.send(number, packet, payload, level, seen, now_ns)
                continue
            before = feed.stream
            if feed.admits(number, packet, stream, seen, now_ns):
                feed.send(number, packet, payload, level, seen, now_ns)
            changed = changed or feed.stream != before
        return changed

    def settle(self, stream: Stream) -> None:
        """Python looks at every packet anyhow."""

    def resend(self, source: Source, feed: Feed, wanted: list[int], now_ns: int) -> int:
        if not feed.open:
            return 0
        count = 0
        for sequence in wanted[:200]:
            found = feed.origin(sequence)
            layer = source.layer_of(found[0].stream) if found is not None else None
            packet = layer.reception.recall(found[1]) if found and layer and layer.reception else None
            if found is not None and packet is not None and feed.resend(*found, packet, now_ns):
                count += 1
        return count


class NoNativeForwarder(Exception):
    """The native forwarder was asked for by name and cannot run here; says why."""


def choose(wanted: Backend = "auto", *, native_module: str = NATIVE) -> Forwarder:
    """The forwarder of this process: the native one where it is built and fits, else the Python one.

    Raises ``NoNativeForwarder`` when only the native one would do.
    """
    if wanted != "python":
        try:
            native: Forwarder = importlib.import_module(native_module).NativeForwarder()
        except (ImportError, NotSealing, NotBuilt) as why:
            if wanted == "native":
                raise NoNativeForwarder(str(why)) from why
            log.info("no native forwarder", why=str(why))
        else:
            return native
    return PythonForwarder()
