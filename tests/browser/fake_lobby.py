"""Made-up views before the opening: of who waits, and of the court that looks who is ready."""

from __future__ import annotations

from typing import Any

from tests.browser.fake_parts import NOW, View, alone, base, mine, offer, person, quorum
from tests.browser.fake_words import say

STALE = {
    "up_kbps": 2400,
    "down_kbps": 3100,
    "rtt_ms": 64,
    "loss": 0.0,
    "path": "udp",
    "verdict": "good",
    "stale": True,
    "at": NOW - 4000,
}


def lobby(language: str, role: str = "defence_counsel", **changes: Any) -> View:
    view = alone(base(language, role, "participant", "lobby"), "waiting")
    view["may"] = [offer(a, language, "lobby") for a in ("acknowledge_rules", "report_devices", "ask_help")]
    if role in ("defence_counsel", "suspect"):
        view["may"].append(offer("ask_private_talk", language, "desk"))
    return mine(view, **changes)


def kiosk(language: str, **changes: Any) -> View:
    view = lobby(language, "suspect", **changes)
    view["you"]["layout"] = "kiosk"
    return view


def readiness(language: str, role: str, layout: str) -> View:
    view = base(language, role, layout, "lobby")
    hearing = view["hearing"]
    hearing.update(recording={"state": "off"}, opened_at=None, captions=[], quorum=quorum(language, False))
    view["you"]["heard_by"] = []
    for p in hearing["people"]:
        if p["role"] == "suspect":
            p.update(attendance="waiting", identity=False, help=NOW - 20, below_norm=True, ready_at=NOW - 900)
            p["link"] = p["link"] | {"up_kbps": 740, "verdict": "below"}
        elif p["role"] == "defence_counsel":
            p.update(
                attendance="expected", connected=False, rules_ok=False, devices_ok=False, link=None, identity=False
            )
        elif p["role"] == "interpreter":
            p.update(attendance="waiting", identity=False, rehearsed_at=NOW - 300)
        elif p["role"] == "witness":
            p.update(override=True, link=p["link"] | {"up_kbps": 810, "verdict": "below"})
        elif p["role"] == "prosecutor":
            p.update(attendance="waiting", link=STALE)
    view["may"] = [
        offer("announce_opening", language, "next", ready=False, why=say(language, "why_quorum"), tone="next"),
        offer("start_recording", language, "next"),
        offer("name_court_camera", language, "roll", person=f"p-{role}", **{"with": {"seat": f"s-{role}"}}),
        offer("confirm_identity", language, "roll", person="p-prosecutor", **{"with": {"person": "p-prosecutor"}}),
        offer("begin_talk", language, "roll", person="p-prosecutor", **{"with": {"seat": "s-prosecutor"}}),
        offer("name_court_camera", language, "roll", person="p-prosecutor", **{"with": {"seat": "s-prosecutor"}}),
        offer("begin_talk", language, "roll", person="p-suspect", **{"with": {"seat": "s-suspect"}}),
        offer("confirm_identity", language, "roll", person="p-suspect", **{"with": {"person": "p-suspect"}}),
        offer("admit", language, "roll", person="p-suspect", ready=False, why=say(language, "why_link")),
        offer("begin_talk", language, "roll", person="p-interpreter", **{"with": {"seat": "s-interpreter"}}),
        offer("admit", language, "roll", person="p-interpreter", **{"with": {"person": "p-interpreter"}}),
    ]
    if layout == "judge":
        reason = {"name": "reason", "kind": "text", "required": True, "label": say(language, "reason"), "long": True}
        view["may"].append(offer("override_link", language, "roll", person="p-suspect", fields=[reason]))
    return view


def talk(language: str) -> View:
    view = lobby(language)
    view["hearing"]["talk"] = "s-defence_counsel"
    view["hearing"]["people"].append(person("court_secretary", language))
    view["you"]["heard_by"] = ["s-court_secretary"]
    return view


def talk_secretary(language: str) -> View:
    view = readiness(language, "court_secretary", "secretary")
    view["hearing"]["talk"] = "s-suspect"
    view["you"]["heard_by"] = ["s-suspect"]
    view["may"].insert(0, offer("end_talk", language, "talk"))
    return view
