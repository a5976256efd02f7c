"""Who may see what of a finished hearing [CPC 347-1(3), 350; S2].

The court sees everything. A party sees the file of an open hearing and may take copies; of a closed hearing, or of a
closed part, a party takes nothing away and looks at it at the court. A witness hears again only one's own words. With
whom the court shared an open hearing's file, that person sees what a party sees, and takes copies if that was granted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hearing import facts as f
from hearing.edition import Edition
from hearing.hearings import Hearing
from hearing.participants import Actor, Place
from hearing.wrongs import Refused


@dataclass(frozen=True, slots=True)
class Rights:
    """``sealed_too``: also what was said in a closed part. ``own_only``: nothing but one's own testimony."""

    play: bool
    download: bool
    sealed_too: bool
    own_only: bool
    staff: bool


Span = tuple[float, float]


def rights(hearing: Hearing, by: Actor, edition: Edition) -> Rights:
    """What this actor may do with the file. Raises ``Refused`` when there is nothing for them."""
    if by.role in edition.groups["bench"] | edition.groups["secretary"]:
        return Rights(play=True, download=True, sealed_too=True, own_only=False, staff=True)
    if hearing.closed_at is None:
        raise Refused("file_not_ready")
    share = hearing.shares.get(by.person)
    if share is not None:
        return Rights(play=True, download=share.copies, sealed_too=False, own_only=False, staff=False)
    person = hearing.people[by.person]
    at_court = person.place == Place.COURTROOM
    closed = hearing.listing.publicity == "closed"
    if by.role not in edition.groups["parties"]:
        if closed and not at_court:
            raise Refused("view_at_court")
        return Rights(play=False, download=False, sealed_too=False, own_only=True, staff=False)
    if closed and not at_court:
        raise Refused("view_at_court")
    return Rights(play=True, download=not closed, sealed_too=at_court, own_only=False, staff=False)


def closed_parts(entries: Sequence[tuple[f.Fact, float]]) -> list[Span]:
    """The stretches of an otherwise open hearing that were closed."""
    found: list[Span] = []
    since: float | None = None
    for fact, at in entries:
        if isinstance(fact, f.PartClosed) and since is None:
            since = at
        if isinstance(fact, f.PartOpened | f.Closed) and since is not None:
            found.append((since, at))
            since = None
    return found if since is None else [*found, (since, float("inf"))]


def touches(parts: Sequence[Span], start: float, end: float) -> bool:
    """Whether what was said between two Unix seconds runs into one of these stretches."""
    return any(since <= end and start <= until for since, until in parts)


def silent_parts(entries: Sequence[tuple[f.Fact, float]]) -> list[tuple[float, float, str]]:
    """Stretches in which nothing was recorded or the line was lost, with the word that says why."""
    begins = {
        f.RecessBegan: "recess",
        f.PrivateTalkBegan: "private_talk",
        f.Retired: "deliberation",
        f.PausedByLoss: "paused_by_loss",
        f.RecordingPaused: "recording_paused",
        f.RecordingFailed: "recording_failed",
    }
    ends = (
        f.RecessEnded, f.PrivateTalkEnded, f.ReturnedFromDeliberation, f.ResumedAfterLoss, f.RecordingResumed,
        f.RecordingRestored, f.Closed,
    )  # fmt: skip
    found: list[tuple[float, float, str]] = []
    open_: tuple[float, str] | None = None
    for fact, at in entries:
        if open_ is not None and (isinstance(fact, ends) or type(fact) in begins):
            found.append((open_[0], at, open_[1]))
            open_ = None
        if type(fact) in begins:
            open_ = (fact.since if isinstance(fact, f.PausedByLoss) else at, begins[type(fact)])
    return found
