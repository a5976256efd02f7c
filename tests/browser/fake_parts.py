"""What every made-up view is made of: an open hearing in its middle, its people and what may be pressed."""

from __future__ import annotations

from typing import Any

from tests.browser.fake_words import say

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


def still(view: View, phase: str, **changes: Any) -> View:
    """A phase in which nobody is on the floor."""
    view["hearing"].update(phase=phase, recording={"state": "paused"}, captions=[], **changes)
    view["you"]["heard_by"] = []
    view["may"] = []
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
