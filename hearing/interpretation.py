"""Interpretation: which voices leave the floor for a channel, and who is given which channel to begin with.

An interpreter speaks to the floor, as in consecutive interpretation, or into the channel of one language. That is a
fact. Which channel somebody listens to is their own affair and no fact: it takes no voice from them that the floor
gives, but for the voices of other languages' channels.
"""

from __future__ import annotations

from hearing.hearings import Hearing, Participant, Phase
from hearing.oaths import Oath
from hearing.participants import FLOOR, Attendance, Role, SeatId

SIMULTANEOUS = frozenset({Phase.OPEN, Phase.ANNOUNCED})
"""In all other phases few hear few, and an interpreter speaks to whoever is there."""

UNDER_OATH = frozenset({Oath.WARNED, Oath.SHOWN, Oath.HEARD})


def channels(hearing: Hearing) -> dict[SeatId, str]:
    """The seats that speak into a channel now, and which. Whoever gives an undertaking is heard by everybody."""
    if hearing.phase not in SIMULTANEOUS:
        return {}
    return {p.seat: p.channel for p in hearing.people.values() if p.channel != FLOOR and _interprets(p)}


def _interprets(p: Participant) -> bool:
    return p.attendance is Attendance.ADMITTED and (p.oath is None or p.oath.state not in UNDER_OATH)


def interpreted(hearing: Hearing) -> bool:
    """Whether an interpreter takes part at all."""
    return bool(hearing.with_role(Role.INTERPRETER))


def first_channel(hearing: Hearing, seat: SeatId | None) -> str:
    """The channel of whoever has not chosen: their own language where somebody interprets, otherwise the floor."""
    if seat is None or not interpreted(hearing):
        return FLOOR
    people = hearing.at_seat(seat)
    if not people or any(p.role is Role.INTERPRETER for p in people):
        return FLOOR
    return people[0].language
