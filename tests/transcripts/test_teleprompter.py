"""The teleprompter passes a word as soon as it was said, and none that was not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcripts.test_oath_match import ALTERATIONS, BESIDE, LANGUAGES, UNHURRIED, altered_readings
from tests.transcripts.voices import OATH
from transcripts.oath_match import WordState
from transcripts.oath_words import bare
from transcripts.teleprompter import FASTEST_READER, follow

States = list[WordState | None]


def passed(states: States) -> list[int]:
    return [i for i, state in enumerate(states) if state is WordState.HEARD]


def is_said_in_order(language: str, states: States, said: list[str]) -> bool:
    """Every passed word was said, and in the order of the wording."""
    words, came = OATH[language].split(), iter(bare(word) for word in said)
    return all(bare(words[i]) in came for i in passed(states))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_follows_the_reader_word_by_word(language: str) -> None:
    words = OATH[language].split()
    for count in range(len(words) + 1):
        for settled, newest in ((words[:count], []), ([], words[:count]), (words[: count // 2], words[:count])):
            states = follow(OATH[language], settled, newest, UNHURRIED)
            assert states == [WordState.HEARD] * count + [None] * (len(words) - count)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_goes_on_where_two_readings_agreed_on_an_end_that_was_guessed(language: str) -> None:
    words = OATH[language].split()
    guessed = [*words[:5], *words[-2:]]
    assert passed(follow(OATH[language], guessed, guessed, UNHURRIED)) == list(range(5))
    assert passed(follow(OATH[language], guessed, words[:8], UNHURRIED)) == list(range(8))


def test_it_goes_on_after_a_word_that_two_readings_did_not_catch_and_does_not_pass_that_one() -> None:
    words = OATH["ru"].split()
    said = words[:3] + words[4:6]
    assert passed(follow(OATH["ru"], [], said, UNHURRIED)) == [0, 1, 2]
    states = follow(OATH["ru"], said, said, UNHURRIED)
    assert passed(states) == [0, 1, 2, 4, 5]
    assert states[3] is WordState.MISSING


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_prefix_of_an_altered_reading_passes_a_word_that_was_not_said(language: str) -> None:
    for text in altered_readings(language):
        said = text.split()
        for count in range(len(said) + 1):
            for settled in ([], said[: max(0, count - 1)], said[:count]):
                states = follow(OATH[language], settled, said[:count], UNHURRIED)
                assert is_said_in_order(language, states, said[:count]), (settled, said[:count])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_passed_in_the_place_of_its_negation_or_of_another_word(language: str) -> None:
    words = OATH[language].split()
    for i, word in enumerate(words):
        for other in ALTERATIONS[language].get(bare(word), []):
            if bare(word) in {bare(one) for one in other.split()}:
                continue
            said = [*words[:i], *other.split(), *words[i + 1 :]]
            assert follow(OATH[language], [], said, UNHURRIED)[i] is not WordState.HEARD
            assert follow(OATH[language], said, said, UNHURRIED)[i] is not WordState.HEARD or bare(word) in {
                bare(one) for one in words[:i] + words[i + 1 :]
            }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_end_that_the_recogniser_guessed_is_not_passed_before_there_was_time_to_say_it(language: str) -> None:
    words = OATH[language].split()
    letters = [sum(len(bare(word)) for word in words[: i + 1]) for i in range(len(words))]
    for tenths in range(100):
        states = follow(OATH[language], words, words, tenths / 10)
        assert all(letters[i] <= FASTEST_READER * tenths / 10 for i in passed(states))
    assert passed(follow(OATH[language], words, words, UNHURRIED)) == list(range(len(words)))


@given(
    st.lists(st.sampled_from(sorted(set(OATH["ru"].split() + BESIDE["ru"] + ["правда", "известно"]))), max_size=25),
    st.integers(0, 25),
)
def test_whatever_is_said_only_words_that_were_said_are_passed(said: list[str], agreed: int) -> None:
    assert is_said_in_order("ru", follow(OATH["ru"], said[:agreed], said, UNHURRIED), said)
