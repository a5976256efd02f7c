"""A sanction hearing from the listing to the close, and what it is refused on the way."""

from __future__ import annotations

import pytest

from hearing import acts as a
from hearing import facts as f
from hearing.evolve import fold
from hearing.hearings import Phase, Recording
from hearing.participants import Attendance
from hearing.wrongs import Refused
from tests.hearing.scripts import (
    EDITION,
    NOON,
    ROLES,
    TEXT,
    heard,
    in_lobby,
    link,
    listed,
    opened,
    person,
    seat,
)


def refusal(script: object, who: str, act: a.Act) -> Refused:
    with pytest.raises(Refused) as caught:
        script.ask(who, act)  # type: ignore[attr-defined]
    return caught.value


def test_a_whole_sanction_hearing_runs_from_listing_to_close() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")
    s.ask("judge", a.CallWitness(person("witness")))
    s.ask("judge", a.WarnWitness(person("witness")))
    s.ask("judge", a.ShowOath(person("witness")))
    s.ask("judge", a.AcceptOath(person("witness")))
    s.ask("judge", a.BeginTestimony(person("witness")))
    s.ask("judge", a.ReleaseWitness(person("witness")))
    heard(s)
    s.ask("judge", a.Retire())
    s.ask("judge", a.Decide("sanction_short", TEXT, days=10, bail_exception="especially_grave"))
    s.ask("judge", a.ReturnFromDeliberation())
    s.ask("judge", a.AnnounceDecision())
    s.ask("secretary", a.NoteRulingDelivered("suspect"))
    s.ask("judge", a.CloseHearing())
    assert s.now.phase is Phase.CLOSED
    assert s.now.recording is Recording.STOPPED
    assert s.now.appeal_until == pytest.approx(s.now.announced_at + 3 * 86400)  # type: ignore[operator]


def test_the_fold_of_the_facts_is_the_hearing() -> None:
    s = heard(opened())
    assert fold(s.facts) == s.now
    assert fold((f.from_json(f.to_json(fact)), at) for fact, at in s.facts) == s.now


def test_without_counsel_the_hearing_does_not_open() -> None:
    s = in_lobby()
    for name in ("prosecutor", "suspect"):
        s.ask("secretary", a.Admit(person(name)))
    s.ask("secretary", a.NameCourtCamera(seat("judge")))
    s.ask("secretary", a.StartRecording())
    no = refusal(s, "judge", a.AnnounceOpening())
    assert (no.rule, no.details["missing"]) == ("quorum", "defence_counsel")


def test_the_interpreter_is_part_of_the_quorum_when_flagged() -> None:
    s = in_lobby(interpreter_needed=True)
    for name in ("prosecutor", "suspect", "counsel"):
        s.ask("secretary", a.Admit(person(name)))
    assert refusal(s, "judge", a.AnnounceOpening()).details["missing"] == "interpreter"


def test_recording_must_roll_or_be_declared_impossible_before_opening() -> None:
    s = in_lobby()
    for name in ("prosecutor", "suspect", "counsel"):
        s.ask("secretary", a.Admit(person(name)))
    assert refusal(s, "judge", a.AnnounceOpening()).rule == "recording_not_started"
    s.ask("secretary", a.DeclareRecordingImpossible(TEXT))
    assert s.ask("judge", a.AnnounceOpening()) != []


def test_without_the_judges_order_nothing_opens() -> None:
    s = listed()
    s.hearing = fold([entry for entry in s.facts if not isinstance(entry[0], f.RemoteOrdered)])
    s.ask("secretary", a.OpenLobby())
    assert refusal(s, "judge", a.AnnounceOpening()).rule == "no_remote_order"


def test_a_link_below_the_norm_keeps_a_person_out_until_the_judge_overrides() -> None:
    s = in_lobby()
    s.ask("system", link("suspect", kbps=999))
    no = refusal(s, "secretary", a.Admit(person("suspect")))
    assert (no.rule, no.details) == ("link_below_norm", {"kbps": 999, "norm": 1000})
    assert refusal(s, "secretary", a.OverrideLink(seat("suspect"), TEXT)).rule == "role"
    s.ask("judge", a.OverrideLink(seat("suspect"), TEXT))
    s.ask("secretary", a.Admit(person("suspect")))


def test_a_stale_link_test_must_be_repeated() -> None:
    s = in_lobby()
    s.at += EDITION.numbers["link_test_valid_minutes"] * 60 + 60
    assert refusal(s, "secretary", a.Admit(person("suspect"))).rule == "link_test_stale"


def test_a_witness_is_not_admitted_but_called() -> None:
    s = in_lobby("judge", "secretary", "witness")
    assert refusal(s, "secretary", a.Admit(person("witness"))).rule == "witness_waits"


def test_no_testimony_before_the_oath() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")
    s.ask("judge", a.CallWitness(person("witness")))
    assert refusal(s, "judge", a.BeginTestimony(person("witness"))).rule == "oath_not_accepted"
    assert refusal(s, "judge", a.ShowOath(person("witness"))).rule == "oath_state"
    s.ask("judge", a.WaiveOath(person("witness"), TEXT))
    assert s.ask("judge", a.BeginTestimony(person("witness"))) != []


