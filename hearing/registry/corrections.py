"""The shelf of corrections: who wrote what in place of what, sealed with the case's key and never overwritten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from hearing.corrections import Correction, corrected
from hearing.participants import HearingId, SeatId
from hearing.registry import schema
from hearing.registry.errors import NotFound, Outdated
from hearing.registry.keys import seal, unseal
from hearing.registry.store import Store
from hearing.registry.utterances import VERSIONS, HearingKeys, UtteranceBook
from hearing.utterances import LIVE, Utterance

CORRECTIONS = sa.Table(
    "transcript_corrections",
    schema.metadata,
    sa.Column("hearing", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("line", sa.String(40), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a hearing as they stand: a version, the corrections made to it, and both together as lines."""

    version: int
    corrections: Sequence[Correction]
    lines: Sequence[Utterance]

    @property
    def last(self) -> int:
        """The number of the newest correction, 0 when there is none."""
        return self.corrections[-1].number if self.corrections else 0


class Corrections:
    def __init__(self, store: Store, keys: HearingKeys, book: UtteranceBook) -> None:
        self._store = store
        self._keys = keys
        self._book = book

    async def add(
        self, hearing: HearingId, line: str, seat: SeatId, text: str, *, by: str, at: float, seen: int
    ) -> Correction:
        """Write a correction of a line of the current version.

        ``seen`` is the line's newest correction that the writer had before their eyes (0: none). Raises ``Outdated``
        when somebody corrected the line since, ``NotFound`` when the current version has no such line.
        """
        while True:
            version = await self._newest(hearing)
            if line not in {said.id for said in await self._book.lines(hearing, version)}:
                raise NotFound(line)
            known = await self.of(hearing)
            if max((one.number for one in known if one.line == line), default=0) != seen:
                raise Outdated(line)
            number = known[-1].number + 1 if known else 1
            made = Correction(hearing, number, version, line, seat, text, at, by)
            try:
                await self._write(made)
            except IntegrityError:
                continue  # somebody wrote first: look again at what they wrote
            return made

    async def _write(self, made: Correction) -> None:
        written = json.dumps({"seat": made.seat, "text": made.text}, ensure_ascii=False).encode()
        async with self._store.writing() as db:
            key = await self._keys.of_hearing(db, made.hearing)
            row = {
                "hearing": made.hearing,
                "number": made.number,
                "version": made.version,
                "line": made.line,
                "at": made.at,
                "by": made.by,
                "sealed": seal(key, written, _place(made.hearing, made.number)),
            }
            await db.execute(sa.insert(CORRECTIONS).values(row))

    async def of(self, hearing: HearingId) -> list[Correction]:
        """Every correction ever made in this hearing's text, oldest first."""
        async with self._store.reading() as db:
            chosen = sa.select(CORRECTIONS).where(CORRECTIONS.c.hearing == hearing).order_by(CORRECTIONS.c.number)
            rows = (await db.execute(chosen)).all()
            key = await self._keys.of_hearing(db, hearing) if rows else b""
        found = []
        for row in rows:
            written = json.loads(unseal(key, row.sealed, _place(hearing, row.number)))
            seat, text = SeatId(written["seat"]), written["text"]
            found.append(Correction(hearing, row.number, row.version, row.line, seat, text, row.at, row.by))
        return found

    async def lines(self, hearing: HearingId, version: int, upto: int) -> list[Utterance]:
        """A version with its corrections up to this number: what was or could be approved."""
        made = [one for one in await self.of(hearing) if one.version == version and one.number <= upto]
        return corrected(await self._book.lines(hearing, version), made)

    async def current(self, hearing: HearingId) -> Text:
        """The newest version with all its corrections."""
        version = await self._newest(hearing)
        made = [one for one in await self.of(hearing) if one.version == version]
        return Text(version, made, corrected(await self._book.lines(hearing, version), made))

    async def standings(self) -> dict[HearingId, tuple[int, int]]:
        """Version and last correction of every hearing whose recording has been heard."""
        versions, made = VERSIONS.c, CORRECTIONS.c
        newest = sa.select(versions.hearing, sa.func.max(versions.version).label("version"))
        newest = newest.where(versions.completed_at.is_not(None)).group_by(versions.hearing)
        last = sa.select(made.hearing, made.version, sa.func.max(made.number).label("number"))
        async with self._store.reading() as db:
            current = {HearingId(row.hearing): row.version for row in await db.execute(newest)}
            rows = await db.execute(last.group_by(made.hearing, made.version))
            corrected_to = {(row.hearing, row.version): row.number for row in rows}
        return {one: (version, corrected_to.get((one, version), 0)) for one, version in current.items()}

    async def _newest(self, hearing: HearingId) -> int:
        complete = [v.version for v in await self._book.versions(hearing) if v.completed_at is not None]
        return complete[-1] if complete else LIVE

    async def erase(self, hearing: HearingId) -> None:
        """End of retention."""
        async with self._store.writing() as db:
            await db.execute(sa.delete(CORRECTIONS).where(CORRECTIONS.c.hearing == hearing))


def _place(hearing: HearingId, number: int) -> str:
    return f"correction {hearing} {number}"
