"""The court: the sittings of this node, the officers they share, and the supervisor over them.

The supervisor is the second border at which anything unforeseen is caught: a sitting that breaks stops loudly, its
record is kept, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import structlog
from aiohttp import WSCloseCode, web

from hearing.hearings import Phase
from hearing.participants import HearingId
from hearing.registry.utterances import UtteranceBook
from media.record.disk import Disk
from media.record.growing import TapeReader
from media.relay.forwarder import Forwarder
from media.wire.door import Door
from transcripts.transcriber import Transcriber
from web import searching
from web.closing import Closing
from web.delivery.carrier import Carrier
from web.delivery.targets import Target
from web.office import Office
from web.probing import ProbeQueue
from web.sitting import Sitting
from web.turn import Turn
from web.venue import LeaseLost, OneNode, SitsElsewhere, Venue

log = structlog.get_logger()

SLEEPING = (Phase.LISTED, Phase.CLOSED, Phase.VACATED)
LIST_SECONDS = 20.0
DAY_SECONDS = 24 * 3600.0
BELL_SECONDS, ROUNDS_TO_FILES = 2.0, 60
"""Of several nodes: so often each looks into its sittings' journals, and after so many rounds for unfinished files."""
SESSIONS_EVERY = 180
"""Looks at the list between two times that expired sessions are forgotten: an hour."""
CARRIER_RESTS_SECONDS = 60.0
LINGER_SECONDS = 60.0
"""A sitting whose hearing is over ends so long after its last page has gone."""
CONFIDENCE_SECONDS = 60.0
"""So often the newest part of each tape is read back."""
AHEAD_SECONDS = 15.0
"""So often it is asked what has become whole on tape, for the pass over the recording."""


@contextlib.contextmanager
def _apart(what: str, **whose: str) -> Iterator[None]:
    """What breaks in here is told, and no hearing suffers from it."""
    try:
        yield
    except Exception:
        log.exception(what, **whose)


