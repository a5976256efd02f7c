"""The fold: a hearing and one fact give the hearing after it. No choice is made here; the rules have chosen already.

First the state machines move, then whoever the fact is about, then what it leaves behind is noted (``hearing/notes``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hearing import facts as f
from hearing.hearings import ATTENDANCE, PHASE, RECORDING, RETENTION, RULING, Hearing, Recording
from hearing.notes import note, participant
from hearing.states import moves, step
from hearing.wrongs import Impossible


def evolve(hearing: Hearing | None, fact: f.Fact, at: float) -> Hearing:
    """The hearing after ``fact`` at Unix second ``at``. Raises ``Impossible`` when no table allows it."""
    if isinstance(fact, f.HearingListed):
        if hearing is not None:
            raise Impossible("listed twice")
        return Hearing(listing=fact, listed_at=at)
    if hearing is None:
        raise Impossible(f"{type(fact).__name__} before the listing")
    hearing = _move_machines(hearing, fact, at)
    hearing = _move_attendance(hearing, fact)
    return note(hearing, fact, at)


def fold(entries: Iterable[tuple[f.Fact, float]]) -> Hearing:
    """The hearing that these facts make, oldest first."""
    hearing: Hearing | None = None
    for fact, at in entries:
        hearing = evolve(hearing, fact, at)
    if hearing is None:
        raise Impossible("no facts")
    return hearing


def _move_machines(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    kind = type(fact)
    if moves(PHASE, kind):
        before = hearing.phase
        hearing = replace(hearing, phase=step(PHASE, before, fact), phase_before=before, phase_since=at)
    if moves(RECORDING, kind):
        state = step(RECORDING, hearing.recording, fact)
        since = at if state is Recording.ROLLING and hearing.recording_since is None else hearing.recording_since
        why = getattr(fact, "reason", None)
        hearing = replace(hearing, recording=state, recording_since=since, recording_why=why)
    if moves(RULING, kind):
        hearing = replace(hearing, ruling=step(RULING, hearing.ruling, fact))
    if moves(RETENTION, kind):
        hearing = replace(hearing, retention=step(RETENTION, hearing.retention, fact))
    return hearing


def _move_attendance(hearing: Hearing, fact: f.Fact) -> Hearing:
    if not moves(ATTENDANCE, type(fact)):
        return hearing
    person = getattr(fact, "person", None)
    moved = hearing.at_seat(fact.seat) if person is None else (participant(hearing, person),)  # type: ignore[attr-defined]
    people = dict(hearing.people)
    for one in moved:
        if person is None and type(fact) not in ATTENDANCE[one.attendance]:
            continue
        people[one.person] = replace(one, attendance=step(ATTENDANCE, one.attendance, fact))
    return replace(hearing, people=people)
