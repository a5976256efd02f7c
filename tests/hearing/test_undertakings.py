"""An expert and an interpreter are warned and undertake as a witness swears [CPC 352, 360, 370, 371]."""

from __future__ import annotations

import dataclasses

import pytest

from hearing import acts as a
from hearing import facts as f
from hearing.oaths import Oath
from hearing.participants import Role
from hearing.rules.offers import allowed
from hearing.wrongs import Refused
from tests.hearing.scripts import EDITION, TEXT, Script, actor, opened, person, seat

NAMES = ("judge", "secretary", "prosecutor", "suspect", "counsel", "interpreter")


def session(role: Role = Role.INTERPRETER, language: str = "ru") -> Script:
    """An open hearing; whoever undertakes sits at the interpreter's place."""
    s = opened(*NAMES)
    one = dataclasses.replace(s.now.people[person("interpreter")], role=role, language=language)
    s.hearing = dataclasses.replace(s.now, people={**s.now.people, one.person: one})
    return s


@pytest.mark.parametrize("role", [Role.INTERPRETER, Role.EXPERT])
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_an_undertaking_is_warned_of_shown_in_its_own_words_and_accepted(role: Role, language: str) -> None:
    s, who = session(role, language), person("interpreter")
    s.ask("judge", a.WarnWitness(who))
    (shown,) = s.ask("judge", a.ShowOath(who))
    assert shown == f.OathShown(who, f"cpc360-{role}-{language}", language)
    wording = EDITION.wordings[f"cpc360-{role}-{language}"]
    assert {word.lower() for word in wording.critical} <= set(wording.text.lower().split())
    s.ask("system", a.NoteOathHeard(who, "heard", s.at - 3, s.at - 1, "ab"))
    s.ask("judge", a.AcceptOath(who))
    oath = s.now.people[who].oath
    assert oath is not None
    assert oath.state is Oath.ACCEPTED


def test_an_interpreter_gives_no_testimony_and_an_expert_only_after_the_undertaking() -> None:
    with pytest.raises(Refused) as refused:
        session().ask("judge", a.BeginTestimony(person("interpreter")))
    assert refused.value.rule == "not_a_witness"
    s = session(Role.EXPERT)
    with pytest.raises(Refused) as refused:
        s.ask("judge", a.BeginTestimony(person("interpreter")))
    assert refused.value.rule == "oath_not_accepted"
    s.ask("judge", a.WaiveOath(person("interpreter"), TEXT))
    s.ask("judge", a.BeginTestimony(person("interpreter")))


def test_a_party_takes_no_oath() -> None:
    with pytest.raises(Refused) as refused:
        session().ask("judge", a.WarnWitness(person("counsel")))
    assert refused.value.rule == "no_oath_of_role"


def test_who_speaks_into_a_channel_is_heard_by_everybody_while_undertaking() -> None:
    s = session()
    s.ask("interpreter", a.ChooseChannel("kk"))
    s.ask("judge", a.WarnWitness(person("interpreter")))
    s.ask("judge", a.ShowOath(person("interpreter")))
    assert s.floor.channels == {}
    s.ask("judge", a.AcceptOath(person("interpreter")))
    assert s.floor.channels == {seat("interpreter"): "kk"}


def test_the_words_of_the_warning_are_noted_once() -> None:
    s, who = session(), person("interpreter")
    assert s.ask("system", a.NoteWarningHeard(who, 1, 2, "ab")) == []
    s.ask("judge", a.WarnWitness(who))
    assert s.ask("system", a.NoteWarningHeard(who, s.at - 4, s.at - 1, "ab")) != []
    assert s.ask("system", a.NoteWarningHeard(who, s.at, s.at + 1, "cd")) == []
    oath = s.now.people[who].oath
    assert oath is not None
    assert oath.warning_start is not None
    assert oath.state is Oath.WARNED


def called_child() -> Script:
    """A witness of fifteen years is in the courtroom with a legal representative and a teacher."""
    s = opened(*NAMES, "witness")
    people = dict(s.now.people)
    witness = dataclasses.replace(people[person("witness")], under_16=True)
    for name, role in (("interpreter", Role.TEACHER), ("counsel", Role.LEGAL_REPRESENTATIVE)):
        people[person(name)] = dataclasses.replace(people[person(name)], role=role)
    s.hearing = dataclasses.replace(s.now, people={**people, witness.person: witness})
    s.ask("judge", a.CallWitness(person("witness")))
    return s


def test_a_witness_under_sixteen_is_neither_warned_nor_sworn_and_may_testify() -> None:
    s = called_child()
    for act in (a.WarnWitness(person("witness")), a.ShowOath(person("witness"))):
        with pytest.raises(Refused):
            s.ask("judge", act)
    offered = {o.act: o.ready for o in allowed(s.now, actor("judge"), s.at, EDITION)}
    assert offered["begin_testimony"]
    assert not offered.get("warn_witness", False)
    assert not offered.get("show_oath", False)
    s.ask("judge", a.BeginTestimony(person("witness")))


def test_only_the_presiding_judge_warns_and_accepts() -> None:
    s = session()
    for who in ("secretary", "counsel"):
        with pytest.raises(Refused):
            s.ask(who, a.WarnWitness(person("interpreter")))
    assert "warn_witness" not in {o.act for o in allowed(s.now, actor("secretary"), s.at, EDITION)}
