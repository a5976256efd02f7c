"""Lines of speech: who was let hear them, by the floors that held while they were spoken."""

from __future__ import annotations

from typing import Any

from hearing import acts as a
from hearing.floor import Floor
from hearing.participants import SeatId
from tests.hearing.scripts import EDITION, opened, seat
from web.captions import FLOORS_KEPT, Captions, if_all_lines_stood

SPEAKER, PARTY, WITNESS = SeatId("s-1"), SeatId("s-2"), SeatId("s-3")


def floor(*listeners: SeatId, public: bool = False) -> Floor:
    heard = frozenset({SPEAKER})
    return Floor(hears=dict.fromkeys(listeners, heard), public_hears=heard if public else frozenset())


def said(at: float, *, final: bool = True) -> dict[str, Any]:
    return {"seat": SPEAKER, "text": "t", "at": at, "final": final}


def test_a_line_is_for_whoever_the_floor_let_hear_all_of_it() -> None:
    captions = Captions()
    captions.stands(10, floor(PARTY, public=True))
    captions.stands(20, floor(PARTY, WITNESS))
    assert captions.add(said(11), 19).listeners == {PARTY}
    assert captions.add(said(11), 19).public
    assert captions.add(said(21), 22).listeners == {PARTY, WITNESS}
    across = captions.add(said(18), 22)
    assert across.listeners == {PARTY}
    assert not across.public


def test_what_was_said_in_a_closed_part_stays_closed_when_the_line_is_ready_only_after_it() -> None:
    captions = Captions()
    captions.stands(10, floor(PARTY))
    captions.stands(20, floor(PARTY, public=True))
    assert not captions.add(said(15), 19).public


def test_a_line_from_before_every_floor_that_is_remembered_is_for_nobody_else() -> None:
    captions = Captions()
    for at in range(FLOORS_KEPT + 1):
        captions.stands(at, floor(PARTY, public=bool(at % 2)))
    line = captions.add(said(0), 1)
    assert not line.listeners
    assert not line.public


def test_only_final_lines_are_kept_for_pages_that_come_later() -> None:
    captions = Captions()
    captions.stands(1, floor(PARTY))
    captions.add(said(2, final=False), 3)
    kept = captions.add(said(2), 3)
    assert captions.lines == (kept,)


def test_whoever_is_cut_off_may_read_what_they_could_not_hear_and_who_waits_apart_may_not() -> None:
    s = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")
    s.ask("system", a.NoteLoss(seat("counsel")))
    stood = if_all_lines_stood(s.now, EDITION)
    assert seat("counsel") not in s.floor.hears
    assert seat("judge") in stood.hears[seat("counsel")]
    assert seat("witness") not in stood.hears
