"""Which node of a court has what: a hearing, or a job by its name. The book lies beside the journal.

One database decides over both, and its clock alone: who is no longer let write there holds nothing, and no node's own
clock, nor anything that forgets, can give the same to two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Double, cast, delete, extract, func, select
from sqlalchemy.dialects import postgresql, sqlite

from hearing.registry.schema import leases
from hearing.registry.store import Store

UNIX_EPOCH = 2440587.5
"""In Julian days."""


class LeaseBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, what: str, node: str, seconds: float) -> str:
        """Write it down for this node, or renew it, for so long. Answers who holds it now, maybe another."""
        kind: Any = sqlite.insert if self._store.dialect == "sqlite" else postgresql.insert
        now = self._now()
        entered = kind(leases).values(what=what, node=node, until=now + seconds)
        mine_or_over = (leases.c.node == node) | (leases.c.until <= now)
        entered = entered.on_conflict_do_update(
            index_elements=[leases.c.what], set_={"node": node, "until": now + seconds}, where=mine_or_over
        )
        holder: str | None = None
        async with self._store.writing() as connection:
            while holder is None:  # whoever held it may give it up between the two
                await connection.execute(entered)
                holder = await connection.scalar(select(leases.c.node).where(leases.c.what == what))
        return holder

    async def holder(self, what: str) -> str | None:
        """Who holds it now."""
        query = select(leases.c.node).where(leases.c.what == what, leases.c.until > self._now())
        async with self._store.reading() as connection:
            return await connection.scalar(query)

    async def give_up(self, what: str, node: str) -> None:
        async with self._store.writing() as connection:
            await connection.execute(delete(leases).where(leases.c.what == what, leases.c.node == node))

    def _now(self) -> ColumnElement[float]:
        """The database's own time, in Unix seconds."""
        if self._store.dialect == "sqlite":
            return cast((func.julianday("now") - UNIX_EPOCH) * 86400.0, Double)
        return cast(extract("epoch", func.clock_timestamp()), Double)
