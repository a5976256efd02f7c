"""The rehearsal's sentences: each has its voice, the speech model knows each, and each is said at its moment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from web.rehearsal.lines import FOLDER, LANGUAGES, VOICES, Line, cues, speakers
from web.rehearsal.picture import RATE, draw, loops
from web.rehearsal.voice import RATE as SAMPLES
from web.rehearsal.voice import decoded

LINES = [line for speaker in speakers().values() for line in speaker.lines]


def test_every_sentence_has_its_voice_and_every_voice_its_sentence() -> None:
    assert {line.voice(language) for line in LINES for language in LANGUAGES} == set(VOICES.glob("*.ogg"))


def test_the_voices_are_small() -> None:
    assert sum(file.stat().st_size for file in VOICES.glob("*.ogg")) < 1_000_000


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.role}-{line.number}")
def test_a_voice_is_as_long_as_a_sentence_takes(line: Line) -> None:
    for language in LANGUAGES:
        seconds = len(decoded(line.voice(language))) / SAMPLES
        assert 0.04 * len(line.texts[language]) < seconds < 0.16 * len(line.texts[language])


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.role}-{line.number}")
def test_the_rehearsal_model_knows_every_sentence(line: Line) -> None:
    known = {
        (s["lang"], s["text"]) for s in json.loads((FOLDER / "asr-test-model" / "reliable.json").read_text("utf-8"))
    }
    assert {(language, line.texts[language]) for language in LANGUAGES} <= known


def test_the_witness_reads_the_wording_of_the_law() -> None:
    edition = next(iter((FOLDER.parent / "editions").glob("*.json"))).read_text("utf-8")
    oath = next(line for line in LINES if line.cue == "oath")
    for text in oath.texts.values():
        assert text.rstrip(".") in edition


def _view(**hearing: Any) -> dict[str, Any]:
    stage: dict[str, Any] = {
        "phase": "open",
        "talk": None,
        "private_talk": [],
        "script": [],
        "oath": None,
        "people": [{"person": "p-1", "testimony_at": None}],
    }
    return {"you": {"person": "p-1", "seat": "s-1", "attendance": "admitted"}, "hearing": stage | hearing}


def test_a_step_that_is_due_and_a_step_taken_are_cues() -> None:
    script = [{"step": "a", "state": "done"}, {"step": "b", "state": "now"}, {"step": "c", "state": "next"}]
    assert set(cues(_view(script=script))) == {"done:a", "now:b"}


def test_nothing_is_said_in_a_recess() -> None:
    assert set(cues(_view(phase="recess", script=[{"step": "a", "state": "now"}]))) == set()


def test_the_oath_is_a_cue_only_for_its_reader_and_again_when_repeated() -> None:
    oath = {"person": "p-1", "state": "shown", "shown_at": 5.0}
    assert set(cues(_view(oath=oath))) == {"oath@5.0"}
    assert set(cues(_view(oath=oath | {"shown_at": 9.0}))) == {"oath@9.0"}
    assert set(cues(_view(oath=oath | {"person": "p-2"}))) == set()


def test_a_private_talk_is_a_cue_for_those_in_it() -> None:
    assert set(cues(_view(phase="private_talk", private_talk=["p-1"]))) == {"private"}
    assert set(cues(_view(phase="private_talk", private_talk=["p-2"]))) == set()


def test_a_picture_begins_every_second_with_a_key_frame() -> None:
    drawn = loops("suspect")
    for loop in (drawn.silent, drawn.speaking):
        assert [n for n, frame in enumerate(loop) if not frame[0] & 1] == list(range(0, len(loop), RATE))


def test_a_mouth_moves_only_while_its_owner_speaks() -> None:
    assert (draw("witness", 0, speaking=True) != draw("witness", 0, speaking=False)).any()
