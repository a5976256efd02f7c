"""How long a window of sound the encoder is given: the thirty seconds it was trained on, or little more than was said.

The encoder's price grows with its window, and most utterances last one to six seconds: a short window makes a reading
three to six times cheaper. But Whisper was trained on whole windows only, so which readings may use short ones is
the court's choice, a short window never gets below ten seconds, silence always follows the speech in it, and what would
not be believed in it is read again in the whole window. The pass over the recording, whose text goes to the file, reads
whole windows unless the court chose otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from transcripts.utterances import RATE

FRAMES_PER_SECOND = 100
WHOLE_FRAMES = 30 * FRAMES_PER_SECOND
SHORTEST_FRAMES = 10 * FRAMES_PER_SECOND
TAIL_FRAMES = 256
"""Silence after the speech, without which the decoder does not find the end (whisper.cpp's users arrived at this)."""


class Purpose(StrEnum):
    """What a reading is for."""

    CAPTION = "caption"
    LINE = "line"
    """Live and final: it stands in version 0 until the pass over the recording."""
    LATE_LINE = "late_line"
    """Such a line while others wait: read in whole windows, they would come later and later."""
    RECORD = "record"


class Windows(StrEnum):
    """What short windows are allowed for."""

    WHOLE = "whole"
    CAPTIONS = "captions"
    LIVE = "live"
    ALL = "all"


SHORT_FOR: Mapping[Windows, frozenset[Purpose]] = {
    Windows.WHOLE: frozenset(),
    Windows.CAPTIONS: frozenset({Purpose.CAPTION, Purpose.LATE_LINE}),
    Windows.LIVE: frozenset({Purpose.CAPTION, Purpose.LINE, Purpose.LATE_LINE}),
    Windows.ALL: frozenset(Purpose),
}


def short_frames(samples: int) -> int:
    """The window for this much sound, where a short one is allowed."""
    needed = samples * FRAMES_PER_SECOND // RATE + TAIL_FRAMES
    return min(WHOLE_FRAMES, max(SHORTEST_FRAMES, needed))
