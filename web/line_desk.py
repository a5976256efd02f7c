"""The line desk: what lines report becomes arrivals and losses, and pages learn how their lines do.

A line comes and goes by events; whatever an event could not do at its time is made good by looking again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hearing import acts as a
from hearing.hearings import OVER, Phase
from hearing.participants import SeatId
from media.relay.linehistory import LineHistory
from media.relay.lines import LineDown, LineUp
from media.wire.clock import SECOND
from web import view

if TYPE_CHECKING:
    from web.sitting import Sitting


class LineDesk:
    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self.history = LineHistory()
        self._last_heard: dict[SeatId, float] = {}

    async def run(self) -> None:
        """Who came and who is lost, as the courtroom says it."""
        sitting, events = self._sitting, self._sitting.courtroom.line_events()
        while True:
            event = await events.get()
            match event:
                case LineUp(seat):
                    self._last_heard.pop(seat, None)
                    await sitting.ask(a.Arrive(seat))
                case LineDown(seat, at_ns, _, heard_ns):
                    self._last_heard[seat] = sitting.court.office.now() - max(0, at_ns - heard_ns) / SECOND
                    await sitting.ask(a.NoteLoss(seat))

    def last_heard(self, seat: SeatId) -> float | None:
        """When the last sign of life came of a line that is lost, in Unix seconds; that is before it was missed."""
        return self._last_heard.get(seat)

    async def reconcile(self) -> None:
        """A line that came up before the lobby opened, or an event that was refused, is made good here."""
        sitting = self._sitting
        if sitting.hearing.phase in (Phase.LISTED, *OVER):
            return
        for seat, now in sitting.hearing.seats.items():
            up = sitting.courtroom.connected(seat)
            if up and not now.connected:
                await sitting.ask(a.Arrive(seat))
            elif now.connected and not up:
                await sitting.ask(a.NoteLoss(seat))

    def note(self) -> None:
        """Keep this moment of every line."""
        courtroom, now = self._sitting.courtroom, self._sitting.court.office.now()
        for seat in self._sitting.hearing.seats:
            self.history.note(now, seat, courtroom.link(seat) if courtroom.connected(seat) else None)

    def say_links(self) -> None:
        """Tell the court how every line does, and everyone else how their own does."""
        sitting = self._sitting
        staff_roles = sitting.edition.groups["bench"] | sitting.edition.groups["secretary"]
        people = sitting.hearing.people.values()
        links = {p.seat: self._link(p.seat) for p in people if sitting.courtroom.has_peer(p.seat)}
        for connection in sitting.connections:
            if connection.observer:
                continue
            if connection.by.role in staff_roles:
                connection.say({"t": "rtc.link", "links": links})
            elif connection.seat in links:
                connection.say({"t": "rtc.link", "links": {connection.seat: links[connection.seat]}})

    def say_withheld(self) -> None:
        """Tell each page whose pictures its line has no room for now, and whose its browser cannot decode, where that
        has changed."""
        for connection in self._sitting.connections:
            if connection.who is None:
                continue
            courtroom = self._sitting.courtroom
            withheld, undecodable = courtroom.withheld(connection.who), courtroom.undecodable(connection.who)
            if (withheld, undecodable) != (connection.withheld, connection.undecodable):
                connection.withheld, connection.undecodable = withheld, undecodable
                connection.say({"t": "rtc.withheld", "seats": sorted(withheld), "undecodable": sorted(undecodable)})

    def verdict(self, seat: SeatId) -> str:
        """How a line does at this moment, in a word."""
        sitting = self._sitting
        if not sitting.courtroom.connected(seat):
            return "unknown"
        figures = sitting.courtroom.link(seat)
        trouble = view.trouble_of(sitting.edition.numbers, figures.loss, figures.rtt_ms)
        proven = seat in sitting.hearing.seats and sitting.hearing.seats[seat].below_norm
        return "below" if proven else "weak" if trouble else "good"

    def _link(self, seat: SeatId) -> dict[str, Any]:
        figures = self._sitting.courtroom.link(seat)
        return {
            "verdict": self.verdict(seat),
            "proven": self._sitting.listening.standing(seat),
            "rtt_ms": figures.rtt_ms,
            "loss": round(figures.loss, 3),
            "up_kbps": figures.up_kbps,
            "down_kbps": figures.down_kbps,
        }
