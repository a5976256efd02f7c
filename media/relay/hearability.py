"""The hearability ledger: who could hear and see whom, from what was sent to a listener and what came there.

A page tells once a second what has arrived on each of its sections, by its own clock. That word may come late (the
line was down), so it is placed by the page's clock, and what we had sent by then is looked up. A page cannot claim
more than we sent. Pure: time is an argument, in seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hearing.participants import SeatId
from media.packets import Kind

ENOUGH = 0.6
"""Share of what was sent that must arrive for a second to count as heard: a gap of a second may lie in two of them."""

REPORT_S = 1.0
SLACK_S = 0.15
"""A page's second is not exact: a gap that its reports measure so much too short is still told."""

SHORTEST_S = 0.3
"""Reports closer together are taken as one."""

KEPT_S = 300.0
OFFSET_LEAK = 0.0005
MOST_COUNT = 2**40

Source = tuple[SeatId, Kind]


@dataclass(frozen=True, slots=True)
class Count:
    """What a page has got on one section so far: packets, and for a picture the frames that it could show."""

    packets: int
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Unheard:
    """``listener`` got nothing of these speakers from ``start`` to ``end``."""

    listener: SeatId
    speakers: tuple[SeatId, ...]
    kind: Kind
    start: float
    end: float


@dataclass(slots=True)
class _Route:
    """One source on its way to one listener."""

    sent: deque[tuple[float, int]] = field(default_factory=deque)
    told: tuple[float, Count] | None = None
    since: float | None = None
    """Since when nothing comes; None while all is well."""

    def sent_by(self, at: float) -> int:
        index = bisect_right(self.sent, at, key=lambda one: one[0])
        if index == 0:
            return self.sent[0][1] if self.sent else 0
        if index == len(self.sent):
            return self.sent[-1][1]
        (early, low), (late, high) = self.sent[index - 1], self.sent[index]
        return round(low + (high - low) * (at - early) / max(1e-9, late - early))


class Ledger:
    """``threshold`` is the shortest gap, in seconds, that is told."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold - SLACK_S
        self._routes: dict[SeatId, dict[Source, _Route]] = {}
        self._offsets: dict[SeatId, float] = {}

    def sent(self, at: float, listener: SeatId, packets: Mapping[Source, int]) -> None:
        """What this listener had been sent by now, of every source that the floor lets it hear or see."""
        routes = self._routes.setdefault(listener, {})
        for source, count in packets.items():
            route = routes.setdefault(source, _Route())
            if route.sent and count < route.sent[-1][1]:
                route.sent.clear()  # a new connection counts from nothing
            route.sent.append((at, count))
            while route.sent[0][0] < at - KEPT_S:
                route.sent.popleft()

    def expect(self, at: float, listener: SeatId, sources: Iterable[Source]) -> list[Unheard]:
        """Only these should be heard from now on: whatever else was amiss ends here."""
        wanted = set(sources)
        routes = self._routes.get(listener, {})
        ended = [(source, route) for source, route in routes.items() if source not in wanted]
        for source, _ in ended:
            del routes[source]
        return self._gaps(listener, [(source, route.since, at) for source, route in ended])

    def told(self, at: float, listener: SeatId, page_s: float, counts: Mapping[Source, Count]) -> list[Unheard]:
        """A page's report, made at ``page_s`` of its own clock. Answers the gaps that have ended."""
        when = self._placed(at, listener, page_s)
        ended: list[tuple[Source, float | None, float]] = []
        for source, route in self._routes.get(listener, {}).items():
            count = counts.get(source, Count(0))
            if not 0 <= count.packets < MOST_COUNT or not 0 <= count.frames < MOST_COUNT:
                continue
            before = route.told
            if before is not None and when - before[0] < SHORTEST_S:
                continue
            route.told = (when, count)
            if before is None:
                continue
            if count.packets < before[1].packets:  # a new connection: until now there was none
                ended.append((source, route.since if route.since is not None else before[0], when))
                route.since = None
                continue
            if self._heard(route, before, (when, count), source[1]):
                ended.append((source, route.since, before[0]))
                route.since = None
            elif route.since is None:
                route.since = before[0]
        return self._gaps(listener, ended)

    def flush(self, at: float) -> list[Unheard]:
        """The hearing pauses or ends: what is amiss now is told as far as it goes."""
        found: list[Unheard] = []
        for listener, routes in self._routes.items():
            found += self._gaps(
                listener, [(source, self._silent_since(route, at), at) for source, route in routes.items()]
            )
        self._routes.clear()
        return found

    def forget_clock(self, listener: SeatId) -> None:
        """A new page of this listener: its clock begins anew."""
        self._offsets.pop(listener, None)

    def _silent_since(self, route: _Route, at: float) -> float | None:
        if route.since is None and route.told is not None and at - route.told[0] > self._threshold + REPORT_S:
            return route.told[0]
        return route.since

    def _placed(self, at: float, listener: SeatId, page_s: float) -> float:
        """The page's instant in our time: the report that travelled fastest tells how far apart the clocks are.

        A page may claim any clock; what it says of a time before all that we remember is said of now.
        """
        offset = at - page_s
        known = self._offsets.get(listener)
        if known is not None and abs(offset - known) < KEPT_S:
            offset = min(offset, known + OFFSET_LEAK)
        self._offsets[listener] = offset
        placed = page_s + offset
        return placed if at - KEPT_S < placed < at else at

    @staticmethod
    def _heard(route: _Route, before: tuple[float, Count], now: tuple[float, Count], kind: Kind) -> bool:
        sent = route.sent_by(now[0]) - route.sent_by(before[0])
        if sent <= 0:
            return False
        got = min(now[1].packets - before[1].packets, sent)
        return got >= ENOUGH * sent and (kind == "audio" or now[1].frames > before[1].frames)

    def _gaps(self, listener: SeatId, ended: Iterable[tuple[Source, float | None, float]]) -> list[Unheard]:
        """Speakers who were missed at the same time are told together."""
        together: dict[tuple[Kind, float, float], list[SeatId]] = {}
        for (speaker, kind), since, until in ended:
            if since is not None and until - since >= self._threshold:
                together.setdefault((kind, since, until), []).append(speaker)
        return [
            Unheard(listener, tuple(sorted(speakers)), kind, since, until)
            for (kind, since, until), speakers in together.items()
        ]
