"""The door: one UDP socket for the whole process, and the filter that every datagram passes first.

What is empty, longer than any Ethernet frame carries, or from an address that never proved to know a password ends
here, before any parser sees it. Nothing waits at the door: a datagram is handed on at once or dropped.

A browser believes an answer only when it comes from the address it asked. Where there are several, a wildcard
socket would answer from whichever the kernel likes, so instead of one the door opens a socket per address of this
machine, IPv4 and IPv6, all on the same port, and answers everybody through the socket they came in by.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Protocol

import ifaddr
import structlog
from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate

from media.wire.clock import now_ns
from media.wire.ice import Address, Line

log = structlog.get_logger()

MAX_DATAGRAM = 1500
NO_CHECK = 4
"""What begins with less is STUN (RFC 7983)."""

BATCH = 64
"""Datagrams taken in one turn of the event loop; the rest wait in the kernel's bounded buffer."""

BUFFER = 4 << 20
_SO_TIMESTAMPNS = 35
_CUT_SHORT = int(socket.MSG_TRUNC)
_TIMESPEC = struct.Struct("qq")
FOUR, ALL = "0.0.0.0", "::"


def own_addresses(host: str = ALL) -> tuple[str, ...]:
    """What ``host`` stands for: itself, or every address of this machine, IPv4 alone or both, loopback first.

    Link-local addresses are left out: they mean nothing to a browser elsewhere.
    """
    if host not in (FOUR, ALL):
        return (host,)
    ips = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    four = [ip for ip in ips if isinstance(ip, str)]
    six = [ip[0] for ip in ips if not isinstance(ip, str) and not ip_address(ip[0].partition("%")[0]).is_link_local]
    return tuple(dict.fromkeys(["127.0.0.1", *four, *(six if host == ALL else ())]))


def _bound(host: str, port: int) -> socket.socket:
    """A UDP socket of this address. Raises ``OSError`` when the address is not this machine's or the port is taken."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


Sender = Callable[[bytes, Address], int]


class Taker(Protocol):
    """Who takes the datagrams in the door's stead; what it does not deal with goes to ``Door.received``."""

    def take(self, sock: socket.socket, clock: Callable[[], int]) -> None: ...


