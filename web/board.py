"""The day's board: hearings by time, readiness in a word and a shape, clocks, and what needs this person, on top.

Pure: it looks at folded hearings and an instant. Words are catalogue ids; the page fills them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hearing.clocks import Clock, clocks
from hearing.edition import Edition
from hearing.hearings import OVER, Hearing, Participant, Phase, Recording, Seat
from hearing.participants import Attendance, HearingId, PersonId, Place, Role, SeatId

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
NEAR_CLOCK = 2 * HOUR
BEFORE = frozenset({Phase.LISTED, Phase.LOBBY, Phase.COUNTDOWN})


@dataclass(frozen=True, slots=True)
class Dot:
    """One participant at a glance. ``look`` names shape and colour, ``state`` is the word that says the same."""

    person: PersonId
    role: Role
    look: str
    state: str
    kbps: int | None = None
    line: str | None = None
    """What may be said of the line of one who is inside, as a word; None where nobody watches it."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for whoever looks at the board."""

    hearing: HearingId
    at: float
    word: str
    urgency: int
    person: PersonId | None = None
    role: Role | None = None
    details: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    hearing: HearingId
    case_number: str
    state: Hearing
    dots: tuple[Dot, ...]
    clocks: tuple[Clock, ...]
    needs: tuple[Need, ...]
    missing: tuple[Role, ...]
    camera: str | None = None
    """How the line of the court camera's own device stands, where one films."""

    @property
    def over(self) -> bool:
        return self.state.phase in OVER

    @property
    def waits(self) -> bool:
        return self.state.phase in BEFORE


def row(
    hearing_id: HearingId,
    case_number: str,
    hearing: Hearing,
    role: Role,
    at: float,
    edition: Edition,
    lines: Callable[[SeatId], str] | None = None,
    camera: str | None = None,
) -> Row:
    """How this hearing stands on the board of someone who holds ``role``; ``lines`` says how a watched line stands."""
    staff = edition.groups["bench"] | edition.groups["secretary"]
    people = [p for p in hearing.people.values() if p.attendance is not Attendance.REMOVED]
    return Row(
        hearing=hearing_id,
        case_number=case_number,
        state=hearing,
        dots=tuple(dot(p, hearing.seats[p.seat], edition, lines) for p in people if p.role not in staff),
        clocks=clocks(hearing, edition) if hearing.phase not in OVER else (),
        needs=tuple(_needs(hearing_id, hearing, role, at, edition, camera)),
        missing=_missing(hearing, edition),
        camera=camera,
    )


def dot(person: Participant, seat: Seat, edition: Edition, lines: Callable[[SeatId], str] | None = None) -> Dot:
    """The state of one participant, in the order in which it matters to the secretary."""
    kbps = min(seat.link.up_kbps, seat.link.down_kbps) if seat.link is not None else None
    look, state = "dash", "absent"
    match person.attendance:
        case Attendance.ADMITTED:
            look, state = ("failed", "below_norm") if seat.below_norm else ("inside", "inside")
        case Attendance.LOST:
            look, state = "failed", "lost"
        case Attendance.RELEASED:
            look, state = "ready", "released"
        case Attendance.AWAY:
            look, state = "dash", "away"
        case Attendance.WAITING:
            look, state = _waiting(person, kbps, seat, edition)
    line = f"line.{lines(seat.seat)}" if lines is not None and state == "inside" else None
    return Dot(person.person, person.role, look, f"dot.{state}", kbps, line)


def _waiting(person: Participant, kbps: int | None, seat: Seat, edition: Edition) -> tuple[str, str]:
    if person.place == Place.COURTROOM:
        return "ready", "here"
    if kbps is None:
        return "half", "waiting"
    if kbps < edition.numbers["norm_kbps"] and not seat.link_overridden:
        return "failed", "link_failed"
    if seat.rehearsed_at is not None:
        return "ready", "rehearsed"
    return "ready", "link_passed" if seat.ready_at is None else "terminal_ready"


def _missing(hearing: Hearing, edition: Edition) -> tuple[Role, ...]:
    """Roles of the quorum that nobody has been named for, or nobody is here for yet."""
    kind = edition.kind(hearing.listing.kind)
    needs = [*kind.quorum, *((roles) for flag, roles in kind.quorum_if.items() if getattr(hearing.listing, flag))]
    here = {p.role for p in hearing.people.values() if p.attendance in (Attendance.WAITING, Attendance.ADMITTED)}
    if hearing.listing.suspect_absence is not None:
        needs = [roles for roles in needs if Role.SUSPECT not in roles]
    return tuple(roles[0] for roles in needs if not here & set(roles))


def _needs(
    hearing_id: HearingId, hearing: Hearing, role: Role, at: float, edition: Edition, camera: str | None
) -> Iterable[Need]:
    bench = role in edition.groups["bench"]
    when = hearing.listing.scheduled_at

    def need(word: str, urgency: int, person: Participant | None = None, **details: str | int | float) -> Need:
        who, held = (person.person, person.role) if person is not None else (None, None)
        return Need(hearing_id, when, f"need.{word}", urgency, who, held, details)

    if hearing.phase in OVER:
        if hearing.phase is Phase.CLOSED and len(hearing.signatures) < 2:
            until = (hearing.closed_at or at) + edition.numbers["minutes_sign_days"] * DAY
            if not any(p.role is role and p.person in hearing.signatures for p in hearing.people.values()):
                yield need("sign", 1, until=until)
        return
    if hearing.recording is Recording.FAILED:
        yield need("recording_failed", 9)
    if camera == "lost" and not bench:
        yield need("camera_lost", 7)
    if bench and hearing.order is None:
        yield need("order", 5)
    if hearing.phase is Phase.LISTED and at >= when - edition.numbers["lobby_opens_minutes"] * MINUTE:
        yield need("open_lobby", 6)
    if hearing.phase is Phase.PAUSED_BY_LOSS:
        yield need("paused", 8)
    if not bench and not any(p.passes for p in hearing.people.values()) and hearing.phase is Phase.LISTED:
        yield need("passes", 2)
    for clock in clocks(hearing, edition):
        if clock.until - at < NEAR_CLOCK:
            yield need(f"clock_{clock.name}", 7, minutes=max(0, int((clock.until - at) / MINUTE)))
    for person in hearing.people.values():
        yield from _person_needs(person, hearing.seats[person.seat], need, role, edition)


def _person_needs(
    person: Participant, seat: Seat, need: Callable[..., Need], role: Role, edition: Edition
) -> Iterable[Need]:
    bench = role in edition.groups["bench"]
    if seat.help_at is not None and not bench:
        yield need("help", 8, person)
    if person.attendance is Attendance.WAITING:
        shown = dot(person, seat, edition)
        if shown.state == "dot.link_failed":
            yield need("link_failed", 6, person, kbps=shown.kbps or 0, norm=edition.numbers["norm_kbps"])
        elif not person.identity_confirmed and not bench:
            yield need("identity", 4, person)
    if person.attendance is Attendance.LOST:
        yield need("left", 6) if person.role is role else need("lost", 7, person)