class Court:
    """All sittings of this node. Runs inside ``run``; sittings start when a page knocks or a clock says so."""

    def __init__(
        self,
        office: Office,
        door: Door,
        transcriber: Transcriber,
        book: UtteranceBook,
        tapes: Path,
        loss_seconds: float,
        forwarder: Forwarder | None = None,
        turn: Turn | None = None,
        disk: Disk | None = None,
        second_disk: Disk | None = None,
        venue: Venue | None = None,
    ) -> None:
        self.office = office
        self.venue = venue if venue is not None else OneNode()
        self.door = door
        self.forwarder = forwarder
        self.turn = turn
        self.transcriber = transcriber
        self.book = book
        self.tapes = tapes
        self.disk = disk
        self.second_disk = second_disk
        self.loss_seconds = loss_seconds
        self.linger_seconds = LINGER_SECONDS
        self.confidence_seconds = CONFIDENCE_SECONDS
        self.probes = ProbeQueue(office.now)
        self.readings = ProbeQueue(office.now)
        self.closing = Closing(self)
        self.tape_reader = TapeReader()
        self.ahead_seconds = AHEAD_SECONDS
        self.carrier = Carrier(office.registry, office.clerk, office.targets)
        self._sittings: dict[HearingId, Sitting] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._opening = asyncio.Lock()
        self.risen = asyncio.Event()
        """The court sits no more, whether it was told to rise or broke: a server without a court must not go on."""

    async def run(self, started: asyncio.Event) -> None:
        """Sit until cancelled. Hearings that were live when the server died come back first."""
        try:
            await self._sit(started)
        finally:
            self.tape_reader.close()
            self.risen.set()

    async def _sit(self, started: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._close_hearings())
            tasks.create_task(self._deliver_utterances())
            tasks.create_task(self._copy_recordings())
            tasks.create_task(self._catch_up_with_the_index())
            if self.venue.node:
                tasks.create_task(self._look_to_neighbours())
            for target in self.carrier.targets:
                tasks.create_task(self._deliver_documents(target))
            for hearing_id in await self.office.clerk.recover():
                with _apart("hearing does not sit", hearing=hearing_id), contextlib.suppress(SitsElsewhere):
                    if (await self.office.clerk.load(hearing_id)).phase not in SLEEPING:
                        await self.sitting(hearing_id)
            await self.closing.tidy()
            await self._forget_sessions()
            started.set()
            with _apart("unfinished case files not found"):
                await self.closing.recover()
            await self._watch_list()

    async def sitting(self, hearing_id: HearingId) -> Sitting:
        """The hearing's sitting, started when it is not yet live here. Raises ``NotFound`` or ``SitsElsewhere``.

        It may be leaving: over, or broken before it had begun.
        """
        async with self._opening:
            found = self._sittings.get(hearing_id)
            if found is None:
                await self.office.clerk.load(hearing_id)
                if (node := await self.venue.claim(hearing_id)) is not None:
                    raise SitsElsewhere(node)
                found = Sitting(self, hearing_id, await self.office.clerk.load(hearing_id))
                self._sittings[hearing_id] = found
                self.spawn(self._supervise(found))
        await found.ready.wait()
        return found

    @property
    def sittings(self) -> tuple[Sitting, ...]:
        return tuple(self._sittings.values())

    def sitting_now(self, hearing_id: HearingId) -> Sitting | None:
        return self._sittings.get(hearing_id)

    def holds(self, hearing_id: HearingId) -> bool:
        """Whether the hearing sits at this node."""
        return hearing_id in self._sittings

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._tasks is None:
            raise RuntimeError("the court does not sit")
        return self._tasks.create_task(coroutine)

    async def _supervise(self, sitting: Sitting) -> None:
        code: int | None = WSCloseCode.INTERNAL_ERROR
        try:
            with _apart("sitting stopped", hearing=sitting.id):
                code = None if await self._while_held(sitting.id, sitting.run()) else WSCloseCode.TRY_AGAIN_LATER
            if code is not None:
                for connection in sitting.connections:
                    connection.close(code)
        finally:
            self._sittings.pop(sitting.id, None)
            sitting.leaving.set()
            sitting.ready.set()

    async def _while_held(self, what: str, work: Coroutine[Any, Any, object]) -> bool:
        """Do this for as long as this node holds the lease, and give it back.

        False when the lease was lost meanwhile, which stops the work at once.
        """
        lost = False
        try:
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(self.venue.keep(what))
                await work
                keeping.cancel()
        except* LeaseLost:
            lost = True
            log.error("lease lost", what=what)
        finally:
            if not lost:
                await self.venue.release(what)
        return not lost

    async def _alone(self, job: str, work: Callable[[], Coroutine[Any, Any, object]]) -> bool:
        """Do what no two nodes may do at once. False when it was not done, or not to its end."""
        try:
            if await self.venue.claim(job) is not None:
                return False
        except SitsElsewhere:
            return False
        return await self._while_held(job, work())

    async def _close_hearings(self) -> None:
        while True:
            hearing_id = await self.closing.next()
            complete = False

            async def finish(hearing_id: HearingId = hearing_id) -> None:
                nonlocal complete
                complete = await self.closing.complete(hearing_id)

            with _apart("closing failed", hearing=hearing_id):
                await self._alone(f"closing:{hearing_id}", finish)
            if not complete:
                self.closing.again(hearing_id)

    async def _copy_recordings(self) -> None:
        while True:
            hearing_id = await self.office.copies.next()
            with _apart("office copy failed", hearing=hearing_id):
                await self.office.copies.make(self.office, hearing_id)

    async def _catch_up_with_the_index(self) -> None:
        async def catch_up() -> None:
            for hearing_id in await searching.behind(self.office):
                with _apart("index failed", hearing=hearing_id):
                    await searching.reindex(self.office, hearing_id)

        await self._alone("index", catch_up)

    async def _deliver_documents(self, target: Target) -> None:
        while True:
            with _apart("delivery broke off", target=target.name):
                await self._alone(f"delivery:{target.name}", lambda: self.carrier.run(target, self.office.now))
            await asyncio.sleep(CARRIER_RESTS_SECONDS)

    async def _deliver_utterances(self) -> None:
        heard = self.transcriber.utterances()
        while True:
            utterance = await heard.get()
            sitting = self._sittings.get(utterance.hearing)
            if sitting is not None:
                with _apart("utterance not shown", hearing=sitting.id):
                    await sitting.speech.heard(utterance)

    async def _look_to_neighbours(self) -> None:
        """See what another node wrote into the journals of our sittings, and finish files that a lost node left."""
        rounds = 0
        while True:
            await asyncio.sleep(BELL_SECONDS)
            for sitting in self.sittings:
                self.office.registry.journal.ring(sitting.id)
            rounds = (rounds + 1) % ROUNDS_TO_FILES
            if not rounds:
                with _apart("unfinished case files not found"):
                    await self.closing.recover(self.office.now() - DAY_SECONDS)

    async def _watch_list(self) -> None:
        """Open the lobby of hearings whose time has come, whether or not anyone has knocked."""
        for looks in itertools.count(1):
            with _apart("list not read"):
                await self._open_due()
            if looks % SESSIONS_EVERY == 0:
                await self._forget_sessions()
            await asyncio.sleep(LIST_SECONDS)

    async def _forget_sessions(self) -> None:
        """Who was signed in and is so no longer is nobody's affair."""
        with _apart("sessions not forgotten"):
            await self.office.registry.docket.sessions.prune(self.office.now())

    async def _open_due(self) -> None:
        now, hearings = self.office.now(), self.office.registry.docket.hearings
        until = now + self.office.edition.numbers["lobby_opens_minutes"] * 60
        due = [one.id for one in await hearings.between(now - 3600, until) if one.phase == Phase.LISTED]
        if self.venue.node:  # what no node holds any more goes on here
            due += [one.id for one in await hearings.live() if one.phase not in SLEEPING and not self.holds(one.id)]
        for hearing_id in due:
            with _apart("hearing does not sit", hearing=hearing_id), contextlib.suppress(SitsElsewhere):
                await self.sitting(hearing_id)


COURT = web.AppKey("court", Court)
