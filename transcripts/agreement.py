"""LocalAgreement-2: a word of a partial text counts once two readings in a row agree on it.

What is agreed stays while the utterance is open, so that captions do not flicker, unless two readings in a row agree on
more words and on other ones: a recogniser that finished a sentence by guessing would otherwise hold the line there.
"""

from __future__ import annotations

from collections.abc import Sequence


def folded(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())


class Agreement:
    def __init__(self) -> None:
        self._last: list[str] = []
        self.agreed: list[str] = []
        self.upto_ns = 0
        """How far the newest reading reached; one that reached less comes too late."""

    def hear(self, words: Sequence[str]) -> tuple[str, str]:
        """Take a new reading; give the agreed text and the rest, which may still change."""
        common = 0
        for old, new in zip(self._last, words, strict=False):
            if folded(old) != folded(new):
                break
            common += 1
        self._last = list(words)
        if common > len(self.agreed):
            self.agreed = list(words[:common])
        rest = words[len(self.agreed) :] if self._continues(words) else ()
        return " ".join(self.agreed), " ".join(rest)

    def _continues(self, words: Sequence[str]) -> bool:
        return [folded(w) for w in words[: len(self.agreed)]] == [folded(w) for w in self.agreed]
