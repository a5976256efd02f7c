"""The transcript as subtitles, for players here and elsewhere: WebVTT and SRT, from the same cues.

Nothing here decides who may read it, and all wording comes from outside, in the reader's language. Both forms say what
they are, so that an automatic draft can never pass for the approved text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import webvtt as webvtt_py

SHORTEST_CUE = 0.5
LABEL_SECONDS = 3.0
"""How long the label of an SRT file stands on the screen, unless the first words come sooner."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One line as a player shows it; ``start`` and ``end`` are seconds into the recording.

    ``aside`` says something about the line that is not part of it: that another voice speaks over it.
    """

    id: str
    start: float
    end: float
    speaker: str
    text: str
    aside: str = ""


def webvtt(cues: Sequence[Cue], labels: Sequence[str] = ()) -> str:
    """WebVTT with the speaker as ``<v Name>`` and the labels as comments at its head."""
    file = webvtt_py.WebVTT()
    file.header_comments.extend(labels)
    for cue in cues:
        body = escape(_said(cue), quote=False)
        speaker = escape(_one_line(cue.speaker), quote=False)
        spoken = f"<v {speaker}>{body}</v>" if speaker else body
        caption = webvtt_py.Caption(_clock(cue.start, "."), _clock(_end(cue), "."), spoken)
        caption.identifier = cue.id
        file.captions.append(caption)
    return str(file.content)


def srt(cues: Sequence[Cue], labels: Sequence[str] = ()) -> str:
    """SubRip. It knows no comments, so the labels are its first cue."""
    first = min((cue.start for cue in cues), default=LABEL_SECONDS)
    blocks = [("; ".join(labels), 0.0, min(LABEL_SECONDS, max(first, SHORTEST_CUE)))] if labels else []
    for cue in cues:
        speaker = _one_line(cue.speaker)
        blocks.append((f"{speaker}: {_said(cue)}" if speaker else _said(cue), cue.start, _end(cue)))
    return "\n".join(
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{body}\n"
        for number, (body, start, end) in enumerate(blocks, 1)
    )


def _said(cue: Cue) -> str:
    aside = f"({cue.aside}) " if cue.aside else ""
    return aside + _one_line(cue.text)


def _end(cue: Cue) -> float:
    return max(cue.end, cue.start + SHORTEST_CUE)


def _clock(seconds: float, point: str) -> str:
    ms = round(max(0.0, seconds) * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _one_line(said: str) -> str:
    return " ".join(said.split())
