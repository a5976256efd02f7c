"""What one person's page shows: the hearing as this person may see it, in the person's words.

The page holds no rules. Everything it shows is derived here from the folded hearing, the floor and the edition, and is
cut to what the person's role may know: who waits sees only oneself, an observer sees only who is admitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hearing.clocks import clocks
from hearing.edition import Edition
from hearing.facts import LinkTested
from hearing.floor import Floor
from hearing.hearings import Hearing, Participant, Phase, Recording, Seat
from hearing.oaths import Oath
from hearing.participants import Actor, Attendance, HearingId, PersonId, Place, Role, SeatId
from hearing.rules.offers import Offer, allowed
from hearing.rules.quorum import quorum

Say = Callable[..., str]
"""``say(msgid, **args)``: the words of a catalogue id in this person's language."""

STEPPED = ("open", "paused_by_loss", "recess", "private_talk", "deliberation", "announced", "closed")
LOSING = 0.05
LATE_MS = 400
"""More loss, or a longer round trip, and a wide line is still hard to talk over."""

CONFIRMED = frozenset(
    {
        "close_hearing",
        "retire",
        "remove_participant",
        "vacate",
        "close_part",
        "refuse_oath",
        "declare_recording_impossible",
    }
)


@dataclass(frozen=True, slots=True)
class OathProgress:
    """How far the reader has come: the words of the wording and whether each was heard."""

    words: tuple[tuple[str, str], ...] = ()
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the views of one moment share."""

    id: HearingId
    court_number: str
    hearing: Hearing
    floor: Floor
    edition: Edition
    names: Mapping[PersonId, str]
    now: float
    devices: Mapping[SeatId, tuple[bool, bool]] = field(default_factory=dict)
    """Whether microphone and camera of a seat are switched on, as its page says."""
    observers: int = 0
    rolling: bool = False
    """Whether the recorder confirms that packets reach the tape."""
    oath: OathProgress = field(default_factory=OathProgress)
    captions: tuple[Mapping[str, Any], ...] = ()
    transcript: str = "off"
    closing_digest: str | None = None
    why: Callable[[str, Any], str] = lambda _language, refused: str(refused)


def view(stage: Stage, by: Actor, language: str, say: Say, observer: bool = False) -> dict[str, Any]:
    """The ``view`` message for this person."""
    me = stage.hearing.people.get(by.person)
    offers = [] if observer else allowed(stage.hearing, by, stage.now, stage.edition)
    return {
        "t": "view",
        "now": stage.now,
        "you": _you(stage, me, by, language, say, observer),
        "hearing": _hearing(stage, me, say, observer),
        "may": [_offer(stage, offer, language, say) for offer in offers],
    }


def _you(stage: Stage, me: Participant | None, by: Actor, language: str, say: Say, observer: bool) -> dict[str, Any]:
    seat = me.seat if me is not None else None
    heard_by = [s for s, sources in stage.floor.hears.items() if seat in sources]
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
        "layout": _layout(me, observer),
    }


def _layout(me: Participant | None, observer: bool) -> str:
    if observer:
        return "observer"
    if me is None:
        return "secretary"
    if me.role in (Role.INVESTIGATING_JUDGE, Role.PRESIDING_JUDGE):
        return "judge"
    if me.role is Role.COURT_SECRETARY:
        return "secretary"
    return "kiosk" if me.place == Place.FACILITY else "participant"


def _is_staff(stage: Stage, me: Participant | None, observer: bool) -> bool:
    return not observer and (me is None or me.role in stage.edition.groups["bench"] | stage.edition.groups["secretary"])


def _visible(stage: Stage, me: Participant | None, observer: bool) -> list[Participant]:
    people = [p for p in stage.hearing.people.values() if p.attendance is not Attendance.REMOVED]
    if _is_staff(stage, me, observer):
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


def _hearing(stage: Stage, me: Participant | None, say: Say, observer: bool) -> dict[str, Any]:
    h = stage.hearing
    staff = _is_staff(stage, me, observer)
    return {
        "id": stage.id,
        "case": stage.court_number,
        "kind": h.listing.kind,
        "kind_label": say(f"kind.{h.listing.kind}"),
        "publicity": "closed" if h.part_closed else h.listing.publicity,
        "publicity_label": say(f"publicity.{'closed' if h.part_closed else h.listing.publicity}"),
        "phase": h.phase,
        "phase_label": say(f"phase.{h.phase}"),
        "phase_since": h.phase_since,
        "scheduled_at": h.listing.scheduled_at,
        "opens_at": h.opens_at if h.phase is Phase.COUNTDOWN else None,
        "opened_at": h.opened_at,
        "people": [_person(stage, p, say, staff) for p in _visible(stage, me, observer)],
        "expected": sum(p.attendance is not Attendance.REMOVED for p in h.people.values()),
        "waiting": sum(p.attendance is Attendance.WAITING for p in h.people.values()),
        "observers": stage.observers,
        "script": _script(stage, say) if not observer else [],
        "clocks": [
            {
                "id": c.name,
                "label": say(f"clock.{c.name}"),
                "from": c.start,
                "until": c.until,
                "note": say(f"clock_note.{c.note}") if c.note else None,
            }
            for c in clocks(h, stage.edition)
        ]
        if staff
        else [],
        "quorum": _quorum(stage, say) if staff else None,
        "recording": _recording(stage, say),
        "court_camera": h.court_camera,
        "all_muted": bool(h.seats) and all(s.muted for s in h.seats.values()),
        "mute_locked": h.mutes_locked,
        "oath": _oath(stage, me, say, staff),
        "private_talk": list(h.private_talk) if staff or (me and me.person in h.private_talk) else [],
        "gap": _gap(stage, staff, say),
        "decision": _decision(stage, me, say),
        "torture": {"at": h.torture_at, "check_ordered": h.check_ordered_at} if h.torture_at and staff else None,
        "closing_digest": stage.closing_digest,
        "norm_kbps": stage.edition.numbers["norm_kbps"],
        "talk": h.talk if staff or (me is not None and me.seat == h.talk) else None,
        "transcript": {"state": stage.transcript, "label": say(f"transcript.{stage.transcript}")},
        "captions": [c for c in stage.captions if _may_read(stage, me, observer, str(c["seat"]))],
        "appeal_until": h.appeal_until,
    }


def _may_read(stage: Stage, me: Participant | None, observer: bool, seat: str) -> bool:
    if observer:
        return seat in stage.floor.public_hears
    if me is None:
        return False
    return me.seat == seat or seat in stage.floor.hears.get(me.seat, frozenset())


def _person(stage: Stage, p: Participant, say: Say, staff: bool) -> dict[str, Any]:
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
        "talk_asked": p.private_talk_asked_at,
        "testimony_at": p.testimony_at,
    }
    if staff:
        shown["help"] = seat.help_at
    return shown


def _link(stage: Stage, seat: Seat, link: LinkTested | None) -> dict[str, Any] | None:
    if link is None:
        return None
    norm = stage.edition.numbers["norm_kbps"]
    slowest = min(link.up_kbps, link.down_kbps)
    losing, late = link.loss > LOSING, link.rtt_ms > LATE_MS
    poor = losing or late
    verdict = "below" if slowest < norm else "weak" if poor or slowest < 1.3 * norm else "good"
    return {
        "up_kbps": link.up_kbps,
        "down_kbps": link.down_kbps,
        "rtt_ms": link.rtt_ms,
        "loss": link.loss,
        "verdict": verdict,
        "trouble": "losing" if losing else "late" if late else None,
        "stale": seat.link_at is not None
        and stage.now - seat.link_at > stage.edition.numbers["link_test_valid_minutes"] * 60,
        "at": seat.link_at,
    }


def _script(stage: Stage, say: Say) -> list[dict[str, Any]]:
    h = stage.hearing
    rows: list[dict[str, Any]] = []
    fixed = [("retire", h.retired_at), ("announce_decision", h.announced_at), ("close_hearing", h.closed_at)]
    steps = [(s.step, h.steps.get(s.step)) for s in stage.edition.kind(h.listing.kind).script] + fixed
    coming = next((name for name, at in steps if at is None), None) if h.phase.value in STEPPED else None
    for name, at in steps:
        state = "done" if at is not None else "now" if name == coming else "next"
        rows.append({"step": name, "label": say(f"step.{name}"), "line": say(f"line.{name}"), "state": state, "at": at})
    return rows


def _quorum(stage: Stage, say: Say) -> dict[str, Any]:
    found = quorum(stage.hearing, stage.edition)
    return {
        "met": found.met,
        "need": [{"role": n.roles[0], "label": say(f"role.{n.roles[0]}"), "present": n.present} for n in found.needs],
        "why": None if found.met else say("rule.quorum", missing=say(f"role.{found.missing[0]}")),
    }


def _recording(stage: Stage, say: Say) -> dict[str, Any]:
    h = stage.hearing
    state: str = h.recording
    if h.recording is Recording.ROLLING:
        kept = bool(stage.floor.recorded_sound)
        state = "rolling" if kept and stage.rolling else "failed" if kept and h.opened_at else "paused"
        if h.phase in (Phase.LISTED, Phase.LOBBY, Phase.COUNTDOWN):
            state = "off"
    return {
        "state": state,
        "label": say(f"recording.{state}"),
        "armed": h.recording is Recording.ROLLING,
        "since": h.opened_at,
        "seconds": stage.now - h.opened_at if h.opened_at and state == "rolling" else None,
        "why": h.recording_why if h.recording is Recording.FAILED else None,
    }


def _oath(stage: Stage, me: Participant | None, say: Say, staff: bool) -> dict[str, Any] | None:
    stand = (Oath.WARNED, Oath.SHOWN, Oath.HEARD, Oath.REFUSED, Oath.ACCEPTED)
    for p in stage.hearing.people.values():
        if p.oath is None or p.oath.state not in stand or p.attendance is not Attendance.ADMITTED:
            continue
        if p.testimony_at is not None:
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
            "warning": say("line.warning"),
            "judge": staff,
        }
    return None


def _gap(stage: Stage, staff: bool, say: Say) -> dict[str, Any] | None:
    h = stage.hearing
    if not h.gaps or h.phase in (Phase.CLOSED, Phase.ANNOUNCED):
        return None
    gap = h.gaps[-1]
    who = [say(f"role.{p.role}") for seat in gap.seats for p in h.at_seat(seat)]
    repair = "open" if gap.end is None else "due" if gap.summary is None else "done"
    lines = [c for c in stage.captions if float(c["at"]) <= gap.start + 1][-3:] if staff else []
    return {
        "from": gap.start,
        "to": gap.end,
        "who": who,
        "cause": gap.cause,
        "repair": repair,
        "last_lines": lines,
        "objections": sum(gap.confirmed.values()),
    }


def _decision(stage: Stage, me: Participant | None, say: Say) -> dict[str, Any] | None:
    """Until it is announced the decision is the bench's alone: what is deliberated stays in its room."""
    decision = stage.hearing.decision
    bench = me is not None and me.role in stage.edition.groups["bench"]
    if decision is None or (stage.hearing.announced_at is None and not bench):
        return None
    return {
        "outcome": decision.outcome,
        "label": say(f"outcome.{decision.outcome}"),
        "days": decision.days,
        "bail_tenge": decision.bail_tenge,
        "announced": stage.hearing.announced_at is not None,
    }


