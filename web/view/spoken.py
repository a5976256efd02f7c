"""What is being said, and what was not heard: the oath word by word, the gap to repeat, whose captions are read."""

from __future__ import annotations

from typing import Any

from hearing.hearings import Participant, Phase
from hearing.oaths import Oath
from hearing.participants import Actor, Attendance
from web.view.stage import Caption, Say, Stage


def oath(stage: Stage, me: Participant | None, say: Say, staff: bool) -> dict[str, Any] | None:
    stand = (Oath.WARNED, Oath.SHOWN, Oath.HEARD, Oath.REFUSED, Oath.ACCEPTED)
    for p in stage.hearing.people.values():
        if p.oath is None or p.oath.state not in stand or p.attendance is not Attendance.ADMITTED:
            continue
        undertakes = p.role in stage.edition.groups["undertaking"]
        if p.testimony_at is not None or (undertakes and p.oath.state is Oath.ACCEPTED):
            continue
        wording = stage.edition.wordings.get(p.oath.wording or "")
        words = stage.oath.words or tuple((w, "open") for w in (wording.text.split() if wording else ()))
        return {
            "person": p.person,
            "state": p.oath.state,
            "state_label": say(f"oath.{p.oath.state}"),
            "reader": me is not None and me.person == p.person,
            "wording": wording.text if wording else None,
            "language": p.oath.language,
            "words": [{"text": text, "state": state} for text, state in words],
            "verdict": p.oath.verdict or stage.oath.verdict,
            "shown_at": p.oath.shown_at,
            "verdict_label": say(f"verdict.{p.oath.verdict}") if p.oath.verdict else None,
            "warning": say(f"line.warning.{p.role}" if undertakes else "line.warning"),
            "warned": p.oath.warning_start is not None,
            "judge": staff,
        }
    return None


def gap(stage: Stage, staff: bool, say: Say) -> dict[str, Any] | None:
    h = stage.hearing
    if not h.gaps or h.phase in (Phase.CLOSED, Phase.ANNOUNCED):
        return None
    last = h.gaps[-1]
    who = [say(f"role.{p.role}") for seat in last.seats for p in h.at_seat(seat)]
    repair = "open" if last.end is None else "due" if last.summary is None else "done"
    lines = [c.said for c in stage.captions if float(c.said["at"]) <= last.start + 1][-3:] if staff else []
    return {
        "from": last.start,
        "to": last.end,
        "who": who,
        "cause": last.cause,
        "repair": repair,
        "last_lines": lines,
        "objections": sum(last.confirmed.values()),
    }


def may_read(stage: Stage, me: Participant | None, by: Actor, observer: bool, line: Caption) -> bool:
    """Whether this page may hear the speaker now, and might while the line was spoken."""
    seat = line.seat
    if me is not None and me.seat == seat:
        return True
    if not stage.floor.on_channel(seat, stage.listens_to(me, by)):
        return False
    if observer:
        return line.public and seat in stage.floor.public_hears
    return me is not None and me.seat in line.listeners and seat in stage.floor.hears.get(me.seat, frozenset())
