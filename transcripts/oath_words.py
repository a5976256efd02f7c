"""What single words may do to an oath: small ones that may be lost, fillers that add nothing, words that undo it.

Everything not listed as small carries meaning and must come exactly. The lists are short on purpose: a word that is
missing here costs the judge one listening, a word too many could let a false oath pass.
"""

from __future__ import annotations

import re
import unicodedata

SMALL: dict[str, frozenset[str]] = {
    "kk": frozenset({"мен", "іс", "бойынша", "өзіме", "және", "маған"}),
    "ru": frozenset({"я", "мне", "по", "и"}),
    "en": frozenset({"i", "the", "and", "that"}),
}
"""Words whose loss leaves the sentence's meaning whole. None of them may come as another word."""

HARMLESS: dict[str, frozenset[str]] = {
    "kk": frozenset({"э", "ә", "мм", "м", "иә", "жақсы", "түсінікті", "рақмет", "рахмет"}),
    "ru": frozenset({"э", "эм", "мм", "м", "да", "хорошо", "понятно", "спасибо"}),
    "en": frozenset({"uh", "um", "mm", "yes", "thanks"}),
}
"""Fillers and answers to the judge that may stand around an oath."""

NEGATIONS: dict[str, frozenset[str]] = {
    "kk": frozenset({"жоқ", "емес", "емеспін", "ешқашан", "ешбір"}),
    "ru": frozenset({"не", "ни", "нет", "никогда", "нельзя", "без"}),
    "en": frozenset(
        {"no", "not", "never", "dont", "wont", "cannot", "cant", "didnt", "doesnt", "isnt", "nor", "without", "neither"}
    ),
}
_NEGATIVE_SHAPE: dict[str, re.Pattern[str]] = {
    "kk": re.compile(r".+[мбп][ае](?:й|у|с|ды|ді|ған|ген|ймін|ймын|ң)"),
    "ru": re.compile(r"не\w{3,}"),
}
RETRACTIONS: dict[str, tuple[str, ...]] = {
    "kk": ("бас тарт", "тартамын", "тарттым", "қалжың", "өтірік", "жалған"),
    "ru": ("отказ", "отрек", "шут", "вру", "лгать", "ложь", "вранье", "якобы", "если", "неправд"),
    "en": ("refus", "joke", "joking", "lie", "lying", "unless", "if"),
}


def bare(word: str) -> str:
    """The word without marks and case; «ё» and «е» are one letter in Russian writing."""
    folded = unicodedata.normalize("NFC", word).lower().replace("ё", "е")
    return "".join(c for c in folded if c.isalnum())


def is_negation(word: str, language: str) -> bool:
    """A word that says no, or carries a no inside, as Kazakh verbs do."""
    if word in NEGATIONS.get(language, frozenset()):
        return True
    shape = _NEGATIVE_SHAPE.get(language)
    return shape is not None and shape.match(word) is not None


def is_retraction(word: str, language: str) -> bool:
    """A word that takes the oath back or puts a condition on it."""
    return any(word.startswith(stem.split()[-1]) for stem in RETRACTIONS.get(language, ()))
