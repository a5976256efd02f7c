"""The floor: who may hear and see whom, and what is kept, at one instant.

Media and officers know this value and nothing else of the law. They never react to events: they bring the world into
line with the newest floor, so that start, change and recovery are one path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hearing.edition import Edition
from hearing.hearings import Hearing, Participant, Recording
from hearing.interpretation import channels
from hearing.participants import Attendance, Role, SeatId

NO_SEATS: frozenset[SeatId] = frozenset()


@dataclass(frozen=True, slots=True)
class Floor:
    """Keys are listening seats, values the seats whose sound or picture may reach them.

    A listener that is absent hears and sees nobody. ``public_*`` is what an observer, who holds no seat, may receive.
    ``in_session``: the hearing itself is held, not a talk aside. In no other phase does a second device, before which
    nobody may be sitting, receive anything. ``recorded_video`` is the one court camera; no other picture may ever reach
    a disk.
    """

    hears: Mapping[SeatId, frozenset[SeatId]] = field(default_factory=dict)
    sees: Mapping[SeatId, frozenset[SeatId]] = field(default_factory=dict)
    public_hears: frozenset[SeatId] = NO_SEATS
    public_sees: frozenset[SeatId] = NO_SEATS
    recorded_sound: frozenset[SeatId] = NO_SEATS
    recorded_video: SeatId | None = None
    transcribed: frozenset[SeatId] = NO_SEATS
    channels: Mapping[SeatId, str] = field(default_factory=dict)
    """Interpreters who speak into a language's channel: only those hear them who listen to it."""
    sealed: bool = False
    in_session: bool = False

    def on_channel(self, source: SeatId, channel: str) -> bool:
        """Whether a voice that the floor allows is heard by somebody who listens to this channel."""
        return self.channels.get(source, channel) == channel


NOBODY = Floor()


def floor(hearing: Hearing, edition: Edition) -> Floor:
    """Who is seen, heard and recorded while the hearing stands as it does: phase x role, from the edition's table."""
    row = edition.floor[hearing.phase]
    hears: dict[SeatId, set[SeatId]] = {}
    sees: dict[SeatId, set[SeatId]] = {}
    for circle in row.circles:
        listeners = _members(circle.listeners, hearing, edition)
        sources = _members(circle.sources, hearing, edition)
        for listener in listeners:
            sees.setdefault(listener, set()).update(sources - {listener})
            hears.setdefault(listener, set()).update(
                s for s in sources if s != listener and not _muted(hearing, s) and not _same_room(hearing, s, listener)
            )
    on_floor = _members(("admitted",), hearing, edition)
    audible = frozenset(s for s in on_floor if not _muted(hearing, s))
    public = row.public and hearing.observer_link and is_public(hearing)
    rolling = row.recorded and hearing.recording in (Recording.ROLLING, Recording.FAILED)
    kept = audible if rolling else NO_SEATS
    camera = hearing.court_camera if rolling and hearing.court_camera in on_floor else None
    return Floor(
        hears={listener: frozenset(sources) for listener, sources in hears.items() if sources},
        sees={listener: frozenset(sources) for listener, sources in sees.items() if sources},
        public_hears=audible if public else NO_SEATS,
        public_sees=on_floor if public else NO_SEATS,
        recorded_sound=kept,
        recorded_video=camera,
        transcribed=kept,
        channels=channels(hearing),
        sealed=hearing.part_closed is not None,
        in_session=row.recorded,
    )


def is_public(hearing: Hearing) -> bool:
    """Whether the public may watch at all: an open hearing, and no closed part of it."""
    return hearing.listing.publicity == "open" and hearing.part_closed is None


def _muted(hearing: Hearing, seat: SeatId) -> bool:
    return hearing.seats[seat].muted


def _same_room(hearing: Hearing, one: SeatId, other: SeatId) -> bool:
    room = hearing.seats[one].room
    return room is not None and room == hearing.seats[other].room


def _members(groups: tuple[str, ...], hearing: Hearing, edition: Edition) -> frozenset[SeatId]:
    members: set[SeatId] = set()
    for group in groups:
        members |= _group(group, hearing, edition)
    return frozenset(members)


def _group(group: str, hearing: Hearing, edition: Edition) -> set[SeatId]:
    if group == "talk":
        if hearing.talk is None:
            return set()
        return {hearing.talk} | {p.seat for p in hearing.with_role(Role.COURT_SECRETARY) if _connected(hearing, p)}
    if group == "private":
        private = (hearing.people[person] for person in hearing.private_talk)
        return {p.seat for p in private if _connected(hearing, p)}
    roles = {
        "admitted": edition.groups["all"],
        "bench": edition.groups["bench"],
        "presiding": frozenset({edition.kind(hearing.listing.kind).presiding}),
        "secretary": edition.groups["secretary"],
    }[group]
    return {p.seat for p in hearing.people.values() if p.role in roles and p.attendance is Attendance.ADMITTED}


def _connected(hearing: Hearing, participant: Participant) -> bool:
    return hearing.seats[participant.seat].connected and participant.attendance in (
        Attendance.ADMITTED,
        Attendance.WAITING,
    )
