"""The carrier: enters what is owed, brings what is due, and writes how it ended. Each target has a round of its own.

What is owed follows from what is sealed: every round compares the two, so a document sealed the moment before a crash
is entered by the next round. An attempt that failed waits twice as long as the one before; after the last one the row
stands as failed until a member of the court has it tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from hearing.registry.clerk import Clerk
from hearing.registry.errors import RegistryError
from hearing.registry.office import Office as Registry
from hearing.registry.outbox import Delivery, Owed
from hearing.wrongs import Impossible
from web.delivery.parcel import NotDelivered, pack
from web.delivery.targets import Target, withheld

log = structlog.get_logger(__name__)

ROUND_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 6 * 3600.0
MOST_ATTEMPTS = 12


def pause(attempts: int) -> float:
    """Seconds until the next attempt after so many failed ones."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1)))


class Carrier:
    def __init__(self, registry: Registry, clerk: Clerk, targets: Sequence[Target]) -> None:
        self._registry = registry
        self._clerk = clerk
        self._outbox = registry.docket.outbox
        self.targets = targets

    async def run(self, target: Target, now: Callable[[], float]) -> None:
        """Serve one target until cancelled."""
        while True:
            await self.serve(target, now())
            await asyncio.sleep(ROUND_SECONDS)

    async def serve(self, target: Target, at: float) -> None:
        """One round for one target at Unix second ``at``."""
        await self._enter(target, at)
        for owed in await self._outbox.due(target.name, at):
            await self._bring(target, owed, at)

    async def _enter(self, target: Target, at: float) -> None:
        missing = await self._outbox.missing(target.name, target.documents, target.prefixes, target.since)
        for hearing_id, document in missing:
            try:
                hearing = await self._clerk.load(hearing_id)
            except (Impossible, RegistryError):
                continue  # a damaged journal is told of elsewhere, loudly
            if document in hearing.files:
                await self._outbox.enter(target.name, hearing_id, document, at)

    async def _bring(self, target: Target, owed: Owed, at: float) -> None:
        attempts = await self._outbox.begin(owed)
        try:
            why = await self._attempt(target, owed, at)
        except NotDelivered as wrong:
            ended = wrong.final or attempts >= MOST_ATTEMPTS
            state, due = (Delivery.FAILED, None) if ended else (Delivery.WAITING, at + pause(attempts))
            await self._outbox.settle(owed, state, at, wrong.why, due)
            log.warning(
                "not delivered",
                target=target.name,
                document=owed.document,
                why=wrong.why,
                attempt=attempts,
                final=ended,
            )
            return
        state = Delivery.DELIVERED if why is None else Delivery.WITHHELD
        await self._outbox.settle(owed, state, at, why or "")
        log.info("delivery", target=target.name, document=owed.document, state=state.value)

    async def _attempt(self, target: Target, owed: Owed, at: float) -> str | None:
        """Deliver; answers why it is withheld instead, if it is."""
        try:
            document = await self._registry.docket.documents.get(owed.document)
            hearing = await self._clerk.load(owed.hearing)
            facts = [entry.fact for entry in await self._registry.journal.read(owed.hearing)]
            why = withheld(target, hearing, facts, document)
            if why is not None:
                return why
            parcel = await pack(self._registry, target.name, document)
        except (Impossible, RegistryError) as wrong:
            raise NotDelivered(type(wrong).__name__.lower(), final=True) from wrong
        await target.adapter.deliver(parcel, at)
        return None
