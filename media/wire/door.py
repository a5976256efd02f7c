"""The door: one UDP socket for the whole process, and the filter that every datagram passes first.

What is empty, longer than any Ethernet frame carries, or from an address that never proved to know a password ends
here, before any parser sees it. Nothing waits at the door: a datagram is handed on at once or dropped.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Sequence

from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate

from media.wire.clock import now_ns
from media.wire.ice import Address, Line

MAX_DATAGRAM = 1500
BATCH = 64
"""Datagrams taken in one turn of the event loop; the rest wait in the kernel's bounded buffer."""

BUFFER = 4 << 20
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("qq")


class Door:
    def __init__(
        self,
        sock: socket.socket,
        announced: Sequence[str],
        announced_port: int | None = None,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self._socket = sock
        self._clock = clock
        self._ufrags: dict[str, Line] = {}
        self._known: dict[Line, tuple[str, ...]] = {}
        self._addresses: dict[Address, Line] = {}
        self._loop = asyncio.get_running_loop()
        self.certificate = RTCCertificate.generateCertificate()
        self.announced = tuple(announced)
        self.port: int = sock.getsockname()[1]
        self.announced_port = announced_port or self.port
        self.dropped = 0
        self.unsent = 0

    @classmethod
    async def open(cls, host: str, port: int, announced: Sequence[str], announced_port: int | None = None) -> Door:
        """Listen on one UDP port; ``announced`` are the addresses that browsers are told to come to.

        ``announced_port`` differs from ``port`` where a router or a container maps it.
        """
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
        door = cls(sock, announced, announced_port)
        asyncio.get_running_loop().add_reader(sock.fileno(), door._readable)
        return door

    async def close(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
        self._ufrags.clear()
        self._known.clear()
        self._addresses.clear()

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

    def unbind(self, address: Address, line: Line) -> None:
        if self._addresses.get(address) is line:
            del self._addresses[address]

    def send(self, data: bytes, address: Address) -> None:
        try:
            self._socket.sendto(data, address)
        except OSError:
            self.unsent += 1

    def _readable(self) -> None:
        for _ in range(BATCH):
            try:
                data, ancillary, flags, address = self._socket.recvmsg(MAX_DATAGRAM + 1, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue
            arrival = self._clock()
            for level, kind, value in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(value) >= _TIMESPEC.size:
                    seconds, nanoseconds = _TIMESPEC.unpack_from(value)
                    waited = time.time_ns() - (seconds * 1_000_000_000 + nanoseconds)
                    if 0 < waited < 1_000_000_000:
                        arrival -= waited
            if flags & socket.MSG_TRUNC:
                self.dropped += 1
                continue
            self.received(data, address[:2], arrival)

    def received(self, data: bytes, address: Address, arrival_ns: int) -> None:
        """The filter. Only what comes from a proven address, or proves itself now, goes further."""
        if not data or len(data) > MAX_DATAGRAM:
            self.dropped += 1
        elif data[0] < 4:
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
                line.ponged(message, arrival_ns)
