"""The way up: the page publishes noise, we say that there is plenty of room (REMB) and time what arrives."""

from __future__ import annotations

from collections.abc import Callable

from media.relay import probe_figures as figures
from media.relay.bandwidth import Limit
from media.relay.probe_figures import UDP_OVERHEAD
from media.relay.probe_line import (
    GENTLE_MOST_KBPS,
    GENTLE_STOOD_NS,
    GENTLE_WINDOWS,
    WINDOW_S,
    Beside,
    Found,
    ProbeLine,
    Progress,
)
from media.relay.probe_noise import Noise
from media.wire import rtcp, rtp
from media.wire.clock import MILLISECOND, SECOND

PLENTY = 6_000_000
IDLE = 50_000

WINDOWS = 16
RAMP_WINDOWS = 4
"""The first second of noise is left out."""

STOOD_NS = SECOND
"""What comes in is timed by the kernel, also while the court stands still; of three seconds one may go so."""

DRAIN_WINDOWS, MOST_DRAIN_WINDOWS = 6, 11
DRAINED = 1.3
"""A line is quiet once no more than this share of what was asked for arrives, and none of what filled it: a slow
machine calms its noise late."""

GENTLE = 0.5
"""Share of what was found at which delay and loss are measured."""

LIMIT_NS = 200 * MILLISECOND


class Up:
    def __init__(self, line: ProbeLine) -> None:
        self._line = line
        self._limit = Limit(PLENTY)
        self._noise = Noise()
        self._meter: list[tuple[int, int]] = []
        self._metering = False

    def take_rtp(self, packet: rtp.Rtp, arrival_ns: int) -> None:
        self._noise.take(packet, arrival_ns)

    def metered(self, size: int, arrival_ns: int) -> None:
        """Every datagram of this connection, whatever was in it."""
        if self._metering:
            self._meter.append((arrival_ns, size + UDP_OVERHEAD))

    def beat(self, now_ns: int) -> None:
        """Keep telling the browser how much it may send: it believes us at once only in its first two seconds.

        We tell it that nothing is lost, else it would send less than the line carries, and nothing would be found out.
        """
        peer = self._line.peer
        heard = self._noise.heard(now_ns)
        packet = self._limit.feedback(peer.ssrc, heard, now_ns, LIMIT_NS)
        if packet is not None:
            peer.send_rtcp(rtcp.receiver_report(peer.ssrc, self._noise.blocks(heard)) + packet)

    def idle(self) -> None:
        """Ask for next to nothing: the line is needed for something else."""
        self._limit.bits = IDLE

    async def measure(self, beside: Beside, progress: Progress) -> Found:
        whole = WINDOWS + DRAIN_WINDOWS + GENTLE_WINDOWS
        kbps = await self._saturate(beside, lambda done, rate: progress(done / whole, rate, False))
        while self._line.spoiled(STOOD_NS):
            kbps = await self._saturate(beside, lambda done, rate: progress(done / whole, rate, False))
        self._limit.bits = max(IDLE, int(min(kbps * GENTLE, GENTLE_MOST_KBPS) * 1000))
        self._noise.calmed()
        await self._drain(lambda i: progress((WINDOWS + i) / whole, kbps, True))
        done = WINDOWS + DRAIN_WINDOWS
        found = await self._listen(kbps, lambda i: progress((done + i) / whole, kbps, True))
        while self._line.spoiled(GENTLE_STOOD_NS):
            found = await self._listen(kbps, lambda i: progress((done + i) / whole, kbps, True))
        self._metering = False
        self.idle()
        return found

    async def _saturate(self, beside: Beside, tell: Callable[[int, float], None]) -> float:
        """Let the page fill the line; how much of it comes through, in kbps."""
        self._limit.bits = PLENTY
        self._metering = False
        self._meter.clear()
        self._line.begin_stretch()
        await self._windows(RAMP_WINDOWS, lambda i: tell(i, 0.0))
        began, other = self._line.clock(), beside()[0]
        self._metering = True
        await self._windows(WINDOWS - RAMP_WINDOWS, lambda i: tell(RAMP_WINDOWS + i, figures.line_rate(self._meter)))
        beside_kbps = (beside()[0] - other) * 8e6 / max(1, self._line.clock() - began)
        return figures.line_rate(self._meter) + beside_kbps

    async def _drain(self, tell: Callable[[int], None]) -> None:
        """Wait until what the page and the line hold back has run out, but not for ever."""
        for index in range(MOST_DRAIN_WINDOWS):
            began, straggled, came = self._line.clock(), self._noise.stragglers(), self._noise.came()
            await self._windows(1, lambda _: None)
            tell(min(index + 1, DRAIN_WINDOWS))
            arriving = figures.arriving(self._meter, began, self._line.clock())
            still = self._noise.stragglers() == straggled and self._noise.came() > came
            if index + 1 >= DRAIN_WINDOWS and still and arriving * 1000 <= DRAINED * self._limit.bits:
                return

    async def _listen(self, kbps: float, tell: Callable[[int], None]) -> Found:
        """Jitter and loss of the calmed noise."""
        self._meter.clear()
        self._line.quiet()
        self._noise.count()
        began = self._line.clock()
        self._line.begin_stretch()
        await self._windows(GENTLE_WINDOWS, tell)
        expected, received = self._noise.counted()
        usable = figures.usable([at for at, _ in self._meter], began, self._line.clock())
        loss = max(0.0, 1 - received / expected) if expected else 1.0
        return Found(kbps, figures.variation(self._line.peer.trips_ns), loss, usable, expected)

    async def _windows(self, count: int, tell: Callable[[int], None]) -> None:
        for index in range(count):
            await self._line.rest(WINDOW_S)
            self._line.alive()
            tell(index + 1)
