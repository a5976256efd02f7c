"""Which words an interpreter's line gives in another language: tied by the hearing's clock and by language.

An interpreter speaks while the original is spoken (into a channel) or right after it (aloud). So the original of a
line is the line of somebody else, in another language, that had begun before it and whose sound, held on for the time
that interpreters lag behind, covers most of it. Nobody interprets themselves, nor another interpreter.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from hearing.participants import SeatId
from transcripts.utterances import Utterance

LAG_SECONDS = 6.0
"""So long after the last word of the original its interpretation may still begin or go on [ours]."""


class Spoken(Protocol):
    """As much of a line as is needed to tie it."""

    @property
    def id(self) -> str: ...
    @property
    def seat(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...
    @property
    def language(self) -> str: ...


def tied(lines: Sequence[Utterance], interpreters: Collection[SeatId]) -> list[Utterance]:
    """The same lines; those of interpreters name the line that they give in another language."""
    found = originals(lines, interpreters)
    return [replace(line, interprets=found.get(line.id)) for line in lines]


def originals(lines: Sequence[Spoken], interpreters: Collection[SeatId]) -> dict[str, str]:
    """From the interpreters' lines to their originals, by id."""
    spoken = [line for line in lines if line.seat not in interpreters]
    found = {line.id: _original(line, spoken) for line in lines if line.seat in interpreters}
    return {line: original for line, original in found.items() if original is not None}


def _original(line: Spoken, spoken: Sequence[Spoken]) -> str | None:
    best: tuple[float, float, str] | None = None
    for one in spoken:
        if one.start >= line.start or one.language == line.language:
            continue
        covered = min(line.end, one.end + LAG_SECONDS) - line.start
        if covered > 0 and (best is None or (covered, one.start, one.id) > best):
            best = (covered, one.start, one.id)
    return best[2] if best is not None else None
