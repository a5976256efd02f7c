"""A record is kept for its term, held beyond it, and destroyed only when neither speaks against it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hearing import acts as a
from hearing import facts as f
from hearing.hearings import Phase, Retention
from hearing.retention import due_at
from hearing.wrongs import Refused
from tests.hearing.scripts import EDITION, TEXT, Script, listed

YEARS = EDITION.numbers["retention_years"]


def vacated() -> Script:
    s = listed()
    s.ask("judge", a.Vacate(TEXT))
    return s


def refused(s: Script, who: str, act: a.Act) -> str:
    with pytest.raises(Refused) as caught:
        s.ask(who, act)
    return caught.value.rule


def test_the_term_runs_in_calendar_years_from_the_end_of_the_hearing() -> None:
    s = vacated()
    due = due_at(s.now, EDITION)
    assert due is not None
    ended, over = datetime.fromtimestamp(s.at, UTC), datetime.fromtimestamp(due, UTC)
    assert (over.year - ended.year, over.month, over.day) == (YEARS, ended.month, ended.day)
    assert due_at(listed().now, EDITION) is None


def test_a_record_is_not_destroyed_before_its_term_and_is_after_it() -> None:
    s = vacated()
    due = due_at(s.now, EDITION)
    assert due is not None
    s.at = due - 10
    assert refused(s, "judge", a.DestroyRecord("term_over")) == "term_runs"
    s.at = due
    assert s.ask("judge", a.DestroyRecord("term_over")) == [f.RecordDestroyed("term_over", due)]
    assert s.now.retention is Retention.DESTROYED
    assert refused(s, "judge", a.PlaceHold(TEXT)) == "destroyed"


def test_a_record_goes_on_a_ground_that_its_own_edition_knows() -> None:
    s = vacated()
    s.at = due_at(s.now, EDITION) or 0.0
    assert refused(s, "judge", a.DestroyRecord("overcrowding")) == "field_type"
    assert s.now.retention is Retention.KEPT


def test_a_held_record_outlives_its_term_until_the_hold_is_lifted() -> None:
    s = vacated()
    s.ask("judge", a.PlaceHold(TEXT))
    s.at = due_at(s.now, EDITION) or 0.0
    assert refused(s, "judge", a.DestroyRecord("term_over")) == "record_held"
    assert refused(s, "judge", a.PlaceHold(TEXT)) == "not_now"
    s.ask("judge", a.LiftHold(TEXT))
    s.ask("judge", a.DestroyRecord("commission"))
    assert s.now.phase is Phase.VACATED


@pytest.mark.parametrize("who", ["secretary", "prosecutor", "suspect", "counsel", "system"])
def test_only_the_bench_keeps_longer_or_destroys(who: str) -> None:
    s = vacated()
    s.at = due_at(s.now, EDITION) or 0.0
    for act in (a.PlaceHold(TEXT), a.DestroyRecord("term_over")):
        assert refused(s, who, act) == "role"


def test_a_ground_that_the_edition_does_not_know_is_refused() -> None:
    s = vacated()
    s.at = due_at(s.now, EDITION) or 0.0
    assert refused(s, "judge", a.DestroyRecord("tidy_up")) == "field_type"
