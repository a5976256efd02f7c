"""The link test: how much a line carries, measured by the server itself over the real media path.

It runs on a connection of its own beside the hearing's. *Up:* the page publishes noise, we say that there is plenty of
room (REMB) and time what arrives. *Down:* we send padding on a retransmission SSRC, which no decoder ever sees, in
rising steps, and the browser's transport feedback tells when each packet came in. A saturated line also fills its
queue, so round trip, jitter and loss are measured afterwards, well below what was found. The page is never asked for a
figure.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

from media.relay import probe_figures as figures
from media.relay.bandwidth import Limit
from media.relay.probe_figures import UDP_OVERHEAD
from media.relay.reception import Reception
from media.wire import rtcp, rtp, transport_cc
from media.wire.answer import Sent
from media.wire.clock import MILLISECOND, SECOND
from media.wire.offer import Offer
from media.wire.peer import Peer, PeerState

Direction = Literal["down", "up"]
Progress = Callable[[float, float, bool], None]
"""Told the share done, the kbps so far, and whether the quiet part has begun: then the page calms its noise."""

Beside = Callable[[], tuple[int, int]]

PLENTY = 6_000_000
IDLE = 50_000

CONNECT_S = 10.0
WINDOW_S = 0.25
UP_WINDOWS = 16
RAMP_WINDOWS = 4
"""The first second of noise is left out."""

DRAIN_WINDOWS = 6
GENTLE_WINDOWS = 10
GENTLE_UP = 0.5
GENTLE_DOWN = 0.7
GENTLE_MOST_KBPS = 800
"""Share of what was found, and the most, at which delay and loss are measured: a browser's picture comes in bursts."""

STEPS = (600, 1000, 1600, 2500, 4000, 6000)
STEP_S = 0.5
AGAIN, AGAIN_S = 1.3, 1.0
"""What was found is tried once more, longer, at so much above it."""

AGAIN_BELOW_KBPS = 4000
LOOKS = 2
"""A line that then carries it all was full only in appearance (a machine that stood still), and is climbed again."""

LAST_WORD = 3
"""Once one of so many last packets is reported on, no more word comes of those before."""

PACE_S = 0.01
PADDING = 255
SMALL_PADDING = 64
"""Many small packets find a share of loss sooner than few large ones."""

PING_NS = 100 * MILLISECOND
HUSHED_NS = 2500 * MILLISECOND
LIFE_NS = 120 * SECOND


class ProbeFailed(Exception):
    """No probe connection came up, or it went away."""


