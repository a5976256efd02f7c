"""What a page is told: cut to what its person may know."""

from __future__ import annotations

from typing import Any

from hearing import acts as a
from hearing.participants import Actor, HearingId, PersonId, Role
from tests.hearing.scripts import EDITION, TEXT, Script, actor, in_lobby, opened, person, seat
from web.view import Caption, Stage, view

ALL = ("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")


def stage(s: Script, **changes: Any) -> Stage:
    names = {p: f"name of {p}" for p in s.now.people}
    return Stage(HearingId("h-1"), "7585-24-00-2/101", s.now, s.floor, EDITION, names, s.at + 1, **changes)


def say(msgid: str, **args: object) -> str:
    return msgid


def shown(s: Script, who: str, **changes: Any) -> dict[str, Any]:
    return view(stage(s, **changes), actor(who), "kk", say)


def line(speaker: str, *listeners: str, public: bool = False) -> Caption:
    said = {"seat": seat(speaker), "text": "t", "at": 1, "final": True}
    return Caption(said, frozenset(seat(one) for one in listeners if one != speaker), public)


def people(message: dict[str, Any]) -> set[str]:
    return {p["person"] for p in message["hearing"]["people"]}


def acts(message: dict[str, Any]) -> set[str]:
    return {offer["act"] for offer in message["may"]}


def test_who_waits_sees_only_oneself() -> None:
    s = in_lobby(*ALL)
    assert people(shown(s, "witness")) == {person("witness")}
    assert shown(s, "witness")["hearing"]["expected"] == len(ALL)


def test_a_waiting_witness_learns_nothing_of_an_open_hearing() -> None:
    s = opened(*ALL)
    message = shown(s, "witness", captions=(line("judge", *ALL),))
    assert people(message) == {person("witness")}
    assert message["hearing"]["captions"] == []
    assert message["hearing"]["quorum"] is None
    assert message["hearing"]["clocks"] == []


def test_a_witness_who_is_called_is_shown_nothing_of_what_was_said_while_they_waited() -> None:
    s = opened(*ALL)
    s.ask("judge", a.CallWitness(person("witness")))
    before, since = line("suspect", "judge", "counsel"), line("judge", "suspect", "witness")
    captions = (before, since)
    assert shown(s, "witness", captions=captions)["hearing"]["captions"] == [since.said]
    assert shown(s, "counsel", captions=captions)["hearing"]["captions"] == [before.said]


def test_the_public_is_shown_nothing_of_a_closed_part_once_it_is_over() -> None:
    s = opened(*ALL)
    s.ask("secretary", a.OpenObserverLink())
    sealed, public = line("suspect", "judge"), line("suspect", "judge", public=True)
    watcher = Actor(PersonId("o-1"), Role.OBSERVER)
    message = view(stage(s, captions=(sealed, public)), watcher, "kk", say, observer=True)
    assert message["hearing"]["captions"] == [public.said]


def test_the_secretary_sees_everybody() -> None:
    assert people(shown(in_lobby(*ALL), "secretary")) == {person(n) for n in ALL}


def test_an_observer_sees_who_is_admitted_and_may_do_nothing() -> None:
    s = opened(*ALL)
    message = view(stage(s), Actor(PersonId("o-1"), Role.OBSERVER), "kk", say, observer=True)
    assert people(message) == {person(n) for n in ALL if n != "witness"}
    assert message["may"] == []
    assert message["you"]["layout"] == "observer"


def test_only_the_court_is_told_how_the_hall_cameras_line_stands() -> None:
    s = opened(*ALL)
    lines = {name: shown(s, name, camera="lost")["hearing"]["camera_line"] for name in ALL}
    assert lines == {"judge": "lost", "secretary": "lost", **dict.fromkeys(ALL[2:], None)}


def test_only_the_court_is_told_why_the_second_recorder_stands_still() -> None:
    s = opened(*ALL)
    reasons = {name: shown(s, name, second_alarm="disk_full")["hearing"]["second_recording"] for name in ALL}
    assert reasons == {"judge": "cause.disk_full", "secretary": "cause.disk_full", **dict.fromkeys(ALL[2:], None)}
    assert shown(s, "judge")["hearing"]["second_recording"] is None


