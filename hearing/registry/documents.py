"""The papers and files of a hearing: listed in the database, their content sealed in the vault.

A document is never changed; a new version of the same kind stands beside the old one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from hearing.participants import CaseId, HearingId
from hearing.registry import schema, vault
from hearing.registry.errors import NotFound
from hearing.registry.ids import new_document
from hearing.registry.keys import CaseKey, CaseKeys, seal, unseal
from hearing.registry.shelf import Shelf
from hearing.registry.store import Store

DERIVED = "derived-"
"""How the kinds begin of what can be made again from sealed documents: no fact names it, no bundle carries it."""


@dataclass(frozen=True, slots=True)
class Document:
    """``sha256`` and ``size`` are those of the content. ``name`` is empty once the case was destroyed."""

    id: str
    hearing: HearingId
    case: CaseId
    kind: str
    version: int
    name: str
    media_type: str
    sha256: str
    sealed_sha256: str
    size: int
    at: float
    by: str


class Documents:
    def __init__(self, store: Store, keys: CaseKeys, shelf: Shelf) -> None:
        self._store = store
        self._keys = keys
        self.shelf = shelf

    async def put(
        self, hearing: HearingId, kind: str, name: str, content: bytes, media_type: str, at: float, by: str
    ) -> Document:
        """Keep a document; it gets the next version of its kind."""
        return await self._keep(hearing, kind, name, (content,), media_type, at, by)

    async def put_file(
        self, hearing: HearingId, kind: str, name: str, path: Path, media_type: str, at: float, by: str
    ) -> Document:
        """Keep a copy of a file, however long. The file itself is left where it is."""
        return await self._keep(hearing, kind, name, vault.file_pieces(path), media_type, at, by)

    async def get(self, document: str) -> Document:
        found = await self._select(schema.documents.c.id == document)
        if not found:
            raise NotFound(document)
        return found[0]

    async def of(self, hearing: HearingId) -> list[Document]:
        """All documents of the hearing, oldest first."""
        return await self._select(schema.documents.c.hearing == hearing)

    async def latest(self, hearing: HearingId, kind: str) -> Document | None:
        found = await self._select(schema.documents.c.hearing == hearing, schema.documents.c.kind == kind)
        return max(found, key=lambda document: document.version, default=None)

    async def read(self, document: str) -> bytes:
        """The whole content. Raises ``Destroyed`` or ``Damaged``."""
        return b"".join([piece async for piece in self.stream(document)])

    async def stream(self, document: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The content piece by piece, from ``start`` up to but not including ``end``."""
        kept = await self.get(document)
        key = await self._keys.of(kept.case)
        pieces = vault.read(self.shelf, place(kept), key, kept.id, kept.size, start, end)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece

    async def _keep(
        self, hearing: HearingId, kind: str, name: str, content: Iterable[bytes], media_type: str, at: float, by: str
    ) -> Document:
        case, key = await self._case_of(hearing)
        document = new_document()
        name_there = _place(hearing, document)
        kept = await asyncio.to_thread(vault.write, self.shelf, name_there, key, document, content)
        row = {
            "id": document,
            "hearing": hearing,
            "case": case,
            "kind": kind,
            "sealed_name": seal(key.fields, name.encode(), f"document {document}"),
            "media_type": media_type,
            "sha256": kept.sha256,
            "sealed_sha256": kept.sealed_sha256,
            "size": kept.size,
            "at": at,
            "by": by,
        }
        while not await self._list(row):
            pass
        return await self.get(document)

    async def _list(self, row: dict[str, Any]) -> bool:
        """Enter the document under the next version; False when someone took that version first."""
        table = schema.documents
        mine = (table.c.hearing == row["hearing"], table.c.kind == row["kind"])
        try:
            async with self._store.writing() as connection:
                last = await connection.scalar(select(func.max(table.c.version)).where(*mine))
                await connection.execute(insert(table).values(**row, version=(last or 0) + 1))
        except IntegrityError:
            return False
        return True

    async def _case_of(self, hearing: HearingId) -> tuple[CaseId, CaseKey]:
        index = schema.hearings
        async with self._store.reading() as connection:
            case = await connection.scalar(select(index.c.case).where(index.c.id == hearing))
            if case is None:
                raise NotFound(hearing)
            return CaseId(case), await self._keys.read(connection, CaseId(case))

    async def _select(self, *conditions: ColumnElement[bool]) -> list[Document]:
        table = schema.documents
        query = select(table).where(*conditions).order_by(table.c.at, table.c.kind, table.c.version)
        async with self._store.reading() as connection:
            rows = (await connection.execute(query)).all()
            keys = await self._keys.read_many(connection, (row.case for row in rows))
        return [_document(row, keys.get(row.case)) for row in rows]


def place(document: Document) -> str:
    """The name under which the sealed content lies on the shelf."""
    return _place(document.hearing, document.id)


def _place(hearing: str, document: str) -> str:
    return f"{hearing}/{document}.sealed"


def _document(row: Row[Any], key: CaseKey | None) -> Document:
    name = unseal(key.fields, row.sealed_name, f"document {row.id}").decode() if key else ""
    return Document(
        row.id,
        HearingId(row.hearing),
        CaseId(row.case),
        row.kind,
        row.version,
        name,
        row.media_type,
        row.sha256,
        row.sealed_sha256,
        row.size,
        row.at,
        row.by,
    )
