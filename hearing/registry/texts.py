"""Free text about people: deposited here under the case's key; acts and facts carry only its salted hash."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hearing.participants import CaseId, TextRef
from hearing.registry import schema
from hearing.registry.errors import Damaged, NotFound
from hearing.registry.keys import CaseKey, CaseKeys, seal, unseal
from hearing.registry.store import Store

PREFIX = "t-"


class Texts:
    def __init__(self, store: Store, keys: CaseKeys) -> None:
        self._store = store
        self._keys = keys

    async def deposit(self, case: CaseId, text: str) -> TextRef:
        """Keep the text and return what stands for it. The same text in the same case has the same reference."""
        async with self._store.writing() as connection:
            key = await self._keys.read(connection, case)
            ref = _ref(key, text)
            sealed = seal(key.fields, text.encode("utf-8", "surrogatepass"), f"text {ref}")
            await self._store.insert_or_keep(connection, schema.texts, {"ref": ref, "case": case, "sealed": sealed})
        return ref

    async def read(self, ref: TextRef) -> str:
        """The text. Raises ``NotFound``, ``Destroyed``, or ``Damaged`` when it is not what was deposited."""
        async with self._store.reading() as connection:
            row = (await connection.execute(select(schema.texts).where(schema.texts.c.ref == ref))).first()
            if row is None:
                raise NotFound(ref)
            return _open(await self._keys.read(connection, CaseId(row.case)), ref, row.sealed)

    async def read_many(self, refs: Iterable[TextRef]) -> dict[TextRef, str]:
        """Texts by reference. What is unknown, or of a destroyed case, is absent."""
        wanted = sorted(set(refs))
        async with self._store.reading() as connection:
            rows = (await connection.execute(select(schema.texts).where(schema.texts.c.ref.in_(wanted)))).all()
            keys = await self._keys.read_many(connection, (row.case for row in rows))
        return {
            TextRef(row.ref): _open(keys[row.case], TextRef(row.ref), row.sealed) for row in rows if row.case in keys
        }


def _ref(key: CaseKey, text: str) -> TextRef:
    return TextRef(f"{PREFIX}{key.salted(text)[:60]}")


def _open(key: CaseKey, ref: TextRef, sealed: bytes) -> str:
    text = unseal(key.fields, sealed, f"text {ref}").decode("utf-8", "surrogatepass")
    if _ref(key, text) != ref:
        raise Damaged(ref)
    return text
