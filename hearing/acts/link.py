"""What may be asked about lines: the rehearsal before the hearing, and what the server notes while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import SeatId


@dataclass(frozen=True, slots=True)
class ConfirmRehearsal(Act):
    """The secretary, who talks with this seat now, hears and sees it well."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class MarkTerminalReady(Act):
    """A facility's staff have tested the terminal that they sit at; the suspect need not be there."""


@dataclass(frozen=True, slots=True)
class NoteLineBelow(Act):
    """A line is proven to carry less than the norm: it loses or delays ``kbps``, which is less than the norm."""

    seat: SeatId
    direction: str
    kbps: int
    loss: float


@dataclass(frozen=True, slots=True)
class NoteLineRecovered(Act):
    seat: SeatId


@dataclass(frozen=True, slots=True)
class NoteUnheard(Act):
    """From ``start`` (Unix seconds) on, for ``seconds``, nothing of the ``speakers`` came to ``seat``."""

    seat: SeatId
    speakers: tuple[SeatId, ...]
    medium: str
    start: float
    seconds: int


@dataclass(frozen=True, slots=True)
class NoteVoiceTest(Act):
    """Of the sentence read at ``seat`` a share was recognised; ``mark``: understood, or to be judged by ear."""

    seat: SeatId
    mark: str
    share: float
