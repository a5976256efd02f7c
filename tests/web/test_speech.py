"""What the speech desk tells the pages."""

from __future__ import annotations

from dataclasses import replace

from hearing.participants import HearingId, SeatId
from hearing.utterances import Utterance
from web.speech import caption

LINE = Utterance("u-1", HearingId("h"), SeatId("s"), 5.0, 7.0, "kk", "Мен айыптауды мойындамаймын", (), 0.9, 0.0, "m@1")


def test_of_a_line_still_spoken_a_page_learns_how_many_words_are_settled() -> None:
    told = caption(replace(LINE, provisional=True, agreed=2))
    assert (told["final"], told["agreed"], told["text"]) == (False, 2, LINE.text)


def test_of_a_final_line_every_word_is_settled() -> None:
    told = caption(LINE)
    assert (told["final"], told["agreed"]) == (True, 3)