class Door:
    def __init__(
        self,
        sockets: Sequence[socket.socket],
        announced: Sequence[str],
        announced_port: int | None = None,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self._sockets = tuple(sockets)
        self._came_by = self._sockets[0]
        self._ways: dict[Address, socket.socket] = {}
        self._clock = clock
        self._ufrags: dict[str, Line] = {}
        self._known: dict[Line, tuple[str, ...]] = {}
        self._addresses: dict[Address, Line] = {}
        self._loop = asyncio.get_running_loop()
        self.certificate = RTCCertificate.generateCertificate()
        self.announced = tuple(announced)
        self.port: int = self._sockets[0].getsockname()[1]
        self.announced_port = announced_port or self.port
        self.taker: Taker | None = None
        self.taken = 0
        self._last_ns = 0
        self.waited_ns = 0
        """So long all datagrams together waited in the kernel before we took them."""
        self.dropped = 0
        self.unsent = 0

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        announced: Sequence[str],
        announced_port: int | None = None,
        clock: Callable[[], int] = now_ns,
    ) -> Door:
        """Listen on one UDP port; ``announced`` are the addresses that browsers are told to come to.

        ``announced_port`` differs from ``port`` where a router or a container maps it.
        """
        sockets: list[socket.socket] = []
        for address in own_addresses(host):
            try:
                sockets.append(_bound(address, port))
            except OSError as why:
                if address == host or why.errno != errno.EADDRNOTAVAIL:
                    raise
                log.info("an address is not usable yet", address=address)
                continue
            port = sockets[0].getsockname()[1]
        door = cls(sockets, announced, announced_port, clock)
        for sock in sockets:
            asyncio.get_running_loop().add_reader(sock.fileno(), door._readable, sock)
        return door

    async def close(self) -> None:
        for sock in self._sockets:
            if sock.fileno() >= 0:
                self._loop.remove_reader(sock.fileno())
                sock.close()
        for line in list(self._known):
            line.lose()
        self._ufrags.clear()
        self._known.clear()
        self._addresses.clear()
        self._ways.clear()

    def know(self, line: Line) -> None:
        for ufrag in self._known.get(line, ()):
            self._ufrags.pop(ufrag, None)
        self._known[line] = line.ufrags
        for ufrag in line.ufrags:
            self._ufrags[ufrag] = line

    def forget(self, line: Line) -> None:
        for ufrag in self._known.pop(line, ()):
            self._ufrags.pop(ufrag, None)
        for address in line.addresses:
            self.unbind(address, line)

    def bind(self, address: Address, line: Line) -> None:
        self._addresses[address] = line
        self._ways[address] = self._came_by

    def unbind(self, address: Address, line: Line) -> None:
        if self._addresses.get(address) is line:
            del self._addresses[address]
            self._ways.pop(address, None)

    def way_to(self, address: Address | None) -> int:
        """The socket (its descriptor) by which this address came; -1 when it never did or the door is closed."""
        return self._ways[address].fileno() if address in self._ways else -1

    def sender(self, address: Address | None) -> Sender | None:
        """Sends by the socket by which this address came; raises ``OSError``. None when it never did."""
        return self._ways[address].sendto if address in self._ways and self.way_to(address) >= 0 else None

    def send(self, data: bytes, address: Address) -> None:
        try:
            self._ways.get(address, self._came_by).sendto(data, address)
        except OSError:
            self.unsent += 1

    def _readable(self, sock: socket.socket) -> None:
        self._came_by = sock
        if self.taker is not None:
            self.taker.take(sock, self._clock)
            return
        clock, addresses = self._clock, self._addresses
        for _ in range(BATCH):
            try:
                data, ancillary, flags, address = sock.recvmsg(MAX_DATAGRAM + 1, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue
            arrival, wall = clock(), time.time_ns()
            self.taken += 1
            for level, kind, value in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) >= _TIMESPEC.size:
                    seconds, nanoseconds = _TIMESPEC.unpack_from(value)
                    waited = wall - (seconds * 1_000_000_000 + nanoseconds)
                    if 0 < waited < 1_000_000_000:
                        arrival -= waited
                        self.waited_ns += waited
            if arrival < self._last_ns:
                arrival = self._last_ns
            self._last_ns = arrival
            if flags & _CUT_SHORT:
                self.dropped += 1
                continue
            line = addresses.get(address) if data and data[0] >= NO_CHECK else None
            if line is not None and len(data) <= MAX_DATAGRAM:
                line.receive(data, address, arrival)
            else:
                self.received(data, address[:2], arrival)

    def received(self, data: bytes, address: Address, arrival_ns: int) -> None:
        """The filter. Only what comes from a proven address, or proves itself now, goes further."""
        if not data or len(data) > MAX_DATAGRAM:
            self.dropped += 1
        elif data[0] < NO_CHECK:
            self._checked(data, address, arrival_ns)
        elif (line := self._addresses.get(address)) is not None:
            line.receive(data, address, arrival_ns)
        else:
            self.dropped += 1

    def _checked(self, data: bytes, address: Address, arrival_ns: int) -> None:
        try:
            message = stun.parse_message(data)
        except (ValueError, struct.error, IndexError):
            self.dropped += 1
            return
        if message.message_method != stun.Method.BINDING:
            self.dropped += 1
        elif message.message_class == stun.Class.REQUEST:
            username = str(message.attributes.get("USERNAME", ""))
            line = self._ufrags.get(username.partition(":")[0])
            reply = line.checked(message, address, arrival_ns) if line is not None else None
            if reply is None:
                self.dropped += 1
            else:
                self.send(reply, address)
        elif message.message_class == stun.Class.RESPONSE:
            line = self._addresses.get(address)
            if line is not None:
                line.ponged(message, address, arrival_ns)
