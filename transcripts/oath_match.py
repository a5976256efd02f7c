"""Was the oath read? Recognised words against the wording, in order; the judge decides, this only shows.

Ratios are unsafe here: «айтпауға» (not to tell) is 98 % like «айтуға» (to tell), and half an oath is wholly inside
the oath. So a reading counts as *heard* only when every word that carries meaning came exactly and in order, nothing
that could change it was added anywhere, and at most single small words are missing. Nor does it count when the sound
has no room for so many words: a recogniser that knows the oath finishes one that was broken off. All else is for the
judge's ear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.fuzz import ratio

from transcripts.oath_words import HARMLESS, SMALL, bare, is_negation, is_retraction
from transcripts.utterances import Word

RECALL = 0.9
LONGEST_GAP = 1
NOTHING_LIKE_IT = 0.6
ALIKE = 70.0
FASTEST = 18.0
"""Letters in a second. Fast speech has fifteen or so; who reads an oath reads slower."""
SURE = 0.3
"""A word less probable than this was not understood, whatever it reads like."""

_EXACT, _ALTERED, _ADDED, _LEFT_OUT = 1.0, 0.4, -0.3, -0.3


class Verdict(StrEnum):
    HEARD = "heard"
    CHECK_BY_EAR = "check_by_ear"
    NOT_HEARD = "not_heard"


class WordState(StrEnum):
    HEARD = "heard"
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class WordCheck:
    """One word of the wording: how it came, when, and what was heard in its place when that differs."""

    text: str
    state: WordState
    start: float | None = None
    end: float | None = None
    heard: str | None = None


@dataclass(frozen=True, slots=True)
class OathCheck:
    verdict: Verdict
    words: tuple[WordCheck, ...]
    recall: float
    inserted_negation: bool
    added: tuple[str, ...] = ()
    """Words that were said and are not in the wording, fillers aside."""

    @property
    def start(self) -> float | None:
        return min((w.start for w in self.words if w.start is not None), default=None)

    @property
    def end(self) -> float | None:
        return max((w.end for w in self.words if w.end is not None), default=None)


def check(wording: str, heard: Sequence[Word], language: str, seconds: float) -> OathCheck:
    """Compare everything heard since the oath was shown, in so many seconds of speech, with its wording."""
    expected = split(wording)
    said = [word for word in heard if bare(word.text)]
    pairs = align([bare(w) for w in expected], [bare(w.text) for w in said])
    by_word = dict(pairs)
    words = tuple(_word_check(text, said, by_word.get(i)) for i, text in enumerate(expected))
    aligned = {j for _, j in pairs}
    extra = [j for j in range(len(said)) if j not in aligned]
    added = tuple(said[j].text for j in extra if not _is_harmless(j, said, language))
    exact = sum(w.state is WordState.HEARD for w in words)
    recall = exact / len(words) if words else 0.0
    negated = _negated(words, [said[j].text for j in extra], language)
    verdict = _verdict(words, said, by_word, recall, negated, added, language)
    if verdict is Verdict.HEARD and sum(len(bare(word.text)) for word in said) > FASTEST * seconds:
        verdict = Verdict.CHECK_BY_EAR
    return OathCheck(verdict, words, recall, negated, added)


def _verdict(
    words: tuple[WordCheck, ...],
    said: Sequence[Word],
    by_word: dict[int, int],
    recall: float,
    negated: bool,
    added: tuple[str, ...],
    language: str,
) -> Verdict:
    if recall < NOTHING_LIKE_IT:
        unsure = bool(said) and sum(word.probability for word in said) / len(said) < 0.5
        return Verdict.CHECK_BY_EAR if unsure else Verdict.NOT_HEARD
    complete = (
        recall >= RECALL
        and _longest_gap(words) <= LONGEST_GAP
        and all(w.state is WordState.HEARD or _is_small(w, language) for w in words)
        and all(said[j].probability >= SURE for j in by_word.values())
    )
    return Verdict.HEARD if complete and not negated and not added else Verdict.CHECK_BY_EAR


def _is_small(word: WordCheck, language: str) -> bool:
    """A small word may be missing; one that came as another word changed the sentence."""
    return word.state is WordState.MISSING and bare(word.text) in SMALL.get(language, frozenset())


def _longest_gap(words: Sequence[WordCheck]) -> int:
    longest = run = 0
    for word in words:
        run = 0 if word.state is WordState.HEARD else run + 1
        longest = max(longest, run)
    return longest


def _negated(words: Sequence[WordCheck], extra: Sequence[str], language: str) -> bool:
    if any(is_negation(bare(text), language) or is_retraction(bare(text), language) for text in extra):
        return True
    altered = [(w.text, w.heard) for w in words if w.heard is not None]
    return any(is_negation(bare(came), language) and not is_negation(bare(text), language) for text, came in altered)


def _is_harmless(j: int, said: Sequence[Word], language: str) -> bool:
    """A filler, or a small stumble: the same word said again at once."""
    word = bare(said[j].text)
    if is_negation(word, language):
        return False
    neighbours = [bare(said[k].text) for k in (j - 1, j + 1) if 0 <= k < len(said)]
    return word in HARMLESS.get(language, frozenset()) or word in neighbours


def _word_check(text: str, said: Sequence[Word], j: int | None) -> WordCheck:
    if j is None:
        return WordCheck(text, WordState.MISSING)
    word = said[j]
    if bare(text) == bare(word.text):
        return WordCheck(text, WordState.HEARD, word.start, word.end)
    return WordCheck(text, WordState.ALTERED, word.start, word.end, word.text)


def split(wording: str) -> list[str]:
    return [word for word in wording.split() if bare(word)]


def align(expected: Sequence[str], said: Sequence[str]) -> list[tuple[int, int]]:
    """The best pairing in order. What was said before and after costs nothing, nor does an end not yet read."""
    rows, columns = len(expected), len(said)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    step = [[""] * (columns + 1) for _ in range(rows + 1)]
    for i in range(1, rows + 1):
        best[i][0], step[i][0] = best[i - 1][0] + _LEFT_OUT, "up"
        for j in range(1, columns + 1):
            gain = _gain(expected[i - 1], said[j - 1])
            choices = [(best[i][j - 1] + _ADDED, "left"), (best[i - 1][j] + _LEFT_OUT, "up")]
            if gain:
                choices.append((best[i - 1][j - 1] + gain, "pair"))
            best[i][j], step[i][j] = max(choices, key=lambda choice: choice[0])
    i, j = max(
        ((i, j) for i in range(rows + 1) for j in range(columns + 1)), key=lambda at: (best[at[0]][at[1]], -at[0])
    )
    pairs: list[tuple[int, int]] = []
    while i and j:
        match step[i][j]:
            case "pair":
                i, j = i - 1, j - 1
                pairs.append((i, j))
            case "up":
                i -= 1
            case _:
                j -= 1
    return pairs[::-1]


def _gain(expected: str, said: str) -> float:
    if expected == said:
        return _EXACT
    return _ALTERED if ratio(expected, said) >= ALIKE else 0.0
