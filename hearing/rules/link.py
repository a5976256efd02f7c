"""Lines, as the law sees them: rehearsed one by one before the hearing [PG letter], watched while it goes on [ours]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.edition import Edition
from hearing.hearings import Seat
from hearing.participants import Place
from hearing.rules.asked import Asked, Rule

VOICES = frozenset({"understood", "by_ear"})
MEDIA = frozenset({"sound", "picture"})
MINUTE = 60.0


def stale(seat: Seat, at: float, edition: Edition) -> bool:
    """Whether the seat's link test lies so far back that it must be repeated."""
    return seat.link_at is not None and at - seat.link_at > edition.numbers["link_test_valid_minutes"] * MINUTE


def _confirm_rehearsal(q: Asked) -> Iterable[f.Fact]:
    seat = q.seat(q.act.seat)
    q.require(q.hearing.talk == seat.seat, "rehearsal_without_talk", field="seat")
    if seat.rehearsed_by != q.by.person:
        yield f.RehearsalConfirmed(seat.seat, q.asker().person)


def _mark_terminal_ready(q: Asked) -> Iterable[f.Fact]:
    asker = q.asker()
    q.require(asker.place == Place.FACILITY, "not_a_terminal")
    seat = q.seat(asker.seat)
    q.require(seat.devices is not None, "devices_not_tested")
    q.require(seat.link is not None, "link_not_tested")
    if seat.ready_at is None or (seat.link_at or 0) > seat.ready_at:
        yield f.TerminalReady(seat.seat)


def _note_line_below(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteLineBelow = q.act
    if not q.seat(act.seat).below_norm:
        yield f.LineBelowNorm(act.seat, act.direction, act.kbps, act.loss)


def _note_line_recovered(q: Asked) -> Iterable[f.Fact]:
    if q.seat(q.act.seat).below_norm:
        yield f.LineRecovered(q.act.seat)


def _note_unheard(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteUnheard = q.act
    q.require(act.medium in MEDIA, "not_one_of", field="medium")
    for seat in (act.seat, *act.speakers):
        q.seat(seat)
    yield f.Unheard(act.seat, act.speakers, act.medium, act.start, act.seconds)


def _note_voice_test(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteVoiceTest = q.act
    q.require(act.mark in VOICES, "not_one_of", field="mark")
    yield f.VoiceTested(q.seat(act.seat).seat, act.mark, act.share)


RULES: dict[type[a.Act], Rule] = {
    a.ConfirmRehearsal: _confirm_rehearsal,
    a.MarkTerminalReady: _mark_terminal_ready,
    a.NoteLineBelow: _note_line_below,
    a.NoteLineRecovered: _note_line_recovered,
    a.NoteUnheard: _note_unheard,
    a.NoteVoiceTest: _note_voice_test,
}
