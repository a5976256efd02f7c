"""The floor: who may hear and see whom, and what is kept, at one instant.

Media and officers know this value and nothing else of the law. They never react to events: they bring the world into
line with the newest floor, so that start, change and recovery are one path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hearing.participants import SeatId

NO_SEATS: frozenset[SeatId] = frozenset()


@dataclass(frozen=True, slots=True)
class Floor:
    """Keys are listening seats, values the seats whose sound or picture may reach them.

    A listener that is absent hears and sees nobody. ``public_*`` is what an observer, who holds no seat, may receive.
    ``recorded_video`` is the one court camera; no other picture may ever reach a disk.
    """

    hears: Mapping[SeatId, frozenset[SeatId]] = field(default_factory=dict)
    sees: Mapping[SeatId, frozenset[SeatId]] = field(default_factory=dict)
    public_hears: frozenset[SeatId] = NO_SEATS
    public_sees: frozenset[SeatId] = NO_SEATS
    recorded_sound: frozenset[SeatId] = NO_SEATS
    recorded_video: SeatId | None = None
    transcribed: frozenset[SeatId] = NO_SEATS
    sealed: bool = False


NOBODY = Floor()
