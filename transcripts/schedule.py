"""Whose turn it is at the model: finals first and the oldest of them first, then the newest partial of each track.

Recorded finals wait behind live ones and behind partials. While somebody is heard live they are read one at a time, and
only while the model keeps up with ease: a reading that is begun is not broken off. Partials come the quicker the
cheaper they are, slower as the model gets busier, and stop above the limit.
Several owners may take work at once, but never two finals of one track: its lines come out in the order they were said.
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
CALM, QUICKEST = 0.5, 0.3
"""Seconds between the partials of one track while there is little to do, and at least, where a reading is cheap."""
BEHIND = 2
"""So many live finals waiting, beside those in hand, and the model does not keep up."""


@dataclass(slots=True)
class Load:
    """The share of the last ten seconds the model's owners were working at live finals, which cannot be put off."""

    owners: int = 1
    _spans: deque[tuple[float, float]] = field(default_factory=deque)

    def worked(self, start: float, end: float) -> None:
        self._spans.append((start, end))

    def at(self, now: float) -> float:
        since = now - LOAD_WINDOW
        while self._spans and self._spans[0][1] < since:
            self._spans.popleft()
        worked = sum(end - max(start, since) for start, end in self._spans)
        return min(1.0, worked / LOAD_WINDOW / self.owners)


class Desk(Generic[T]):
    """The work in front of one model."""

    def __init__(self, owners: int = 1) -> None:
        self._finals: list[tuple[bool, int, int, int, T]] = []
        self._partials: dict[int, tuple[float, T]] = {}
        self._shown: dict[int, float] = {}
        self._foreseen: dict[int, T] = {}
        self._in_hand: set[int] = set()
        self._recorded: set[int] = set()
        """Of those in hand, whose sound comes from tape."""
        self._showing: set[int] = set()
        self._count = 0
        self._price = CALM
        """What a partial cost lately, in seconds."""
        self.load = Load(owners)

    def final(self, track: int, work: T, *, end_ns: int, live: bool) -> None:
        self._count += 1
        heapq.heappush(self._finals, (not live, end_ns, self._count, track, work))

    def partial(self, track: int, work: T, now: float) -> None:
        """Only the newest is kept: an older one of the same track is forgotten."""
        self._partials[track] = (now, work)

    def foreseen(self, track: int, work: T) -> None:
        """What will be the final unless the speaker goes on: as urgent as finals, and instead of a partial."""
        self._partials.pop(track, None)
        self._foreseen[track] = work

    def forget_partial(self, track: int) -> None:
        self._partials.pop(track, None)
        self._foreseen.pop(track, None)

    def next(self, now: float, *, live: bool = False) -> T | None:
        """The next piece, whose track is now in hand until ``done``. ``live``: somebody is heard live just now."""
        final = self._next_final(recorded=False)
        if final is not None:
            return final
        for track in self._foreseen.keys() - self._in_hand:
            self._in_hand.add(track)
            return self._foreseen.pop(track)
        chosen = self._next_partial(now)
        if chosen is not None or (live and (self._recorded or self.load.at(now) >= BUSY)):
            return chosen
        return self._next_final(recorded=True)

    def done(self, track: int, *, final: bool = True) -> None:
        (self._in_hand if final else self._showing).discard(track)
        self._recorded.discard(track)

    def showed(self, seconds: float) -> None:
        """A partial took so long."""
        self._price += (seconds - self._price) / 4

    def _next_final(self, *, recorded: bool) -> T | None:
        passed: list[tuple[bool, int, int, int, T]] = []
        found: T | None = None
        while self._finals and self._finals[0][0] is recorded:
            final = heapq.heappop(self._finals)
            if final[3] not in self._in_hand:
                self._in_hand.add(final[3])
                if recorded:
                    self._recorded.add(final[3])
                found = final[4]
                break
            passed.append(final)
        for final in passed:
            heapq.heappush(self._finals, final)
        return found

    def interval(self, now: float) -> float | None:
        """Seconds between partials of one track at this load; None when there is no room for any."""
        load = self.load.at(now)
        if load >= BUSY and self.waiting_finals:
            return None
        if load < 0.5:
            return min(CALM, max(QUICKEST, 2 * self._price))
        return 1.0 if load < BUSY else 2.0

    @property
    def waiting_finals(self) -> int:
        return sum(not recorded for recorded, *_ in self._finals)

    @property
    def behind(self) -> bool:
        return self.waiting_finals >= BEHIND

    def _next_partial(self, now: float) -> T | None:
        interval = self.interval(now)
        if interval is None:
            return None
        due = [
            t
            for t in self._partials
            if t not in self._in_hand | self._showing and now - self._shown.get(t, -1e9) >= interval
        ]
        if not due:
            return None
        track = min(due, key=lambda t: self._shown.get(t, -1e9))
        self._shown[track] = now
        self._showing.add(track)
        return self._partials.pop(track)[1]
