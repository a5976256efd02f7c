"""The officer that watches lines while a hearing goes on: who is below the norm, and who could not hear whom.

What a line carries is proven by what it carries, or, in a moment in which nobody speaks, by half a second of padding:
one line of this hearing at a time, and never beside a link test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hearing import acts as a
from hearing.hearings import Phase
from hearing.participants import Attendance, SeatId
from hearing.wrongs import Malformed
from media.relay.hearability import Count, Ledger, Source, Unheard
from media.relay.linewatch import Below, LineWatch, Recovered, Standing
from web.connection import Connection

if TYPE_CHECKING:
    from web.sitting import Sitting

SESSION = (Phase.OPEN, Phase.ANNOUNCED, Phase.PAUSED_BY_LOSS)
MEDIUM = {"audio": "sound", "video": "picture"}
MOST_TRACKS = 64
QUIET = 0.3
"""A seat that is louder speaks."""

PADDING = 1.2
"""Of the norm: what padding and hearing together fill the line to."""

LEAST_PADDING = 0.3


class ListeningDesk:
    def __init__(self, sitting: Sitting) -> None:
        numbers = sitting.edition.numbers
        self._norm = float(numbers["norm_kbps"])
        self._sitting = sitting
        self._ledger = Ledger(float(numbers["unheard_seconds"]))
        self._watch = LineWatch(self._norm, float(numbers["line_proven_seconds"]))
        self._due: list[Unheard] = []
        self._padding: asyncio.Task[None] | None = None

    def entered(self, connection: Connection) -> None:
        if connection.seat is not None:
            self._ledger.forget_clock(connection.seat)

    def reported(self, connection: Connection, message: Mapping[str, Any]) -> None:
        """A page's count of what came on each section. Raises ``Malformed`` for what is not one."""
        tracks, at = message.get("tracks"), message.get("at")
        if connection.seat is None or tracks is None:
            return
        if not isinstance(tracks, dict) or len(tracks) > MOST_TRACKS or not isinstance(at, int | float):
            raise Malformed("rtc.report")
        counts: dict[Source, Count] = {}
        mapping = self._sitting.courtroom.mapping(connection.seat)
        for mid, count in tracks.items():
            match mapping.get(mid), count:
                case (seat, "audio" | "video" as kind), [int(packets), int(frames)]:
                    counts[SeatId(seat), kind] = Count(packets, frames)
                case None, _:
                    continue
                case _:
                    raise Malformed("rtc.report")
        now = self._sitting.court.office.now()
        self._due += self._ledger.told(now, connection.seat, at / 1000, counts)

    async def look(self) -> None:
        """Twice a second: what was sent to whom, and what came of it."""
        sitting, now = self._sitting, self._sitting.court.office.now()
        if sitting.hearing.phase not in SESSION:
            self._due += self._ledger.flush(now)
        else:
            for listener, sent in sitting.courtroom.deliveries().items():
                if self._here(listener):
                    expected = {s: n for s, n in sent.items() if self._speaks(*s)}
                    self._due += self._ledger.expect(now, listener, expected)
                    self._ledger.sent(now, listener, expected)
        due, self._due = self._due, []
        for gap in due:
            seconds = max(1, round(gap.end - gap.start))
            await sitting.ask(a.NoteUnheard(gap.listener, gap.speakers, MEDIUM[gap.kind], gap.start, seconds))

    def _here(self, seat: SeatId) -> bool:
        return any(p.attendance is Attendance.ADMITTED for p in self._sitting.hearing.at_seat(seat))

    def _speaks(self, seat: SeatId, kind: str) -> bool:
        """Whether a seat's microphone or camera is on: only then is its silence a fault of the line."""
        mic, camera = self._sitting.devices.get(seat, (False, False))
        now = self._sitting.hearing.seats.get(seat)
        return now is not None and now.connected and (mic and not now.muted if kind == "audio" else camera)

    async def watch(self) -> None:
        """Every two seconds: is a line proven to be below the norm, or well again?"""
        sitting = self._sitting
        for seat, now in sitting.hearing.seats.items():
            if now.below_norm:
                self._watch.said_below(seat)
            if not sitting.courtroom.connected(seat):
                self._watch.forget(seat)
                continue
            await self._tell(self._watch.look(sitting.court.office.now(), seat, sitting.courtroom.link(seat)))
        if self._quiet():
            wanting = (s for s in sitting.hearing.seats if self._here(s) and self._wants_padding(s))
            if (quiet_one := next(wanting, None)) is not None:
                self._padding = sitting.spawn(self._pad(quiet_one))

    def standing(self, seat: SeatId) -> Standing:
        """What may be said of a line now: below the norm, carrying it, or neither proven."""
        return self._watch.standing(self._sitting.court.office.now(), seat)

    def tested(self, seat: SeatId, up_kbps: float, down_kbps: float) -> None:
        """A link test of this seat was just done."""
        self._watch.tested(self._sitting.court.office.now(), seat, up_kbps, down_kbps)

    async def _tell(self, news: Below | Recovered | None) -> None:
        seats = self._sitting.hearing.seats
        match news:
            case Below(seat, direction, kbps, loss) if not seats[seat].below_norm:
                await self._sitting.ask(a.NoteLineBelow(seat, direction, round(kbps), round(loss, 3)))
            case Recovered(seat) if seats[seat].below_norm:
                await self._sitting.ask(a.NoteLineRecovered(seat))

    def _quiet(self) -> bool:
        """Whether a line may be filled for half a second: nobody speaks, nobody is tested, no other line is filled."""
        sitting = self._sitting
        if sitting.hearing.phase not in (Phase.OPEN, Phase.ANNOUNCED) or not sitting.court.probes.idle:
            return False
        if self._padding is not None and not self._padding.done():
            return False
        return all(level < QUIET for level in sitting.courtroom.levels().values())

    def _wants_padding(self, seat: SeatId) -> bool:
        sitting = self._sitting
        return sitting.courtroom.connected(seat) and self._watch.wants_padding(sitting.court.office.now(), seat)

    async def _pad(self, seat: SeatId) -> None:
        sitting = self._sitting
        sends = sitting.courtroom.link(seat).down_kbps
        rate = max(LEAST_PADDING * self._norm, PADDING * self._norm - sends)
        found = await sitting.courtroom.pad(seat, rate)
        now = sitting.court.office.now()
        if found is None:
            self._watch.padded(now, seat, None)
        else:
            await self._tell(self._watch.padded(now, seat, found.kbps, found.loss))
