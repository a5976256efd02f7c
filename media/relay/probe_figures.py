"""The arithmetic of the link test: from arrival times to what a line carries. Pure.

A rate is taken only from stretches in which the line had something to carry. After a pause a token bucket lets a few
packets through for nothing, and a stalled line hands over what it held back: so what follows a pause counts only when
as much has come as the pause could have gathered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from media.wire.clock import MILLISECOND

UDP_OVERHEAD = 28
"""IP and UDP heads: part of what a line carries."""

SKIP = 0.2
"""The head of a step is left out: a token bucket lets it through for nothing."""

STRETCHED = 1.08
"""Packets that come in so much more slowly than they were sent show a queue that grows."""

GAIN = 1.1
BUCKET_BYTES = 6000
PAUSE = 4
"""Typical distances between packets that make a pause."""

SLOT_NS = 100 * MILLISECOND


@dataclass(frozen=True, slots=True)
class Step:
    """One rate tried: kbps that arrived, share lost, whether a queue grew, jitter, share of time with arrivals, and of
    how many packets there was word."""

    kbps: float
    lost: float
    stretched: bool
    jitter_ms: float
    usable: float
    told: int

    def full(self, before_kbps: float) -> bool:
        """Whether the line carries no more: its queue grows, or a higher rate brought hardly more than the last."""
        return self.stretched or self.kbps < GAIN * before_kbps


Packet = tuple[int, int | None, bool]
"""When it was sent and when it came, in ns of two clocks, and whether there was word of it (that it came, or not)."""


def step(packets: Sequence[Packet], size: int, beside_kbps: float) -> Step:
    """Of packets of ``size`` bytes, in the order in which they were sent.

    Where a report itself was lost, nothing is known of its packets: as many of them count as of the others came, since
    a hole in the word is no hole in the line.
    """
    told = sum(1 for _, _, known in packets if known)
    came = [(sent, arrived) for sent, arrived, _ in packets if arrived is not None]
    if len(came) < 2:
        return Step(0.0, 1.0, True, 0.0, 0.0, told)
    share, count = len(came) / max(told, len(came)), 0.0
    counted: list[tuple[int, float]] = []
    for _, arrived, known in packets:
        if arrived is not None:
            count += 1
            counted.append((arrived, count))
        elif not known:
            count += share
    rate = steady_rate(counted, size)
    sending = max(1, came[-1][0] - came[0][0])
    offered = (counted[-1][1] - counted[0][1]) * size * 8e6 / sending
    arrivals = [arrived for _, arrived in came]
    return Step(
        kbps=min(rate, offered) + beside_kbps if rate else 0.0,
        lost=1 - share,
        stretched=rate * STRETCHED < offered,
        jitter_ms=variation([arrived - sent for sent, arrived in came]),
        usable=usable(arrivals, arrivals[0], arrivals[0] + sending),
        told=told,
    )


def steady_rate(counted: Sequence[tuple[int, float]], size: int) -> float:
    """kbps over arrivals, each with how many had come by then, without their head.

    A stalled machine makes packets seem late and never early: so of the first and of the last third the earliest packet
    counts, as measured against the typical distance.
    """
    body = sorted(counted)[int(len(counted) * SKIP) :]
    third = len(body) // 3
    if third < 3:
        return 0.0
    (begin, none), (end, all_of_them) = body[0], body[-1]
    spacing = (end - begin) / (all_of_them - none)
    for _ in range(3):
        late = [at - begin - spacing * (count - none) for at, count in body]
        first = min(range(third), key=late.__getitem__)
        last = min(range(len(body) - third, len(body)), key=late.__getitem__)
        spacing = (body[last][0] - body[first][0]) / (body[last][1] - body[first][1])
    return size * 8e6 / spacing if spacing > 0 else 0.0


def line_rate(arrivals: Sequence[tuple[int, int]]) -> float:
    """kbps of a line from (arrival in ns, bytes), while it was busy; pauses of the sender do not count."""
    if len(arrivals) < 10:
        return 0.0
    ordered = sorted(arrivals)
    gaps = sorted(late - early for (early, _), (late, _) in pairwise(ordered))
    total = sum(size for _, size in ordered[1:])
    rough = total / max(1, ordered[-1][0] - ordered[0][0])
    pause = max(3 * MILLISECOND, PAUSE * gaps[len(gaps) // 2], int(PAUSE * total / len(gaps) / rough))
    counted = busy = 0
    owed = 0.0
    for (early, _), (late, size) in pairwise(ordered):
        if late - early > pause:
            owed = max(float(BUCKET_BYTES), (late - early) * rough)
        elif owed > 0:
            owed -= size
        else:
            counted += size
            busy += late - early
    if busy < (ordered[-1][0] - ordered[0][0]) // 4:
        return total * 8e6 / max(1, ordered[-1][0] - ordered[0][0])
    return counted * 8e6 / busy


def arriving(arrivals: Sequence[tuple[int, int]], begin: int, end: int) -> float:
    """kbps of what came between two moments, pauses and all."""
    return sum(size for at, size in arrivals if begin <= at < end) * 8e6 / max(1, end - begin)


def variation(values: Sequence[int]) -> float:
    """Mean change from one to the next, in ms."""
    if len(values) < 2:
        return 0.0
    return sum(abs(late - early) for early, late in pairwise(values)) / (len(values) - 1) / MILLISECOND


def usable(arrivals: Sequence[int], begin: int, end: int) -> float:
    """Share of tenths of a second between ``begin`` and ``end`` in which something arrived."""
    slots = max(1, (end - begin) // SLOT_NS)
    return min(1.0, len({(at - begin) // SLOT_NS for at in arrivals if begin <= at < begin + slots * SLOT_NS}) / slots)
