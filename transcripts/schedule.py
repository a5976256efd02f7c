"""Whose turn it is at the model: finals first and the oldest of them first, then the newest partial of each track.

Recorded finals wait behind live ones. Partials come slower as the model gets busier, and stop above the limit.
Pure and without a clock of its own, so that a test can replay any day.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

BUSY = 0.8
LOAD_WINDOW = 10.0


@dataclass(slots=True)
class Load:
    """The share of the last ten seconds the model was working."""

    _spans: deque[tuple[float, float]] = field(default_factory=deque)

    def worked(self, start: float, end: float) -> None:
        self._spans.append((start, end))

    def at(self, now: float) -> float:
        since = now - LOAD_WINDOW
        while self._spans and self._spans[0][1] < since:
            self._spans.popleft()
        return min(1.0, sum(end - max(start, since) for start, end in self._spans) / LOAD_WINDOW)


class Desk(Generic[T]):
    """The work in front of one model."""

    def __init__(self) -> None:
        self._finals: list[tuple[bool, int, int, T]] = []
        self._partials: dict[int, tuple[float, T]] = {}
        self._shown: dict[int, float] = {}
        self._count = 0
        self.load = Load()

    def final(self, work: T, *, end_ns: int, live: bool) -> None:
        self._count += 1
        heapq.heappush(self._finals, (not live, end_ns, self._count, work))

    def partial(self, track: int, work: T, now: float) -> None:
        """Only the newest is kept: an older one of the same track is forgotten."""
        self._partials[track] = (now, work)

    def forget_partial(self, track: int) -> None:
        self._partials.pop(track, None)

    def next(self, now: float) -> T | None:
        if self._finals and not self._finals[0][0]:
            return heapq.heappop(self._finals)[3]
        chosen = self._next_partial(now)
        if chosen is not None:
            return chosen
        return heapq.heappop(self._finals)[3] if self._finals else None

    def interval(self, now: float) -> float | None:
        """Seconds between partials of one track at this load; None when there is no room for any."""
        load = self.load.at(now)
        if load >= BUSY and self.waiting_finals:
            return None
        return 0.5 if load < 0.5 else 1.0 if load < BUSY else 2.0

    @property
    def waiting_finals(self) -> int:
        return sum(not recorded for recorded, *_ in self._finals)

    def _next_partial(self, now: float) -> T | None:
        interval = self.interval(now)
        if interval is None:
            return None
        due = [t for t in self._partials if now - self._shown.get(t, -1e9) >= interval]
        if not due:
            return None
        track = min(due, key=lambda t: self._shown.get(t, -1e9))
        self._shown[track] = now
        return self._partials.pop(track)[1]
