"""Who saw what of a case file, and when. Ids only; the database refuses to change or forget a line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select

from hearing.participants import CaseId, HearingId
from hearing.registry.schema import accesses
from hearing.registry.store import Store


@dataclass(frozen=True, slots=True)
class Access:
    """``who`` is the id of an account, person or pass; ``subject`` for instance the id of a document."""

    at: float
    who: str
    what: str
    hearing: HearingId | None
    case: CaseId | None
    subject: str | None


class AccessLog:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(
        self,
        at: float,
        who: str,
        what: str,
        hearing: HearingId | None = None,
        case: CaseId | None = None,
        subject: str | None = None,
    ) -> None:
        """Write one line; it is on the disk when this returns."""
        row = {"at": at, "who": who, "what": what, "hearing": hearing, "case": case, "subject": subject}
        async with self._store.writing() as connection:
            await connection.execute(insert(accesses).values(**row))

    async def knows(self, who: str, what: str, hearing: HearingId, subject: str | None, since: float) -> bool:
        """Whether such a line was written at ``since`` (Unix seconds) or later."""
        same = (accesses.c.who == who, accesses.c.what == what, accesses.c.subject == subject, accesses.c.at >= since)
        async with self._store.reading() as connection:
            query = select(accesses.c.id).where(accesses.c.hearing == hearing, *same).limit(1)
            return (await connection.execute(query)).first() is not None

    async def of(self, hearing: HearingId) -> list[Access]:
        return await self._select(accesses.c.hearing == hearing)

    async def of_case(self, case: CaseId) -> list[Access]:
        return await self._select(accesses.c.case == case)

    async def _select(self, condition: ColumnElement[bool]) -> list[Access]:
        async with self._store.reading() as connection:
            rows = await connection.execute(select(accesses).where(condition).order_by(accesses.c.id))
            return [
                Access(
                    row.at,
                    row.who,
                    row.what,
                    HearingId(row.hearing) if row.hearing else None,
                    CaseId(row.case) if row.case else None,
                    row.subject,
                )
                for row in rows
            ]
