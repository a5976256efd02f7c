"""A sitting: one hearing live on this node.

It owns the courtroom and the officers of the hearing and brings them into line with the newest floor. It never reacts
to particular facts: after every entry, and after a restart, the same ``_apply`` runs. What officers and lines report
comes back as acts of the server, through the same rules as everything else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import structlog

from hearing import acts as a
from hearing.edition import Edition
from hearing.facts import Closed
from hearing.floor import NOBODY, Floor, floor
from hearing.hearings import OVER, Hearing
from hearing.participants import SYSTEM, HearingId, PersonId, SeatId
from hearing.registry.errors import Away
from hearing.registry.journal import Entry
from hearing.registry.store import ROOM_SECONDS, when_there_is_room
from hearing.wrongs import Refused
from media.packets import Received
from media.relay.courtroom import Courtroom
from web import asking
from web.ahead import AheadDesk
from web.connection import Connection
from web.interpreting import Booth
from web.line_desk import LineDesk
from web.listening import ListeningDesk
from web.reading import ReadingDesk
from web.recording import RecordingDesk
from web.second_devices import SecondDevices
from web.speech import SpeechDesk
from web.timekeeping import LIVE, Timekeeper
from web.usher import Usher

if TYPE_CHECKING:
    from web.court import Court

log = structlog.get_logger()


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
        self.names: dict[PersonId, str] = {}
        self.done: dict[PersonId, deque[int]] = {}
        self.court_number = ""
        self.closing_digest: str | None = None
        self.usher = Usher(self)
        self.timekeeper = Timekeeper(self)
        self.lines = LineDesk(self)
        self.recording = RecordingDesk(self)
        self.speech = SpeechDesk(self)
        self.ahead = AheadDesk(self)
        self.reading = ReadingDesk(self)
        self.listening = ListeningDesk(self)
        self.booth = Booth(self)
        self.second = SecondDevices(self)
        self._version = 0
        self.ready = asyncio.Event()
        self.leaving = asyncio.Event()
        """It takes no more pages: a page that knocks now comes back and finds the next sitting of this hearing."""
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
        try:
            if self.hearing.phase not in OVER:
                await self.recording.open(await self.tape_key())
            await self._after_restart()
            self.courtroom.listen(self._hear)
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                tape = (self.recording.run(), self.recording.watch_second(), self.recording.read_back())
                officers = (self._follow(), self.lines.run(), *tape, self.speech.run(), self.ahead.run())
                self._running = [tasks.create_task(one) for one in officers]
                tasks.create_task(self._keep_time())
        finally:
            self.leaving.set()
            await self.courtroom.close()
            await self.recording.close()
            self.ahead.close()
            self.ended.set()

    @property
    def edition(self) -> Edition:
        """The rules edition by which this hearing is judged."""
        return self.court.office.edition_of(self.hearing)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task of this sitting; it ends with it."""
        if self._tasks is None:
            raise RuntimeError("the sitting does not run")
        return self._tasks.create_task(coroutine)

    async def ask(self, act: a.Act) -> None:
        """An act of the server itself, which waits for room where the database's disk is full.

        What the rules refuse to the server is noted and changes nothing.
        """
        try:
            await when_there_is_room(lambda: asking.perform(self.court.office, self.id, act, SYSTEM), asyncio.sleep)
        except Refused as refused:
            log.info("server act refused", hearing=self.id, act=act.wire_name(), rule=refused.rule)

    async def tape_key(self) -> bytes:
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
        self.hearing, self._version = await self.court.office.clerk.standing(self.id)

    async def _last_entry_at(self) -> float:
        entries = await self.court.office.registry.journal.read(self.id)
        return entries[-1].at if entries else self.court.office.now()

    async def _follow(self) -> None:
        self._apply()
        self.ready.set()
        while True:
            with contextlib.suppress(Away):  # looked for again, from where it was
                async for entry in self.court.office.registry.journal.follow(self.id, self._version):
                    await self._note(entry)
                return
            await asyncio.sleep(ROOM_SECONDS)

    async def _note(self, entry: Entry) -> None:
        """Bring everything into line with what was written. Asked once more, it does the same."""
        self.hearing = await self.court.office.clerk.load(self.id)
        if set(self.hearing.people) - set(self.names):
            await self._learn_names()
            self.hearing = await self.court.office.clerk.load(self.id)  # whoever came in meanwhile is not put out
        if isinstance(entry.fact, Closed):
            self.closing_digest = entry.digest
        self._apply()
        if self.hearing.phase in OVER:
            await self._close()
        self._version = entry.version

    async def _close(self) -> None:
        for tape in await self.recording.close():
            await self.ask(tape)
        for connection in self.connections:
            connection.say({"t": "rtc.closed"})
        await self.courtroom.close()
        self.court.closing.due(self.id)

    async def _keep_time(self) -> None:
        """Once the hearing is over, wait for the last page to go, and end the rest."""
        await self.timekeeper.run()
        while True:
            await asyncio.sleep(self.court.linger_seconds)
            if not self.connections:
                break
        self.leaving.set()
        for task in self._running:
            task.cancel()

    async def _learn_names(self) -> None:
        self.names = dict(await self.court.office.registry.docket.persons.names(list(self.hearing.people)))

    # --- following the facts ------------------------------------------------------------------------------------

    def _apply(self) -> None:
        self.floor = floor(self.hearing, self.edition)
        self.booth.apply()
        self.courtroom.apply(self.floor)
        self.recording.apply(self.floor)
        self.speech.apply(self.floor)
        self.second.apply()
        self.usher.apply()

    # --- media --------------------------------------------------------------------------------------------------

    def _hear(self, received: Received) -> None:
        self.recording.received(received)
        self.speech.received(received)
        self.reading.received(received)
