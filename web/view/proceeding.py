"""How far the hearing has come: its script, the quorum, the recording and what the bench decided."""

from __future__ import annotations

from typing import Any

from hearing.hearings import Participant, Phase, Recording
from hearing.rules.quorum import quorum
from web.view.stage import Say, Stage

STEPPED = ("open", "paused_by_loss", "recess", "private_talk", "deliberation", "announced", "closed")


def script(stage: Stage, say: Say) -> list[dict[str, Any]]:
    h = stage.hearing
    rows: list[dict[str, Any]] = []
    fixed = [("retire", h.retired_at), ("announce_decision", h.announced_at), ("close_hearing", h.closed_at)]
    steps = [(s.step, h.steps.get(s.step)) for s in stage.edition.kind(h.listing.kind).script] + fixed
    coming = next((name for name, at in steps if at is None), None) if h.phase.value in STEPPED else None
    for name, at in steps:
        state = "done" if at is not None else "now" if name == coming else "next"
        rows.append({"step": name, "label": say(f"step.{name}"), "line": say(f"line.{name}"), "state": state, "at": at})
    return rows


def shown_quorum(stage: Stage, say: Say) -> dict[str, Any]:
    found = quorum(stage.hearing, stage.edition)
    return {
        "met": found.met,
        "need": [{"role": n.roles[0], "label": say(f"role.{n.roles[0]}"), "present": n.present} for n in found.needs],
        "why": None if found.met else say("rule.quorum", missing=say(f"role.{found.missing[0]}")),
    }


def recording(stage: Stage, say: Say) -> dict[str, Any]:
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
        "why": say(f"cause.{h.recording_why}") if h.recording is Recording.FAILED else None,
    }


def decision(stage: Stage, me: Participant | None, say: Say) -> dict[str, Any] | None:
    """Until it is announced the decision is the bench's alone: what is deliberated stays in its room."""
    decided = stage.hearing.decision
    bench = me is not None and me.role in stage.edition.groups["bench"]
    if decided is None or (stage.hearing.announced_at is None and not bench):
        return None
    return {
        "outcome": decided.outcome,
        "label": say(f"outcome.{decided.outcome}"),
        "days": decided.days,
        "bail_tenge": decided.bail_tenge,
        "announced": stage.hearing.announced_at is not None,
    }
