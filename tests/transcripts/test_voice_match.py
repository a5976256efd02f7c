"""A read sentence is scored by its words in order."""

from __future__ import annotations

from transcripts.voice_match import UNDERSTOOD, share

SENTENCE = "Проверка связи пройдена, звук и изображение хорошие."


def test_what_was_read_as_it_stands_is_understood_whatever_its_signs() -> None:
    assert share(SENTENCE, ["проверка", "связи", "пройдена", "звук", "и", "изображение", "хорошие"]) == 1


def test_one_word_wrong_is_still_understood() -> None:
    assert share(SENTENCE, ["проверка", "связи", "пройдена", "звук", "и", "отражение", "хорошие"]) >= UNDERSTOOD


def test_another_sentence_silence_and_the_words_in_disorder_are_not() -> None:
    assert share(SENTENCE, ["в", "это", "время", "я", "был", "дома"]) < UNDERSTOOD
    assert share(SENTENCE, []) == 0
    assert share(SENTENCE, ["хорошие", "изображение", "и", "звук", "пройдена", "связи", "проверка"]) < UNDERSTOOD


def test_endless_talk_is_not_worse_than_nothing() -> None:
    assert share(SENTENCE, ["да"] * 100) == 0
