"""The forwarder: who gets which packet. An interface with two backends, held to the same tests.

``python`` is always there; ``native`` (:mod:`media.relay.native`) does the same in C where it could be built. A
forwarder obeys the gates of the feeds, per packet; it never decides them. It makes feeds and peers, because it knows
how it wants them laid out.
"""

from __future__ import annotations

import importlib
from typing import Any, Literal, Protocol

import structlog

from media.packets import Kind
from media.relay.feed import Feed
from media.relay.native.library import NotBuilt
from media.relay.source import Source
from media.wire.peer import Peer
from media.wire.rtp import Rtp, is_vp8_keyframe
from media.wire.srtp import NotSealing

log = structlog.get_logger()

NATIVE = "media.relay.native.forwarder"
"""Imported only when wanted: importing it loads the library."""

Backend = Literal["auto", "native", "python"]


class Forwarder(Protocol):
    name: str

    def peer(self, *args: Any, **kwargs: Any) -> Peer:
        """A connection whose packets this forwarder sends; takes what ``Peer`` takes."""

    def feed(self, peer: Peer, mid: str, source: str, kind: Kind, clock_rate: int) -> Feed:
        """A route to one of its peers."""

    def forward(self, source: Source, number: int, packet: Rtp, level: int, now_ns: int) -> None:
        """Send a packet of a source to every listener whose gate is open."""

    def resend(self, source: Source, feed: Feed, wanted: list[int], now_ns: int) -> int:
        """Repeat what a listener missed, as far as it is remembered; how many were sent."""


class PythonForwarder:
    """Always there. Per listener: a new head, the same payload, one seal, one datagram."""

    name = "python"

    def peer(self, *args: Any, **kwargs: Any) -> Peer:
        return Peer(*args, **kwargs)

    def feed(self, peer: Peer, mid: str, source: str, kind: Kind, clock_rate: int) -> Feed:
        return Feed(peer, mid, source, kind, clock_rate)

    def forward(self, source: Source, number: int, packet: Rtp, level: int, now_ns: int) -> None:
        reception = source.reception
        if reception is None:
            return
        key = source.kind == "audio" or is_vp8_keyframe(packet)
        for feed in source.open_feeds:
            if feed.admits(number, packet, reception.ssrc, key, now_ns):
                feed.send(number, packet, level, now_ns)

    def resend(self, source: Source, feed: Feed, wanted: list[int], now_ns: int) -> int:
        reception = source.reception
        if reception is None or not feed.open or feed.stream != reception.ssrc:
            return 0
        count = 0
        for sequence in wanted[:200]:
            number = feed.source_number(sequence)
            packet = reception.recall(number) if number is not None else None
            if number is not None and packet is not None and feed.resend(number, packet, now_ns):
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
