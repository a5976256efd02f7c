"""How far a reader has come in a text that is known, told at once; what the reading is worth is said at its end.

Words that two readings agree on count as in the final check: the reader may have left one out, or said another. The
newest reading alone only goes on from there, from word to word: what it skips or alters waits for a second reading. No
word is passed that the sound had no time for, since a recogniser that knows the text finishes it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from transcripts.oath_match import WordState, align, split
from transcripts.oath_words import bare

FASTEST_READER = 16.0
"""Letters in a second. The check at the end allows more; here a word would look read before it was."""


def follow(wording: str, settled: Sequence[str], newest: Sequence[str], seconds: float) -> list[WordState | None]:
    """How each word of the wording came in so many seconds of speech; None for those still to come.

    ``newest`` is everything read so far in the newest reading, as ``settled`` is in words that stay.
    """
    expected = [bare(word) for word in split(wording)]
    states = _states(expected, _with_room(settled, seconds))
    read = _states(expected, _with_room(newest, seconds))
    reached = next((i for i, state in enumerate(states) if state is None), len(states))
    if reached and read[reached - 1] is not states[reached - 1]:
        return states
    for i in range(reached, len(expected)):
        if read[i] is not WordState.HEARD:
            break
        states[i] = WordState.HEARD
    return states


def _states(expected: Sequence[str], said: Sequence[str]) -> list[WordState | None]:
    pairs = dict(align(expected, said))
    reached = max(pairs, default=-1) + 1
    states: list[WordState | None] = [None] * len(expected)
    for i in range(reached):
        if i not in pairs:
            states[i] = WordState.MISSING
        else:
            states[i] = WordState.HEARD if expected[i] == said[pairs[i]] else WordState.ALTERED
    return states


def _with_room(words: Sequence[str], seconds: float) -> list[str]:
    """As many of the words as can have been said in this time."""
    room, said = FASTEST_READER * seconds, []
    for word in (bare(word) for word in words):
        room -= len(word)
        if room < 0:
            break
        if word:
            said.append(word)
    return said
