"""Who could not hear or see whom, and when: the ledger as the case file shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hearing.participants import SeatId
from web import languages
from web.casefile import CaseFile
from web.missed import LANES, Missed, What, missed
from web.playback import speakers
from web.rights import closed_parts, touches

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
    return one.seat in file.hearing.seats and not touches(closed, one.start, one.end)


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
