"""The timekeeper: the clock of a sitting.

Four times a second it looks whether a phase begins or a loss has lasted too long, and now and then it gives the other
officers their turn.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hearing import acts as a
from hearing.hearings import OVER, Phase
from hearing.participants import Attendance, SeatId
from hearing.rules.link import stale

if TYPE_CHECKING:
    from web.sitting import Sitting

TICK_SECONDS = 0.25
LEVELS_EVERY = 2
LINKS_EVERY = 8
LINES_EVERY = 4
SESSIONS_EVERY = 8
LIVE = (Phase.OPEN, Phase.ANNOUNCED)


class Timekeeper:
    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._stale: frozenset[SeatId] = frozenset()

    async def run(self) -> None:
        """Keep time until the hearing is over."""
        sitting, ticks = self._sitting, 0
        while sitting.hearing.phase not in OVER:
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
            await self._watch_clock()
            if ticks % LEVELS_EVERY == 0:
                sitting.usher.say_levels()
                await sitting.listening.look()
            if ticks % LINKS_EVERY == 0:
                sitting.lines.note()
                sitting.lines.say_links()
                await sitting.listening.watch()
            if ticks % LINES_EVERY == 0:
                sitting.usher.give_servers()
                sitting.lines.say_withheld()
                sitting.second.look()
                await sitting.lines.reconcile()
                self._watch_tests()
            if ticks % SESSIONS_EVERY == 0:
                await sitting.usher.put_out_the_signed_out()

    async def _watch_clock(self) -> None:
        sitting, office = self._sitting, self._sitting.court.office
        now, h = office.now(), sitting.hearing
        if h.phase is Phase.COUNTDOWN and h.opens_at is not None and now >= h.opens_at:
            await sitting.ask(a.OpenHearing())
        elif h.phase is Phase.LISTED and now >= h.listing.scheduled_at - office.lobby_opens_minutes(h) * 60:
            await sitting.ask(a.OpenLobby())
        elif h.phase in LIVE:
            lost = self._lost_too_long(now)
            if lost:
                since = min(self._gone_since(seat) or now for seat in lost)
                await sitting.ask(a.PauseByLoss(lost, since, "line"))

    def _watch_tests(self) -> None:
        """A link test grows old without anything being asked or written: pages learn it from here."""
        office, hearing = self._sitting.court.office, self._sitting.hearing
        now, edition = office.now(), self._sitting.edition
        old = frozenset(seat.seat for seat in hearing.seats.values() if stale(seat, now, edition))
        if old != self._stale:
            self._stale = old
            self._sitting.usher.show_all()

    def _lost_too_long(self, now: float) -> tuple[SeatId, ...]:
        court, hearing = self._sitting.court, self._sitting.hearing
        needed = self._sitting.edition.groups["pause_when_lost"]
        lost = {
            p.seat
            for p in hearing.people.values()
            if p.role in needed
            and p.attendance is Attendance.LOST
            and (at := self._gone_since(p.seat)) is not None
            and now - at >= court.loss_seconds
        }
        return tuple(sorted(lost))

    def _gone_since(self, seat: SeatId) -> float | None:
        """Counted from the last sign of life, which after a restart nobody knows any more."""
        lost_at = self._sitting.hearing.seats[seat].lost_at
        return None if lost_at is None else self._sitting.lines.last_heard(seat) or lost_at
