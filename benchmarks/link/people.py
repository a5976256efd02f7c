"""People who are tested, without browsers: they do what the page does, and leave the cores to the court.

Up they send as much as the court says there is room for (REMB); down they tell (transport-wide feedback) when each
packet of padding came, by the kernel's clock. ``python -m benchmarks.link.people URL SEAT ...`` asks for all their
tests at once, and ends when the last is over.
"""

from __future__ import annotations

import asyncio
import struct
import sys
import time
from typing import Any

from aiohttp import ClientSession

from benchmarks.relay.client import BATCH, PICTURE_BYTES, Connection
from media.relay.bandwidth import Arrivals
from media.wire import rtcp, rtp
from tests.media import sdp
from tests.media.visitor import CC_ID

PACE_S = 0.01
SILENT_BITS = 50_000
"""Told so little, the page is silent."""

_TIMESPEC = struct.Struct("qq")


class Person(Connection):
    """``bits`` is what we were told to send at most."""

    def __init__(self) -> None:
        super().__init__("client")
        self.bits = 0
        self._arrivals = Arrivals()

    def offer(self) -> str:
        parts = [sdp.Part("video", "sendonly", self.video, self.repair), sdp.Part("video", "recvonly")]
        return sdp.write(parts, session=self.session, ufrag=self.ufrag, pwd=self.pwd, fingerprint=self.fingerprint)

    async def play(self) -> None:
        """The page's part in the test, until it is stopped."""
        loop = asyncio.get_running_loop()
        owed, before, frame = 0.0, loop.time(), 0
        while True:
            await asyncio.sleep(PACE_S)
            now = loop.time()
            owed = min(owed + (self._pace() * (now - before)), self._pace() * 5 * PACE_S + PICTURE_BYTES)
            before = now
            while owed >= PICTURE_BYTES:
                frame += 1
                self.show(True, frame)
                owed -= PICTURE_BYTES
            word = self._arrivals.feedback(self.video, self.video, time.time_ns())
            if word is not None and self._seal is not None:
                self._send(self._seal.seal_rtcp(word) or b"")

    def _pace(self) -> float:
        """Bytes a second. Who was told nothing yet begins as a browser does, so that there is something to tell of."""
        bits = self.bits or 300_000
        return bits / 8 if bits > SILENT_BITS else 0.0

    def _readable(self) -> None:
        for _ in range(BATCH):
            try:
                data, ancillary, _, address = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            if data[0] >= 128 and not 192 <= data[1] <= 223:
                self._padded(data, ancillary)
            elif data[0] >= 128:
                self._reported(data)
            elif data[0] >= 20:
                self._way.queue.put_nowait(data)
            elif data[0] < 4:
                self._checked(data, address)

    def _padded(self, data: bytes, ancillary: list[tuple[int, int, bytes]]) -> None:
        packet = rtp.parse((self._seal.open_rtp(data) if self._seal is not None else None) or b"")
        if packet is None:
            return
        seconds, nanoseconds = _TIMESPEC.unpack_from(ancillary[0][2])
        for ident, value in packet.extensions():
            if ident == CC_ID:
                self._arrivals.note(int.from_bytes(value), seconds * 1_000_000_000 + nanoseconds)

    def _reported(self, data: bytes) -> None:
        for packet in rtcp.split((self._seal.open_rtcp(data) if self._seal is not None else None) or b""):
            if packet.kind == rtcp.PSFB and packet.count == rtcp.REMB:
                self.bits = rtcp.told_limit(packet) or self.bits


async def be_tested(session: ClientSession, url: str, seat: str) -> None:
    """Ask, wait for our turn, be measured; again, if the court says that it could not measure."""
    again = True
    while again:
        one = Person()
        async with session.ws_connect(f"{url}/test?seat={seat}") as socket:
            await socket.send_str(one.offer())
            said: Any = await socket.receive_json()
            playing = asyncio.create_task(one.play())
            await one.connect(said["sdp"])
            again = (await socket.receive_json())["again"]
            playing.cancel()
        await one.close()


async def ask(url: str, seats: list[str]) -> None:
    async with ClientSession() as session, asyncio.TaskGroup() as all_of_them:
        for seat in seats:
            all_of_them.create_task(be_tested(session, url, seat))


if __name__ == "__main__":
    asyncio.run(ask(sys.argv[1], sys.argv[2:]))
