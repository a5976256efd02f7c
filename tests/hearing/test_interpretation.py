"""An interpreter's channel: who is heard where, what is a fact of it, and what is somebody's own affair."""

from __future__ import annotations

import dataclasses

import pytest

from hearing import acts as a
from hearing import facts as f
from hearing.interpretation import first_channel
from hearing.minutes import lines
from hearing.participants import FLOOR
from hearing.wrongs import Refused
from tests.hearing.scripts import Script, opened, person, seat

NAMES = ("judge", "secretary", "prosecutor", "suspect", "counsel", "interpreter")


def session() -> Script:
    """An open hearing in Russian with an interpreter, and a suspect who speaks Kazakh."""
    s = opened(*NAMES)
    assert s.hearing is not None
    suspect = dataclasses.replace(s.now.people[person("suspect")], language="kk")
    s.hearing = dataclasses.replace(s.hearing, people={**s.now.people, suspect.person: suspect})
    return s


def test_an_interpreter_speaks_to_the_floor_until_they_choose_a_channel() -> None:
    s = session()
    assert s.floor.channels == {}
    before = s.floor.hears
    assert s.ask("interpreter", a.ChooseChannel("kk")) == [f.ChannelChosen(person("interpreter"), "kk")]
    assert s.floor.channels == {seat("interpreter"): "kk"}
    assert s.floor.hears == before
    assert seat("interpreter") in s.floor.recorded_sound
    assert seat("interpreter") in s.floor.transcribed


def test_a_channel_is_heard_only_by_those_who_listen_to_it() -> None:
    s = session()
    s.ask("interpreter", a.ChooseChannel("kk"))
    assert s.floor.on_channel(seat("interpreter"), "kk")
    assert not s.floor.on_channel(seat("interpreter"), "ru")
    assert not s.floor.on_channel(seat("interpreter"), FLOOR)
    assert all(s.floor.on_channel(seat("judge"), channel) for channel in (FLOOR, "kk", "ru", "en"))


def test_choosing_the_same_channel_twice_is_one_fact() -> None:
    s = session()
    s.ask("interpreter", a.ChooseChannel("kk"))
    assert s.ask("interpreter", a.ChooseChannel("kk")) == []


@pytest.mark.parametrize("who", ["judge", "suspect", "counsel"])
def test_nobody_but_an_interpreter_speaks_into_a_channel(who: str) -> None:
    with pytest.raises(Refused) as refused:
        session().ask(who, a.ChooseChannel("kk"))
    assert refused.value.rule == "role"


def test_there_is_no_channel_of_another_language() -> None:
    with pytest.raises(Refused) as refused:
        session().ask("interpreter", a.ChooseChannel("de"))
    assert (refused.value.rule, refused.value.field) == ("not_one_of", "channel")


def test_whoever_shares_a_device_cannot_take_its_microphone_off_the_floor() -> None:
    s = session()
    assert s.hearing is not None
    beside = dataclasses.replace(s.now.people[person("counsel")], seat=seat("interpreter"))
    s.hearing = dataclasses.replace(s.hearing, people={**s.now.people, beside.person: beside})
    with pytest.raises(Refused) as refused:
        s.ask("interpreter", a.ChooseChannel("kk"))
    assert refused.value.rule == "channel_shared_seat"


def test_in_a_private_talk_the_interpreter_is_heard_by_both() -> None:
    s = session()
    s.ask("interpreter", a.ChooseChannel("kk"))
    s.ask("judge", a.BeginPrivateTalk())
    assert s.floor.channels == {}
    assert seat("interpreter") in s.floor.hears[seat("counsel")]
    s.ask("judge", a.EndPrivateTalk())
    assert s.floor.channels == {seat("interpreter"): "kk"}


def test_where_somebody_interprets_everybody_begins_on_their_own_language() -> None:
    s = session()
    assert first_channel(s.now, seat("suspect")) == "kk"
    assert first_channel(s.now, seat("judge")) == "ru"
    assert first_channel(s.now, seat("interpreter")) == FLOOR
    assert first_channel(s.now, None) == FLOOR


def test_where_nobody_interprets_everybody_is_on_the_floor() -> None:
    s = opened()
    assert {first_channel(s.now, one) for one in s.now.seats} == {FLOOR}


def test_the_minutes_tell_each_way_of_interpreting_once() -> None:
    s = session()
    for channel in ("kk", "ru", "kk", FLOOR, "ru", FLOOR):
        s.ask("interpreter", a.ChooseChannel(channel))
    told = [line.codes["channel"] for line in lines(s.facts) if line.fact == "ChannelChosen"]
    assert told == ["kk", "ru", FLOOR]
    assert s.now.people[person("interpreter")].interpreted_into == ("kk", "ru", FLOOR)
