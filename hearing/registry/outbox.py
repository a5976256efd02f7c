"""The outbox: which sealed document is owed to which outside system, and how far it came.

A row is entered once per target and document, so nothing is owed twice. It waits until a receiver has taken it; an
attempt is counted before it begins, and the end of it is written after, so that a crash between the two leads to
another attempt and never to a loss. What a target is called and which documents it gets is configuration; here are
ids, codes and times only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from hearing.hearings import Phase
from hearing.participants import HearingId
from hearing.registry import schema
from hearing.registry.errors import NotFound
from hearing.registry.store import Store

OUTBOX, DOCUMENTS, HEARINGS = schema.outbox, schema.documents, schema.hearings


class Delivery(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    WITHHELD = "withheld"
    FAILED = "failed"


AFTER_ATTEMPT = frozenset({Delivery.WAITING, Delivery.DELIVERED, Delivery.WITHHELD, Delivery.FAILED})
"""What an attempt may make of a row that waits. A delivered row never changes again."""
RETRIED = frozenset({Delivery.WAITING, Delivery.WITHHELD, Delivery.FAILED})
"""What a person may have tried once more."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One row. ``why`` is the code of the last attempt's end, "" before any and after success."""

    target: str
    document: str
    hearing: HearingId
    state: Delivery
    entered_at: float
    due_at: float
    attempts: int
    why: str
    settled_at: float | None


class Outbox:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def missing(
        self, target: str, kinds: Iterable[str], prefixes: Iterable[str] = (), since: float = 0.0
    ) -> list[tuple[HearingId, str]]:
        """Documents of these kinds, of hearings closed since then, that were never entered for this target."""
        wanted = or_(DOCUMENTS.c.kind.in_(sorted(kinds)), *(DOCUMENTS.c.kind.startswith(one) for one in prefixes))
        entered = select(OUTBOX.c.document).where(OUTBOX.c.target == target)
        query = (
            select(DOCUMENTS.c.hearing, DOCUMENTS.c.id)
            .join(HEARINGS, HEARINGS.c.id == DOCUMENTS.c.hearing)
            .where(wanted, HEARINGS.c.phase == Phase.CLOSED.value, HEARINGS.c.closed_at >= since)
            .where(DOCUMENTS.c.id.not_in(entered))
            .order_by(DOCUMENTS.c.at, DOCUMENTS.c.id)
        )
        async with self._store.reading() as connection:
            return [(HearingId(row.hearing), row.id) for row in await connection.execute(query)]

    async def enter(self, target: str, hearing: HearingId, document: str, at: float) -> None:
        """Owe this document to this target; asked again, nothing changes."""
        row = {
            "target": target,
            "document": document,
            "hearing": hearing,
            "state": Delivery.WAITING.value,
            "entered_at": at,
            "due_at": at,
            "attempts": 0,
            "why": "",
        }
        async with self._store.writing() as connection:
            await self._store.insert_or_keep(connection, OUTBOX, row)

    async def due(self, target: str, at: float) -> list[Owed]:
        """What waits for this target and may be tried now, oldest first."""
        query = (
            select(OUTBOX)
            .where(OUTBOX.c.target == target, OUTBOX.c.state == Delivery.WAITING.value, OUTBOX.c.due_at <= at)
            .order_by(OUTBOX.c.entered_at, OUTBOX.c.document)
        )
        async with self._store.reading() as connection:
            return [_owed(row) for row in await connection.execute(query)]

    async def of(self, hearing: HearingId) -> list[Owed]:
        """Everything that was ever owed of this hearing."""
        query = select(OUTBOX).where(OUTBOX.c.hearing == hearing)
        async with self._store.reading() as connection:
            rows = await connection.execute(query.order_by(OUTBOX.c.target, OUTBOX.c.entered_at, OUTBOX.c.document))
            return [_owed(row) for row in rows]

    async def begin(self, one: Owed) -> int:
        """Count an attempt before it is made; answers which one it is."""
        async with self._store.writing() as connection:
            counted = update(OUTBOX).where(*_is(one.target, one.document)).values(attempts=OUTBOX.c.attempts + 1)
            attempts = await connection.scalar(counted.returning(OUTBOX.c.attempts))
            return int(attempts or 0)

    async def settle(self, one: Owed, state: Delivery, at: float, why: str = "", due_at: float | None = None) -> None:
        """Write how an attempt ended. What was delivered also enters the access log, in the same transaction."""
        if state not in AFTER_ATTEMPT:
            raise ValueError(state)
        values: dict[str, Any] = {"state": state.value, "why": why, "settled_at": at}
        if due_at is not None:
            values["due_at"] = due_at
        waiting = OUTBOX.c.state == Delivery.WAITING.value
        async with self._store.writing() as connection:
            changed = await connection.execute(
                update(OUTBOX).where(*_is(one.target, one.document), waiting).values(**values)
            )
            if changed.rowcount and state is Delivery.DELIVERED:
                line = {
                    "at": at,
                    "who": one.target,
                    "what": "delivered",
                    "hearing": one.hearing,
                    "subject": one.document,
                }
                await connection.execute(insert(schema.accesses).values(**line))

    async def retry(self, hearing: HearingId, target: str, document: str, at: float) -> None:
        """Have it tried again now, with all its attempts before it. Raises ``NotFound``."""
        again = [state.value for state in RETRIED]
        mine = (*_is(target, document), OUTBOX.c.hearing == hearing, OUTBOX.c.state.in_(again))
        values = {"state": Delivery.WAITING.value, "attempts": 0, "due_at": at}
        async with self._store.writing() as connection:
            if not (await connection.execute(update(OUTBOX).where(*mine).values(**values))).rowcount:
                raise NotFound(document)


def _is(target: str, document: str) -> tuple[Any, Any]:
    return OUTBOX.c.target == target, OUTBOX.c.document == document


def _owed(row: Row[Any]) -> Owed:
    return Owed(
        row.target,
        row.document,
        HearingId(row.hearing),
        Delivery(row.state),
        row.entered_at,
        row.due_at,
        row.attempts,
        row.why,
        row.settled_at,
    )
