"""What comes to the door, taken by C in batches.

C passes on what is plain (``intake.c`` says what that is) and leaves the rest to :meth:`Door.received`. Here the books
are kept of what was passed, in the order in which everything came.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from media.relay.forwarder import Stream
from media.relay.layers import Layer
from media.relay.native.peer import FFI, LIB, NativePeer
from media.wire import rtp
from media.wire.door import Door
from media.wire.ice import Address
from media.wire.rtp import Rtp
from media.wire.vp8 import Descriptor

ARRIVAL = struct.Struct("@qqqiiiiIiiiiBBBI28s0q")
COUNTS = struct.Struct("@QQq")
PORT = struct.Struct("!H")
TURNS = 4
"""Batches taken one after another before the event loop is given back."""

MOST_ADDRESSES = 4096
FOUR_BYTES = 16
"""A ``sockaddr_in``."""

Carry = Callable[[int, Layer, int, Rtp, int, Descriptor | None, int], bool]


class Keeper(Protocol):
    """Holds what a stream in C points to."""


class Intake:
    def __init__(self, door: Door, seals: Any, outbox: Any, carry: Carry) -> None:
        assert ARRIVAL.size == FFI.sizeof("tyndau_arrival")
        self._door, self._seals, self._outbox, self._carry = door, seals, outbox, carry
        self._intake = FFI.new("tyndau_intake *")
        self._counts = FFI.buffer(FFI.cast("char *", self._intake), COUNTS.size)
        self._arrivals = FFI.buffer(self._intake.arrivals)
        self._data = FFI.buffer(self._intake.data)
        self._peers: set[NativePeer] = set()
        self._streams: dict[int, tuple[Stream, Keeper]] = {}
        self._left: list[int] = []
        """Streams that C passes on no more; they are forgotten once what it has passed is in the books."""
        self._keys = 0
        self._addresses: dict[bytes, Address] = {}

    # -- who is known to C -------------------------------------------------------------------------------------------

    def know(self, peer: NativePeer) -> None:
        self._peers.add(peer)
        LIB.tyndau_know(self._intake, peer.line, peer.way)

    def forget(self, peer: NativePeer) -> None:
        LIB.tyndau_forget(self._intake, peer.line)
        self._peers.discard(peer)

    def hold(self, c_stream: Any, stream: Stream, keeper: Keeper) -> bool:
        """Let C pass this stream on; false when its line has no place for one more."""
        peer = stream.member.peer
        assert isinstance(peer, NativePeer)
        self._keys += 1
        c_stream.key = self._keys
        place = LIB.tyndau_hold(peer.line, c_stream)
        if place < 0:
            return False
        peer.held[place] = c_stream
        self._streams[self._keys] = (stream, keeper)
        return True

    def let_go(self, c_stream: Any) -> None:
        self._left.append(c_stream.key)

    # -- what comes --------------------------------------------------------------------------------------------------

    def take(self, sock: socket.socket, clock: Callable[[], int]) -> None:
        """What came while the books were kept goes with it: a picture in several packets leaves as one run."""
        fd, outbox = sock.fileno(), self._outbox
        try:
            for _ in range(TURNS):
                if not self._take(fd, clock()) or not outbox.held:
                    return
        finally:
            if outbox.held:
                LIB.tyndau_flush(outbox)

    def _take(self, fd: int, now_ns: int) -> int:
        count: int = LIB.tyndau_take(self._intake, self._seals, self._outbox, fd, now_ns)
        taken, dropped, waited_ns = COUNTS.unpack_from(self._counts)
        if taken:
            door = self._door
            door.taken += taken
            door.dropped += dropped
            door.waited_ns += waited_ns
        if count:
            self._note(ARRIVAL.iter_unpack(self._arrivals[: count * ARRIVAL.size]))
        if self._left:
            for key in self._left:
                self._streams.pop(key, None)
            self._left.clear()
        return count

    def _note(self, arrivals: Iterable[tuple[Any, ...]]) -> None:
        batch, buffer, streams = self._outbox.batch, self._data, self._streams
        for one in arrivals:
            key, arrival_ns, number, at, length, payload_at, padding, timestamp, level = one[:9]
            data = buffer[at : at + length]
            if not key:
                self._door.received(data, self._address(*one[-2:]), arrival_ns)
                continue
            unsettled, temporal, width, _, is_key, tells = one[9:15]
            stream, _ = streams[key]
            if tells:
                peer = stream.member.peer
                assert isinstance(peer, NativePeer)
                peer.still_there(arrival_ns)
            if unsettled > 0:
                self._settle(batch, stream, number, data, level, arrival_ns)
            octets = length - payload_at - padding
            stream.books.note_passed(
                stream, number, data, octets, timestamp, level, temporal, width, is_key, arrival_ns
            )

    def _settle(self, batch: int, stream: Stream, number: int, data: bytes, level: int, arrival_ns: int) -> None:
        """Some listener does not carry this stream yet."""
        packet = rtp.parse(data)
        if packet is not None:
            seen = stream.source.describe(packet)
            if self._carry(batch, stream.layer, number, packet, level, seen, arrival_ns):
                stream.source.gated()

    def _address(self, length: int, packed: bytes) -> Address:
        packed = packed[:length]
        known = self._addresses.get(packed)
        if known is None:
            if len(self._addresses) >= MOST_ADDRESSES:
                self._addresses.clear()
            known = self._addresses[packed] = address_of(packed)
        return known


def address_of(packed: bytes) -> Address:
    """What the socket module makes of a ``sockaddr``."""
    four = len(packed) == FOUR_BYTES
    family, host = (socket.AF_INET, packed[4:8]) if four else (socket.AF_INET6, packed[8:24])
    return socket.inet_ntop(family, host), PORT.unpack_from(packed, 2)[0]
