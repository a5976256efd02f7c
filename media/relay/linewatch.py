"""When a line is *proven* to carry less than the norm, during the hearing. Pure: time is an argument, in seconds.

A hearing sends what it needs, mostly less than the norm, so a low rate proves nothing. Loss or a growing queue while
less than the norm is sent does: such a line cannot carry the norm. So does padding that does not fit. Once is chance;
only what lasts is said. The other way round a line carries the norm for as long as it was seen to do so; whatever is
neither is *not proven*, and the pages say just that.
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

CARRIED_S = 300.0
"""So long a line that carried the norm is held to carry it."""

PAD_EVERY_S = 120.0

Direction = Literal["up", "down"]
Proof = Literal["traffic", "padding"]
"""What proved it. A line below by padding alone looks well as soon as little is sent: only padding clears it again."""

Standing = Literal["below", "carries", "carries_up", "carries_down", "not_proven"]


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
    below: Proof | None = None
    bad_since: dict[Direction, float] = field(default_factory=dict)
    good_since: float | None = None
    shortest_ms: float | None = None
    carried: dict[Direction, float] = field(default_factory=dict)
    padded_at: float | None = None
    short_since: float | None = None
    """Since when padding does not fit."""


class LineWatch:
    def __init__(self, norm_kbps: float, proven_seconds: float) -> None:
        self._norm = norm_kbps
        self._proven = proven_seconds
        self._lines: dict[SeatId, _Line] = {}

    def forget(self, seat: SeatId) -> None:
        """The line is gone: a new one proves itself anew, but what was said stands until it has recovered."""
        line = self._lines.get(seat)
        if line is not None:
            self._lines[seat] = _Line(below=line.below)

    def said_below(self, seat: SeatId) -> None:
        """The record says that this line is below the norm, also where we have been started anew."""
        line = self._lines.setdefault(seat, _Line())
        line.below = line.below or "traffic"

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
                line.carried.pop(direction, None)
            else:
                line.bad_since.pop(direction, None)
            if kbps >= self._norm and loss < RECOVERED and not late:
                line.carried[direction] = at
        good = not late and max(figures.loss_up, figures.loss_down) < RECOVERED
        line.good_since = (line.good_since if line.good_since is not None else at) if good else None
        if line.below is None:
            for direction, kbps, loss in ways:
                since = line.bad_since.get(direction)
                if since is not None and at - since >= self._proven:
                    line.below = "traffic"
                    return Below(seat, direction, kbps, loss)
        elif line.below == "traffic" and line.good_since is not None and at - line.good_since >= self._proven:
            line.below = None
            return Recovered(seat)
        return None

    def wants_padding(self, at: float, seat: SeatId) -> bool:
        """Whether a quiet moment should be used. A line in doubt is asked again soon, one that carried it rarely."""
        line = self._lines.setdefault(seat, _Line())
        if line.below == "traffic":
            return False
        doubt = line.short_since is not None or line.below == "padding"
        last = max(line.padded_at or 0.0, 0.0 if doubt else line.carried.get("down", 0.0))
        return at - last >= (self._proven if doubt else PAD_EVERY_S)

    def padded(self, at: float, seat: SeatId, kbps: float | None, loss: float = 0.0) -> Below | Recovered | None:
        """What padding above the norm came to; None where the browser said nothing of it, which proves nothing."""
        line = self._lines.setdefault(seat, _Line())
        line.padded_at = at
        if kbps is None:
            return None
        if kbps >= self._norm:
            line.short_since = None
            line.carried["down"] = at
            if line.below == "padding":
                line.below = None
                return Recovered(seat)
            return None
        line.carried.pop("down", None)
        line.short_since = at if line.short_since is None else line.short_since
        if line.below is None and at - line.short_since >= self._proven:
            line.below = "padding"
            return Below(seat, "down", kbps, loss)
        return None

    def tested(self, at: float, seat: SeatId, up_kbps: float, down_kbps: float) -> None:
        """A link test was done on this line just now."""
        line = self._lines.setdefault(seat, _Line())
        rates: tuple[tuple[Direction, float], ...] = (("up", up_kbps), ("down", down_kbps))
        for direction, kbps in rates:
            if kbps >= self._norm:
                line.carried[direction] = at

    def standing(self, at: float, seat: SeatId) -> Standing:
        """What may be said of this line now."""
        line = self._lines.get(seat, _Line())
        if line.below is not None:
            return "below"
        fresh = {direction for direction, then in line.carried.items() if at - then <= CARRIED_S}
        match "up" in fresh, "down" in fresh:
            case True, True:
                return "carries"
            case True, False:
                return "carries_up"
            case False, True:
                return "carries_down"
        return "not_proven"

    @staticmethod
    def _late(line: _Line, rtt_ms: float | None) -> bool:
        if rtt_ms is None:
            return False
        line.shortest_ms = rtt_ms if line.shortest_ms is None else min(line.shortest_ms, rtt_ms)
        return rtt_ms > line.shortest_ms + LATER_MS
