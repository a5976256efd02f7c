"""Who could not hear or see whom, and when: the ledger as the case file shows it, from the journal's facts alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hearing import facts as f
from hearing.hearings import Gap, Hearing
from hearing.participants import SeatId
from web import languages
from web.casefile import CaseFile
from web.playback import speakers
from web.rights import closed_parts


class What(StrEnum):
    """What was missing. Each has its own lane in the picture and its own pattern, never a colour alone."""

    LINE = "line"
    SOUND = "sound"
    PICTURE = "picture"
    NORM = "norm"


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


# --- the picture and the table ------------------------------------------------------------------------------------

LANES: dict[What, tuple[int, int]] = {
    What.LINE: (0, 30),
    What.SOUND: (2, 13),
    What.PICTURE: (17, 8),
    What.NORM: (27, 3),
}
"""Where in a listener's row each kind lies: top and height, of 30."""

LEAST_WIDTH = 2.0
"""Of 1000: narrower than this nobody finds a gap."""


def ledger(file: CaseFile, say: Callable[..., str]) -> dict[str, Any]:
    """Who could not hear or see whom: a row of the picture for each who missed something, and all of it as a table."""
    who, duration = speakers(file, say), file.timeline.duration or 0.0
    found = [one for one in missed(file.hearing, file.entries) if _shown(file, one)]
    pictures: dict[SeatId, dict[str, Any]] = {}
    for one in found:
        picture = pictures.setdefault(one.seat, {**who[one.seat], "bars": []})
        picture["bars"].append(_bar(file, one, duration, say))
    quiet = [who[seat]["label"] for seat in file.hearing.seats if seat not in pictures]
    table = [
        {
            "start": one.start,
            "at": file.timeline.nearest(one.start),
            "who": who[one.seat],
            "what": say(f"ledger.{one.what}"),
            "whom": _whom(one, who, say),
            "seconds": one.seconds,
            "repair": say(f"ledger.repair.{one.repair}") if one.repair is not None else "—",
        }
        for one in found
    ]
    return {"pictures": list(pictures.values()), "table": table, "quiet": list(dict.fromkeys(quiet))}


def _whom(one: Missed, who: dict[SeatId, dict[str, str]], say: Callable[..., str]) -> str:
    if one.what is What.NORM:
        return "—"
    return ", ".join(who[seat]["label"] for seat in one.speakers) or say("ledger.everybody")


def _shown(file: CaseFile, one: Missed) -> bool:
    """Of a closed part not even the gaps are told to whom it is closed."""
    closed = () if file.rights.sealed_too else closed_parts(file.entries)
    return one.seat in file.hearing.seats and not any(a < one.end and one.start < b for a, b in closed)


def _bar(file: CaseFile, one: Missed, duration: float, say: Callable[..., str]) -> dict[str, Any]:
    start, end = file.timeline.nearest(one.start), file.timeline.nearest(one.end)
    scale = 1000 / duration if duration else 0.0
    top, height = LANES[one.what]
    width = max(LEAST_WIDTH, (end - start) * scale)
    words = f"{say(f'ledger.{one.what}')}, {languages.span(one.seconds)}"
    return {
        "what": one.what.value,
        "x": min(start * scale, 1000 - width),
        "width": width,
        "y": top,
        "height": height,
        "title": words,
    }
