"""The warning of liability is found in what the judge says, and in nothing else."""

from __future__ import annotations

import pytest

from hearing.participants import HearingId, SeatId
from tests.hearing.scripts import EDITION
from transcripts.utterances import Utterance
from transcripts.warning import spoken


def line(text: str, start: float = 0.0) -> Utterance:
    return Utterance(
        id=f"u-{start:g}",
        hearing=HearingId("h-1"),
        seat=SeatId("s-judge"),
        start=start,
        end=start + 4,
        language="ru",
        text=text,
        words=(),
        confidence=1.0,
        no_speech=0.0,
        model="m@1",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Предупреждаю об уголовной ответственности за заведомо ложные показания.",
        "Жалған айғақ бергені үшін қылмыстық жауаптылық туралы ескертемін.",
        "I warn you of criminal liability for knowingly false testimony.",
    ],
)
def test_the_warning_is_found_in_each_language(text: str) -> None:
    assert [one.id for one in spoken([line(text)], EDITION.warning_stems)] == ["u-0"]


def test_a_warning_over_two_lines_is_found_whole_and_in_order() -> None:
    lines = [line("Ответственность уголовная.", 5), line("Я вас предупреждаю.", 0), line("Садитесь.", 10)]
    assert [one.id for one in spoken(lines, EDITION.warning_stems)] == ["u-0", "u-5"]


@pytest.mark.parametrize(
    "text", ["Садитесь, продолжаем заседание.", "Это ваша ответственность.", "Предупреждаю о тишине.", ""]
)
def test_other_words_are_no_warning(text: str) -> None:
    assert spoken([line(text)], EDITION.warning_stems) == ()
