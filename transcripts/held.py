"""The tracks whose sound the server holds: it answers for each of them until the last of it is settled.

A track is known to the worker by its number, to everybody else by hearing, seat and version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from hearing.participants import HearingId, SeatId
from transcripts.spool import Spool
from transcripts.utterances import LIVE, Word

Key = tuple[HearingId, SeatId, int]


@dataclass(slots=True)
class HeldTrack:
    number: int
    key: Key
    language: str
    """What the worker last took it to speak, so that the next worker goes on from there."""
    live: bool
    spool: Spool
    opened: bool = False
    end_sent: bool = False
    complete: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    begun: tuple[int, int] | None = None
    deaths: dict[int, int] = field(default_factory=dict)
    trial: list[Word] | None = None
    """The words of a sound that belongs to no hearing and enters no book."""


class HeldTracks:
    def __init__(self, languages: tuple[str, ...]) -> None:
        """Whoever speaks none of these languages is heard in the first of them."""
        self._languages = languages
        self._by_number: dict[int, HeldTrack] = {}
        self._by_key: dict[Key, HeldTrack] = {}
        self._count = 0
        self.wake = asyncio.Event()
        """Set when there may be sound to send."""

    def __iter__(self) -> Iterator[HeldTrack]:
        """Those that are held now: who goes through them may wait, and tracks open and close meanwhile."""
        return iter(tuple(self._by_number.values()))

    def numbered(self, number: int) -> HeldTrack | None:
        return self._by_number.get(number)

    def live(self, hearing: HearingId, seat: SeatId) -> HeldTrack | None:
        return self._by_key.get((hearing, seat, LIVE))

    def recorded(self, hearing: HearingId, seat: SeatId, version: int) -> HeldTrack | None:
        return self._by_key.get((hearing, seat, version))

    def all_recorded(self, hearing: HearingId) -> list[HeldTrack]:
        return [track for key, track in self._by_key.items() if key[0] == hearing and key[2] != LIVE]

    def all_live(self, hearing: HearingId) -> list[HeldTrack]:
        return [track for key, track in self._by_key.items() if key[0] == hearing and key[2] == LIVE]

    def open(self, key: Key, language: str | None, spool: Spool, *, live: bool) -> HeldTrack:
        known = language in self._languages
        self._count += 1
        track = HeldTrack(self._count, key, str(language) if known else self._languages[0], live, spool)
        self._by_number[track.number] = self._by_key[key] = track
        return track

    def close(self, track: HeldTrack) -> None:
        self._by_number.pop(track.number, None)
        if self._by_key.get(track.key) is track:
            del self._by_key[track.key]
