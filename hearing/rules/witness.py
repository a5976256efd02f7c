"""A witness waits apart, is called, warned, sworn and only then heard [CPC 354, 370, 371]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.hearings import Participant
from hearing.oaths import LETS_TESTIFY, Oath
from hearing.participants import Attendance, Role
from hearing.rules.asked import Asked, Rule
from hearing.rules.lobby import check_admissible

VERDICTS = ("heard", "check_by_ear", "not_heard")


def _witness(q: Asked) -> Participant:
    person = q.person(q.act.person)
    q.require(person.role in q.edition.groups["witnesses"], "not_a_witness", field="person")
    return person


def _called(q: Asked) -> Participant:
    return _here(q, _witness(q))


def _here(q: Asked, person: Participant) -> Participant:
    q.require(person.attendance is Attendance.ADMITTED, "witness_not_called", field="person")
    return person


def _sworn(q: Asked) -> Participant:
    """A witness, or an expert or interpreter, who are warned and undertake likewise [CPC 352, 360]."""
    person = q.person(q.act.person)
    sworn = q.edition.groups["witnesses"] | q.edition.groups["undertaking"]
    q.require(person.role in sworn, "no_oath_of_role", field="person")
    return _here(q, person)


def _oath_state(q: Asked, *states: Oath) -> Participant:
    person = _sworn(q)
    state = person.oath.state if person.oath is not None else None
    q.require(state in states, "oath_state", field="person", state=state.value if state else "")
    return person


def _call_witness(q: Asked) -> Iterable[f.Fact]:
    person = _witness(q)
    check_admissible(q, person)
    if person.under_16:
        for role in (Role.LEGAL_REPRESENTATIVE, Role.TEACHER):
            here = any(p.attendance is Attendance.ADMITTED for p in q.hearing.with_role(role))
            q.require(here, "minor_needs", field="person", missing=role.value)
    yield f.WitnessCalled(person.person)


def _warn_witness(q: Asked) -> Iterable[f.Fact]:
    q.require(not _sworn(q).under_16, "under_oath_age", field="person")
    yield f.WitnessWarned(_oath_state(q, Oath.DUE).person)


def _note_warning_heard(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteWarningHeard = q.act
    oath = q.person(act.person).oath
    if oath is not None and oath.warned_at is not None and oath.warning_start is None:
        yield f.WarningHeard(act.person, act.start, act.end, act.sha256)


def _show_oath(q: Asked) -> Iterable[f.Fact]:
    person = _oath_state(q, Oath.WARNED)
    for language in (person.language, q.hearing.listing.language):
        found = q.edition.wording(person.role, language, q.kind.procedure)
        if found is not None:
            yield f.OathShown(person.person, found[0], language)
            return
    q.require(False, "no_wording", field="person")


def _note_oath_heard(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteOathHeard = q.act
    q.require(act.verdict in VERDICTS, "not_one_of", field="verdict")
    person = q.person(act.person)
    if person.oath is not None and person.oath.state in (Oath.SHOWN, Oath.HEARD):
        yield f.OathHeard(act.person, act.verdict, act.start, act.end, act.sha256)


def _accept_oath(q: Asked) -> Iterable[f.Fact]:
    yield f.OathAccepted(_oath_state(q, Oath.SHOWN, Oath.HEARD).person)


def _repeat_oath(q: Asked) -> Iterable[f.Fact]:
    yield f.OathRepeated(_oath_state(q, Oath.SHOWN, Oath.HEARD, Oath.REFUSED).person)


def _refuse_oath(q: Asked) -> Iterable[f.Fact]:
    yield f.OathRefused(_oath_state(q, Oath.WARNED, Oath.SHOWN, Oath.HEARD).person)


def _waive_oath(q: Asked) -> Iterable[f.Fact]:
    states = (Oath.DUE, Oath.WARNED, Oath.SHOWN, Oath.HEARD, Oath.REFUSED)
    yield f.OathWaived(_oath_state(q, *states).person, q.act.reason)


def _begin_testimony(q: Asked) -> Iterable[f.Fact]:
    person = _sworn(q)
    q.require(person.role is not Role.INTERPRETER, "not_a_witness", field="person")
    sworn = person.under_16 or (person.oath is not None and person.oath.state in LETS_TESTIFY)
    q.require(sworn, "oath_not_accepted", field="person")
    if person.testimony_at is None:
        yield f.TestimonyBegan(person.person)


def _release_witness(q: Asked) -> Iterable[f.Fact]:
    yield f.WitnessReleased(_called(q).person)


RULES: dict[type[a.Act], Rule] = {
    a.CallWitness: _call_witness,
    a.WarnWitness: _warn_witness,
    a.NoteWarningHeard: _note_warning_heard,
    a.ShowOath: _show_oath,
    a.NoteOathHeard: _note_oath_heard,
    a.AcceptOath: _accept_oath,
    a.RepeatOath: _repeat_oath,
    a.RefuseOath: _refuse_oath,
    a.WaiveOath: _waive_oath,
    a.BeginTestimony: _begin_testimony,
    a.ReleaseWitness: _release_witness,
}
