"""Words as a search compares them: without case and, where a stemmer knows the language, without their forms.

Russian and English are folded by Snowball. No well-kept stemmer for Kazakh was found, so a long Kazakh word is found by
its exact form or by its first six letters: suffixes follow the stem, so that the forms of one word share them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"\w+")
STEMMERS = {"ru": snowballstemmer.stemmer("russian"), "en": snowballstemmer.stemmer("english")}
PREFIX = 6
LONGEST_QUERY = 8
"""Words of a query that count."""


def folded(text: str) -> list[str]:
    return [word.replace("ё", "е") for word in WORD.findall(unicodedata.normalize("NFC", text).casefold())]


def marks(text: str, language: str) -> set[str]:
    """Everything by which a line of this language can be found."""
    return {mark for word in folded(text) for mark in _marks(word, language)}


def wanted(query: str) -> list[list[str]]:
    """For each word of the query the marks of which a line must have one; the language of a query is not known."""
    words = list(dict.fromkeys(folded(query)))[:LONGEST_QUERY]
    return [sorted({mark for language in ("kk", *STEMMERS) for mark in _marks(word, language)}) for word in words]


@lru_cache(1 << 16)
def _marks(word: str, language: str) -> tuple[str, ...]:
    found = [f"={word}"]
    stemmer = STEMMERS.get(language)
    if stemmer is not None:
        found.append(f"{language}:{stemmer.stemWord(word)}")
    elif len(word) >= PREFIX:
        found.append(f"{language}:{word[:PREFIX]}")
    return tuple(found)
