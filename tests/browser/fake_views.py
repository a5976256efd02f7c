"""Views of a hearing in each of its states, as the court would send them: what the live page is drawn from in tests."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.fake_bench import (
    announced,
    countdown,
    deliberation_judge,
    failing,
    gap,
    judge,
    oath_judge,
    paused,
    recess_judge,
    warned_judge,
)
from tests.browser.fake_lobby import STALE, kiosk, lobby, readiness, talk, talk_secretary
from tests.browser.fake_parts import NOW, View, alone, base, interpreted, mine, still
from tests.browser.fake_room import closed, counsel, kiosk_room, oath_witness, observer, private_inside

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
