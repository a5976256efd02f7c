"""Every form of the transcript says the same words, who said them, and what they are worth."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest
import webvtt as webvtt_py
from jsonschema.validators import Draft202012Validator

from hearing.participants import HearingId, SeatId
from transcripts import export
from transcripts.export import Cue
from transcripts.transcript import SCHEMA, Status, canonical_json, digest, overlaps
from transcripts.utterances import Utterance, Word

HEARING = HearingId("h-1")
LABELS = ["Automatic draft", "Rehearsal model"]
CUES = [
    Cue("u-1", 3.5, 6.0, "Судья А. <Б>", "Вы знаете\nэтого человека?"),
    Cue("u-2", 10.25, 10.3, "Куә", "Да & нет <i>", "speaking at the same time"),
]


def line(seat: str, start: float, said: str, probability: float = 0.9) -> Utterance:
    words = tuple(Word(w, start + i, start + i + 0.5, probability) for i, w in enumerate(said.split()))
    return Utterance(
        f"u-{seat}-{start}", HEARING, SeatId(seat), start, start + 2.5, "ru", said, words, 0.9, 0.01, "rehearsal/m@1"
    )


LINES = [line("s-2", 1010.25, "Да & нет <i>", 0.3), line("s-1", 1003.5, "Вы знаете этого человека?")]


def test_webvtt_reads_back_with_voices_and_its_labels() -> None:
    made = export.webvtt(CUES, LABELS)
    assert made.startswith("WEBVTT")
    read = webvtt_py.from_string(made)
    assert [(c.start, c.end) for c in read.captions] == [
        ("00:00:03.500", "00:00:06.000"),
        ("00:00:10.250", "00:00:10.750"),
    ]
    assert "<v Судья А. &lt;Б&gt;>Вы знаете этого человека?</v>" in made
    assert "<v Куә>(speaking at the same time) Да &amp; нет &lt;i&gt;</v>" in made
    assert all(label in made for label in LABELS)


def test_srt_begins_with_its_labels_and_numbers_every_line() -> None:
    assert export.srt(CUES, LABELS).splitlines() == [
        "1",
        "00:00:00,000 --> 00:00:03,000",
        "Automatic draft; Rehearsal model",
        "",
        "2",
        "00:00:03,500 --> 00:00:06,000",
        "Судья А. <Б>: Вы знаете этого человека?",
        "",
        "3",
        "00:00:10,250 --> 00:00:10,750",
        "Куә: (speaking at the same time) Да & нет <i>",
    ]


def test_no_words_make_no_cues() -> None:
    assert export.webvtt([]).startswith("WEBVTT")
    assert export.srt([]) == ""


@pytest.mark.parametrize("status", Status)
def test_the_canonical_form_fits_the_published_schema(status: Status) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for lines, complete in ((LINES, True), (LINES[:1], False), ([], True)):
        document = json.loads(canonical_json(lines, status, complete=complete))
        jsonschema.validate(document, SCHEMA, cls=Draft202012Validator)
        assert (document["status"], document["complete"], document["rehearsal"]) == (status, complete, bool(lines))


def test_the_schema_refuses_what_is_no_transcript() -> None:
    document = json.loads(canonical_json(LINES))
    for change in ({"status": "final"}, {"lines": [{"text": "x"}]}, {"format": "other/1"}, {"more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | change, SCHEMA, cls=Draft202012Validator)


def test_the_canonical_form_does_not_depend_on_the_order_of_lines() -> None:
    assert canonical_json(LINES) == canonical_json(LINES[::-1])


def test_any_change_changes_the_digest() -> None:
    before = digest(LINES)
    assert digest(LINES, Status.APPROVED) != before
    for change in ({"text": "Да"}, {"start": 1010.251}, {"seat": SeatId("s-1")}, {"words": ()}, {"language": "kk"}):
        assert digest([dataclasses.replace(LINES[0], **change), LINES[1]]) != before


def test_lines_of_different_seats_that_share_time_overlap_and_lines_of_one_seat_do_not() -> None:
    first, second, third = line("s-1", 10.0, "а б"), line("s-2", 11.0, "в г"), line("s-1", 12.4, "д е")
    apart = line("s-3", 20.0, "ж")
    assert overlaps([apart, third, second, first]) == {
        first.id: (second.id,),
        second.id: (first.id, third.id),
        third.id: (second.id,),
    }
    assert overlaps([first, line("s-2", 12.4, "к")]) == {}