@dataclass(frozen=True, slots=True)
class ProbeFigures:
    """What the line carried, with packet heads; delay and loss at no more than 70 % of it."""

    direction: Direction
    kbps: float
    rtt_ms: float | None
    jitter_ms: float
    loss: float
    usable: float
    """Share of the quiet part's tenths of a second in which something arrived."""
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
        self._meter: list[tuple[int, int]] = []
        self._metering = False
        self._pinging = False
        self._pinged_ns = 0
        self._noisy_ns = 0
        peer.meter = self.metered

    def agreed(self, sends: Mapping[str, Sent]) -> None:
        self._sends = sends

    # -- packets -----------------------------------------------------------------------------------------------------

    def take_rtp(self, packet: rtp.Rtp, arrival_ns: int) -> None:
        self._noisy_ns = arrival_ns
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

    def metered(self, size: int, arrival_ns: int) -> None:
        """Every datagram of this connection, whatever was in it."""
        if self._metering:
            self._meter.append((arrival_ns, size + UDP_OVERHEAD))

    def beat(self, now_ns: int) -> None:
        """Keep telling the browser how much it may send: it believes us at once only in its first two seconds.

        We tell it that nothing is lost, else it would send less than the line carries, and nothing would be found out.
        """
        if self.peer.state is not PeerState.CONNECTED:
            return
        if self._pinging and now_ns - self._pinged_ns >= PING_NS:
            self._pinged_ns = now_ns
            self.peer.ping()
        if not self._noise or now_ns - self._noisy_ns > HUSHED_NS:
            return
        packet = self._limit.feedback(self.peer.ssrc, list(self._noise), now_ns, 200 * MILLISECOND)
        if packet is not None:
            blocks = [rtcp.report_block(r.ssrc, 0, 0, r.highest, 0, 0, 0) for r in self._noise.values()]
            self.peer.send_rtcp(rtcp.receiver_report(self.peer.ssrc, blocks) + packet)

    def end(self) -> None:
        """The test is over, however it went: nothing more is sent, and what is being measured fails."""
        self.peer.close()

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
            kbps, jitter, loss, usable = await self._up(beside, progress)
            moved = self.peer.received_bytes - before[0]
        else:
            kbps, jitter, loss, usable = await self._down(beside, progress)
            moved = self.peer.sent_bytes - before[1]
        trips = self.peer.trips_ns
        rtt = median(trips) / MILLISECOND if trips else None
        self._pinging = False
        progress(1.0, kbps, False)
        seconds = (self._clock() - began) / SECOND
        return ProbeFigures(direction, kbps, rtt, jitter, loss, usable, seconds, moved)

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

    async def _windows(self, count: int, tell: Callable[[int], None]) -> None:
        for index in range(count):
            await asyncio.sleep(WINDOW_S)
            self._alive()
            tell(index)

    def _listen_to_trips(self) -> None:
        """From now on the line is quiet: what its own queue did to the round trip is forgotten."""
        self.peer.trips_ns.clear()
        self._pinging = True

    async def _up(self, beside: Beside, progress: Progress) -> tuple[float, float, float, float]:
        self._limit.bits = PLENTY
        whole = UP_WINDOWS + DRAIN_WINDOWS + GENTLE_WINDOWS
        await self._windows(RAMP_WINDOWS, lambda i: progress((i + 1) / whole, figures.line_rate(self._meter), False))
        began, other = self._clock(), beside()[0]
        self._metering = True
        for index in range(RAMP_WINDOWS, UP_WINDOWS):
            await self._windows(1, lambda _: None)
            progress((index + 1) / whole, figures.line_rate(self._meter), False)
        beside_kbps = (beside()[0] - other) * 8e6 / max(1, self._clock() - began)
        kbps = figures.line_rate(self._meter) + beside_kbps
        self._limit.bits = max(IDLE, int(min(kbps * GENTLE_UP, GENTLE_MOST_KBPS) * 1000))
        done = UP_WINDOWS / whole
        await self._windows(DRAIN_WINDOWS, lambda i: progress(done + (i + 1) / whole, kbps, True))
        self._meter.clear()
        self._listen_to_trips()
        counted, began = self._counted(), self._clock()
        done += DRAIN_WINDOWS / whole
        await self._windows(GENTLE_WINDOWS, lambda i: progress(done + (i + 1) / whole, kbps, True))
        expected, received = (now - then for now, then in zip(self._counted(), counted, strict=True))
        usable = figures.usable([at for at, _ in self._meter], began, self._clock())
        self._metering = False
        self._meter.clear()
        self._limit.bits = IDLE
        loss = max(0.0, 1 - received / expected) if expected else 1.0
        return kbps, figures.variation(self.peer.trips_ns), loss, usable

    def _counted(self) -> tuple[int, int]:
        receptions = self._noise.values()
        return sum(r.expected for r in receptions), sum(r.received for r in receptions)

    async def _down(self, beside: Beside, progress: Progress) -> tuple[float, float, float, float]:
        self._limit.bits = IDLE
        whole = len(STEPS) + 6
        kbps = await self._climb(0.0, beside, lambda index, rate: progress((index + 1) / whole, rate, False))
        for _ in range(LOOKS):
            if not 0 < kbps < AGAIN_BELOW_KBPS:
                break
            step = await self._step(int(kbps * AGAIN), beside, AGAIN_S, PADDING)
            if step.full(kbps):
                kbps = step.kbps or kbps
                break
            kbps = await self._climb(step.kbps, beside, lambda _, rate: progress(len(STEPS) / whole, rate, False))
        progress((len(STEPS) + 1) / whole, kbps, True)
        gentle = max(50, min(int(kbps * GENTLE_DOWN), GENTLE_MOST_KBPS))
        self._listen_to_trips()
        step = await self._step(gentle, beside, GENTLE_WINDOWS * WINDOW_S, SMALL_PADDING)
        return kbps, step.jitter_ms, step.lost, step.usable

    async def _climb(self, kbps: float, beside: Beside, tell: Callable[[int, float], None]) -> float:
        """Ever more, from above ``kbps``, until the line is full; what it carried."""
        for index, offered in enumerate(STEPS):
            if offered <= kbps:
                continue
            step = await self._step(offered, beside, STEP_S, PADDING)
            full = step.full(kbps)
            kbps = max(kbps, step.kbps)
            tell(index, kbps)
            if full:
                break
        return kbps

    async def _step(self, kbps: int, beside: Beside, seconds: float, padding: int) -> figures.Step:
        """Send padding at a rate for a while, and wait for the browser's word about it."""
        size = rtp.HEADER_LENGTH + 8 + padding + 16 + UDP_OVERHEAD
        sent_ns: dict[int, int] = {}
        other = beside()[1]
        began = self._clock()
        while (elapsed := self._clock() - began) < seconds * SECOND:
            due = int(kbps * 1000 * elapsed / SECOND / 8 / size) + 1
            while len(sent_ns) < due:
                number = self._send_padding(padding)
                sent_ns[number] = self._clock()
            self._alive()
            await asyncio.sleep(PACE_S)
        span = self._clock() - began
        beside_kbps = (beside()[1] - other) * 8e6 / span
        last = list(sent_ns)[-LAST_WORD:]
        for _ in range(30):
            await asyncio.sleep(0.05)
            if any(number in self._known for number in last):
                break
        pairs = [(sent, self._arrived[n]) for n, sent in sent_ns.items() if n in self._arrived]
        told = sum(1 for n in sent_ns if n in self._known)
        self._forget(sent_ns)
        return figures.step(pairs, told, size, beside_kbps)

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._known.discard(number)
            self._arrived.pop(number, None)

    def _send_padding(self, padding: int) -> int:
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
            self.peer.send_rtp(head + bytes(padding - 1) + bytes((padding,)))
            return number
        raise ProbeFailed("the page offered no section to receive the test in")
