"""Corrections are laid over lines; times stay with the words that stayed, and what stood before is kept."""

from __future__ import annotations

import pytest

from hearing.corrections import Correction, aligned, corrected
from hearing.participants import HearingId, SeatId
from hearing.utterances import Utterance, Word

HEARING, SEAT, OTHER = HearingId("h-1"), SeatId("s-1"), SeatId("s-2")
WORDS = tuple(Word(w, 10.0 + i, 10.8 + i, 0.3) for i, w in enumerate(("Мен", "бес", "жыл", "тұрамын")))
LINE = Utterance("u-1", HEARING, SEAT, 10.0, 14.0, "kk", "Мен бес жыл тұрамын", WORDS, 0.9, 0.0, "m@1", 1)


def fix(number: int, text: str, seat: SeatId = SEAT, line: str = "u-1") -> Correction:
    return Correction(HEARING, number, 1, line, seat, text, 100.0 + number, "p-secretary")


def test_words_that_stayed_keep_their_time_and_nothing_is_doubtful_any_longer() -> None:
    (said,) = corrected([LINE], [fix(1, "Мен он бес жылдан бері тұрамын.")])
    times = {w.text: (w.start, w.end) for w in said.words}
    assert times["Мен"] == (10.0, 10.8)
    assert times["бес"] == (11.0, 11.8)
    assert times["тұрамын."] == (13.0, 13.8)
    assert times["жылдан"] == pytest.approx((12.0, 12.4))
    assert times["бері"] == pytest.approx((12.4, 12.8))
    assert 10.8 <= times["он"][0] <= times["он"][1] <= 11.0
    assert not any(w.doubtful for w in said.words)


def test_every_correction_is_remembered_with_what_it_replaced() -> None:
    (said,) = corrected([LINE], [fix(1, "Мен алты жыл тұрамын"), fix(2, "Мен алты жыл тұрдым", OTHER)])
    assert (said.text, said.seat) == ("Мен алты жыл тұрдым", OTHER)
    assert [(e.number, e.by, e.seat_before, e.text_before) for e in said.edits] == [
        (1, "p-secretary", SEAT, "Мен бес жыл тұрамын"),
        (2, "p-secretary", SEAT, "Мен алты жыл тұрамын"),
    ]


def test_a_line_that_the_machine_invented_can_be_emptied() -> None:
    (said,) = corrected([LINE], [fix(1, "")])
    assert (said.text, said.words) == ("", ())


def test_a_correction_of_another_version_s_line_changes_nothing() -> None:
    assert corrected([LINE], [fix(1, "x", line="u-9")]) == [LINE]


def test_words_written_where_none_were_heard_share_the_line() -> None:
    made = list(aligned((), ("Иә", "дұрыс"), 5.0, 7.0))
    assert [(w.text, w.start, w.end) for w in made] == [("Иә", 5.0, 6.0), ("дұрыс", 6.0, 7.0)]
