"""Made-up views of those whom the bench hears, and of the public."""

from __future__ import annotations

from tests.browser.fake_bench import oath_words
from tests.browser.fake_parts import View, base, mine, offer, still
from tests.browser.fake_words import say


def counsel(language: str, phase: str = "open") -> View:
    view = base(language, "defence_counsel", "participant", phase)
    view["hearing"]["people"] = [p for p in view["hearing"]["people"] if p["attendance"] == "admitted"]
    view["may"] = [
        offer("raise_hand", language, "desk"),
        offer("ask_private_talk", language, "desk"),
        offer("allege_torture", language, "desk", tone="alarm"),
    ]
    return view


def kiosk_room(language: str, phase: str = "open") -> View:
    view = counsel(language, phase)
    view["you"].update(person="p-suspect", seat="s-suspect", role="suspect", layout="kiosk")
    view["may"] = [
        offer("ask_private_talk", language, "desk"),
        offer("raise_hand", language, "desk"),
        offer("allege_torture", language, "desk", tone="alarm"),
        offer("ask_help", language, "lobby"),
    ]
    return view


def private_inside(language: str) -> View:
    view = counsel(language, "private_talk")
    view["hearing"].update(private_talk=["p-suspect", "p-defence_counsel"], recording={"state": "paused"}, captions=[])
    view["you"]["heard_by"] = ["s-suspect"]
    view["may"] = [offer("end_private_talk", language, "next", tone="next")]
    return view


def oath_witness(language: str) -> View:
    view = base(language, "witness", "participant")
    view["hearing"]["oath"] = oath_words(language, False)
    view["may"] = [offer("ask_help", language, "lobby")]
    return mine(view, attendance="admitted", oath="shown")


def closed(language: str) -> View:
    view = still(counsel(language), "closed")
    view["hearing"].update(
        closing_digest="9f2c41d07be85a3360c1e48f7a9d52be16c07f33a8d1940be6f2c5571d0a83ee",
        decision={"outcome": "sanction", "label": say(language, "sanction"), "days": 60},
        recording={"state": "stopped"},
    )
    return view


def observer(language: str) -> View:
    view = base(language, "observer", "observer")
    view["you"].update(person="o-1", attendance=None, heard_by=[])
    view["hearing"]["people"] = [p for p in view["hearing"]["people"] if p["attendance"] == "admitted"]
    return view
