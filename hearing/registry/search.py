"""The index of the words, which tells nobody what was said: keyed hashes in place of words.

The key is the court's own, so that one hash finds a word in every hearing: a key per case would be stricter, but a
search over 1,000 hearings would spend its time on keys. Somebody with the database alone sees which lines share a word
and how often, not which word it is; the record's destruction deletes its marks. A search names the hearings that its
reader may see: no other can be found.

A mark has one row for each hearing, with one bit for each of its lines: a word that stands in nearly every line costs
no more than a rare one, and the lines with several words are what is left of the bits of each.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing.participants import HearingId
from hearing.registry import schema
from hearing.registry.keys import MasterKey
from hearing.registry.store import Store

POSTINGS = sa.Table(
    "transcript_postings",
    schema.metadata,
    sa.Column("mark", sa.LargeBinary(16), primary_key=True),
    sa.Column("hearing", sa.String(64), primary_key=True, index=True),
    sa.Column("lines", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""``lines``: the bits of the lines, the first line's the lowest, little end first."""
INDEXED = sa.Table(
    "transcript_indexed",
    schema.metadata,
    sa.Column("hearing", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("correction", sa.Integer, nullable=False),
    sa.Column("lines", sa.Text, nullable=False),
)
"""``lines``: the ids of the lines in the order of their bits, with a space between."""
FIRST, AT_ONCE = 25, 400
"""Hearings asked about at first, and at once at most: common words are found among the first few, and databases bound
the number of arguments."""


class SearchIndex:
    def __init__(self, store: Store, master: MasterKey) -> None:
        self._store = store
        self._key = master.derive("transcript search")

    async def index(
        self, hearing: HearingId, version: int, correction: int, lines: Mapping[str, Iterable[str]]
    ) -> None:
        """Make the index of this hearing anew from its lines' marks, unless a newer text is indexed already."""
        rows = self.postings(hearing, lines)
        async with self._store.writing() as db:
            standing = sa.select(INDEXED.c.version, INDEXED.c.correction).where(INDEXED.c.hearing == hearing)
            known = (await db.execute(standing)).first()
            if known is not None and (known.version, known.correction) > (version, correction):
                return
            await db.execute(sa.delete(POSTINGS).where(POSTINGS.c.hearing == hearing))
            if rows:
                await db.execute(sa.insert(POSTINGS), rows)
            indexed = {"hearing": hearing, "version": version, "correction": correction, "lines": " ".join(lines)}
            await self._store.insert_or_replace(db, INDEXED, indexed)

    def postings(self, hearing: HearingId, lines: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
        """The rows of one hearing, in the order of the table's key."""
        bits: dict[str, int] = {}
        for n, marks in enumerate(lines.values()):
            for mark in marks:
                bits[mark] = bits.get(mark, 0) | 1 << n
        rows = [{"mark": self._hashed(mark), "hearing": hearing, "lines": _packed(of)} for mark, of in bits.items()]
        return sorted(rows, key=lambda row: bytes(row["mark"]))

    async def indexed(self) -> dict[HearingId, tuple[int, int]]:
        """Version and correction at which each hearing was indexed."""
        async with self._store.reading() as db:
            rows = await db.execute(sa.select(INDEXED.c.hearing, INDEXED.c.version, INDEXED.c.correction))
            return {HearingId(row.hearing): (row.version, row.correction) for row in rows}

    async def find(
        self, wanted: Sequence[Sequence[str]], among: Sequence[HearingId], limit: int
    ) -> list[tuple[HearingId, str]]:
        """Lines of these hearings, the first of them first, that have a mark of every group; at most ``limit``."""
        long_first = sorted(wanted, key=lambda group: -max(map(len, group), default=0))
        found: list[tuple[HearingId, str]] = []
        async with self._store.reading() as db:
            for part in _growing(among if wanted else ()):
                left = await self._left(db, long_first, part)
                found += await self._named(db, [(one, left[one]) for one in part if one in left], limit - len(found))
                if len(found) >= limit:
                    break
        return found

    async def _left(
        self, db: AsyncConnection, wanted: Sequence[Sequence[str]], among: Sequence[HearingId]
    ) -> dict[HearingId, int]:
        """The bits of the lines with a mark of every group. Long words are rare: after them few hearings are left."""
        left = dict.fromkeys(among, -1)
        for group in wanted:
            rows = await db.execute(
                sa.select(POSTINGS.c.hearing, POSTINGS.c.lines).where(
                    POSTINGS.c.mark.in_([self._hashed(mark) for mark in group]), POSTINGS.c.hearing.in_(list(left))
                )
            )
            here: dict[HearingId, int] = {}
            for hearing, lines in rows:
                here[hearing] = here.get(hearing, 0) | int.from_bytes(lines, "little")
            left = {hearing: both for hearing, bits in here.items() if (both := bits & left[hearing])}
            if not left:
                break
        return left

    async def _named(
        self, db: AsyncConnection, left: Sequence[tuple[HearingId, int]], limit: int
    ) -> list[tuple[HearingId, str]]:
        """The ids of so many of these lines."""
        if not left:
            return []
        chosen: dict[HearingId, list[int]] = {}
        for hearing, bits in left:
            chosen[hearing] = list(islice(_places(bits), limit))
            limit -= len(chosen[hearing])
            if limit <= 0:
                break
        rows = await db.execute(
            sa.select(INDEXED.c.hearing, INDEXED.c.lines).where(INDEXED.c.hearing.in_(list(chosen)))
        )
        ids = {hearing: lines.split(" ") for hearing, lines in rows}
        return [(hearing, ids[hearing][place]) for hearing, places in chosen.items() for place in places]

    def _hashed(self, mark: str) -> bytes:
        return hmac.digest(self._key, mark.encode(), hashlib.sha256)[:16]

    async def erase(self, hearing: HearingId) -> None:
        """End of retention."""
        async with self._store.writing() as db:
            for table in (POSTINGS, INDEXED):
                await db.execute(sa.delete(table).where(table.c.hearing == hearing))


def _packed(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def _places(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _growing(among: Sequence[HearingId]) -> Iterator[Sequence[HearingId]]:
    first, many = 0, FIRST
    while first < len(among):
        yield among[first : first + many]
        first, many = first + many, min(AT_ONCE, many * 2)
