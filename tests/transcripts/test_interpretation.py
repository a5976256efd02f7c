"""An interpreter's lines find their originals."""

from __future__ import annotations

import json

from hearing.participants import HearingId, SeatId
from transcripts.interpretation import tied
from transcripts.transcript import canonical_json
from transcripts.utterances import Utterance

INTERPRETER = frozenset({SeatId("s-interpreter")})


def line(who: str, start: float, end: float, language: str) -> Utterance:
    return Utterance(
        id=f"u-{who}-{start:g}",
        hearing=HearingId("h-1"),
        seat=SeatId(f"s-{who}"),
        start=start,
        end=end,
        language=language,
        text="…",
        words=(),
        confidence=1.0,
        no_speech=0.0,
        model="m@1",
    )


def found(*lines: Utterance) -> dict[str, str | None]:
    return {one.id: one.interprets for one in tied(lines, INTERPRETER) if one.seat in INTERPRETER}


def test_simultaneous_interpretation_is_tied_to_what_is_spoken_under_it() -> None:
    assert found(line("judge", 0, 10, "ru"), line("interpreter", 2, 6, "kk"), line("interpreter", 6.5, 12, "kk")) == {
        "u-interpreter-2": "u-judge-0",
        "u-interpreter-6.5": "u-judge-0",
    }


def test_consecutive_interpretation_is_tied_to_what_was_said_before_it() -> None:
    assert found(
        line("judge", 0, 10, "ru"),
        line("interpreter", 10.5, 18, "kk"),
        line("suspect", 19, 25, "kk"),
        line("interpreter", 25.5, 31, "ru"),
    ) == {"u-interpreter-10.5": "u-judge-0", "u-interpreter-25.5": "u-suspect-19"}


def test_in_a_quick_exchange_the_language_tells_whose_words_they_are() -> None:
    assert found(
        line("judge", 0, 4, "ru"),
        line("suspect", 4.5, 6, "kk"),
        line("interpreter", 5, 7, "kk"),
        line("interpreter", 7.2, 9, "ru"),
    ) == {"u-interpreter-5": "u-judge-0", "u-interpreter-7.2": "u-suspect-4.5"}


def test_of_two_originals_the_later_one_wins_where_both_cover_all() -> None:
    assert found(line("judge", 0, 4, "ru"), line("prosecutor", 4, 8, "ru"), line("interpreter", 5, 7, "kk")) == {
        "u-interpreter-5": "u-prosecutor-4"
    }


def test_what_an_interpreter_says_of_their_own_is_tied_to_nothing() -> None:
    assert found(line("judge", 0, 4, "ru"), line("interpreter", 30, 33, "kk")) == {"u-interpreter-30": None}
    assert found(line("judge", 0, 4, "kk"), line("interpreter", 5, 7, "kk")) == {"u-interpreter-5": None}


def test_the_canonical_transcript_names_the_original_and_nothing_where_there_is_none() -> None:
    lines = tied([line("judge", 0, 4, "ru"), line("interpreter", 3, 6, "kk")], INTERPRETER)
    written = json.loads(canonical_json(lines))["lines"]
    assert [one.get("interprets", "absent") for one in written] == ["absent", "u-judge-0"]
