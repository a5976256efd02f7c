"""What one person's page shows: the hearing as this person may see it, in the person's words.

The page holds no rules. Everything it shows is derived here from the folded hearing, the floor and the edition, and is
cut to what the person's role may know: who waits sees only oneself, an observer sees only who is admitted.
"""

from __future__ import annotations

from typing import Any

from hearing.clocks import clocks
from hearing.hearings import Participant, Phase
from hearing.participants import Actor, Attendance
from hearing.rules.offers import allowed
from web.view.channels import channels_shown
from web.view.offers import shown_offer
from web.view.people import is_staff, shown_person, trouble_of, visible, you
from web.view.proceeding import decision, recording, script, shown_quorum
from web.view.spoken import gap, may_read, oath
from web.view.stage import Caption, OathProgress, Say, Stage

__all__ = ["Caption", "OathProgress", "Say", "Stage", "trouble_of", "view"]


def view(stage: Stage, by: Actor, language: str, say: Say, observer: bool = False) -> dict[str, Any]:
    """The ``view`` message for this person."""
    me = stage.hearing.people.get(by.person)
    offers = [] if observer else allowed(stage.hearing, by, stage.now, stage.edition)
    return {
        "t": "view",
        "now": stage.now,
        "you": you(stage, me, by, language, say, observer),
        "hearing": _hearing(stage, me, by, say, observer),
        "may": [shown_offer(stage, offer, language, say) for offer in offers],
    }


def _hearing(stage: Stage, me: Participant | None, by: Actor, say: Say, observer: bool) -> dict[str, Any]:
    h = stage.hearing
    staff = is_staff(stage, me, observer)
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
        "people": [shown_person(stage, p, say, staff) for p in visible(stage, me, observer)],
        "expected": sum(p.attendance is not Attendance.REMOVED for p in h.people.values()),
        "waiting": sum(p.attendance is Attendance.WAITING for p in h.people.values()),
        "observers": stage.observers,
        "script": script(stage, say) if not observer else [],
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
        "quorum": shown_quorum(stage, say) if staff else None,
        "recording": recording(stage, say),
        "second_recording": say(f"cause.{stage.second_alarm}") if staff and stage.second_alarm else None,
        "court_camera": h.court_camera,
        "camera_line": stage.camera if staff else None,
        "all_muted": bool(h.seats) and all(s.muted for s in h.seats.values()),
        "mute_locked": h.mutes_locked,
        "oath": oath(stage, me, say, staff),
        "private_talk": list(h.private_talk) if staff or (me and me.person in h.private_talk) else [],
        "gap": gap(stage, staff, say),
        "decision": decision(stage, me, say),
        "torture": {"at": h.torture_at, "check_ordered": h.check_ordered_at} if h.torture_at and staff else None,
        "closing_digest": stage.closing_digest,
        "norm_kbps": stage.edition.numbers["norm_kbps"],
        "talk": h.talk if staff or (me is not None and me.seat == h.talk) else None,
        "transcript": {"state": stage.transcript, "label": say(f"transcript.{stage.transcript}")},
        "captions": [c.said for c in stage.captions if may_read(stage, me, by, observer, c)],
        "channels": channels_shown(h, stage.floor, say),
        "appeal_until": h.appeal_until,
    }
