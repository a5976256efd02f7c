"""Every form of the transcript says the same words, who said them, and that it is a draft."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC
from io import BytesIO

import docx as python_docx
import webvtt as webvtt_py

from hearing.participants import HearingId, SeatId
from transcripts import export
from transcripts.utterances import Utterance, Word

HEARING = HearingId("h-1")
NAMES = {SeatId("s-1"): "Судья А. <Б>", SeatId("s-2"): "Куә"}
LABELS = export.Labels("Automatic draft", "Rehearsal model", "Dotted words are doubtful")


def line(seat: str, start: float, said: str, probability: float = 0.9) -> Utterance:
    words = tuple(Word(w, start + i, start + i + 0.5, probability) for i, w in enumerate(said.split()))
    return Utterance(
        f"u-{seat}-{start}", HEARING, SeatId(seat), start, start + 2.5, "ru", said, words, 0.9, 0.01, "rehearsal/m@1"
    )


LINES = [line("s-2", 1010.25, "Да & нет <i>", 0.3), line("s-1", 1003.5, "Вы знаете этого человека?")]


def test_webvtt_reads_back_with_voices_in_order_from_the_beginning_of_the_record() -> None:
    made = export.webvtt(LINES, NAMES, origin=1000.0, labels=LABELS)
    assert made.startswith("WEBVTT")
    read = webvtt_py.from_string(made)
    assert [(c.start, c.end) for c in read.captions] == [
        ("00:00:03.500", "00:00:06.000"),
        ("00:00:10.250", "00:00:12.750"),
    ]
    assert "<v Судья А. &lt;Б&gt;>Вы знаете этого человека?</v>" in made
    assert "Да &amp; нет &lt;i&gt;" in made
    assert "Automatic draft" in made


def test_srt_and_text_carry_names_and_times() -> None:
    assert export.srt(LINES, NAMES, origin=1000.0).splitlines()[:3] == [
        "1",
        "00:00:03,500 --> 00:00:06,000",
        "Судья А. <Б>: Вы знаете этого человека?",
    ]
    plain = export.text(LINES, NAMES, LABELS, origin=1000.0).splitlines()
    assert plain[:2] == ["Automatic draft", "Rehearsal model"]
    assert plain[-1] == "[00:00:10] Куә: Да & нет <i>"


def test_the_document_is_labelled_and_marks_doubtful_words() -> None:
    header = export.Header("Transcript", [("Court", "Almaty")], UTC, "h-1")
    document = python_docx.Document(BytesIO(export.docx(LINES, NAMES, LABELS, header)))
    said = "\n".join(p.text for p in document.paragraphs)
    assert "AUTOMATIC DRAFT" in said
    assert "REHEARSAL MODEL" in said
    assert "00:16:43\tСудья А. <Б>: Вы знаете этого человека?" in said
    assert said.index("человека") < said.index("Да & нет")
    assert document.tables[0].cell(0, 1).text == "Almaty"
    dotted = [run.text for p in document.paragraphs for run in p.runs if run.font.underline]
    assert dotted == ["Да", "&", "нет", "<i>"]
    assert "Automatic draft" in document.sections[0].header.paragraphs[0].text


def test_the_canonical_form_does_not_depend_on_the_order_of_lines_and_follows_its_schema() -> None:
    raw = export.canonical_json(LINES)
    assert raw == export.canonical_json(LINES[::-1])
    document = json.loads(raw)
    items = export.SCHEMA["properties"]["lines"]["items"]
    assert document["rehearsal"] is True
    assert sorted(document) == sorted(export.SCHEMA["required"])
    assert all(sorted(said) == sorted(items["required"]) for said in document["lines"])
    assert set(items["properties"]) - set(items["required"]) == {"interprets"}
    word_schema = items["properties"]["words"]["items"]
    assert sorted(document["lines"][0]["words"][0]) == sorted(word_schema["required"])


def test_any_change_changes_the_digest() -> None:
    before = export.digest(LINES)
    for change in ({"text": "Да"}, {"start": 1010.251}, {"seat": SeatId("s-1")}, {"words": ()}, {"language": "kk"}):
        assert export.digest([dataclasses.replace(LINES[0], **change), LINES[1]]) != before


def test_an_empty_transcript_still_gives_every_form() -> None:
    assert export.webvtt([], {}).startswith("WEBVTT")
    assert export.srt([], {}) == ""
    assert python_docx.Document(BytesIO(export.docx([], {}, LABELS, export.Header("T"))))
    assert json.loads(export.canonical_json([]))["lines"] == []
