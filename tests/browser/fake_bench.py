"""Made-up views of the presiding judge, from the countdown to the announced ruling."""

from __future__ import annotations

from tests.browser.fake_parts import NOW, View, base, offer, still
from tests.browser.fake_words import OATH, say


def judge(language: str, phase: str = "open") -> View:
    view = base(language, "investigating_judge", "judge", phase)
    view["may"] = [
        offer(
            "take_step",
            language,
            "next",
            label=say(language, "next"),
            tone="next",
            **{"with": {"step": "suspect_heard"}},
        ),
        offer("begin_recess", language, "desk"),
        offer("begin_private_talk", language, "desk"),
        offer("mute_all", language, "more"),
        offer("close_part", language, "more", confirm="?", fields=[]),
        offer("allege_torture", language, "desk", tone="alarm"),
        offer("mute", language, "roll", person="p-prosecutor", **{"with": {"seat": "s-prosecutor"}}),
        offer("send_back", language, "roll", person="p-prosecutor", **{"with": {"person": "p-prosecutor"}}),
    ]
    for p in view["hearing"]["people"]:
        if p["role"] == "defence_counsel":
            p["hand"] = NOW - 5
    return view


def countdown(language: str) -> View:
    view = judge(language, "countdown")
    view["hearing"].update(opens_at=NOW + 4, recording={"state": "off"}, opened_at=None, captions=[])
    view["you"]["heard_by"] = []
    view["may"] = []
    return view


def recess_judge(language: str) -> View:
    view = still(judge(language), "recess")
    view["may"] = [offer("end_recess", language, "next", tone="next")]
    return view


def deliberation_judge(language: str) -> View:
    view = still(judge(language), "deliberation")
    fields = [
        {"name": "reasons", "kind": "text", "required": True, "label": say(language, "reasons"), "long": True},
        {"name": "days", "kind": "number", "required": True, "label": say(language, "days")},
        {"name": "bail_tenge", "kind": "money", "required": False, "label": say(language, "bail")},
        {
            "name": "bail_exception",
            "kind": "choice",
            "required": False,
            "label": say(language, "bail_exception"),
            "choices": [{"value": c, "label": say(language, c)} for c in ("grave", "flight")],
        },
    ]
    view["may"] = [
        offer("decide", language, "decision", fields=fields, **{"with": {"outcome": "sanction"}}),
        offer("return_from_deliberation", language, "next", tone="next"),
    ]
    return view


def oath_words(language: str, doubts: bool) -> View:
    words = OATH[language].split()
    states = ["heard"] * len(words) if doubts else ["heard"] * 11 + ["open"] * (len(words) - 11)
    if doubts:
        states[8], states[12] = "altered", "missing"
    return {
        "person": "p-witness",
        "state": "heard" if doubts else "shown",
        "wording": OATH[language],
        "language": "kk" if language == "kk" else "ru",
        "words": [{"text": w, "state": s} for w, s in zip(words, states, strict=True)],
        "verdict": "check_by_ear" if doubts else None,
        "warning": None,
    }


def warned_judge(language: str) -> View:
    """Between the warning and the showing: no wording is chosen yet."""
    view = judge(language)
    oath = {**oath_words(language, False), "state": "warned", "wording": None, "language": None, "words": []}
    view["hearing"]["oath"] = oath
    view["hearing"]["people"][-1].update(attendance="admitted", oath="warned")
    view["may"][1:1] = [offer("show_oath", language, "oath", tone="next"), offer("refuse_oath", language, "oath")]
    return view


def oath_judge(language: str) -> View:
    view = judge(language)
    view["hearing"]["oath"] = oath_words(language, True)
    view["hearing"]["people"][-1].update(attendance="admitted", oath="heard")
    view["may"][1:1] = [
        offer("accept_oath", language, "oath", tone="next"),
        offer("repeat_oath", language, "oath"),
        offer("refuse_oath", language, "oath", tone="danger"),
    ]
    return view


def paused(language: str) -> View:
    view = judge(language, "paused_by_loss")
    view["hearing"]["gap"] = {"from": NOW - 41, "to": None, "who": [say(language, "suspect")], "repair": "open"}
    for p in view["hearing"]["people"]:
        if p["role"] == "suspect":
            p.update(attendance="lost", connected=False)
    view["may"] = [
        offer("resume_after_loss", language, "next", ready=False, why=say(language, "no_quorum"), tone="next"),
        offer("begin_recess", language, "desk"),
    ]
    return view


def gap(language: str) -> View:
    view = judge(language)
    view["hearing"]["gap"] = {"from": NOW - 91, "to": NOW - 30, "who": [say(language, "suspect")], "repair": "due"}
    summary = {"name": "summary", "kind": "text", "required": True, "label": say(language, "repair_gap"), "long": True}
    view["may"].insert(0, offer("repair_gap", language, "next", tone="next", fields=[summary]))
    return view


def failing(language: str) -> View:
    view = judge(language)
    view["hearing"]["recording"] = {"state": "failed", "why": say(language, "disk")}
    return view


def announced(language: str) -> View:
    view = judge(language, "announced")
    view["hearing"]["decision"] = {"outcome": "sanction", "label": say(language, "sanction"), "days": 60}
    view["may"] = [offer("close_hearing", language, "next", tone="next", confirm=say(language, "close_confirm"))]
    return view
