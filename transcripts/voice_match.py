"""Can this person be understood? A sentence read aloud in the lobby against what was recognised of it.

Unlike the oath nothing hangs on a single word here: the share of words that came, in order, is enough. It is a hint for
the secretary's ear and never a gate; a recogniser that errs with an accent must shut nobody out.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from transcripts.oath_words import bare

UNDERSTOOD = 0.7


def share(sentence: str, heard: Sequence[str]) -> float:
    """One minus the word error rate, 0 at the least."""
    expected = [word for word in map(bare, sentence.split()) if word]
    said = [word for word in map(bare, heard) if word]
    if not expected:
        return 0.0
    return max(0.0, 1 - Levenshtein.distance(expected, said) / len(expected))
