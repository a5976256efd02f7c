"""When a line is *proven* to carry less than the norm, during the hearing. Pure: time is an argument, in seconds.

A hearing sends what it needs, mostly less than the norm, so a low rate proves nothing. Loss or a growing queue while
less than the norm is sent does: such a line cannot carry the norm. Once is chance; only what lasts is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hearing.participants import SeatId
from media.relay.lines import LinkFigures

LOSING = 0.05
RECOVERED = 0.02
LATER_MS = 300.0
"""So much above the shortest round trip seen, a queue stands in the line."""

LEAST_KBPS = 16.0
"""Below this nothing is sent that could be lost."""

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Below:
    """Proven: of ``kbps`` sent in this direction a share ``loss`` is lost, or all of it comes late."""

    seat: SeatId
    direction: Direction
    kbps: float
    loss: float


@dataclass(frozen=True, slots=True)
class Recovered:
    seat: SeatId


@dataclass(slots=True)
class _Line:
    below: bool = False
    bad_since: dict[Direction, float] = field(default_factory=dict)
    good_since: float | None = None
    shortest_ms: float | None = None


class LineWatch:
    def __init__(self, norm_kbps: float, proven_seconds: float) -> None:
        self._norm = norm_kbps
        self._proven = proven_seconds
        self._lines: dict[SeatId, _Line] = {}

    def forget(self, seat: SeatId) -> None:
        """The line is gone: a new one proves itself anew, but what was said stands until it has recovered."""
        line = self._lines.get(seat)
        if line is not None:
            line.bad_since.clear()
            line.good_since = line.shortest_ms = None

    def look(self, at: float, seat: SeatId, figures: LinkFigures) -> Below | Recovered | None:
        """One look at a line's figures, a few seconds after the last; what is news."""
        line = self._lines.setdefault(seat, _Line())
        late = self._late(line, figures.rtt_ms)
        ways: tuple[tuple[Direction, float, float], ...] = (
            ("up", figures.up_kbps, figures.loss_up),
            ("down", figures.down_kbps, figures.loss_down),
        )
        for direction, kbps, loss in ways:
            if LEAST_KBPS <= kbps < self._norm and (loss > LOSING or late):
                line.bad_since.setdefault(direction, at)
            else:
                line.bad_since.pop(direction, None)
        good = not late and max(figures.loss_up, figures.loss_down) < RECOVERED
        line.good_since = (line.good_since if line.good_since is not None else at) if good else None
        if not line.below:
            for direction, kbps, loss in ways:
                since = line.bad_since.get(direction)
                if since is not None and at - since >= self._proven:
                    line.below = True
                    return Below(seat, direction, kbps, loss)
        elif line.good_since is not None and at - line.good_since >= self._proven:
            line.below = False
            return Recovered(seat)
        return None

    @staticmethod
    def _late(line: _Line, rtt_ms: float | None) -> bool:
        if rtt_ms is None:
            return False
        line.shortest_ms = rtt_ms if line.shortest_ms is None else min(line.shortest_ms, rtt_ms)
        return rtt_ms > line.shortest_ms + LATER_MS
