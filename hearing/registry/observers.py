"""The public link of an open hearing: one at a time, receive-only, gone the moment a ruling closes it."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from hearing.participants import HearingId
from hearing.registry import schema
from hearing.registry.keys import MasterKey
from hearing.registry.store import Store

SECRET_BYTES = 24


class Observers:
    def __init__(self, store: Store, master: MasterKey) -> None:
        self._store = store
        self._master = master

    async def open(self, hearing: HearingId, at: float) -> str:
        """A new token for the link; only its hash is kept. The one before it opens nothing any more."""
        token = secrets.token_urlsafe(SECRET_BYTES)
        row = {"hearing": hearing, "digest": self._master.lookup("observer", token), "opened_at": at}
        async with self._store.writing() as connection:
            await self._store.insert_or_replace(connection, schema.observer_links, row)
        return token

    async def close(self, hearing: HearingId) -> None:
        """Shut the link and end every observer's session."""
        links, sessions = schema.observer_links, schema.sessions
        async with self._store.writing() as connection:
            await connection.execute(delete(links).where(links.c.hearing == hearing))
            await connection.execute(delete(sessions).where(sessions.c.observer == hearing))

    async def check(self, token: str) -> HearingId | None:
        """Which hearing this token lets one watch."""
        links = schema.observer_links
        query = select(links.c.hearing).where(links.c.digest == self._master.lookup("observer", token))
        async with self._store.reading() as connection:
            hearing = await connection.scalar(query)
        return HearingId(hearing) if hearing else None

    async def is_open(self, hearing: HearingId) -> bool:
        links = schema.observer_links
        async with self._store.reading() as connection:
            return await connection.scalar(select(links.c.hearing).where(links.c.hearing == hearing)) is not None
