"""The index of hearings, for lists and for finding one's own. The truth is the journal; this can be made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, insert, or_, select

from hearing.hearings import OVER, Hearing, Phase
from hearing.participants import Attendance, CaseId, HearingId, PersonId
from hearing.registry import schema
from hearing.registry.errors import NotFound
from hearing.registry.store import Store

ENDED = tuple(phase.value for phase in OVER)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list shows of a hearing without folding its journal."""

    id: HearingId
    case: CaseId
    kind: str
    publicity: str
    language: str
    scheduled_at: float
    phase: str
    version: int
    closed_at: float | None


Summary = tuple[Any, ...]


class Hearings:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: dict[HearingId, Summary] = {}

    async def get(self, hearing: HearingId) -> Listing:
        found = await self._select(schema.hearings.c.id == hearing)
        if not found:
            raise NotFound(hearing)
        return found[0]

    async def between(self, start: float, end: float) -> list[Listing]:
        """Scheduled from ``start`` up to but not including ``end``."""
        at = schema.hearings.c.scheduled_at
        return await self._select(at >= start, at < end)

    async def of_case(self, case: CaseId) -> list[Listing]:
        return await self._select(schema.hearings.c.case == case)

    async def live(self) -> list[Listing]:
        """All that are neither closed nor vacated."""
        return await self._select(schema.hearings.c.phase.not_in(ENDED))

    async def closed(self) -> list[Listing]:
        return await self._select(schema.hearings.c.phase == Phase.CLOSED.value)

    async def all(self, limit: int = 1000) -> list[Listing]:
        """The latest first."""
        query = select(schema.hearings).order_by(schema.hearings.c.scheduled_at.desc(), schema.hearings.c.id)
        return await self._read(query.limit(limit))

    async def of_account(self, account: str) -> list[Listing]:
        """The hearings in which this account's holder takes or took part."""
        persons, people = schema.persons, schema.hearing_people
        iin = select(schema.accounts.c.iin_digest).where(schema.accounts.c.id == account).scalar_subquery()
        mine = (
            select(people.c.hearing)
            .join(persons, persons.c.id == people.c.person)
            .where(or_(persons.c.account == account, persons.c.iin_digest == iin))
        )
        return await self._select(schema.hearings.c.id.in_(mine))

    async def people(self, hearing: HearingId) -> dict[PersonId, str]:
        """Who takes part, with their role."""
        table = schema.hearing_people
        async with self._store.reading() as connection:
            rows = await connection.execute(select(table).where(table.c.hearing == hearing))
            return {PersonId(row.person): row.role for row in rows}

    async def note(self, name: HearingId, hearing: Hearing, version: int) -> None:
        """Bring the index up to the hearing as it now stands; nothing is written when the index says so already."""
        summary = _summary(hearing, version)
        if self._noted.get(name) == summary:
            return
        row = {**_row(hearing), "id": name, "version": version}
        people = [
            {"hearing": name, "person": one.person, "role": one.role.value}
            for one in hearing.people.values()
            if one.attendance is not Attendance.REMOVED
        ]
        index, parts = schema.hearings, schema.hearing_people
        async with self._store.writing() as connection:
            newer = await connection.scalar(select(index.c.version).where(index.c.id == name))
            if newer is not None and newer > version:
                return
            await self._store.insert_or_replace(connection, index, row)
            await connection.execute(delete(parts).where(parts.c.hearing == name))
            if people:
                await connection.execute(insert(parts), people)
        self._noted[name] = summary

    async def versions(self) -> dict[HearingId, tuple[int, str]]:
        """Version and phase that the index holds for every hearing."""
        index = schema.hearings
        async with self._store.reading() as connection:
            rows = await connection.execute(select(index.c.id, index.c.version, index.c.phase))
            return {HearingId(row.id): (row.version, row.phase) for row in rows}

    async def _select(self, *conditions: ColumnElement[bool]) -> list[Listing]:
        index = schema.hearings
        return await self._read(select(index).where(*conditions).order_by(index.c.scheduled_at, index.c.id))

    async def _read(self, query: Select[Any]) -> list[Listing]:
        async with self._store.reading() as connection:
            return _listings((await connection.execute(query)).all())


def _listings(rows: Sequence[Row[Any]]) -> list[Listing]:
    return [
        Listing(
            HearingId(row.id),
            CaseId(row.case),
            row.kind,
            row.publicity,
            row.language,
            row.scheduled_at,
            row.phase,
            row.version,
            row.closed_at,
        )
        for row in rows
    ]


def _row(hearing: Hearing) -> dict[str, Any]:
    listing = hearing.listing
    return {
        "case": listing.case,
        "kind": listing.kind,
        "publicity": listing.publicity,
        "language": listing.language,
        "scheduled_at": float(listing.scheduled_at),
        "phase": hearing.phase.value,
        "closed_at": hearing.closed_at,
    }


def _summary(hearing: Hearing, version: int) -> Summary:
    """What the index says; once the hearing is over also how far its journal reaches, lest it be cut unnoticed."""
    reach = version if hearing.phase in OVER else None
    people = tuple((p.person, p.role, p.attendance is Attendance.REMOVED) for p in hearing.people.values())
    return (*_row(hearing).values(), reach, people)
