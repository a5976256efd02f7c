"""The last minutes of every line, kept in a ring: for a glance, never for judging. Pure: time is an argument."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hearing.participants import SeatId
from media.relay.lines import LinkFigures

SECONDS = 300.0
MOST_MOMENTS = 150


@dataclass(frozen=True, slots=True)
class Moment:
    """``figures`` is None while there was no line."""

    at: float
    figures: LinkFigures | None


class LineHistory:
    def __init__(self) -> None:
        self._moments: dict[SeatId, deque[Moment]] = {}

    def note(self, at: float, seat: SeatId, figures: LinkFigures | None) -> None:
        """One look at a line. A seat that has never had one leaves nothing."""
        if figures is not None or seat in self._moments:
            self._moments.setdefault(seat, deque(maxlen=MOST_MOMENTS)).append(Moment(at, figures))

    def of(self, seat: SeatId, now: float) -> tuple[Moment, ...]:
        """Oldest first, of the last ``SECONDS``."""
        return tuple(moment for moment in self._moments.get(seat, ()) if moment.at > now - SECONDS)
