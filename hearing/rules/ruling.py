"""Deliberation, decision, announcement, delivery and the close [CPC 56(5), 107, 148(7)-(10)]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.clocks import DAY
from hearing.hearings import Recording, Ruling
from hearing.participants import Attendance
from hearing.rules.asked import Asked, Rule
from hearing.rules.session import require_quorum


def _retire(q: Asked) -> Iterable[f.Fact]:
    absent = q.hearing.listing.suspect_absence is not None
    for step in q.kind.script:
        if step.required and not (absent and step.unless == "suspect_absent"):
            q.require(step.step in q.hearing.steps, "step_missing", before=step.step)
    stand = [p for p in q.hearing.with_role(*q.edition.groups["witnesses"]) if p.attendance is Attendance.ADMITTED]
    q.require(not stand, "witness_on_stand")
    yield f.Retired()


def _return_from_deliberation(q: Asked) -> Iterable[f.Fact]:
    yield f.ReturnedFromDeliberation()


def _decide(q: Asked) -> Iterable[f.Fact]:
    act: a.Decide = q.act
    q.require(q.hearing.retired_at is not None, "not_retired")
    outcome = q.kind.outcomes.get(act.outcome)
    if outcome is None:
        q.require(False, "not_one_of", field="outcome")
        return
    if outcome.days is None:
        q.require(act.days is None, "days_of_refusal", field="days")
    else:
        least, most = outcome.days
        within = act.days is not None and least <= act.days <= most
        q.require(within, "days_range", field="days", least=least, most=most)
    bail_asked = "bail" in outcome.needs and q.hearing.listing.measure in q.kind.bail_for
    if bail_asked:
        one = (act.bail_tenge is None) != (act.bail_exception is None)
        q.require(one, "bail_or_exception", field="bail_tenge")
    else:
        q.require(act.bail_tenge is None and act.bail_exception is None, "no_bail_here", field="bail_tenge")
    q.require(act.bail_tenge is None or act.bail_tenge > 0, "bail_positive", field="bail_tenge")
    known = act.bail_exception is None or act.bail_exception in q.kind.bail_exceptions
    q.require(known, "not_one_of", field="bail_exception")
    known = act.other_measure is None or act.other_measure in q.kind.other_measures
    q.require(known and (act.other_measure is None or outcome.days is None), "not_one_of", field="other_measure")
    yield f.DecisionDrafted(act.outcome, act.days, act.reasons, act.bail_tenge, act.bail_exception, act.other_measure)


def _announce_decision(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.ruling is Ruling.DRAFTED, "no_decision")
    require_quorum(q)
    yield f.DecisionAnnounced(q.at + q.edition.numbers["appeal_days"] * DAY)


def _note_ruling_delivered(q: Asked) -> Iterable[f.Fact]:
    q.require(q.act.recipient in q.kind.delivery, "not_one_of", field="recipient")
    if q.act.recipient not in q.hearing.delivered:
        yield f.RulingDelivered(q.act.recipient)


def _close_hearing(q: Asked) -> Iterable[f.Fact]:
    alleged = q.hearing.torture_at is not None
    q.require(not alleged or q.hearing.check_ordered_at is not None, "check_not_ordered")
    absent = q.hearing.listing.suspect_absence is not None
    q.require(absent or "suspect" in q.hearing.delivered, "ruling_not_delivered")
    if q.hearing.recording is not Recording.STOPPED:
        yield f.RecordingStopped()
    yield f.Closed()


RULES: dict[type[a.Act], Rule] = {
    a.Retire: _retire,
    a.ReturnFromDeliberation: _return_from_deliberation,
    a.Decide: _decide,
    a.AnnounceDecision: _announce_decision,
    a.NoteRulingDelivered: _note_ruling_delivered,
    a.CloseHearing: _close_hearing,
}
