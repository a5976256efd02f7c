"""Corrections of the transcript: what the secretary wrote in place of what the machine had heard.

A correction is never applied to what is stored: it stands beside the line, and the text as it is today is the line with
its corrections laid over it, oldest first. So every version can be read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from hearing.participants import HearingId, SeatId
from hearing.utterances import Edit, Utterance, Word


@dataclass(frozen=True, slots=True)
class Correction:
    """One line as a person wrote it. ``number`` counts the hearing's corrections from 1; no text removes the line."""

    hearing: HearingId
    number: int
    version: int
    line: str
    seat: SeatId
    text: str
    at: float
    by: str


def corrected(lines: Iterable[Utterance], corrections: Iterable[Correction]) -> list[Utterance]:
    """The lines with these corrections laid over them, in the order in which they were made."""
    found = {said.id: said for said in lines}
    for one in corrections:
        if one.line in found:
            found[one.line] = _corrected(found[one.line], one)
    return list(found.values())


def _corrected(said: Utterance, one: Correction) -> Utterance:
    edit = Edit(one.number, one.at, one.by, said.seat, said.text)
    words = tuple(aligned(said.words, one.text.split(), said.start, said.end))
    return replace(said, seat=one.seat, text=one.text, words=words, edits=(*said.edits, edit))


def aligned(old: Sequence[Word], texts: Sequence[str], start: float, end: float) -> Iterator[Word]:
    """The new words with times: those that stayed keep theirs, the others share the time between their neighbours.

    A person has read the line, so nothing in it is doubtful any longer.
    """
    matcher = SequenceMatcher(None, [_folded(w.text) for w in old], [_folded(t) for t in texts], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            for word, text in zip(old[i:j], texts[k:m], strict=True):
                yield Word(text, word.start, word.end, 1.0)
            continue
        since = old[i].start if i < j else (old[i - 1].end if i else start)
        until = old[j - 1].end if i < j else (old[j].start if j < len(old) else end)
        share = max(0.0, until - since) / max(1, m - k)
        for place, text in enumerate(texts[k:m]):
            yield Word(text, since + place * share, since + (place + 1) * share, 1.0)


def _folded(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum())
