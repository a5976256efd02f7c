"""The link test: how much a line carries, measured by the server itself over the real media path.

It runs on a connection of its own beside the hearing's. *Up:* the page publishes noise, we say that there is plenty of
room (REMB) and count what arrives. *Down:* we send padding on a retransmission SSRC, which no decoder ever sees, in
rising steps, and the browser's transport feedback tells when each packet came in. A saturated line also fills its
queue, so delay and loss are measured afterwards, at 70 % of what was found.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from media.relay.bandwidth import Limit
from media.relay.reception import Reception
from media.wire import rtcp, rtp, transport_cc
from media.wire.answer import Sent
from media.wire.clock import MILLISECOND, SECOND
from media.wire.offer import Offer
from media.wire.peer import Peer, PeerState

Direction = Literal["down", "up"]
Progress = Callable[[float, float], None]
Beside = Callable[[], tuple[int, int]]

PLENTY = 6_000_000
IDLE = 50_000
UDP_OVERHEAD = 28
"""IP and UDP heads: part of what a line carries."""

CONNECT_S = 10.0
UP_WINDOWS = 18
WINDOW_S = 0.25
RAMP_WINDOWS = 4
"""The first second is left out; of the rest the median, which a stall of either side does not move."""

GENTLE_WINDOWS = 5
STEPS = (600, 1000, 1600, 2500, 4000, 6000)
STEP_S = 0.5
PACE_S = 0.01
PADDING = 255
SKIP = 0.2
"""The head of a step is left out: a token bucket lets it through for nothing."""

SATURATED = 0.92
GENTLE = 0.7
LIFE_NS = 120 * SECOND


class ProbeFailed(Exception):
    """No probe connection came up, or it went away."""


@dataclass(frozen=True, slots=True)
class ProbeFigures:
    """What the line carried, with packet heads; delay and loss at 70 % of it."""

    direction: Direction
    kbps: float
    rtt_ms: float | None
    jitter_ms: float
    loss: float
    seconds: float
    bytes: int


def probe_sends(offer: Offer) -> dict[str, Sent]:
    """The section that padding goes out in: the first that the page receives video in."""
    for section in offer.sections:
        if section.kind == "video" and section.direction == "recvonly" and not section.refused:
            number = int.from_bytes(os.urandom(4)) >> 2
            return {section.mid: Sent("probe", number + 1, number + 2)}
    return {}


class Probe:
    """One probe connection. It lives two minutes at most."""

    def __init__(self, peer: Peer, clock: Callable[[], int]) -> None:
        self.peer = peer
        self._clock = clock
        self._limit = Limit(PLENTY)
        self._noise: dict[int, Reception] = {}
        self._sends: Mapping[str, Sent] = {}
        self._sent: dict[int, tuple[int, int]] = {}
        self._arrived: dict[int, int] = {}
        self._known: set[int] = set()
        self._number = 0
        self._report_ns = 0

    def agreed(self, sends: Mapping[str, Sent]) -> None:
        self._sends = sends

    # -- packets -----------------------------------------------------------------------------------------------------

    def take_rtp(self, packet: rtp.Rtp, arrival_ns: int) -> None:
        reception = self._noise.get(packet.ssrc)
        if reception is None and len(self._noise) < 4:
            reception = self._noise[packet.ssrc] = Reception(packet.ssrc, 90000, 512)
        if reception is not None:
            reception.take(packet, arrival_ns)

    def take_rtcp(self, packet: rtcp.Packet, arrival_ns: int) -> None:
        if packet.kind == rtcp.RTPFB and packet.count == rtcp.TRANSPORT_CC:
            for number, at_ns in transport_cc.read(packet):
                self._known.add(number)
                if at_ns is not None:
                    self._arrived[number] = at_ns

    def beat(self, now_ns: int) -> None:
        """Keep telling the browser how much it may send: it believes us at once only in its first two seconds."""
        if self.peer.state is not PeerState.CONNECTED or not self._noise:
            return
        packet = self._limit.feedback(self.peer.ssrc, list(self._noise), now_ns, 200 * MILLISECOND)
        if packet is not None:
            blocks = [reception.report(now_ns) for reception in self._noise.values()]
            self.peer.send_rtcp(rtcp.receiver_report(self.peer.ssrc, blocks) + packet)
            self.peer.ping()

    @property
    def expired(self) -> bool:
        return self._clock() - self.peer.born_ns > LIFE_NS

    # -- measuring ---------------------------------------------------------------------------------------------------

    async def measure(self, direction: Direction, beside: Beside, progress: Progress) -> ProbeFigures:
        """``beside`` counts the bytes (received, sent) of the member's hearing connection, which shares the line."""
        began = self._clock()
        await self._connected()
        before = self.peer.received_bytes, self.peer.sent_bytes
        if direction == "up":
            kbps, jitter, loss = await self._up(beside, progress)
            moved = self.peer.received_bytes - before[0]
        else:
            kbps, jitter, loss = await self._down(beside, progress)
            moved = self.peer.sent_bytes - before[1]
        rtt = self.peer.rtt_ns
        progress(1.0, kbps)
        seconds = (self._clock() - began) / SECOND
        return ProbeFigures(direction, kbps, rtt / 1e6 if rtt is not None else None, jitter, loss, seconds, moved)

    async def _connected(self) -> None:
        for _ in range(int(CONNECT_S / 0.05)):
            if self.peer.state is PeerState.CONNECTED:
                return
            self._alive()
            await asyncio.sleep(0.05)
        raise ProbeFailed("the probe's connection did not come up")

    def _alive(self) -> None:
        if self.peer.state is PeerState.CLOSED:
            raise ProbeFailed("the probe's connection is gone")

    def _received(self, beside: Beside) -> tuple[int, int]:
        packets = sum(reception.received for reception in self._noise.values())
        return self.peer.received_bytes + beside()[0] + packets * UDP_OVERHEAD, self._clock()

    async def _windows(self, count: int, beside: Beside, tell: Callable[[int, float], None]) -> list[float]:
        rates: list[float] = []
        last, then = self._received(beside)
        for index in range(count):
            await asyncio.sleep(WINDOW_S)
            self._alive()
            total, now = self._received(beside)
            rates.append((total - last) * 8e6 / max(1, now - then))
            last, then = total, now
            tell(index, rates[-1])
        return rates

    async def _up(self, beside: Beside, progress: Progress) -> tuple[float, float, float]:
        self._limit.bits = PLENTY
        whole = UP_WINDOWS + GENTLE_WINDOWS + 2
        rates = await self._windows(UP_WINDOWS, beside, lambda i, rate: progress((i + 1) / whole, rate))
        kbps = median(rates[RAMP_WINDOWS:])
        self._limit.bits = max(IDLE, int(kbps * 1000 * GENTLE))
        await self._windows(2, beside, lambda i, _: progress((UP_WINDOWS + i + 1) / whole, kbps))
        counted = self._counted()
        await self._windows(GENTLE_WINDOWS, beside, lambda i, _: progress((UP_WINDOWS + i + 3) / whole, kbps))
        expected, received = (now - then for now, then in zip(self._counted(), counted, strict=True))
        self._limit.bits = IDLE
        jitter = max((reception.jitter / 90 for reception in self._noise.values()), default=0.0)
        return kbps, jitter, max(0.0, 1 - received / expected) if expected else 0.0

    def _counted(self) -> tuple[int, int]:
        receptions = self._noise.values()
        return sum(r.expected for r in receptions), sum(r.received for r in receptions)

    async def _down(self, beside: Beside, progress: Progress) -> tuple[float, float, float]:
        self._limit.bits = IDLE
        kbps = 0.0
        for index, step in enumerate(STEPS):
            rate, lost, offered, _ = await self._step(step, beside)
            kbps = max(kbps, rate)
            progress((index + 1) / (len(STEPS) + 2), kbps)
            if lost > 0.1 or rate < SATURATED * offered:
                break
        _, lost, _, jitter = await self._step(max(100, int(kbps * GENTLE)), beside, 2 * STEP_S)
        return kbps, jitter, lost

    async def _step(self, kbps: int, beside: Beside, seconds: float = STEP_S) -> tuple[float, float, float, float]:
        """Send at a rate for a while; (kbps arrived, share lost, kbps sent, jitter in ms)."""
        size = rtp.HEADER_LENGTH + 8 + PADDING + 16 + UDP_OVERHEAD
        numbers: list[int] = []
        sent_ns: dict[int, int] = {}
        other = beside()[1]
        began = self._clock()
        while (elapsed := self._clock() - began) < seconds * SECOND:
            due = int(kbps * 1000 * elapsed / SECOND / 8 / size) + 1
            while len(numbers) < due:
                number = self._send_padding()
                sent_ns[number] = self._clock()
                numbers.append(number)
            self._alive()
            await asyncio.sleep(PACE_S)
        span = self._clock() - began
        beside_kbps = (beside()[1] - other) * 8e6 / span
        for _ in range(30):
            if all(number in self._known for number in numbers):
                break
            await asyncio.sleep(0.05)
        arrivals = [self._arrived[n] for n in numbers if n in self._arrived]
        lost = 1 - len(arrivals) / len(numbers)
        offered = len(numbers) * size * 8e6 / span + beside_kbps
        self._forget(numbers)
        rate = _rate(arrivals, size)
        return min(rate + beside_kbps, offered) if rate else 0.0, lost, offered, _jitter(numbers, sent_ns, arrivals)

    def _forget(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._known.discard(number)
            self._arrived.pop(number, None)

    def _send_padding(self) -> int:
        """One packet of padding alone; returns its transport sequence number."""
        for mid, sent in self._sends.items():
            part = self.peer.sections.get(mid)
            cc = part.extension(rtp.TRANSPORT_CC) if part is not None else 0
            if part is None or part.use != "send" or not cc or part.repair_type < 0:
                continue
            self.peer.transport_sequence = number = (self.peer.transport_sequence + 1) & 0xFFFF
            self._number = (self._number + 1) & 0xFFFF
            block = rtp.extension_block(bytes((cc << 4 | 1, number >> 8, number & 255)))
            head = rtp.header(part.repair_type, False, self._number, 0, sent.repair_ssrc, block, True)
            self._known.discard(number)
            self.peer.send_rtp(head + bytes(PADDING - 1) + bytes((PADDING,)))
            return number
        raise ProbeFailed("the page offered no section to receive the test in")


def _rate(arrivals: Sequence[int], size: int) -> float:
    """kbps over the arrivals, without their head: the median over short stretches, which no single stall moves."""
    body = sorted(arrivals)[int(len(arrivals) * SKIP) :]
    stretch = max(10, len(body) // 6)
    spans = [late - early for early, late in zip(body, body[stretch:], strict=False)]
    typical = median(spans) if spans else 0
    return stretch * size * 8e6 / typical if typical > 0 else 0.0


def _jitter(numbers: Sequence[int], sent_ns: Mapping[int, int], arrivals: Sequence[int]) -> float:
    """Mean change of transit time, in ms; only meaningful when nothing is lost."""
    if len(arrivals) != len(numbers) or len(numbers) < 2:
        return 0.0
    transits = [arrival - sent_ns[number] for number, arrival in zip(numbers, arrivals, strict=True)]
    return sum(abs(b - a) for a, b in pairwise(transits)) / (len(transits) - 1) / 1e6
