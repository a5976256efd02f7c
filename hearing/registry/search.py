"""The index of the words, which tells nobody what was said: keyed hashes in place of words.

The key is the court's own, so that one hash finds a word in every hearing: a key per case would be stricter, but a
search over 1,000 hearings would spend its time on keys. Somebody with the database alone sees which lines share a word
and how often, not which word it is; the record's destruction deletes its marks. A search names the hearings that its
reader may see: no other can be found.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa

from hearing.participants import HearingId
from hearing.registry import schema
from hearing.registry.keys import MasterKey
from hearing.registry.store import Store

POSTINGS = sa.Table(
    "transcript_postings",
    schema.metadata,
    sa.Column("mark", sa.LargeBinary(16), primary_key=True),
    sa.Column("hearing", sa.String(64), primary_key=True, index=True),
    sa.Column("line", sa.String(40), primary_key=True),
)
INDEXED = sa.Table(
    "transcript_indexed",
    schema.metadata,
    sa.Column("hearing", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("correction", sa.Integer, nullable=False),
)
FIRST, AT_ONCE = 25, 400
"""Hearings asked about in the first statement, and in one at most: common words are found among the first few, and
databases bound the number of arguments."""


class SearchIndex:
    def __init__(self, store: Store, master: MasterKey) -> None:
        self._store = store
        self._key = master.derive("transcript search")

    async def index(
        self, hearing: HearingId, version: int, correction: int, lines: Mapping[str, Iterable[str]]
    ) -> None:
        """Make the index of this hearing anew from its lines' marks, unless a newer text is indexed already."""
        rows = [
            {"mark": self._hashed(mark), "hearing": hearing, "line": line}
            for line, marks in lines.items()
            for mark in set(marks)
        ]
        async with self._store.writing() as db:
            known = (await db.execute(sa.select(INDEXED).where(INDEXED.c.hearing == hearing))).first()
            if known is not None and (known.version, known.correction) > (version, correction):
                return
            await db.execute(sa.delete(POSTINGS).where(POSTINGS.c.hearing == hearing))
            if rows:
                await db.execute(sa.insert(POSTINGS), rows)
            mark = {"hearing": hearing, "version": version, "correction": correction}
            await self._store.insert_or_replace(db, INDEXED, mark)

    async def indexed(self) -> dict[HearingId, tuple[int, int]]:
        """Version and correction at which each hearing was indexed."""
        async with self._store.reading() as db:
            rows = await db.execute(sa.select(INDEXED))
            return {HearingId(row.hearing): (row.version, row.correction) for row in rows}

    async def find(
        self, wanted: Sequence[Sequence[str]], among: Sequence[HearingId], limit: int
    ) -> list[tuple[HearingId, str]]:
        """Lines of these hearings, the first of them first, that have a mark of every group; at most ``limit``."""
        found: list[tuple[HearingId, str]] = []
        async with self._store.reading() as db:
            for part in _growing(among if wanted else ()):
                parts = [
                    sa.select(POSTINGS.c.hearing, POSTINGS.c.line).where(
                        POSTINGS.c.mark.in_([self._hashed(mark) for mark in group]), POSTINGS.c.hearing.in_(part)
                    )
                    for group in wanted
                ]
                query = sa.intersect(*parts) if len(parts) > 1 else parts[0].distinct()
                rows = (await db.execute(query.limit(limit - len(found)))).all()
                found += [(HearingId(row.hearing), row.line) for row in rows]
                if len(found) >= limit:
                    break
        return found

    def _hashed(self, mark: str) -> bytes:
        return hmac.digest(self._key, mark.encode(), hashlib.sha256)[:16]

    async def erase(self, hearing: HearingId) -> None:
        """End of retention."""
        async with self._store.writing() as db:
            for table in (POSTINGS, INDEXED):
                await db.execute(sa.delete(table).where(table.c.hearing == hearing))


def _growing(among: Sequence[HearingId]) -> Iterator[Sequence[HearingId]]:
    first, many = 0, FIRST
    while first < len(among):
        yield among[first : first + many]
        first, many = first + many, min(AT_ONCE, many * 2)
