"""Words are found in their other forms, where a stemmer knows the language."""

from __future__ import annotations

import pytest

from transcripts.folding import marks, wanted


def finds(query: str, line: str, language: str) -> bool:
    known = marks(line, language)
    groups = wanted(query)
    return bool(groups) and all(known & set(group) for group in groups)


@pytest.mark.parametrize(
    ("query", "line", "language"),
    [
        ("подозреваемый", "Прошу санкционировать арест подозреваемого.", "ru"),
        ("санкционировал Арест", "Прошу санкционировать арест подозреваемого.", "ru"),
        ("ещё", "еще раз", "ru"),
        ("мекенжай", "Тұрақты мекенжайы расталмаған", "kk"),
        ("СОТ", "сот отырысы", "kk"),
        ("hearing", "Hearings were held", "en"),
    ],
)
def test_a_word_is_found_in_another_form(query: str, line: str, language: str) -> None:
    assert finds(query, line, language)


@pytest.mark.parametrize(
    ("query", "line", "language"),
    [
        ("прокурор", "Прошу санкционировать арест", "ru"),
        ("арест прокурор", "Прошу санкционировать арест", "ru"),
        ("сот", "соттың шешімі", "kk"),
        ("!?", "что угодно", "ru"),
    ],
)
def test_another_word_is_not_found(query: str, line: str, language: str) -> None:
    assert not finds(query, line, language)
