"""From each sender's RTP clock to the one clock of the hearing.

No client's wall clock is believed: it may be wrong by hours and jump. What can be believed is that a packet never
arrives before it was sent. So for each stream the smallest ``arrival - RTP time`` within a sliding window is its
offset to the server's clock: queues in the network only add. Drift between the sound card's clock and ours appears as
a slope of that lower envelope and is followed.

A capture that stalls (a laptop asleep for five seconds, a device switched) makes the RTP clock stand still while the
sequence goes on: the offset steps up and never comes back. A queue that empties does come back. That is how the two
are told apart, and a stream is cut into *epochs* at such steps.

Picture against sound of the same participant is the one thing the envelope is too coarse for, since large pictures
always queue: there the sender reports decide, which tie both streams to the sender's own clock.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media.record.rtp import SenderReport

STEP_NS = 80_000_000
BACK_NS = 1_000_000_000
LOOK_NS = 30_000_000_000
BIN_NS = 1_000_000_000
WINDOW = 15
NEAR_NS = 10_000_000_000
BELIEVED_NS = 1_000_000_000

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Epoch:
    """A stretch in which the sender's clock ran evenly: offsets at evenly spaced RTP times."""

    since_arrival: int
    first_rtp: int
    offsets: tuple[int, ...]

    def offset(self, rtp_ns: int) -> int:
        place, rest = divmod(rtp_ns - self.first_rtp, BIN_NS)
        if place < 0:
            return self.offsets[0]
        if place >= len(self.offsets) - 1:
            return self.offsets[-1]
        here = self.offsets[place]
        return here + (self.offsets[place + 1] - here) * rest // BIN_NS


class StreamClock:
    """The server's time of everything one stream sent."""

    def __init__(self, rate: int, arrivals: Sequence[int], stamps: Sequence[int]) -> None:
        self._rate = rate
        self._shift: tuple[list[int], list[int]] = ([], [])
        arrived = np.asarray(arrivals, np.int64)
        rtp = np.asarray([stamp * 1_000_000_000 // rate for stamp in stamps], np.int64)
        cuts = [0, *_steps(arrived, rtp), len(arrived)]
        self._epochs = [_epoch(arrived[a:b], rtp[a:b]) for a, b in itertools.pairwise(cuts) if b > a]
        self._since = [epoch.since_arrival for epoch in self._epochs]

    def at(self, stamp: int, arrival_ns: int) -> int:
        """When this timestamp was taken, by the hearing's clock; ``arrival_ns`` tells epochs apart."""
        rtp = stamp * 1_000_000_000 // self._rate
        place = max(0, bisect.bisect_right(self._since, arrival_ns) - 1)
        if place and rtp < self._epochs[place].first_rtp and rtp >= self._epochs[place - 1].first_rtp:
            place -= 1
        at = rtp + self._epochs[place].offset(rtp)
        return at + self._shift_at(at)

    def _shift_at(self, at: int) -> int:
        times, shifts = self._shift
        return shifts[max(0, bisect.bisect_right(times, at) - 1)] if times else 0

    def follow(self, own: Sequence[Sighting], sound: StreamClock, theirs: Sequence[Sighting]) -> None:
        """Take the relation to ``sound`` from the sender's reports about both: what was simultaneous stays so."""
        times: list[int] = []
        deltas: list[int] = []
        by_ntp = sorted(theirs, key=lambda sighting: sighting.ntp_ns)
        moments = [sighting.ntp_ns for sighting in by_ntp]
        for sighting in own:
            right = bisect.bisect_left(moments, sighting.ntp_ns)
            around = by_ntp[max(0, right - 1) : right + 1]
            if not around:
                continue
            other = min(around, key=lambda s: abs(s.ntp_ns - sighting.ntp_ns))
            apart = sighting.ntp_ns - other.ntp_ns
            if abs(apart) > NEAR_NS:
                continue
            here = self.at(sighting.stamp, sighting.arrival_ns)
            there = sound.at(other.stamp, other.arrival_ns) + apart
            if abs(there - here) < BELIEVED_NS:
                times.append(here)
                deltas.append(there - here)
        smooth = [int(np.median(deltas[max(0, n - 5) : n + 6])) for n in range(len(deltas))]
        order = sorted(range(len(times)), key=times.__getitem__)
        self._shift = ([times[n] for n in order], [smooth[n] for n in order])


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sender report as it arrived, its timestamp unwrapped like the stream's."""

    arrival_ns: int
    ntp_ns: int
    stamp: int


def sighting(arrival_ns: int, report: SenderReport, near: int) -> Sighting:
    """Unwrap a report's 32-bit timestamp next to one that was seen on the stream."""
    step = (report.timestamp - near) % (1 << 32)
    return Sighting(arrival_ns, report.ntp_ns, near + (step if step < 1 << 31 else step - (1 << 32)))


def _steps(arrived: Ints, rtp: Ints) -> list[int]:
    """Where the sender's clock stood still or jumped for good."""
    delay = arrived - rtp
    excess = np.diff(delay)
    cuts: list[int] = []
    for candidate in np.flatnonzero((excess > STEP_NS) | (excess < -BACK_NS)):
        at = int(candidate) + 1
        before = np.searchsorted(arrived, arrived[at] - LOOK_NS)
        after = np.searchsorted(arrived, arrived[at] + LOOK_NS, side="right")
        start = max(int(before), cuts[-1] if cuts else 0)
        low_before, low_after = int(delay[start:at].min()), int(delay[at:after].min())
        # Retransmissions make single packets late; a step is one only if nobody comes back over it.
        if low_after - low_before > STEP_NS * 3 // 4 or low_before - low_after > BACK_NS:
            cuts.append(at)
    return cuts


def _epoch(arrived: Ints, rtp: Ints) -> Epoch:
    first = int(rtp.min())
    places = (rtp - first) // BIN_NS
    delay = arrived - rtp
    size = int(places.max()) + 1
    lows = np.full(size, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(lows, places, delay)
    seen = np.flatnonzero(lows != np.iinfo(np.int64).max)
    base = int(lows[seen].min())
    points = (lows[seen] - base).astype(np.float64)
    slope = _slope(seen, points)
    level = points - slope * seen
    envelope = np.array(
        [level[np.searchsorted(seen, n - WINDOW) : np.searchsorted(seen, n + WINDOW, side="right")].min() for n in seen]
    )
    grid = np.arange(size + 1)
    offsets = np.interp(grid, seen + 0.5, envelope) + slope * grid + base
    return Epoch(int(arrived[0]), first, tuple(int(o) for o in offsets))


def _slope(places: NDArray[np.intp], points: NDArray[np.float64]) -> float:
    """Nanoseconds a second by which the sender's clock runs slow: the median over pairs far apart; 0 if too short."""
    if len(places) < 8 or places[-1] - places[0] < 120:
        return 0.0
    blocks = np.array_split(np.arange(len(places)), min(60, len(places) // 4))
    lows = [block[np.argmin(points[block])] for block in blocks]
    x, y = places[lows], points[lows]
    slopes = [(y[b] - y[a]) / (x[b] - x[a]) for a in range(len(x)) for b in range(a + 1, len(x)) if x[b] - x[a] >= 60]
    return float(np.median(slopes)) if slopes else 0.0
