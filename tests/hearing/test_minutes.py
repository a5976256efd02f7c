"""The minutes follow from the facts: every stage of the session, who was interrogated, and no personal data."""

from __future__ import annotations

from hearing import acts as a
from hearing import minutes
from tests.hearing.scripts import TEXT, opened, person, seat


def test_the_minutes_name_each_stage_with_its_time_and_person() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")
    s.ask("judge", a.TakeStep("composition"))
    opened_at = s.now.opened_at
    found = {line.fact: line for line in minutes.lines(s.facts)}
    assert found["Opened"].at == opened_at
    assert found["StepTaken"].codes == {"step": "composition"}
    assert found["CourtCameraNamed"].persons == (person("judge"),)
    assert found["RemoteOrdered"].texts == {"order": TEXT}
    assert "TapeHead" not in found
    assert "HandRaised" not in found


def test_an_interrogated_person_has_a_stretch_of_the_record() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")
    s.ask("judge", a.CallWitness(person("witness")))
    called = s.at
    s.ask("judge", a.WarnWitness(person("witness")))
    s.ask("judge", a.ShowOath(person("witness")))
    s.ask("judge", a.AcceptOath(person("witness")))
    s.ask("judge", a.BeginTestimony(person("witness")))
    began = s.at
    s.ask("judge", a.ReleaseWitness(person("witness")))
    (testimony,) = minutes.testimonies(s.facts)
    assert testimony.person == person("witness")
    assert (testimony.called_at, testimony.start, testimony.end) == (called, began, s.at)
    assert testimony.oath == "accepted"


def test_a_pause_by_loss_names_who_was_gone() -> None:
    s = opened()
    s.ask("system", a.NoteLoss(seat("counsel")))
    s.ask("system", a.PauseByLoss((seat("counsel"),), s.at, "line"), after=5)
    pause = next(line for line in minutes.lines(s.facts) if line.fact == "PausedByLoss")
    assert pause.persons == (person("counsel"),)
    assert pause.codes["cause"] == "line"
