"""A wire between browser and door that is as narrow, and as lossy, as a test wants: a UDP relay on loopback."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

QUEUE_BYTES = 40_000
Drop = Callable[[int, bytes], bool]


def keep_all(_number: int, _data: bytes) -> bool:
    return False


class _Lane:
    """One direction: a bucket that drains at a rate, with a bounded queue before it and so many seconds of way."""

    def __init__(self, bits: float | None, drop: Drop, delay: float) -> None:
        self.bits = bits
        self._drop = drop
        self._delay = delay
        self._free_at = 0.0
        self.passed = 0
        self.dropped = 0

    def carry(self, data: bytes, deliver: Callable[[bytes], None]) -> None:
        self.passed += 1
        if self._drop(self.passed, data):
            self.dropped += 1
            return
        if self.bits is None and not self._delay:
            deliver(data)
            return
        if self.bits is None:
            asyncio.get_running_loop().call_later(self._delay, deliver, data)
            return
        now = time.monotonic()
        if (self._free_at - now) * self.bits / 8 > QUEUE_BYTES:
            self.dropped += 1
            return
        self._free_at = max(now, self._free_at) + (len(data) + 28) * 8 / self.bits
        asyncio.get_running_loop().call_later(self._free_at - now + self._delay, deliver, data)


class NarrowWire:
    def __init__(
        self,
        *,
        up: float | None = None,
        down: float | None = None,
        drop_up: Drop = keep_all,
        drop_down: Drop = keep_all,
        delay: float = 0.0,
        host: str = "127.0.0.1",
    ) -> None:
        self._host = host
        self.up = _Lane(up, drop_up, delay)
        self.down = _Lane(down, drop_down, delay)
        self._door: tuple[str, int] | None = None
        self._outside = self._socket()
        self._inside: dict[tuple[str, int], socket.socket] = {}
        self._closed: set[tuple[str, int]] = set()
        self.port: int = self._outside.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._outside.fileno(), self._from_browser)

    def _socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((self._host, 0))
        return sock

    def narrow(self, *, down: float | None) -> None:
        """From now on so much passes towards browsers."""
        self.down.bits = down

    def widen(self) -> None:
        """From now on everything passes."""
        self.up.bits = self.down.bits = None

    def connect(self, port: int, host: str | None = None) -> None:
        self._door = (host or self._host, port)

    def close_ways(self) -> int:
        """Whoever is known now is known no more, for good; who comes from a new address is let through."""
        self._closed |= self._inside.keys()
        return len(self._closed)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for sock in (self._outside, *self._inside.values()):
            loop.remove_reader(sock.fileno())
            sock.close()

    def _from_browser(self) -> None:
        while True:
            try:
                data, address = self._outside.recvfrom(2048)
            except OSError:
                return
            if address in self._closed:
                continue
            if address not in self._inside:
                inside = self._inside[address] = self._socket()
                asyncio.get_running_loop().add_reader(inside.fileno(), self._from_door, inside, address)
            self.up.carry(data, lambda d, s=self._inside[address]: self._send(s, d, self._door))  # type: ignore[misc]

    def _from_door(self, inside: socket.socket, address: tuple[str, int]) -> None:
        while True:
            try:
                data = inside.recv(2048)
            except OSError:
                return
            if address not in self._closed:
                self.down.carry(data, lambda d: self._send(self._outside, d, address))

    @staticmethod
    def _send(sock: socket.socket, data: bytes, address: tuple[str, int] | None) -> None:
        if sock.fileno() >= 0 and address is not None:
            try:
                sock.sendto(data, address)
            except BlockingIOError:
                return
