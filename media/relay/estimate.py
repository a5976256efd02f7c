"""How much a listener's line carries towards them, from what they say of the arrival of what we sent. Pure: time is an
argument.

Transport-wide feedback tells when each packet came in. A queue that stands (even the least delay of the last moments is
above the shortest ever) or loss *proves* that the line carries no more than what comes out of it. Without such proof
the estimate grows: a line that was not filled has proven nothing. REMB is believed where there is nothing better.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from media.wire.clock import MILLISECOND, SECOND

Sent = tuple[int, int, int | None]
"""When a packet left (ns), its bytes, and when it came in by the listener's clock; None when it did not."""

START = 900_000
"""A line of the norm, with some air."""

LEAST, MOST = 100_000, 50_000_000
HEAD_BYTES = 28
"""IPv4 and UDP: lines are measured in IP packets."""

WINDOW_NS = 500 * MILLISECOND
MOST_KEPT = 4096
"""Packets, and words about them: more than any line brings in that time, whatever its listener says."""

LOSS_NS = 1 * SECOND
BASE_NS = 15 * SECOND
STANDING_NS = 40 * MILLISECOND
LOSING = 0.1
LEAVE = 0.88
"""Of what a full line was seen to carry, so that its queue runs empty."""

AGAIN_NS = 600 * MILLISECOND
"""Between two steps down: one must be seen to work before the next."""

LASTS_NS, LASTS_LONG_NS = 150 * MILLISECOND, 600 * MILLISECOND
"""So long a queue must stand before it is believed: shortly if it grows, for a busy computer may look like one."""

GROWS = 1.08

QUIET_NS, PROOF_NS = 8 * SECOND, 25 * SECOND
"""So long a proof stands whole, and at all; lines change."""

GROWTH, GROWTH_AGAIN, GROWTH_PROVEN = 0.5, 0.15, 0.06
"""A second: of a line that never was full, that was so long ago, and that was so lately."""

PATIENCE_NS = 1 * SECOND
"""A listener who was sent something and told nothing for so long will not: such a one is not limited."""

STALE_NS = 5 * SECOND


class Estimate:
    def __init__(self) -> None:
        self.bits = float(START)
        self._window: deque[tuple[int, int, int]] = deque(maxlen=MOST_KEPT)
        """Arrival, bytes, delay of what came in lately."""
        self._lost: deque[tuple[int, int, int]] = deque(maxlen=MOST_KEPT)
        """When told, how many told of, how many of them lost."""
        self._bases: deque[tuple[int, int]] = deque(maxlen=4)
        """The shortest delay of each stretch of time, with its beginning."""
        self._first_ns = self._told_ns = self._arrivals_ns = self._lowered_ns = self._proven_ns = 0
        self._stands_ns = 0
        self._ceiling = float(MOST)

    def budget(self, sending: bool, now_ns: int) -> int | None:
        if not self._told_ns:
            if sending and not self._first_ns:
                self._first_ns = now_ns
            if self._first_ns and now_ns - self._first_ns > PATIENCE_NS:
                return None
        return round(self.bits)

    def limited(self, bits: int, now_ns: int) -> None:
        """A REMB. Its word is taken unless arrivals are told."""
        self._told_ns = now_ns
        if not self._arrivals_ns or now_ns - self._arrivals_ns > STALE_NS:
            self.bits = float(max(LEAST, min(MOST, bits)))

    def arrived(self, packets: Sequence[Sent], now_ns: int) -> None:
        """One feedback."""
        if not packets:
            return
        elapsed = min(now_ns - self._arrivals_ns, SECOND) if self._arrivals_ns else 0
        self._told_ns = self._arrivals_ns = now_ns
        came = [(arrival, size + HEAD_BYTES, arrival - sent) for sent, size, arrival in packets if arrival is not None]
        self._lost.append((now_ns, len(packets), len(packets) - len(came)))
        while self._lost[0][0] < now_ns - LOSS_NS:
            self._lost.popleft()
        if came:
            self._note(came, now_ns)
        if not self.standing:
            self._stands_ns = 0
        elif not self._stands_ns:
            self._stands_ns = now_ns
        if self._stands_ns or self.loss > LOSING:
            self._lower(now_ns)
        else:
            self._grow(elapsed, now_ns)

    def _note(self, came: list[tuple[int, int, int]], now_ns: int) -> None:
        self._window.extend(came)
        newest = max(arrival for arrival, _, _ in came)
        while abs(newest - self._window[0][0]) > WINDOW_NS:  # long ago, or by a clock that has jumped back
            self._window.popleft()
        least = min(delay for _, _, delay in came)
        if not self._bases or now_ns - self._bases[-1][0] > BASE_NS:
            self._bases.append((now_ns, least))
        elif least < self._bases[-1][1]:
            self._bases[-1] = (self._bases[-1][0], least)

    @property
    def standing(self) -> bool:
        """Whether a queue stands in the line: nothing of the last moments came through without waiting."""
        if not self._window or self._window[-1][0] - self._window[0][0] < WINDOW_NS // 2:
            return False
        return min(delay for _, _, delay in self._window) - min(base for _, base in self._bases) > STANDING_NS

    @property
    def grows(self) -> bool:
        """Whether packets come out of the line slower than they went in, or do not come out."""
        if self.loss > LOSING / 5:
            return True
        (first, _, early), (last, _, late) = self._window[0], self._window[-1]
        return last - first > GROWS * ((last - late) - (first - early))

    @property
    def loss(self) -> float:
        told = sum(count for _, count, _ in self._lost)
        return sum(lost for _, _, lost in self._lost) / told if told >= 50 else 0.0

    @property
    def carried(self) -> float:
        """What came out of the line lately, bits a second."""
        if len(self._window) < 2:
            return 0.0
        arrivals = [arrival for arrival, _, _ in self._window]
        span = max(arrivals) - min(arrivals)
        return sum(size for _, size, _ in self._window) * 8 * SECOND / max(span, WINDOW_NS // 4)

    def _lower(self, now_ns: int) -> None:
        stands = now_ns - self._stands_ns if self._stands_ns else -1
        believed = stands >= (LASTS_NS if self.grows else LASTS_LONG_NS)
        if believed:
            self._proven_ns = now_ns
        if now_ns - self._lowered_ns < AGAIN_NS or not (believed or self.loss > LOSING):
            return
        self._lowered_ns = now_ns
        if believed:
            self._ceiling = self.carried
            self.bits = max(LEAST, min(self.bits * 0.97, self.carried * LEAVE))
        else:
            self.bits = max(LEAST, self.bits * (1 - self.loss / 2))

    def _grow(self, elapsed_ns: int, now_ns: int) -> None:
        """Slowly, and first no further than what was seen to pass, while a proof stands; else fast."""
        since = now_ns - self._proven_ns if self._proven_ns else PROOF_NS
        if since >= PROOF_NS:
            growth = GROWTH_AGAIN if self._proven_ns else GROWTH
            self.bits = min(MOST, self.bits * (1 + growth * elapsed_ns / SECOND))
            return
        growth = 1 + GROWTH_PROVEN * elapsed_ns / SECOND
        if since >= QUIET_NS:
            self._ceiling *= growth
        self.bits = min(max(self.bits, self._ceiling), self.bits * growth)
