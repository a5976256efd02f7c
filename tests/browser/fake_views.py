"""Views of a hearing in each of its states, as the court would send them: what the live page is drawn from in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.fake_words import OATH, say

View = dict[str, Any]
NOW = 1_795_168_521.0
CASE = "7585-24-00-2/101"
NAMES = {
    "investigating_judge": "А. С.",
    "court_secretary": "Г. М.",
    "prosecutor": "Б. Қ.",
    "suspect": "Д. Н.",
    "defence_counsel": "М. Т.",
    "interpreter": "Л. В.",
    "witness": "С. О.",
}
UP = {"prosecutor": 3100, "suspect": 1200, "defence_counsel": 2400, "interpreter": 4000, "witness": 2000}
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
STEPS = (
    "composition",
    "motion_announced",
    "rights_explained",
    "prosecutor_heard",
    "suspect_heard",
    "counsel_heard",
    "retire",
    "announce_decision",
)


def person(role: str, language: str, **changes: Any) -> View:
    kbps = UP.get(role, 5200)
    shown: View = {
        "person": f"p-{role}",
        "seat": f"s-{role}",
        "role": role,
        "role_label": say(language, role),
        "name": NAMES[role],
        "room": None,
        "place": "facility" if role == "suspect" else "elsewhere",
        "language": language,
        "attendance": "admitted",
        "connected": True,
        "muted": False,
        "mic": True,
        "camera": True,
        "hand": None,
        "oath": "none",
        "rules_ok": True,
        "devices_ok": True,
        "link": {
            "up_kbps": kbps,
            "down_kbps": kbps + 700,
            "rtt_ms": 42,
            "loss": 0.003,
            "verdict": "weak" if kbps < 1300 else "good",
            "at": NOW - 600,
        },
        "identity": True,
        "override": False,
        "talk_asked": None,
        "help": None,
    }
    return shown | changes


def offer(act: str, language: str, group: str, **changes: Any) -> View:
    shown: View = {
        "act": act,
        "label": say(language, act),
        "ready": True,
        "why": None,
        "fields": [],
        "tone": "plain",
        "group": group,
        "with": {},
        "confirm": None,
    }
    return shown | changes


def base(language: str, role: str, layout: str, phase: str = "open") -> View:
    """An open hearing in its middle, as the person with this role sees it."""
    people = [person(r, language) for r in NAMES if r != "witness"]
    people.append(person("witness", language, attendance="waiting"))
    return {
        "t": "view",
        "now": NOW,
        "you": {
            "person": f"p-{role}",
            "seat": None if layout == "observer" else f"s-{role}",
            "role": role,
            "role_label": say(language, role),
            "name": NAMES.get(role, ""),
            "observer": layout == "observer",
            "language": language,
            "layout": layout,
            "attendance": "admitted",
            "heard_by": [p["seat"] for p in people if p["role"] not in ("witness", role)],
            "public_hears": True,
            "listens": "floor",
            "channel": None,
        },
        "hearing": {
            "id": "h-1",
            "case": CASE,
            "kind": "sanction",
            "kind_label": say(language, "kind"),
            "publicity": "open",
            "phase": phase,
            "phase_label": phase,
            "phase_since": NOW - 312,
            "scheduled_at": NOW + 480,
            "opens_at": None,
            "opened_at": NOW - 761,
            "people": people,
            "observers": 3,
            "script": script(language, 3) if layout in ("judge", "secretary") else [],
            "clocks": clocks(language) if layout in ("judge", "secretary") else [],
            "quorum": quorum(language, True) if layout in ("judge", "secretary") else None,
            "recording": {"state": "rolling", "since": NOW - 761, "seconds": 761, "why": None},
            "court_camera": "s-investigating_judge",
            "all_muted": False,
            "mute_locked": False,
            "oath": None,
            "private_talk": [],
            "gap": None,
            "decision": None,
            "torture": None,
            "closing_digest": None,
            "norm_kbps": 1000,
            "talk": None,
            "transcript": {"state": "ready", "label": ""},
            "channels": [],
            "captions": [
                {"seat": "s-prosecutor", "text": say(language, "caption"), "language": language, "at": NOW - 4}
            ],
        },
        "may": [],
    }


def script(language: str, at: int) -> list[View]:
    return [
        {
            "step": step,
            "label": say(language, step),
            "line": say(language, "line"),
            "state": "done" if i < at else "now" if i == at else "next",
            "at": NOW - 720 + i * 150 if i <= at else None,
        }
        for i, step in enumerate(STEPS)
    ]


def clocks(language: str) -> list[View]:
    hour = 3600.0
    return [
        {
            "id": "detention_limit",
            "label": say(language, "detention_limit"),
            "from": NOW - 38.8 * hour,
            "until": NOW + 9.2 * hour,
        },
        {
            "id": "heard_within",
            "label": say(language, "heard_within"),
            "from": NOW - 3.3 * hour,
            "until": NOW + 4.7 * hour,
        },
    ]


def quorum(language: str, met: bool) -> View:
    needed = ("investigating_judge", "court_secretary", "prosecutor", "suspect", "defence_counsel")
    return {
        "met": met,
        "need": [
            {"role": r, "label": say(language, r), "present": met or r not in ("suspect", "defence_counsel")}
            for r in needed
        ],
        "why": None if met else say(language, "no_quorum"),
    }


def mine(view: View, **changes: Any) -> View:
    """Change what the view says of the person who looks."""
    for p in view["hearing"]["people"]:
        if p["person"] == view["you"]["person"]:
            p.update(changes)
    return view


def alone(view: View, attendance: str) -> View:
    """Who waits sees only oneself."""
    hearing = view["hearing"]
    hearing["people"] = [p for p in hearing["people"] if p["person"] == view["you"]["person"]]
    hearing.update(recording={"state": "off"}, opened_at=None, captions=[], observers=0, waiting=3, court_camera=None)
    view["you"].update(attendance=attendance, heard_by=[])
    return mine(view, attendance=attendance)


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


def still(view: View, phase: str, **changes: Any) -> View:
    """A phase in which nobody is on the floor."""
    view["hearing"].update(phase=phase, recording={"state": "paused"}, captions=[], **changes)
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


def private_inside(language: str) -> View:
    view = counsel(language, "private_talk")
    view["hearing"].update(private_talk=["p-suspect", "p-defence_counsel"], recording={"state": "paused"}, captions=[])
    view["you"]["heard_by"] = ["s-suspect"]
    view["may"] = [offer("end_private_talk", language, "next", tone="next")]
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


def oath_witness(language: str) -> View:
    view = base(language, "witness", "participant")
    view["hearing"]["oath"] = oath_words(language, False)
    view["may"] = [offer("ask_help", language, "lobby")]
    return mine(view, attendance="admitted", oath="shown")


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


def interpreted(view: View, listens: str = "kk", speaks: str | None = None) -> View:
    """Somebody interprets into Kazakh now."""
    language = view["you"]["language"]
    view["hearing"]["channels"] = [
        {
            "channel": c,
            "label": say(language, "no_interpretation") if c == "floor" else name,
            "speak": say(language, f"into_{c}"),
            "seats": ["s-interpreter"] if c == "kk" else [],
        }
        for c, name in (("floor", ""), ("kk", "Қазақша"), ("ru", "Русский"), ("en", "English"))
    ]
    view["you"].update(listens=listens, channel=speaks)
    if speaks is not None:
        view["may"] += [
            offer("choose_channel", language, "channel", **{"with": {"channel": c}})
            for c in ("floor", "kk", "ru", "en")
            if c != speaks
        ]
    return view


STATES: dict[str, Callable[[str], View]] = {
    "lobby-rules": lambda lang: lobby(lang, rules_ok=False, devices_ok=False, link=None),
    "lobby-devices": lambda lang: lobby(lang, devices_ok=False, link=None),
    "lobby-round": lambda lang: lobby(
        lang,
        link={
            "up_kbps": 2400,
            "down_kbps": 3100,
            "rtt_ms": 64,
            "loss": 0.0,
            "path": "turn_tcp",
            "verdict": "good",
            "at": NOW,
        },
    ),
    "lobby-link": lambda lang: lobby(lang, link=None),
    "lobby-weak": lambda lang: lobby(
        lang, link={"up_kbps": 740, "down_kbps": 2100, "rtt_ms": 180, "loss": 0.021, "verdict": "below", "at": NOW}
    ),
    "lobby-stale": lambda lang: lobby(lang, link=STALE),
    "lobby-wait": lobby,
    "lobby-talk": talk,
    "lobby-witness": lambda lang: lobby(lang, "witness"),
    "kiosk-start": lambda lang: kiosk(lang, rules_ok=False, devices_ok=False, link=None),
    "kiosk-link": lambda lang: kiosk(lang, link=None),
    "kiosk-stale": lambda lang: kiosk(lang, link=STALE),
    "kiosk-wait": kiosk,
    "kiosk-room": kiosk_room,
    "kiosk-recess": lambda lang: still(kiosk_room(lang), "recess"),
    "secretary-lobby": lambda lang: readiness(lang, "court_secretary", "secretary"),
    "secretary-talk": talk_secretary,
    "judge-lobby": lambda lang: readiness(lang, "investigating_judge", "judge"),
    "judge-countdown": countdown,
    "judge-open": judge,
    "judge-warned": warned_judge,
    "judge-oath": oath_judge,
    "judge-paused": paused,
    "judge-gap": gap,
    "judge-failing": failing,
    "judge-recess": recess_judge,
    "judge-deliberation": deliberation_judge,
    "judge-announced": announced,
    "counsel-open": counsel,
    "counsel-listening": lambda lang: interpreted(counsel(lang), "ru"),
    "interpreter-open": lambda lang: interpreted(base(lang, "interpreter", "participant"), "floor", "kk"),
    "kiosk-interpreted": lambda lang: interpreted(kiosk_room(lang)),
    "counsel-private": private_inside,
    "prosecutor-private": lambda lang: still(base(lang, "prosecutor", "participant"), "private_talk"),
    "counsel-deliberation": lambda lang: still(counsel(lang), "deliberation"),
    "counsel-muted": lambda lang: mine(counsel(lang), muted=True),
    "witness-oath": oath_witness,
    "witness-released": lambda lang: alone(base(lang, "witness", "participant"), "released"),
    "counsel-closed": closed,
    "observer-open": observer,
}
