"""The cases of the docket: what the court and the register call them, under the case's own key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError

from hearing import cases as numbers
from hearing.participants import CaseId
from hearing.registry import schema
from hearing.registry.errors import NotFound, Taken
from hearing.registry.ids import new_case
from hearing.registry.keys import CaseKey, CaseKeys, seal_fields, unseal_fields
from hearing.registry.store import Store


@dataclass(frozen=True, slots=True)
class Case:
    """One case. After its key was destroyed only the id and the dates are left."""

    id: CaseId
    court_number: str
    erdr_number: str | None
    subject: str
    created_at: float
    created_by: str
    destroyed_at: float | None = None


class Cases:
    def __init__(self, store: Store, keys: CaseKeys) -> None:
        self._store = store
        self._keys = keys

    async def create(
        self, court_number: str, at: float, by: str, erdr_number: str | None = None, subject: str = ""
    ) -> Case:
        """Open a case with a key of its own. Raises ``WrongNumber`` or ``Taken``."""
        number = numbers.court_number(court_number)
        erdr = numbers.erdr_number(erdr_number) if erdr_number else None
        case = Case(new_case(), number, erdr, subject.strip(), at, by)
        key, wrapped = self._keys.create(case.id)
        row = {
            "id": case.id,
            "number_digest": self._number_digest(number),
            "sealed": _seal(key, case),
            "created_at": at,
            "created_by": by,
            "wrapped_key": wrapped,
        }
        try:
            async with self._store.writing() as connection:
                await connection.execute(schema.cases.insert().values(**row))
        except IntegrityError as wrong:
            raise Taken("court_number") from wrong
        return case

    async def get(self, case: CaseId) -> Case:
        async with self._store.reading() as connection:
            row = (await connection.execute(select(schema.cases).where(schema.cases.c.id == case))).first()
        if row is None:
            raise NotFound(case)
        return self._case(row)

    async def find(self, court_number: str) -> Case | None:
        """The case with that court number, if there is one."""
        digest = self._number_digest(numbers.court_number(court_number))
        query = select(schema.cases).where(schema.cases.c.number_digest == digest)
        async with self._store.reading() as connection:
            row = (await connection.execute(query)).first()
        return self._case(row) if row else None

    async def list(self, limit: int = 1000) -> list[Case]:
        """The newest cases first."""
        query = select(schema.cases).order_by(schema.cases.c.created_at.desc(), schema.cases.c.id).limit(limit)
        async with self._store.reading() as connection:
            return [self._case(row) for row in await connection.execute(query)]

    async def change(
        self,
        case: CaseId,
        *,
        court_number: str | None = None,
        erdr_number: str | None = None,
        subject: str | None = None,
    ) -> Case:
        """Correct what is given; an empty ERDR number takes it away."""
        table = schema.cases
        try:
            async with self._store.writing() as connection:
                key = await self._keys.read(connection, case)
                row = (await connection.execute(select(table).where(table.c.id == case).with_for_update())).one()
                old = self._case(row)
                erdr = old.erdr_number
                if erdr_number is not None:
                    erdr = numbers.erdr_number(erdr_number) if erdr_number else None
                new = Case(
                    case,
                    old.court_number if court_number is None else numbers.court_number(court_number),
                    erdr,
                    old.subject if subject is None else subject.strip(),
                    old.created_at,
                    old.created_by,
                )
                values = {"number_digest": self._number_digest(new.court_number), "sealed": _seal(key, new)}
                await connection.execute(update(table).where(table.c.id == case).values(**values))
        except IntegrityError as wrong:
            raise Taken("court_number") from wrong
        return new

    async def destroy(self, case: CaseId, at: float) -> None:
        """Forget the case's key: its numbers, people, texts, documents and tapes are unreadable from now on."""
        await self._keys.destroy(case, at)

    def _number_digest(self, number: str) -> str:
        return self._keys.master.lookup("court number", number)

    def _case(self, row: Row[Any]) -> Case:
        if row.wrapped_key is None:
            return Case(CaseId(row.id), "", None, "", row.created_at, row.created_by, row.destroyed_at)
        key = self._keys.master.unwrap(CaseId(row.id), row.wrapped_key)
        said = unseal_fields(key.fields, row.sealed, f"case {row.id}")
        return Case(
            CaseId(row.id),
            said["court_number"] or "",
            said["erdr_number"],
            said["subject"] or "",
            row.created_at,
            row.created_by,
        )


def _seal(key: CaseKey, case: Case) -> bytes:
    said = {"court_number": case.court_number, "erdr_number": case.erdr_number, "subject": case.subject}
    return seal_fields(key.fields, said, f"case {case.id}")
