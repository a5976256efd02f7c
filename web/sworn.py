"""The oath as an object of the case file: its pieces of sound, cut from the record, and the words in them.

For everybody who took an oath or gave an undertaking: their own voice, from one second before the first word that was
heard to one second after the last, and the presiding judge's warning before it [CPC 370(2)].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from hearing.edition import Edition
from hearing.hearings import Hearing
from hearing.participants import PersonId, SeatId
from web.office import OATH_CLIP, WARNING_CLIP

MARGIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One seat's sound between two Unix seconds. ``kind`` is the kind of its document, for this person's oath."""

    kind: str
    person: PersonId
    seat: SeatId
    start: float
    end: float


class Timed(Protocol):
    @property
    def seat(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


Line = TypeVar("Line", bound=Timed)


def pieces(hearing: Hearing, edition: Edition) -> Iterator[Piece]:
    """Both pieces of every oath that was accepted; the warning first."""
    presiding = hearing.with_role(edition.kind(hearing.listing.kind).presiding)
    for p in hearing.people.values():
        oath = p.oath
        if oath is None or oath.shown_at is None or oath.accepted_at is None:
            continue
        if oath.warned_at is not None and presiding:
            start, end = oath.warning_start or oath.warned_at, oath.warning_end or oath.shown_at
            yield _piece(f"{WARNING_CLIP}{p.person}", p.person, presiding[0].seat, start, max(start, end))
        start, end = oath.start or oath.shown_at, oath.end or oath.accepted_at
        yield _piece(f"{OATH_CLIP}{p.person}", p.person, p.seat, start, max(start, end))


def _piece(kind: str, person: PersonId, seat: SeatId, start: float, end: float) -> Piece:
    return Piece(kind, person, seat, start - MARGIN_SECONDS, end + MARGIN_SECONDS)


def words_of(piece: Piece, lines: Sequence[Line]) -> list[Line]:
    """The lines of the transcript that were said in this piece."""
    return [one for one in lines if one.seat == piece.seat and one.start < piece.end and piece.start < one.end]
