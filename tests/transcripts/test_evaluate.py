"""The evaluation counts what it says it counts."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from tests.transcripts.voices import MODEL, say
from transcripts.evaluate import clips, errors, table
from transcripts.measure import measure
from transcripts.settings import SpeechSettings
from transcripts.utterances import RATE, as_int16


def test_marks_and_case_are_no_errors_and_words_are() -> None:
    assert errors("Да, права мне понятны.", "да права мне понятны") == (4, 0, 20, 0)
    assert errors("Да, права мне понятны.", "да права понятны") == (4, 1, 20, 4)
    assert errors("", "лишнее") == (0, 1, 0, 6)


def test_clips_are_found_by_folder_or_by_the_end_of_their_name(tmp_path: Path) -> None:
    (tmp_path / "kk").mkdir()
    for name in ("kk/one.wav", "two.ru.wav", "three.wav", "kk/no-text.wav"):
        (tmp_path / name).touch()
        if "no-text" not in name:
            (tmp_path / name).with_suffix(".txt").write_text("сөз")
    assert [(clip.sound.name, clip.language) for clip in clips(tmp_path)] == [("one.wav", "kk"), ("two.ru.wav", "ru")]


@pytest.mark.parametrize("short", [False, True])
@pytest.mark.parametrize(("heard_as", "wer"), [("Вину признаю полностью.", 0.0), ("Вину не признаю.", 2 / 3)])
def test_the_rehearsal_model_is_measured_on_real_sound(tmp_path: Path, heard_as: str, wer: float, short: bool) -> None:
    with wave.open(str(tmp_path / "a.ru.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(as_int16(say("ru", "Вину признаю полностью.")))
    (tmp_path / "a.ru.txt").write_text(heard_as)
    model, scores = measure(tmp_path, SpeechSettings(str(MODEL), threads=1), short=short)
    assert scores[0].wer == pytest.approx(wer)
    assert scores[0].real_time > 0
    assert "ru" in table(scores, model)
