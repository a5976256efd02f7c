"""Who is on a person's page, and what of each: the page of one who waits shows only oneself, of staff everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hearing.facts import LinkTested
from hearing.hearings import Participant, Seat
from hearing.participants import FLOOR, Actor, Attendance, Place, Role
from hearing.rules.link import stale
from web.view.stage import Say, Stage


def you(stage: Stage, me: Participant | None, by: Actor, language: str, say: Say, observer: bool) -> dict[str, Any]:
    seat = me.seat if me is not None else None
    heard_by = [
        s
        for s, sources in stage.floor.hears.items()
        if seat in sources and stage.floor.on_channel(seat, stage.listens.get(s, FLOOR))
    ]
    return {
        "person": by.person,
        "seat": seat,
        "role": Role.OBSERVER if observer else (me.role if me is not None else by.role),
        "role_label": say(f"role.{Role.OBSERVER if observer else (me.role if me is not None else by.role)}"),
        "name": stage.names.get(by.person, ""),
        "observer": observer,
        "language": language,
        "attendance": me.attendance if me is not None else None,
        "heard_by": heard_by,
        "public_hears": seat in stage.floor.public_hears,
        "layout": layout(me, observer),
        "listens": stage.listens_to(me, by),
        "channel": me.channel if me is not None and me.role is Role.INTERPRETER else None,
    }


def layout(me: Participant | None, observer: bool) -> str:
    if observer:
        return "observer"
    if me is None:
        return "secretary"
    if me.role in (Role.INVESTIGATING_JUDGE, Role.PRESIDING_JUDGE):
        return "judge"
    if me.role is Role.COURT_SECRETARY:
        return "secretary"
    return "kiosk" if me.place == Place.FACILITY else "participant"


def is_staff(stage: Stage, me: Participant | None, observer: bool) -> bool:
    return not observer and (me is None or me.role in stage.edition.groups["bench"] | stage.edition.groups["secretary"])


def visible(stage: Stage, me: Participant | None, observer: bool) -> list[Participant]:
    people = [p for p in stage.hearing.people.values() if p.attendance is not Attendance.REMOVED]
    if is_staff(stage, me, observer):
        return people
    inside = me is not None and me.attendance in (Attendance.ADMITTED, Attendance.LOST)
    partners = {me.seat} if me is not None else set()
    if me is not None and stage.hearing.talk == me.seat:
        partners |= {p.seat for p in stage.hearing.with_role(Role.COURT_SECRETARY)}
    if me is not None and me.person in stage.hearing.private_talk:
        partners |= {stage.hearing.people[p].seat for p in stage.hearing.private_talk}
    if observer or inside:
        return [p for p in people if p.attendance in (Attendance.ADMITTED, Attendance.LOST) or p.seat in partners]
    return [p for p in people if p.seat in partners]


def shown_person(stage: Stage, p: Participant, say: Say, staff: bool) -> dict[str, Any]:
    seat = stage.hearing.seats[p.seat]
    mic, camera = stage.devices.get(p.seat, (False, False))
    shown: dict[str, Any] = {
        "person": p.person,
        "seat": p.seat,
        "role": p.role,
        "role_label": say(f"role.{p.role}"),
        "name": stage.names.get(p.person, ""),
        "room": p.room,
        "place": p.place,
        "place_label": say(f"place.{p.place}"),
        "language": p.language,
        "attendance": p.attendance,
        "attendance_label": say(f"attendance.{p.attendance}"),
        "connected": seat.connected,
        "muted": seat.muted,
        "mic": mic,
        "camera": camera,
        "hand": seat.hand_at,
        "oath": p.oath.state if p.oath is not None else "none",
        "witness": p.role in stage.edition.groups["witnesses"],
        "rules_ok": p.rules_acknowledged,
        "devices_ok": seat.devices is not None and seat.devices.microphone and seat.devices.loudspeaker,
        "link": _link(stage, seat, seat.link),
        "identity": p.identity_confirmed,
        "override": seat.link_overridden,
        "rehearsed_at": seat.rehearsed_at,
        "ready_at": seat.ready_at,
        "below_norm": seat.below_norm,
        "voice": seat.voice,
        "voice_share": seat.voice_share,
        "talk_asked": p.private_talk_asked_at,
        "testimony_at": p.testimony_at,
    }
    if staff:
        shown["help"] = seat.help_at
    return shown


def _link(stage: Stage, seat: Seat, link: LinkTested | None) -> dict[str, Any] | None:
    if link is None:
        return None
    numbers = stage.edition.numbers
    norm = numbers["norm_kbps"]
    slowest = min(link.up_kbps, link.down_kbps)
    trouble = trouble_of(numbers, link.loss, link.rtt_ms)
    verdict = "below" if slowest < norm else "weak" if trouble or slowest < 1.3 * norm else "good"
    return {
        "up_kbps": link.up_kbps,
        "down_kbps": link.down_kbps,
        "rtt_ms": link.rtt_ms,
        "loss": link.loss,
        "path": link.path,
        "device_busy": link.device_busy,
        "verdict": verdict,
        "trouble": trouble,
        "stale": stale(seat, stage.now, stage.edition),
        "at": seat.link_at,
    }


def trouble_of(numbers: Mapping[str, int], loss: float, rtt_ms: float | None) -> str | None:
    """Why a line that is wide enough is still hard to talk over."""
    if loss * 100 > numbers["losing_percent"]:
        return "losing"
    return "late" if rtt_ms is not None and rtt_ms > numbers["late_ms"] else None
