"""A sitting: one hearing live on this node.

It owns the courtroom and the officers of the hearing and brings them into line with the newest floor. It never reacts
to particular facts: after every entry, and after a restart, the same ``_apply`` runs. What officers and lines report
comes back as acts of the server, through the same rules as everything else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from typing import TYPE_CHECKING, Any

import structlog

from hearing import acts as a
from hearing.floor import NOBODY, Floor, floor
from hearing.hearings import OVER, Hearing, Phase
from hearing.participants import SYSTEM, Attendance, HearingId, PersonId, SeatId
from hearing.wrongs import Refused
from media.packets import Received
from media.relay.courtroom import Courtroom, LineDown, LineUp
from media.relay.linehistory import LineHistory
from web import asking, view
from web.connection import Connection
from web.interpreting import Booth
from web.listening import ListeningDesk
from web.reading import ReadingDesk
from web.recording import RecordingDesk
from web.second_devices import SecondDevices
from web.speech import SpeechDesk

if TYPE_CHECKING:
    from web.court import Court

log = structlog.get_logger()

TICK_SECONDS = 0.25
LEVELS_EVERY = 2
LINKS_EVERY = 8
LINES_EVERY = 4
LIVE = (Phase.OPEN, Phase.ANNOUNCED)
REMOVED_CODE = 4410
OTHER_TAB_CODE = 4409


class Sitting:
    """One hearing's pages, media and officers. Made by the court, run in the court's task group."""

    def __init__(self, court: Court, hearing_id: HearingId, hearing: Hearing) -> None:
        self.court = court
        self.id = hearing_id
        self.hearing = hearing
        self.floor: Floor = NOBODY
        self.courtroom = Courtroom(court.door, forwarder=court.forwarder)
        self.connections: set[Connection] = set()
        self.devices: dict[SeatId, tuple[bool, bool]] = {}
        self.history = LineHistory()
        self.names: dict[PersonId, str] = {}
        self.captions: deque[dict[str, Any]] = deque(maxlen=40)
        self.done: dict[PersonId, deque[int]] = {}
        self.court_number = ""
        self.closing_digest: str | None = None
        self.recording = RecordingDesk(self)
        self.speech = SpeechDesk(self)
        self.reading = ReadingDesk(self)
        self.listening = ListeningDesk(self)
        self.booth = Booth(self)
        self.second = SecondDevices(self)
        self.ready = asyncio.Event()
        self.ended = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._running: list[asyncio.Task[None]] = []

    # --- life ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Sit until the hearing is over. A damaged record or a bug of ours ends the sitting loudly."""
        office = self.court.office
        case = await office.registry.docket.cases.get(self.hearing.case)
        self.court_number = case.court_number
        await self._learn_names()
        await self.recording.open(await self._tape_key())
        await self._after_restart()
        self.courtroom.listen(self._hear)
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tape = (self.recording.run(), self.recording.watch_second(), self.recording.read_back())
                officers = (self._follow(), self._watch_lines(), *tape, self.speech.run())
                self._running = [tasks.create_task(one) for one in officers]
                tasks.create_task(self._tick())
        finally:
            await self.courtroom.close()
            await self.recording.close()
            self.ended.set()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of this sitting; it ends with it."""
        if self._tasks is None:
            raise RuntimeError("the sitting does not run")
        return self._tasks.create_task(coroutine)

    async def ask(self, act: a.Act) -> None:
        """An act of the server itself. What the rules refuse to the server is noted and changes nothing."""
        try:
            await asking.perform(self.court.office, self.id, act, SYSTEM)
        except Refused as refused:
            log.info("server act refused", hearing=self.id, act=act.wire_name(), rule=refused.rule)

    async def _tape_key(self) -> bytes:
        return await self.court.office.registry.keys.tapes(self.hearing.case)

    async def _after_restart(self) -> None:
        """Whoever was connected when the server died is gone now; an open hearing waits for them."""
        gone = tuple(seat for seat, s in self.hearing.seats.items() if s.connected)
        if gone and self.hearing.phase in LIVE:
            since = max(self.recording.last_arrival or 0, await self._last_entry_at())
            await self.ask(a.PauseByLoss(gone, since, "server"))
        for seat in gone:
            await self.ask(a.NoteLoss(seat))
        for tape in self.recording.recovered:
            await self.ask(tape)
        self.hearing = await self.court.office.clerk.load(self.id)

    async def _last_entry_at(self) -> float:
        entries = await self.court.office.registry.journal.read(self.id)
        return entries[-1].at if entries else self.court.office.now()

    async def _follow(self) -> None:
        self._apply()
        self.ready.set()
        version = await self.court.office.clerk.version(self.id)
        async for entry in self.court.office.registry.journal.follow(self.id, version):
            self.hearing = await self.court.office.clerk.load(self.id)
            if set(self.hearing.people) - set(self.names):
                await self._learn_names()
            if entry.fact.__class__.__name__ == "Closed":
                self.closing_digest = entry.digest
            self._apply()
            if self.hearing.phase in OVER:
                await self._close()

    async def _close(self) -> None:
        for tape in await self.recording.close():
            await self.ask(tape)
        for connection in self.connections:
            connection.say({"t": "rtc.closed"})
        await self.courtroom.close()
        self.court.closing.due(self.id)

    async def _learn_names(self) -> None:
        self.names = dict(await self.court.office.registry.docket.persons.names(list(self.hearing.people)))

    # --- following the facts ------------------------------------------------------------------------------------

    def _apply(self) -> None:
        self.floor = floor(self.hearing, self.court.office.edition)
        self.booth.apply()
        self.courtroom.apply(self.floor)
        self.recording.apply(self.floor)
        self.speech.apply(self.floor)
        self.second.apply()
        for connection in list(self.connections):
            if self._is_out(connection):
                connection.close(REMOVED_CODE)
                if connection.who is not None:
                    self.courtroom.leave(connection.who)
                continue
            connection.show()
            self.want(connection)

    def _is_out(self, connection: Connection) -> bool:
        if connection.observer:
            return not self.hearing.observer_link
        person = self.hearing.people.get(connection.by.person)
        return person is not None and person.attendance is Attendance.REMOVED

    def want(self, connection: Connection) -> None:
        """Tell a page how many sections it should be ready to receive, and whether someone new would fill one."""
        if connection.who is None:
            return
        wanted = self.courtroom.wanted(connection.who)
        counts = {kind: sum(w.kind == kind for w in wanted) for kind in ("audio", "video")}
        connection.say({"t": "rtc.wanted", **counts, "fresh": any(not w.fed for w in wanted)})

    # --- pages --------------------------------------------------------------------------------------------------

    def taken(self, newcomer: Connection) -> bool:
        """Another page of the same person is here."""
        return any(other.by.person == newcomer.by.person for other in self.connections)

    @contextlib.asynccontextmanager
    async def entered(self, connection: Connection) -> AsyncIterator[None]:
        """A page is here while this lasts. A newer page of the same person takes the seat."""
        await self.ready.wait()
        for other in list(self.connections):
            if not connection.observer and other.by.person == connection.by.person and not other.observer:
                other.close(OTHER_TAB_CODE)
                self.connections.discard(other)
        self.connections.add(connection)
        self.listening.entered(connection)
        connection.show()
        self._give_servers()
        if connection.who is not None and not self.courtroom.has_peer(connection.who):
            connection.say({"t": "rtc.again"})
        self.want(connection)
        if connection.observer:
            self.show_all()
        try:
            yield
        finally:
            self.connections.discard(connection)
            if connection.probe is not None:
                connection.probe.cancel()
            if connection.observer and connection.who is not None:
                self.courtroom.leave(connection.who)
                self.booth.leaves(connection)
                self.show_all()

    def show_all(self) -> None:
        for connection in self.connections:
            connection.show()

    def view(self, connection: Connection) -> dict[str, Any]:
        office = self.court.office
        stage = view.Stage(
            id=self.id,
            court_number=self.court_number,
            hearing=self.hearing,
            floor=self.floor,
            edition=office.edition,
            names=self.names,
            now=office.now(),
            devices=self.second.shown(),
            observers=sum(c.observer for c in self.connections),
            rolling=self.recording.rolling,
            listens=self.booth.listens,
            oath=self.speech.oath,
            captions=tuple(self.captions),
            transcript=self.speech.state,
            closing_digest=self.closing_digest,
            why=office.languages.why,
        )

        def say(msgid: str, **args: object) -> str:
            return office.languages.translate(connection.language, msgid, **args)

        return view.view(stage, connection.by, connection.language, say, connection.observer)

    def caption(self, caption: dict[str, Any]) -> None:
        """Show a line of speech to everyone who hears its speaker, and to the speaker."""
        if caption["final"]:
            self.captions.append(caption)
        for connection in self.connections:
            if self._hears(connection, SeatId(caption["seat"])):
                connection.say({"t": "caption", **caption})

    def _hears(self, connection: Connection, seat: SeatId) -> bool:
        if not self.booth.carries(seat, connection):
            return False
        if connection.observer:
            return seat in self.floor.public_hears
        own = connection.seat
        return own is not None and (own == seat or seat in self.floor.hears.get(own, frozenset()))

    # --- media --------------------------------------------------------------------------------------------------

    def _hear(self, received: Received) -> None:
        self.recording.received(received)
        self.speech.received(received)
        self.reading.received(received)

    async def _watch_lines(self) -> None:
        events = self.courtroom.line_events()
        while True:
            event = await events.get()
            match event:
                case LineUp(seat):
                    await self.ask(a.Arrive(seat))
                case LineDown(seat):
                    self.devices.pop(seat, None)
                    await self.ask(a.NoteLoss(seat))

    async def _tick(self) -> None:
        """The clock of the sitting. Once the hearing is over it waits for the last page to go, and ends the rest."""
        ticks = 0
        while self.hearing.phase not in OVER:
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
            await self._watch_clock()
            if ticks % LEVELS_EVERY == 0:
                self._say_levels()
                await self.listening.look()
            if ticks % LINKS_EVERY == 0:
                self._note_lines()
                self._say_links()
                await self.listening.watch()
            if ticks % LINES_EVERY == 0:
                self._give_servers()
                await self._reconcile_lines()
        while True:
            await asyncio.sleep(self.court.linger_seconds)
            if not self.connections:
                break
        for task in self._running:
            task.cancel()

    async def _reconcile_lines(self) -> None:
        """A line that came up before the lobby opened, or an event that was refused, is made good here."""
        if self.hearing.phase in (Phase.LISTED, *OVER):
            return
        for seat, now in self.hearing.seats.items():
            up = self.courtroom.connected(seat)
            if up and not now.connected:
                await self.ask(a.Arrive(seat))
            elif now.connected and not up:
                await self.ask(a.NoteLoss(seat))

    async def _watch_clock(self) -> None:
        now = self.court.office.now()
        h = self.hearing
        if h.phase is Phase.COUNTDOWN and h.opens_at is not None and now >= h.opens_at:
            await self.ask(a.OpenHearing())
        elif h.phase is Phase.LISTED and now >= h.listing.scheduled_at - self.court.office.lobby_minutes * 60:
            await self.ask(a.OpenLobby())
        elif h.phase in LIVE:
            lost = self._lost_too_long(now)
            if lost:
                since = min(h.seats[seat].lost_at or now for seat in lost)
                await self.ask(a.PauseByLoss(lost, since, "line"))

    def _lost_too_long(self, now: float) -> tuple[SeatId, ...]:
        needed = self.court.office.edition.groups["pause_when_lost"]
        lost = {
            p.seat
            for p in self.hearing.people.values()
            if p.role in needed
            and p.attendance is Attendance.LOST
            and (at := self.hearing.seats[p.seat].lost_at) is not None
            and now - at >= self.court.loss_seconds
        }
        return tuple(sorted(lost))

    def _say_levels(self) -> None:
        levels = self.courtroom.levels()
        if not levels:
            return
        for connection in self.connections:
            heard = {s: round(level, 2) for s, level in levels.items() if self._hears(connection, s)}
            if heard:
                connection.say({"t": "rtc.levels", "levels": heard})

    def _note_lines(self) -> None:
        now = self.court.office.now()
        for seat in self.hearing.seats:
            self.history.note(now, seat, self.courtroom.link(seat) if self.courtroom.connected(seat) else None)

    def _say_links(self) -> None:
        staff_roles = self.court.office.edition.groups["bench"] | self.court.office.edition.groups["secretary"]
        links = {p.seat: self._link(p.seat) for p in self.hearing.people.values() if self.courtroom.has_peer(p.seat)}
        for connection in self.connections:
            if connection.observer:
                continue
            if connection.by.role in staff_roles:
                connection.say({"t": "rtc.link", "links": links})
            elif connection.seat in links:
                connection.say({"t": "rtc.link", "links": {connection.seat: links[connection.seat]}})

    def line_verdict(self, seat: SeatId) -> str:
        """How a line does at this moment, in a word."""
        if not self.courtroom.connected(seat):
            return "unknown"
        figures = self.courtroom.link(seat)
        trouble = view.trouble_of(self.court.office.edition.numbers, figures.loss, figures.rtt_ms)
        proven = seat in self.hearing.seats and self.hearing.seats[seat].below_norm
        return "below" if proven else "weak" if trouble else "good"

    def _link(self, seat: SeatId) -> dict[str, Any]:
        figures = self.courtroom.link(seat)
        return {
            "verdict": self.line_verdict(seat),
            "proven": self.listening.standing(seat),
            "rtt_ms": figures.rtt_ms,
            "loss": round(figures.loss, 3),
            "up_kbps": figures.up_kbps,
            "down_kbps": figures.down_kbps,
        }

    def _give_servers(self) -> None:
        """Tell pages the way round, where there is one, and again before their credentials end."""
        turn, now = self.court.turn, self.court.office.now()
        if turn is None:
            return
        for connection in self.connections:
            if connection.who is not None and connection.servers_until <= now:
                connection.servers_until = turn.renewed_at(now)
                connection.say({"t": "rtc.servers", "servers": turn.servers(connection.who, now)})

    def may_publish(self, connection: Connection) -> bool:
        """Whether this page may have a media connection now."""
        if connection.who is None or self.hearing.phase in OVER:
            return False
        if connection.observer:
            return self.hearing.observer_link
        person = self.hearing.people.get(connection.by.person)
        return person is not None and person.attendance not in (Attendance.REMOVED, Attendance.RELEASED)
