"""A false "heard" would let an oath pass that was never given: none may come out of hundreds of altered readings."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcripts.voices import OATH
from transcripts.oath_match import OathCheck, Verdict, WordState, check
from transcripts.oath_words import SMALL, bare
from transcripts.utterances import Word

LANGUAGES = ("kk", "ru")
UNHURRIED = 60.0
ALTERATIONS = {
    "kk": {
        "айтуға": ["айтпауға", "айтқым", "ойлауға"],
        "айтпауға": ["айтуға", "айтқанға"],
        "етемін": ["етпеймін", "етемін бе", "етер едім", "етпедім"],
        "беруге": ["бермеуге", "беруім мүмкін"],
        "шындықты": ["өтірікті", "шындықсыз", "жалғанды"],
        "бәрін": ["біразын", "ештеңе"],
        "бүкіл": ["жарты"],
        "ант": ["анық", "уәде"],
        "тек": ["көп"],
        "сотқа": ["сотсыз", "досқа"],
    },
    "ru": {
        "клянусь": ["не клянусь", "отказываюсь", "клялся", "клянись", "могу поклясться"],
        "рассказать": ["не рассказать", "сказать", "рассказывать"],
        "все": ["не все", "что-то", "кое-что"],
        "известное": ["неизвестное", "известно"],
        "мне": ["не", "тебе", "ему"],
        "говорить": ["не говорить", "поговорить"],
        "только": ["не только", "почти"],
        "правду": ["неправду", "ложь", "правда"],
        "всю": ["не всю", "свою"],
        "и": ["или", "ни"],
        "ничего": ["чего", "кое-чего"],
        "кроме": ["помимо", "хоть"],
        "правды": ["неправды", "лжи"],
    },
}
BESIDE = {
    "kk": ["жоқ", "емес", "бас тартамын", "мүмкін", "өтірік", "егер қаласам"],
    "ru": ["не", "нет", "никогда", "если захочу", "возможно", "шучу", "отказываюсь", "почти"],
}


def said(text: str, probability: float = 0.95) -> list[Word]:
    return [Word(word, 100 + i * 0.5, 100.4 + i * 0.5, probability) for i, word in enumerate(text.split())]


def checked(language: str, text: str) -> OathCheck:
    return check(OATH[language], said(text), language, UNHURRIED)


def altered_readings(language: str) -> list[str]:
    words = OATH[language].split()
    out: list[str] = []
    for i, word in enumerate(words):
        mark = "," if word.endswith(",") else ""
        for other in ALTERATIONS[language].get(bare(word), []):
            out.append(" ".join([*words[:i], other + mark, *words[i + 1 :]]))
        for beside in BESIDE[language]:
            out.append(" ".join([*words[:i], beside, *words[i:]]))
        if bare(word) not in SMALL[language]:
            out.append(" ".join(words[:i] + words[i + 1 :]))
        out.append(" ".join(words[:i] + words[i + 2 :]) if i + 1 < len(words) else " ".join(words[:-2]))
        if i > 0 and bare(words[i]) != bare(words[i - 1]):
            out.append(" ".join([*words[: i - 1], words[i], words[i - 1], *words[i + 1 :]]))
    out += [" ".join([*words, beside]) for beside in BESIDE[language]]
    out += [" ".join(words[:k]) for k in range(len(words) - 1)]
    return out


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_reading_is_heard_with_its_times(language: str) -> None:
    result = checked(language, OATH[language])
    assert result.verdict is Verdict.HEARD
    assert result.recall == 1
    assert not result.inserted_negation
    assert (result.start, result.end) == (100, 100.4 + (len(OATH[language].split()) - 1) * 0.5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_altered_reading_is_ever_heard(language: str) -> None:
    readings = altered_readings(language)
    assert len(readings) > 150
    assert [text for text in readings if checked(language, text).verdict is Verdict.HEARD] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_hundred_random_mixtures_of_alterations_are_never_heard(language: str) -> None:
    rng = random.Random(11)
    words = OATH[language].split()
    others = [w for options in ALTERATIONS[language].values() for w in options] + BESIDE[language]
    heard = []
    for _ in range(500):
        text = list(words)
        for _ in range(rng.randint(1, 4)):
            text[rng.randrange(len(text))] = rng.choice(others)
        if checked(language, " ".join(text)).verdict is Verdict.HEARD:
            heard.append(" ".join(text))
    assert heard == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Я отказываюсь давать клятву."),
        ("kk", "Мен ант бермеймін."),
        ("ru", "Я клянусь суду рассказать все известное мне по делу."),
        ("kk", "Мен сотқа іс бойынша өзіме белгілінің бәрін айтып беруге ант етемін."),
        ("ru", OATH["kk"]),
        ("kk", OATH["ru"]),
        ("ru", ""),
    ],
)
def test_a_refusal_half_an_oath_and_another_language_are_not_heard(language: str, text: str) -> None:
    assert checked(language, text).verdict is Verdict.NOT_HEARD


def test_a_negation_is_named_wherever_it_stands() -> None:
    assert checked("ru", OATH["ru"].replace("клянусь", "не клянусь")).inserted_negation
    assert checked("ru", OATH["ru"] + " Нет, отказываюсь.").inserted_negation
    assert checked("kk", OATH["kk"].replace("айтуға", "айтпауға")).inserted_negation
    assert checked("kk", OATH["kk"].replace("етемін", "етпеймін")).inserted_negation
    assert not checked("kk", OATH["kk"]).inserted_negation


def test_altered_and_missing_words_are_shown_in_their_place() -> None:
    result = checked("ru", OATH["ru"].replace("всю правду", "всю неправду").replace("рассказать ", ""))
    states = {i: word.state for i, word in enumerate(result.words) if word.state is not WordState.HEARD}
    words = OATH["ru"].split()
    assert states[words.index("рассказать")] is WordState.MISSING
    altered = next(word for word in result.words if word.state is WordState.ALTERED)
    assert altered.heard == "неправду"
    assert result.verdict is Verdict.CHECK_BY_EAR


@pytest.mark.parametrize("language", LANGUAGES)
def test_fillers_stumbles_and_one_lost_small_word_do_not_hinder(language: str) -> None:
    words = OATH[language].split()
    filler = {"kk": "ә", "ru": "э"}[language]
    assert checked(language, " ".join([filler, *words])).verdict is Verdict.HEARD
    assert checked(language, " ".join([*words[:3], words[3], *words[3:]])).verdict is Verdict.HEARD
    assert checked(language, " ".join(words[1:])).verdict is Verdict.HEARD


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_the_ear_was_not_sure_of_go_to_the_judge(language: str) -> None:
    assert check(OATH[language], said(OATH[language], 0.2), language, UNHURRIED).verdict is Verdict.CHECK_BY_EAR
    assert check(OATH[language], said("шу шу шу", 0.2), language, UNHURRIED).verdict is Verdict.CHECK_BY_EAR


@given(st.lists(st.sampled_from(sorted(set(OATH["ru"].split() + BESIDE["ru"] + ["правда", "известно"]))), max_size=25))
def test_heard_means_every_word_with_meaning_came_exactly(words: list[str]) -> None:
    result = checked("ru", " ".join(words))
    assert len(result.words) == len(OATH["ru"].split())
    if result.verdict is Verdict.HEARD:
        meaning = [bare(w) for w in OATH["ru"].split() if bare(w) not in SMALL["ru"]]
        came = iter(bare(w) for w in words)
        assert all(word in came for word in meaning)


@pytest.mark.parametrize(("language", "seconds"), [("kk", 9.7), ("ru", 6.8)])
def test_an_oath_that_its_sound_had_no_room_for_was_finished_by_the_recogniser_and_goes_to_the_ear(
    language: str, seconds: float
) -> None:
    heard = said(OATH[language])
    assert check(OATH[language], heard, language, seconds).verdict is Verdict.HEARD
    assert check(OATH[language], heard, language, seconds * 0.6 + 0.3).verdict is Verdict.CHECK_BY_EAR
