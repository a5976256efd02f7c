"""The court: the sittings of this node, the officers they share, and the supervisor over them.

The supervisor is the second border at which anything unforeseen is caught: a sitting that breaks stops loudly, its
record is kept, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import structlog
from aiohttp import WSCloseCode, web

from hearing.hearings import Phase
from hearing.participants import HearingId
from hearing.registry.utterances import UtteranceBook
from media.record.disk import Disk
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

log = structlog.get_logger()

SLEEPING = (Phase.LISTED, Phase.CLOSED, Phase.VACATED)
LIST_SECONDS = 20.0
CARRIER_RESTS_SECONDS = 60.0
LINGER_SECONDS = 60.0
"""A sitting whose hearing is over ends so long after its last page has gone."""
CONFIDENCE_SECONDS = 60.0
"""So often the newest part of each tape is read back."""


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
    ) -> None:
        self.office = office
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
            self.risen.set()

    async def _sit(self, started: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._close_hearings())
            tasks.create_task(self._deliver_utterances())
            tasks.create_task(self._copy_recordings())
            tasks.create_task(self._catch_up_with_the_index())
            for target in self.carrier.targets:
                tasks.create_task(self._deliver_documents(target))
            for hearing_id in await self.office.clerk.recover():
                with _apart("hearing does not sit", hearing=hearing_id):
                    if (await self.office.clerk.load(hearing_id)).phase not in SLEEPING:
                        await self.sitting(hearing_id)
            await self.closing.tidy()
            started.set()
            with _apart("unfinished case files not found"):
                await self.closing.recover()
            await self._watch_list()

    async def sitting(self, hearing_id: HearingId) -> Sitting:
        """The hearing's sitting, started when it is not yet live here. Raises ``NotFound``.

        It may be leaving: over, or broken before it had begun.
        """
        async with self._opening:
            found = self._sittings.get(hearing_id)
            if found is None:
                hearing = await self.office.clerk.load(hearing_id)
                found = Sitting(self, hearing_id, hearing)
                self._sittings[hearing_id] = found
                self.spawn(self._supervise(found))
        await found.ready.wait()
        return found

    @property
    def sittings(self) -> tuple[Sitting, ...]:
        return tuple(self._sittings.values())

    def sitting_now(self, hearing_id: HearingId) -> Sitting | None:
        return self._sittings.get(hearing_id)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._tasks is None:
            raise RuntimeError("the court does not sit")
        return self._tasks.create_task(coroutine)

    async def _supervise(self, sitting: Sitting) -> None:
        try:
            with _apart("sitting stopped", hearing=sitting.id):
                await sitting.run()
                return
            for connection in sitting.connections:
                connection.close(WSCloseCode.INTERNAL_ERROR)
        finally:
            self._sittings.pop(sitting.id, None)
            sitting.leaving.set()
            sitting.ready.set()

    async def _close_hearings(self) -> None:
        while True:
            hearing_id = await self.closing.next()
            complete = False
            with _apart("closing failed", hearing=hearing_id):
                complete = await self.closing.complete(hearing_id)
            if not complete:
                self.closing.again(hearing_id)

    async def _copy_recordings(self) -> None:
        while True:
            hearing_id = await self.office.copies.next()
            with _apart("office copy failed", hearing=hearing_id):
                await self.office.copies.make(self.office, hearing_id)

    async def _catch_up_with_the_index(self) -> None:
        for hearing_id in await searching.behind(self.office):
            with _apart("index failed", hearing=hearing_id):
                await searching.reindex(self.office, hearing_id)

    async def _deliver_documents(self, target: Target) -> None:
        while True:
            with _apart("delivery broke off", target=target.name):
                await self.carrier.run(target, self.office.now)
            await asyncio.sleep(CARRIER_RESTS_SECONDS)

    async def _deliver_utterances(self) -> None:
        heard = self.transcriber.utterances()
        while True:
            utterance = await heard.get()
            sitting = self._sittings.get(utterance.hearing)
            if sitting is not None:
                with _apart("utterance not shown", hearing=sitting.id):
                    await sitting.speech.heard(utterance)

    async def _watch_list(self) -> None:
        """Open the lobby of hearings whose time has come, whether or not anyone has knocked."""
        while True:
            with _apart("list not read"):
                await self._open_due()
            await asyncio.sleep(LIST_SECONDS)

    async def _open_due(self) -> None:
        now = self.office.now()
        until = now + self.office.lobby_minutes * 60
        for listing in await self.office.registry.docket.hearings.between(now - 3600, until):
            if listing.phase == Phase.LISTED:
                with _apart("hearing does not sit", hearing=listing.id):
                    await self.sitting(listing.id)


COURT = web.AppKey("court", Court)
