"""What was said, as a value: one stretch of speech of one seat, with its words and how sure the ear was.

The registry keeps these, the transcripts make them; neither may depend on the other, so the noun lives here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hearing.participants import HearingId, SeatId

DOUBTFUL_BELOW = 0.5
LIVE = 0
"""The version written while the hearing goes on. Passes over the recording count from 1."""


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word with its time in Unix seconds. Doubtful words are marked, never hidden."""

    text: str
    start: float
    end: float
    probability: float

    @property
    def doubtful(self) -> bool:
        return self.probability < DOUBTFUL_BELOW


@dataclass(frozen=True, slots=True)
class Edit:
    """What stood in a line before the correction of this number, made by ``by`` at Unix second ``at``."""

    number: int
    at: float
    by: str
    seat_before: SeatId
    text_before: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance. ``provisional`` ones are shown and never stored; ``model`` names the model with its hash
    and the parameters by which it heard.

    Of a provisional text the first ``agreed`` words are settled, unless two
    readings agree on more and on others; the rest may change at once.
    """

    id: str
    hearing: HearingId
    seat: SeatId
    start: float
    end: float
    language: str
    text: str
    words: tuple[Word, ...]
    confidence: float
    no_speech: float
    model: str
    version: int = LIVE
    provisional: bool = False
    agreed: int = 0
    newest: str = ""
    """Of a provisional line: the newest reading as it came, also where it departs from what was agreed before."""
    interprets: str | None = None
    """The line whose words an interpreter gives here in another language. Found by reading, never stored."""
    edits: tuple[Edit, ...] = ()
    """How people changed the line since the machine heard it, oldest first."""


def utterance_id(hearing: HearingId, version: int, seat: SeatId, start_ns: int) -> str:
    """The same sound heard twice has the same name, so that doing work again never doubles a line."""
    return "u-" + hashlib.sha256(f"{hearing}|{version}|{seat}|{start_ns}".encode()).hexdigest()[:24]
