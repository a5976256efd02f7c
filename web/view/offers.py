"""What this person may do now, as buttons and fields in the person's words; the browser holds no rule."""

from __future__ import annotations

from typing import Any

from hearing.participants import PersonId, SeatId
from hearing.rules.offers import Offer
from web.view.stage import Say, Stage

UNTIED = frozenset({"warn_witness", "begin_testimony"})
"""Acts of the oath that are offered before its panel names whom it is about."""

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


def shown_offer(stage: Stage, offer: Offer, language: str, say: Say) -> dict[str, Any]:
    values = dict(offer.fixed)
    shown: dict[str, Any] = {
        "act": offer.act,
        "label": _label(stage, offer, say),
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


def _label(stage: Stage, offer: Offer, say: Say) -> str:
    match offer.act:
        case "take_step":
            return say("act.take_step", step=say(f"step.{offer.fixed['step']}"))
        case "choose_channel":
            return say(f"act.choose_channel.{offer.fixed['channel']}")
        case "decide":
            return say(f"act.decide.{offer.fixed['outcome']}")
        case "note_ruling_delivered":
            return say(f"act.note_ruling_delivered.{offer.fixed['recipient']}")
        case "mute_all" if offer.fixed.get("locked"):
            return say("act.mute_all.locked")
        case "confirm_gap":
            return say(f"act.confirm_gap.{'objects' if offer.fixed.get('objects') else 'agrees'}")
    label = say(f"act.{offer.act}")
    person = stage.hearing.people.get(PersonId(str(offer.fixed.get("person"))))
    if offer.act in UNTIED and person is not None and person.role in stage.edition.groups["undertaking"]:
        return f"{label}: {say(f'role.{person.role}')}"
    return label