def _offer(stage: Stage, offer: Offer, language: str, say: Say) -> dict[str, Any]:
    values = dict(offer.fixed)
    shown: dict[str, Any] = {
        "act": offer.act,
        "label": _label(offer, say),
        "group": "decision" if offer.group == "decision" else offer.group,
        "tone": offer.tone,
        "ready": offer.ready,
        "why": stage.why(language, offer.refused) if offer.refused is not None else None,
        "with": values,
        "fields": [
            {
                "name": f.name,
                "kind": f.kind,
                "required": f.required,
                "label": say(f"field.{f.name}"),
                "long": f.kind == "text",
                "choices": [{"value": c, "label": say(_choice(f.name, c))} for c in f.choices],
            }
            for f in offer.fields
        ],
        "confirm": say(f"confirm.{offer.act}") if offer.act in CONFIRMED else None,
    }
    if "person" in values:
        shown["person"] = values["person"]
    elif "seat" in values:
        shown["person"] = next((p.person for p in stage.hearing.at_seat(SeatId(str(values["seat"])))), None)
        shown["seat"] = values["seat"]
    return shown


def _choice(name: str, value: str) -> str:
    return f"{name}.{value}"


def _label(offer: Offer, say: Say) -> str:
    match offer.act:
        case "take_step":
            return say("act.take_step", step=say(f"step.{offer.fixed['step']}"))
        case "decide":
            return say(f"act.decide.{offer.fixed['outcome']}")
        case "note_ruling_delivered":
            return say(f"act.note_ruling_delivered.{offer.fixed['recipient']}")
        case "mute_all" if offer.fixed.get("locked"):
            return say("act.mute_all.locked")
        case "confirm_gap":
            return say(f"act.confirm_gap.{'objects' if offer.fixed.get('objects') else 'agrees'}")
    return say(f"act.{offer.act}")
