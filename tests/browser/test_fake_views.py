"""The made-up views have the shape of the court's own: the pages are drawn in tests from what a court would send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hearing import acts
from hearing import acts as a
from hearing.hearings import Phase, Recording
from hearing.oaths import Oath
from hearing.participants import Actor, Attendance, PersonId, Role
from hearing.rules import offers
from hearing.rules.witness import VERDICTS
from tests.browser.fake_views import STATES
from tests.hearing.scripts import EDITION, NOON, TEXT, Script, heard, in_lobby, listed, opened, person, seat
from tests.web.test_view import say, shown, stage
from web.view import Caption, view

SANCTION = EDITION.kind("sanction")
ALL = ("judge", "secretary", "prosecutor", "suspect", "counsel", "interpreter", "witness")


SPOKEN = Caption(
    {"seat": seat("judge"), "text": "t", "final": True, "agreed": 1, "language": "kk", "at": NOON},
    frozenset(seat(one) for one in ALL),
)
WORDS: dict[str, set[str | None]] = {
    ".hearing.kind": set(EDITION.kinds),
    ".hearing.phase": {*Phase},
    ".hearing.recording.state": {*Recording},
    ".hearing.people[].attendance": {*Attendance},
    ".hearing.people[].role": {*Role},
    ".hearing.people[].oath": {*Oath, "none"},
    ".hearing.oath.state": {*Oath},
    ".hearing.oath.verdict": {*VERDICTS, None},
    ".hearing.script[].step": {*(s.step for s in SANCTION.script), "retire", "announce_decision", "close_hearing"},
    ".hearing.clocks[].id": {*SANCTION.clocks},
    ".hearing.decision.outcome": {*SANCTION.outcomes},
}
"""What may stand at a place of a view."""


def oath() -> Script:
    s = opened(*ALL)
    for act in (a.CallWitness, a.WarnWitness, a.ShowOath):
        s.ask("judge", act(person("witness")))
    return s


def lost() -> Script:
    s = opened(*ALL)
    s.ask("system", a.NoteLoss(seat("counsel")))
    s.ask("system", a.PauseByLoss((seat("counsel"),), s.at, "line"))
    return s


def decided() -> Script:
    s = heard(opened("judge", "secretary", "prosecutor", "suspect", "counsel"))
    s.ask("suspect", a.AllegeTorture())
    s.ask("judge", a.Retire())
    s.ask("judge", a.Decide("refusal", TEXT))
    return s


def real() -> Iterator[dict[str, Any]]:
    """What a court sends in hearings like those that are made up, to everybody in them."""
    for s in (listed(), in_lobby(*ALL), opened(*ALL), oath(), lost(), decided()):
        for name in s.now.people:
            who = name.removeprefix("p-")
            yield shown(s, who, captions=(SPOKEN,))
        yield view(stage(s), Actor(PersonId("o-1"), Role.OBSERVER), "kk", say, observer=True)


def fields(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Each value and where it lies, as in ``.hearing.people[].link.loss``; what an offer is sent back with differs by
    act."""
    match value:
        case dict() if not at.endswith(".with"):
            for name, one in value.items():
                yield f"{at}.{name}", one
                yield from fields(one, f"{at}.{name}")
        case list():
            for one in value:
                yield from fields(one, f"{at}[]")


def test_a_made_up_view_holds_nothing_that_the_court_never_sends() -> None:
    sent = {at for message in real() for at, _ in fields(message)}
    made_up = {at for state in STATES.values() for at, _ in fields(state("kk"))}
    assert sorted(made_up - sent) == []


@pytest.mark.parametrize("at", WORDS)
def test_a_made_up_view_says_how_things_stand_in_the_courts_own_terms(at: str) -> None:
    said = {value for state in STATES.values() for found, value in fields(state("kk")) if found == at}
    assert said
    assert said <= WORDS[at]


def test_the_fake_court_offers_each_act_where_the_rules_offer_it() -> None:
    calls = re.findall(r"_Try\(\s*a\.(\w+)\(.*?\),\s*\"(\w+)\"", Path(offers.__file__).read_text("utf-8"))
    ruled = {(getattr(acts, act).wire_name(), group) for act, group in calls} | {("decide", "decision")}
    shown = {(o["act"], o["group"]) for state in STATES.values() for o in state("kk")["may"]}
    assert sorted(shown - ruled) == []
