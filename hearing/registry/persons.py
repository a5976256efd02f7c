"""The people of a case. Their names live here and nowhere else, under the case's key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing import cases as numbers
from hearing.participants import CaseId, PersonId
from hearing.registry import schema
from hearing.registry.errors import Destroyed, NotFound
from hearing.registry.ids import new_person
from hearing.registry.keys import CaseKey, CaseKeys, seal_fields, unseal_fields
from hearing.registry.store import Store

SEALED_FIELDS = ("name", "iin", "contact", "organisation", "facility", "pseudonym")


@dataclass(frozen=True, slots=True)
class Person:
    """One person in one case. The same human in another case is another person."""

    id: PersonId
    case: CaseId
    name: str
    iin: str | None = None
    contact: str | None = None
    protected: bool = False
    account: str | None = None
    organisation: str | None = None
    facility: str | None = None
    pseudonym: str | None = None

    def __repr__(self) -> str:
        return f"Person({self.id})"


class Persons:
    def __init__(self, store: Store, keys: CaseKeys) -> None:
        self._store = store
        self._keys = keys

    async def add(
        self,
        case: CaseId,
        name: str,
        iin: str | None = None,
        contact: str | None = None,
        protected: bool = False,
        account: str | None = None,
        organisation: str | None = None,
        facility: str | None = None,
        pseudonym: str | None = None,
        id: PersonId | None = None,
    ) -> Person:
        """Enter a person. Raises ``WrongNumber`` for an IIN that cannot be."""
        known = id or new_person()
        person = _tidy(Person(known, case, name, iin, contact, protected, account, organisation, facility, pseudonym))
        async with self._store.writing() as connection:
            key = await self._keys.read(connection, case)
            await connection.execute(schema.persons.insert().values(self._row(key, person)))
        return person

    async def get(self, person: PersonId) -> Person:
        async with self._store.reading() as connection:
            return await self._read(connection, person)

    async def of_case(self, case: CaseId) -> list[Person]:
        """Everyone of the case, in the order of their names."""
        async with self._store.reading() as connection:
            key = await self._keys.read(connection, case)
            rows = await connection.execute(select(schema.persons).where(schema.persons.c.case == case))
            return sorted((_person(key, row) for row in rows), key=lambda person: (person.name, person.id))

    async def names(self, persons: Iterable[PersonId]) -> dict[PersonId, str]:
        """Names by id. Whoever is unknown, or whose case was destroyed, is absent."""
        wanted = sorted(set(persons))
        async with self._store.reading() as connection:
            rows = (await connection.execute(select(schema.persons).where(schema.persons.c.id.in_(wanted)))).all()
            keys = await self._keys.read_many(connection, (row.case for row in rows))
        return {PersonId(row.id): _person(keys[row.case], row).name for row in rows if row.case in keys}

    async def change(self, person: PersonId, **fields: Any) -> Person:
        """Correct fields of ``Person`` by name; the id and the case stay."""
        if fields.keys() & {"id", "case"}:
            raise TypeError("a person keeps id and case")
        async with self._store.writing() as connection:
            old = await self._read(connection, person)
            new = _tidy(replace(old, **fields))
            row = self._row(await self._keys.read(connection, old.case), new)
            await connection.execute(update(schema.persons).where(schema.persons.c.id == person).values(row))
        return new

    async def of_account(self, account: str, case: CaseId) -> Person | None:
        """Who this account's holder is in that case: linked by the secretary, or known by the same IIN."""
        table = schema.persons
        iin = select(schema.accounts.c.iin_digest).where(schema.accounts.c.id == account).scalar_subquery()
        query = select(table).where(table.c.case == case, or_(table.c.account == account, table.c.iin_digest == iin))
        async with self._store.reading() as connection:
            row = (await connection.execute(query.order_by(table.c.account.is_(None), table.c.id))).first()
            return _person(await self._keys.read(connection, case), row) if row else None

    async def identity(self, person: PersonId) -> str:
        """What the journal may hold of who this is: a hash of the IIN (or else the name) salted with the case's key."""
        async with self._store.reading() as connection:
            known = await self._read(connection, person)
            key = await self._keys.read(connection, known.case)
        return f"hmac-{key.salted(f'identity {known.iin or known.name}')}"

    async def _read(self, connection: AsyncConnection, person: PersonId) -> Person:
        query = select(schema.persons).where(schema.persons.c.id == person)
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotFound(person)
        return _person(await self._keys.read(connection, CaseId(row.case)), row)

    def _row(self, key: CaseKey, person: Person) -> dict[str, Any]:
        said = {name: getattr(person, name) for name in SEALED_FIELDS}
        return {
            "id": person.id,
            "case": person.case,
            "protected": person.protected,
            "account": person.account,
            "iin_digest": self._keys.master.lookup("iin", person.iin) if person.iin else None,
            "sealed": seal_fields(key.fields, said, f"person {person.id}"),
        }


def _tidy(person: Person) -> Person:
    """The same person with an IIN in its one spelling and nothing empty."""
    return replace(
        person,
        name=" ".join(person.name.split()),
        iin=numbers.iin(person.iin) if person.iin else None,
        contact=(person.contact or "").strip() or None,
    )


def _person(key: CaseKey, row: Row[Any]) -> Person:
    if key.case != row.case:
        raise Destroyed(row.case)
    said = unseal_fields(key.fields, row.sealed, f"person {row.id}")
    return Person(
        PersonId(row.id),
        CaseId(row.case),
        name=said["name"] or "",
        iin=said["iin"],
        contact=said["contact"],
        protected=row.protected,
        account=row.account,
        organisation=said["organisation"],
        facility=said["facility"],
        pseudonym=said["pseudonym"],
    )
