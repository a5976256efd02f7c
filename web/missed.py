"""What was missed in a hearing, and by whom: from the journal's facts alone, for the case file and for the minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hearing import facts as f
from hearing.hearings import Gap, Hearing
from hearing.participants import SeatId


class What(StrEnum):
    """What was missing. Each has its own lane in the picture and its own pattern, never a colour alone."""

    LINE = "line"
    SOUND = "sound"
    PICTURE = "picture"
    NORM = "norm"


LANES: dict[What, tuple[int, int]] = {
    What.LINE: (0, 30),
    What.SOUND: (2, 13),
    What.PICTURE: (17, 8),
    What.NORM: (27, 3),
}
"""Where in a listener's row of a picture each kind lies: top and height, of 30."""


class Repair(StrEnum):
    """Whether the judge repeated what was missed while the line was lost."""

    DUE = "due"
    DONE = "done"
    OBJECTED = "objected"


@dataclass(frozen=True, slots=True)
class Missed:
    """From ``start`` to ``end`` (Unix seconds) ``seat`` went without; ``speakers`` is empty where it was everybody."""

    seat: SeatId
    what: What
    start: float
    end: float
    speakers: tuple[SeatId, ...] = ()
    repair: Repair | None = None

    @property
    def seconds(self) -> int:
        return max(1, round(self.end - self.start))


def missed(hearing: Hearing, entries: Sequence[tuple[f.Fact, float]]) -> list[Missed]:
    """Everything that was missed in the hearing itself, by time. What is still amiss reaches to the last entry."""
    now = entries[-1][1] if entries else 0.0
    found: list[Missed] = []
    lost: dict[SeatId, float] = {}
    below: dict[SeatId, float] = {}
    opened = False
    for fact, at in entries:
        match fact:
            case f.Opened():
                opened = True
            case f.Unheard(seat, speakers, medium, start, seconds):
                what = What.SOUND if medium == "sound" else What.PICTURE
                found.append(Missed(seat, what, start, start + seconds, speakers))
            case f.LineLost(seat) if opened:
                lost.setdefault(seat, at)
            case f.LineBack(seat) if seat in lost:
                found.append(_lost(hearing, seat, lost.pop(seat), at))
            case f.LineBelowNorm(seat):
                below.setdefault(seat, at)
            case f.LineRecovered(seat) if seat in below:
                found.append(Missed(seat, What.NORM, below.pop(seat), at))
            case f.Closed():
                found += [_lost(hearing, seat, since, at) for seat, since in lost.items()]
                lost.clear()
                opened = False
    found += [_lost(hearing, seat, since, now) for seat, since in lost.items()]
    end = hearing.closed_at or now
    found += [Missed(seat, What.NORM, since, end) for seat, since in below.items()]
    return sorted(found, key=lambda one: (one.start, one.seat, one.what))


def _lost(hearing: Hearing, seat: SeatId, start: float, end: float) -> Missed:
    gap = next((g for g in hearing.gaps if seat in g.seats and g.start <= end and (g.end or end) >= start), None)
    if gap is None:
        return Missed(seat, What.LINE, start, end)
    return Missed(seat, What.LINE, min(start, gap.start), end, (), _repair(gap))


def _repair(gap: Gap) -> Repair:
    if gap.summary is None:
        return Repair.DUE
    return Repair.OBJECTED if any(gap.confirmed.values()) else Repair.DONE
