"""The journal: every fact of every hearing, appended once and never changed.

Each entry carries the digest of the one before it, so a changed, removed or inserted entry breaks the chain from there
on. The version is the fence: who appends says which version they have seen, and whoever comes second gets ``Conflict``.
The database itself refuses UPDATE and DELETE.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing import facts as f
from hearing.participants import Actor, HearingId, PersonId, Role
from hearing.registry.schema import entries
from hearing.registry.store import Store
from hearing.wrongs import Conflict, Impossible

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact, who brought it about and when, sealed to the entry before it."""

    hearing: HearingId
    version: int
    at: float
    by: Actor
    fact: f.Fact
    previous: str
    digest: str

    def to_json(self) -> dict[str, Any]:
        fact = f.to_json(self.fact)
        body = _body(self.hearing, self.version, self.at, self.by.person, self.by.role.value, fact, self.previous)
        return {**body, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it lies in the database, not yet believed."""

    hearing: str
    version: int
    at: float
    by_person: str
    by_role: str
    fact: str
    previous: str
    digest: str

    def computed_digest(self) -> str:
        """What the digest ought to be. Raises ``ValueError`` when the fact is not even JSON."""
        fact = json.loads(self.fact)
        return _digest(_body(self.hearing, self.version, self.at, self.by_person, self.by_role, fact, self.previous))

    def entry(self) -> Entry:
        """The entry, believed. Raises ``Impossible`` when it is not what was written."""
        try:
            right = self.computed_digest() == self.digest
        except ValueError:
            right = False
        if not right:
            raise Impossible(f"the journal of {self.hearing} was changed at version {self.version}")
        by = Actor(PersonId(self.by_person), Role(self.by_role))
        fact = f.from_json(json.loads(self.fact))
        return Entry(HearingId(self.hearing), self.version, self.at, by, fact, self.previous, self.digest)


class Journal:
    """Append, read and follow. Waiting followers are woken by the append itself; nothing polls."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bells: dict[HearingId, asyncio.Event] = {}
        self._closed = False

    @classmethod
    async def open(cls, url: str) -> Journal:
        """A journal with a database of its own; the office shares one with the docket instead."""
        return cls(await Store.open(url))

    async def close(self) -> None:
        """End all followers and let the database go."""
        self._closed = True
        for hearing in list(self._bells):
            self.ring(hearing)
        await self._store.close()

    async def append(
        self, hearing: HearingId, expected_version: int, facts: Sequence[f.Fact], by: Actor, at: float
    ) -> list[Entry]:
        """Write all the facts or none. They are on the disk when this returns."""
        if not facts:
            return []
        try:
            async with self._store.writing() as connection:
                version, previous = await _head(connection, hearing)
                if version != expected_version:
                    raise Conflict(f"journal is at version {version}, not {expected_version}")
                written = _chain(hearing, version, previous, facts, by, at)
                await connection.execute(insert(entries), [_row(entry) for entry in written])
        except IntegrityError as wrong:
            raise Conflict(f"version {expected_version + 1} was written first") from wrong
        finally:
            self.ring(hearing)
        return written

    async def read(self, hearing: HearingId, after: int = 0) -> list[Entry]:
        return [stored.entry() for stored in await self.stored(hearing, after)]

    async def stored(self, hearing: HearingId, after: int = 0) -> list[StoredEntry]:
        """The entries as they lie there, for whoever checks them."""
        query = select(entries).where(entries.c.hearing == hearing, entries.c.version > after)
        async with self._store.reading() as connection:
            rows = await connection.execute(query.order_by(entries.c.version))
            return [_stored(row) for row in rows]

    async def head(self, hearing: HearingId) -> tuple[int, str]:
        """Version and digest of the last entry; version 0 where nothing was written yet."""
        async with self._store.reading() as connection:
            return await _head(connection, hearing)

    async def hearings(self) -> list[HearingId]:
        query = select(entries.c.hearing).where(entries.c.version == 1).order_by(entries.c.at, entries.c.hearing)
        async with self._store.reading() as connection:
            return [HearingId(name) for name in await connection.scalars(query)]

    async def follow(self, hearing: HearingId, after: int = 0) -> AsyncIterator[Entry]:
        """Every entry after ``after``, old and new, in order, until the journal is closed."""
        while not self._closed:
            bell = self._bells.setdefault(hearing, asyncio.Event())
            fresh = await self.read(hearing, after)
            for entry in fresh:
                after = entry.version
                yield entry
            if not fresh:
                await bell.wait()

    def ring(self, hearing: HearingId) -> None:
        """Wake the followers of this hearing: something may have been written, here or on another node."""
        bell = self._bells.pop(hearing, None)
        if bell is not None:
            bell.set()

    async def export(self, hearing: HearingId) -> AsyncIterator[str]:
        """The journal as JSON lines that anyone can check with a few lines of code."""
        for entry in await self.read(hearing):
            yield canonical(entry.to_json()) + "\n"


def canonical(value: Any) -> str:
    """JSON with one spelling only, in ASCII, so that a digest means the same everywhere."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _body(
    hearing: str, version: int, at: float, person: str, role: str, fact: dict[str, Any], previous: str
) -> dict[str, Any]:
    by = {"person": person, "role": role}
    return {"hearing": hearing, "version": version, "at": at, "by": by, "fact": fact, "previous": previous}


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def _chain(
    hearing: HearingId, version: int, previous: str, facts: Sequence[f.Fact], by: Actor, at: float
) -> list[Entry]:
    at = float(at)
    chained: list[Entry] = []
    for number, fact in enumerate(facts, version + 1):
        body = _body(hearing, number, at, by.person, by.role.value, f.to_json(fact), previous)
        previous_of_next = _digest(body)
        chained.append(Entry(hearing, number, at, by, fact, previous, previous_of_next))
        previous = previous_of_next
    return chained


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "hearing": entry.hearing,
        "version": entry.version,
        "at": entry.at,
        "by_person": entry.by.person,
        "by_role": entry.by.role.value,
        "fact": canonical(f.to_json(entry.fact)),
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _stored(row: Row[Any]) -> StoredEntry:
    return StoredEntry(row.hearing, row.version, row.at, row.by_person, row.by_role, row.fact, row.previous, row.digest)


async def _head(connection: AsyncConnection, hearing: HearingId) -> tuple[int, str]:
    query = select(entries.c.version, entries.c.digest).where(entries.c.hearing == hearing)
    row = (await connection.execute(query.order_by(entries.c.version.desc()).limit(1))).first()
    return (row.version, row.digest) if row else (0, GENESIS)
