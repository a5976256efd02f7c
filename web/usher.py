"""The usher: lets pages into a sitting and puts them out, and brings every page what it may see, hear and receive."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from hearing.hearings import OVER
from hearing.participants import Attendance, SeatId
from hearing.registry.errors import Away
from web import view
from web.captions import Captions, if_all_lines_stood
from web.connection import Connection

if TYPE_CHECKING:
    from web.sitting import Sitting

NOT_SIGNED_IN = 4401
OTHER_TAB_CODE = 4409
REMOVED_CODE = 4410
FULL_CODE = 4423


class Usher:
    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._captions = Captions()

    # --- who is here --------------------------------------------------------------------------------------------

    def taken(self, newcomer: Connection) -> bool:
        """Another page of the same person is here."""
        return any(other.by.person == newcomer.by.person for other in self._sitting.connections)

    def full(self, newcomer: Connection) -> bool:
        """Somebody of the public finds no seat left."""
        return newcomer.observer and self.gallery_full()

    def gallery_full(self) -> bool:
        return self._watching() >= self._sitting.court.office.gallery

    def _watching(self) -> int:
        """How many of the public are here, by a page or by a player."""
        return sum(one.observer for one in self._sitting.connections) + self._sitting.second.watching()

    @contextlib.asynccontextmanager
    async def entered(self, connection: Connection) -> AsyncIterator[None]:
        """A page is here while this lasts. A newer page of the same person takes the seat."""
        sitting = self._sitting
        for other in list(sitting.connections):
            if not connection.observer and other.by.person == connection.by.person and not other.observer:
                other.close(OTHER_TAB_CODE)
                sitting.connections.discard(other)
        sitting.connections.add(connection)
        sitting.listening.entered(connection)
        connection.show()
        self.give_servers()
        if connection.who is not None and not sitting.courtroom.has_peer(connection.who):
            connection.say({"t": "rtc.again"})
        self.want(connection)
        if connection.observer:
            self.show_all()
        try:
            yield
        finally:
            sitting.connections.discard(connection)
            if connection.probe is not None:
                connection.probe.cancel()
            if connection.observer and connection.who is not None:
                sitting.courtroom.leave(connection.who)
                sitting.booth.leaves(connection)
                self.show_all()

    def apply(self) -> None:
        """Put out who may not be here any more, and show everyone else the hearing as it now stands."""
        office = self._sitting.court.office
        self._captions.stands(office.now(), if_all_lines_stood(self._sitting.hearing, self._sitting.edition))
        for connection in list(self._sitting.connections):
            if self._is_out(connection):
                connection.close(REMOVED_CODE)
                if connection.who is not None:
                    self._sitting.courtroom.leave(connection.who)
                continue
            if self._is_locked_out(connection):
                self._lock_out(connection)
                continue
            connection.show()
            self.want(connection)

    async def put_out_the_signed_out(self) -> None:
        """Put out whoever of the court signed out, was disabled or got a new password while their page stayed open."""
        for connection in list(self._sitting.connections):
            if not await self._stands(connection) and connection in self._sitting.connections:
                self._lock_out(connection)

    async def _stands(self, connection: Connection) -> bool:
        """Whether this page's session stands, for all that is known: nobody is put out because a database is silent."""
        try:
            return connection.observer or connection.pass_id is not None or await connection.stands()
        except Away:
            return True

    def _lock_out(self, connection: Connection) -> None:
        connection.close(NOT_SIGNED_IN)
        if connection.who is not None:
            self._sitting.courtroom.hang_up(connection.who)

    def _is_out(self, connection: Connection) -> bool:
        hearing = self._sitting.hearing
        if connection.observer:
            return not hearing.observer_link
        person = hearing.people.get(connection.by.person)
        return person is not None and person.attendance is Attendance.REMOVED

    def _is_locked_out(self, connection: Connection) -> bool:
        """The pass that opened this page opens nothing any more; the person may come back by another."""
        hearing = self._sitting.hearing
        person, share = hearing.people.get(connection.by.person), hearing.shares.get(connection.by.person)
        if connection.pass_id is None:
            return False
        if person is not None:
            return connection.pass_id not in person.passes
        return share is None or not share.open(self._sitting.court.office.now())

    def may_publish(self, connection: Connection) -> bool:
        """Whether this page may have a media connection now."""
        hearing = self._sitting.hearing
        if connection.who is None or hearing.phase in OVER:
            return False
        if connection.observer:
            return hearing.observer_link
        person = hearing.people.get(connection.by.person)
        return person is not None and person.attendance not in (Attendance.REMOVED, Attendance.RELEASED)

    # --- what a page sees ---------------------------------------------------------------------------------------

    def show_all(self) -> None:
        for connection in self._sitting.connections:
            connection.show()

    def view(self, connection: Connection) -> dict[str, Any]:
        sitting, office = self._sitting, self._sitting.court.office
        stage = view.Stage(
            id=sitting.id,
            court_number=sitting.court_number,
            hearing=sitting.hearing,
            floor=sitting.floor,
            edition=sitting.edition,
            names=sitting.names,
            now=office.now(),
            devices=sitting.second.shown(),
            camera=sitting.second.camera(),
            observers=self._watching(),
            rolling=sitting.recording.rolling,
            second_alarm=sitting.recording.second_alarm,
            listens=sitting.booth.listens,
            oath=sitting.speech.oath,
            captions=self._captions.lines,
            transcript=sitting.speech.state,
            closing_digest=sitting.closing_digest,
            why=office.languages.why,
        )

        def say(msgid: str, **args: object) -> str:
            return office.languages.translate(connection.language, msgid, **args)

        return view.view(stage, connection.by, connection.language, say, connection.observer)

    # --- what a page hears --------------------------------------------------------------------------------------

    def caption(self, said: dict[str, Any], until: float) -> None:
        """Show a line of speech, whose last word ended then, to everyone who heard its speaker, and to the speaker."""
        line = self._captions.add(said, until)
        for connection in self._sitting.connections:
            was_let = line.public if connection.observer else connection.seat in {line.seat, *line.listeners}
            if was_let and self._hears(connection, line.seat):
                connection.say({"t": "caption", **said})

    def say_levels(self) -> None:
        """Tell every page how loud those are whom it hears."""
        levels = self._sitting.courtroom.levels()
        if not levels:
            return
        for connection in self._sitting.connections:
            heard = {s: round(level, 2) for s, level in levels.items() if self._hears(connection, s)}
            if heard:
                connection.say({"t": "rtc.levels", "levels": heard})

    def _hears(self, connection: Connection, seat: SeatId) -> bool:
        floor = self._sitting.floor
        if not self._sitting.booth.carries(seat, connection):
            return False
        if connection.observer:
            return seat in floor.public_hears
        own = connection.seat
        return own is not None and (own == seat or seat in floor.hears.get(own, frozenset()))

    # --- what a page receives -----------------------------------------------------------------------------------

    def want(self, connection: Connection) -> None:
        """Tell a page how many sections it should be ready to receive, and whether someone new would fill one."""
        if connection.who is None:
            return
        wanted = self._sitting.courtroom.wanted(connection.who)
        counts = {kind: sum(w.kind == kind for w in wanted) for kind in ("audio", "video")}
        connection.say({"t": "rtc.wanted", **counts, "fresh": any(not w.fed for w in wanted)})

    def give_servers(self) -> None:
        """Tell pages the way round, where there is one, and again before their credentials end."""
        turn, now = self._sitting.court.turn, self._sitting.court.office.now()
        if turn is None:
            return
        for connection in self._sitting.connections:
            if connection.who is not None and connection.servers_until <= now:
                connection.servers_until = turn.renewed_at(now)
                connection.say({"t": "rtc.servers", "servers": turn.servers(connection.who, now)})