def test_layout_follows_role_and_place() -> None:
    s = in_lobby(*ALL)
    layouts = {name: shown(s, name)["you"]["layout"] for name in ALL}
    assert layouts == {
        "judge": "judge",
        "secretary": "secretary",
        "prosecutor": "participant",
        "suspect": "kiosk",
        "counsel": "participant",
        "witness": "participant",
    }


def test_the_lamp_says_failed_when_the_recorder_does_not_confirm() -> None:
    s = opened(*ALL)
    assert shown(s, "judge", rolling=True)["hearing"]["recording"]["state"] == "rolling"
    assert shown(s, "judge", rolling=False)["hearing"]["recording"]["state"] == "failed"
    s.ask("judge", a.BeginRecess())
    assert shown(s, "judge", rolling=False)["hearing"]["recording"]["state"] == "paused"


def test_what_may_not_be_done_yet_is_offered_with_the_reason() -> None:
    s = in_lobby(*ALL)
    offer = next(o for o in shown(s, "judge")["may"] if o["act"] == "announce_opening")
    assert offer["ready"] is False
    assert offer["why"] == "quorum"


def test_what_a_role_may_never_do_is_not_there() -> None:
    s = opened(*ALL)
    assert "take_step" not in acts(shown(s, "counsel"))
    assert "announce_decision" not in acts(shown(s, "secretary"))
    assert "raise_hand" in acts(shown(s, "counsel"))


def test_only_the_reader_of_the_oath_is_told_to_read() -> None:
    s = opened(*ALL)
    s.ask("judge", a.CallWitness(person("witness")))
    s.ask("judge", a.WarnWitness(person("witness")))
    s.ask("judge", a.ShowOath(person("witness")))
    assert shown(s, "witness")["hearing"]["oath"]["reader"] is True
    assert shown(s, "judge")["hearing"]["oath"]["reader"] is False
    assert shown(s, "judge")["hearing"]["oath"]["words"][0]["text"] == "Я"


def test_a_drafted_decision_is_the_judges_alone_until_announced() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel")
    for step in EDITION.kind("sanction").script:
        s.ask("judge", a.TakeStep(step.step))
    s.ask("judge", a.Retire())
    s.ask("judge", a.Decide("refusal", TEXT))
    s.ask("judge", a.ReturnFromDeliberation())
    assert shown(s, "suspect")["hearing"]["decision"] is None
    assert shown(s, "secretary")["hearing"]["decision"] is None
    assert shown(s, "judge")["hearing"]["decision"]["outcome"] == "refusal"
    s.ask("judge", a.AnnounceDecision())
    assert shown(s, "suspect")["hearing"]["decision"]["announced"] is True


SESSION = ("judge", "secretary", "prosecutor", "suspect", "counsel", "interpreter")


def test_a_hearing_without_an_interpreter_shows_no_channels() -> None:
    assert shown(opened(*ALL), "suspect")["hearing"]["channels"] == []


def test_a_page_learns_which_channels_there_are_and_who_speaks_there() -> None:
    s = opened(*SESSION)
    s.ask("interpreter", a.ChooseChannel("kk"))
    message = shown(s, "suspect", listens={seat("suspect"): "kk"})
    spoken = {c["channel"]: c["seats"] for c in message["hearing"]["channels"]}
    assert spoken == {"floor": [], "kk": [seat("interpreter")], "ru": [], "en": []}
    assert (message["you"]["listens"], message["you"]["channel"]) == ("kk", None)
    mine = shown(s, "interpreter")
    assert mine["you"]["channel"] == "kk"
    offered = {o["with"]["channel"] for o in mine["may"] if o["act"] == "choose_channel"}
    assert offered == {"floor", "ru", "en"}


def test_the_words_of_a_channel_are_for_those_who_listen_to_it_and_so_is_being_heard() -> None:
    s = opened(*SESSION)
    s.ask("interpreter", a.ChooseChannel("kk"))
    said = (line("interpreter", *SESSION),)
    words = [one.said for one in said]
    listens = {seat("suspect"): "kk", seat("judge"): "ru"}
    assert shown(s, "suspect", captions=said, listens=listens)["hearing"]["captions"] == words
    assert shown(s, "judge", captions=said, listens=listens)["hearing"]["captions"] == []
    assert shown(s, "interpreter", captions=said, listens=listens)["hearing"]["captions"] == words
    assert shown(s, "interpreter", listens=listens)["you"]["heard_by"] == [seat("suspect")]
