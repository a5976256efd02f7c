"""Was the warning of liability spoken? Its words are looked for in what the presiding judge says around the act.

The wording is the judge's own, so only the stems that no warning lacks are looked for: the law's words for liability
and for warning, as the rules edition gives them for each language. The judge has warned or not; this notes where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from transcripts.oath_words import bare
from transcripts.utterances import Utterance


def spoken(lines: Iterable[Utterance], stems: Mapping[str, Sequence[str]]) -> tuple[Utterance, ...]:
    """The lines that hold the warning, oldest first; none where a stem was not said in the language of any of them."""
    lines = sorted(lines, key=lambda line: line.start)
    for wanted in stems.values():
        holding = [line for line in lines if any(_holds(line, stem) for stem in wanted)]
        if all(any(_holds(line, stem) for line in holding) for stem in wanted):
            return tuple(holding)
    return ()


def _holds(line: Utterance, stem: str) -> bool:
    return any(bare(word).startswith(stem) for word in line.text.split())