def test_the_prosecutor_and_counsel_cannot_be_removed() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "victim")
    for name in ("prosecutor", "counsel"):
        assert refusal(s, "judge", a.RemoveParticipant(person(name), TEXT)).rule == "not_removable"
    assert refusal(s, "judge", a.RemoveParticipant(person("victim"))).rule == "removal_needs_ruling"
    assert s.ask("judge", a.RemoveParticipant(person("victim"), TEXT)) != []


def test_an_allegation_of_torture_must_be_answered_before_the_close() -> None:
    s = heard(opened())
    s.ask("suspect", a.AllegeTorture())
    s.ask("judge", a.Retire())
    s.ask("judge", a.Decide("refusal", TEXT))
    s.ask("judge", a.ReturnFromDeliberation())
    s.ask("judge", a.AnnounceDecision())
    s.ask("secretary", a.NoteRulingDelivered("suspect"))
    assert refusal(s, "judge", a.CloseHearing()).rule == "check_not_ordered"
    s.ask("judge", a.OrderCheck())
    s.ask("judge", a.CloseHearing())
    assert s.now.phase is Phase.CLOSED


def test_the_decision_asks_for_all_that_the_law_asks() -> None:
    s = heard(opened())
    assert refusal(s, "judge", a.Decide("refusal", TEXT)).rule == "not_retired"
    s.ask("judge", a.Retire())
    assert refusal(s, "judge", a.Decide("sanction", TEXT, bail_tenge=1)).rule == "days_range"
    assert refusal(s, "judge", a.Decide("sanction_short", TEXT, days=11, bail_tenge=1)).rule == "days_range"
    assert refusal(s, "judge", a.Decide("sanction", TEXT, days=60)).rule == "bail_or_exception"
    both = a.Decide("sanction", TEXT, days=60, bail_tenge=5, bail_exception="life_taken")
    assert refusal(s, "judge", both).rule == "bail_or_exception"
    assert s.ask("judge", a.Decide("sanction", TEXT, days=60, bail_tenge=500_000)) != []


def test_steps_come_in_the_order_of_the_law() -> None:
    s = opened()
    assert refusal(s, "judge", a.TakeStep("prosecutor_heard")).details["before"] == "rights_explained"
    assert refusal(s, "judge", a.Retire()).rule == "step_missing"


def test_a_lost_suspect_pauses_and_the_gap_is_kept() -> None:
    s = opened()
    s.ask("system", a.NoteLoss(seat("suspect")))
    lost = s.at
    s.ask("system", a.PauseByLoss((seat("suspect"),), lost, "line"), after=5)
    assert s.now.phase is Phase.PAUSED_BY_LOSS
    assert refusal(s, "judge", a.ResumeAfterLoss()).rule == "quorum"
    s.ask("system", a.Arrive(seat("suspect")))
    resumed = s.ask("judge", a.ResumeAfterLoss())
    assert resumed == [f.ResumedAfterLoss("open", lost, s.at)]
    s.ask("judge", a.RepairGap(TEXT))
    s.ask("counsel", a.ConfirmGap(objects=True))
    assert s.now.gaps[-1].confirmed == {person("counsel"): True}


def test_a_line_that_is_back_brings_everybody_back_who_sits_there_although_one_is_new() -> None:
    s = opened()
    s.ask("system", a.NoteLoss(seat("counsel")))
    role, place = ROLES["victim"]
    s.ask("secretary", a.AddParticipant(person("victim"), role.value, seat("counsel"), place, "ru", "hmac:iin"))
    s.ask("system", a.Arrive(seat("counsel")))
    assert s.now.people[person("counsel")].attendance is Attendance.ADMITTED
    assert s.now.people[person("victim")].attendance is Attendance.WAITING
    assert s.now.seats[seat("counsel")].connected


@pytest.mark.parametrize(
    ("changes", "rule", "field"),
    [
        ({"kind": "civil"}, "kind_incomplete", "kind"),
        ({"kind": "picnic"}, "kind_unknown", "kind"),
        ({"protected_secret": True}, "protected_secret", "protected_secret"),
        ({"protected_witness": True}, "protected_witness", "protected_witness"),
        ({"publicity": "closed"}, "not_one_of", "closure_ground"),
        ({"publicity": "closed", "closure_ground": "minor"}, "closure_needs_ruling", "closure_ruling"),
        ({"detained_at": None}, "detention_needed", "detained_at"),
        ({"detained_at": NOON + 9999}, "in_the_future", "detained_at"),
        ({"limit_hours": 24}, "limit_hours", "limit_hours"),
        ({"limit_hours": 72}, "not_one_of", "limit_reason"),
        ({"received_at": None}, "receipt_needed", "received_at"),
        ({"measure": "fine"}, "not_one_of", "measure"),
        ({"remote_ground": "convenience"}, "not_one_of", "remote_ground"),
    ],
)
def test_a_listing_that_breaks_a_rule_names_rule_and_field(changes: dict[str, object], rule: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        listed(**changes)
    assert (caught.value.rule, caught.value.field) == (rule, field)


def test_a_wanted_suspect_may_be_absent() -> None:
    s = opened(
        "judge", "secretary", "prosecutor", "counsel", detained_at=None, limit_hours=None, suspect_absence="wanted"
    )
    assert s.now.phase is Phase.OPEN
