"""Sound over a line that loses one packet in twenty both ways: what is still missing when it would be played.

The client does what Chromium does when audio NACKs are agreed: it repeats what we ask for, and asks for what it misses.
Loss is drawn from seeded generators, media and reports alike. A line may take its time, one way; the longer the round
trip, the later the page plays (``repeats.js``).
"""

from __future__ import annotations

import asyncio
import random

from benchmarks.relay.client import Connection
from benchmarks.relay.hall import Hall, hall
from media.wire import rtcp, rtp
from tests.media.visitor import AUDIO_TYPE

SHARE = 0.05
TURN = 0.02
PEOPLE = 3


class Lossy(Connection):
    """A connection whose every datagram of media and reports may be lost, in either direction."""

    def __init__(self, seed: int, delay: float) -> None:
        self._delay = delay
        self._late = max(0.2, 0.12 + 2.5 * 2 * delay)
        self._retry = max(0.06, 1.25 * 2 * delay)
        super().__init__("client")
        self.losing = False
        self.missed = self.expected = 0
        self._draw = random.Random(seed)
        self._sent: dict[int, bytes] = {}
        self._highest: dict[int, int] = {}
        self._missing: dict[tuple[int, int], tuple[float, float]] = {}
        """By stream and number: when it was missed, and when it is asked for next."""

    def _send(self, data: bytes) -> None:
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, super()._send, data)
        else:
            super()._send(data)

    def _lost(self) -> bool:
        return self.losing and self._draw.random() < SHARE

    def speak(self) -> None:
        assert self._seal is not None
        self._numbers[0] = number = self._numbers[0] + 1
        head = rtp.header(AUDIO_TYPE, False, number & 0xFFFF, 960 * number & 0xFFFFFFFF, self.audio, b"", False)
        self._sent[number & 0xFFFF] = sealed = self._seal.seal_rtp(head + bytes(80)) or b""
        if not self._lost():
            self._send(sealed)

    def _readable(self) -> None:
        while True:
            try:
                data, address = self.socket.recvfrom(2048)
            except OSError:
                return
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._came, data, address)
            else:
                self._came(data, address)

    def _came(self, data: bytes, address: tuple[str, int]) -> None:
        if data[0] < 4:
            self._checked(data, address)
        elif data[0] < 64:
            self._way.queue.put_nowait(data)
        elif self._seal is not None and not self._lost():
            if 192 <= data[1] <= 223:
                self._reported(data)
            else:
                self._heard(rtp.parse(self._seal.open_rtp(data) or b""))

    def _heard(self, packet: rtp.Rtp | None) -> None:
        if packet is None:
            return
        now = asyncio.get_running_loop().time()
        highest = self._highest.get(packet.ssrc, packet.sequence - 1)
        step = (packet.sequence - highest) & 0xFFFF
        if 0 < step < 0x8000:
            self.expected += step
            for number in range(highest + 1, highest + step):
                self._missing[packet.ssrc, number & 0xFFFF] = (now, now + 0.01)
            self._highest[packet.ssrc] = packet.sequence
            return
        missed = self._missing.pop((packet.ssrc, packet.sequence), None)
        if missed is not None and now - missed[0] > self._late:
            self.missed += 1

    def _reported(self, data: bytes) -> None:
        assert self._seal is not None
        for packet in rtcp.split(self._seal.open_rtcp(data) or b""):
            if packet.kind == rtcp.RTPFB and packet.count == rtcp.NACK:
                for number in rtcp.nacked(packet):
                    if number in self._sent and not self._lost():
                        self._send(self._sent[number])

    def ask(self) -> None:
        """For what is missing and still worth having."""
        assert self._seal is not None
        now = asyncio.get_running_loop().time()
        wanted: dict[int, list[int]] = {}
        for (ssrc, number), (since, due) in list(self._missing.items()):
            if now - since > self._late:
                del self._missing[ssrc, number]
                self.missed += 1
            elif due <= now:
                self._missing[ssrc, number] = (since, now + self._retry)
                wanted.setdefault(ssrc, []).append(number)
        for ssrc, numbers in wanted.items():
            if not self._lost():
                self._send(self._seal.seal_rtcp(rtcp.nack(self.audio, ssrc, sorted(numbers))) or b"")


async def loss(backend: str, seconds: float, delay: float = 0.0) -> float:
    """The share of sound that was missing at its listeners; ``delay``: of every line one way, in seconds."""
    async with hall(backend) as ours:
        people = [await _enter(ours, n, delay) for n in range(PEOPLE)]
        for n, person in enumerate(people):
            told = await ours.offer(person, "h", f"s-{n}", [])
            await ours.offer(person, "h", f"s-{n}", told["wanted"])
        for person in people:
            person.losing = True
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for turn in range(int(seconds / TURN)):
            await asyncio.sleep(max(0.0, begin + turn * TURN - loop.time()))
            for person in people:
                person.speak()
                person.ask()
        for _ in range(int((0.4 + 2 * delay) / TURN)):
            await asyncio.sleep(TURN)
            for person in people:
                person.ask()
        expected, missed = sum(p.expected for p in people), sum(p.missed for p in people)
        for person in people:
            await person.close()
    return missed / max(1, expected)


async def _enter(ours: Hall, number: int, delay: float) -> Lossy:
    person = Lossy(number, delay)
    told = await ours.offer(person, "h", f"s-{number}", [])
    await person.connect(told["answer"])
    return person
