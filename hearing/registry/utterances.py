"""The book of what was said: every version of every hearing's transcript, and the work still owed to it.

Nothing is overwritten. Version 0 grows while the hearing goes on; each pass over the recording is a new, complete
version. A line and the mark "heard up to here" are written in one transaction, so work done twice after a crash
finds its line already there: at least once, never doubled. Words are sealed with the case's key, like everything
that tells of a person: forgetting that key forgets them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing.participants import CaseId, HearingId, SeatId
from hearing.registry import schema
from hearing.registry.errors import NotFound
from hearing.registry.keys import CaseKeys, seal, unseal
from hearing.registry.store import Store
from hearing.utterances import LIVE, Utterance, Word

LINES = sa.Table(
    "utterances",
    schema.metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("hearing", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("seat", sa.String(64), nullable=False),
    sa.Column("start", sa.Double, nullable=False),
    sa.Column("end", sa.Double, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("no_speech", sa.Double, nullable=False),
    sa.Column("model", sa.String(200), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Index("utterances_in_order", "hearing", "version", "start"),
)
VERSIONS = sa.Table(
    "transcript_versions",
    schema.metadata,
    sa.Column("hearing", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("made_at", sa.Double, nullable=False),
    sa.Column("completed_at", sa.Double),
    sa.Column("digest", sa.String(64)),
)
JOBS = sa.Table(
    "transcript_jobs",
    schema.metadata,
    sa.Column("hearing", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("seat", sa.String(64), primary_key=True),
    sa.Column("start_ns", sa.BigInteger, nullable=False),
    sa.Column("end_ns", sa.BigInteger, nullable=False),
    sa.Column("language", sa.String(8)),
    sa.Column("owner", sa.String(64)),
    sa.Column("leased_until", sa.Double, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done", sa.Boolean, nullable=False, server_default=sa.false()),
)
MARKS = sa.Table(
    "transcript_marks",
    schema.metadata,
    sa.Column("hearing", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("seat", sa.String(64), primary_key=True),
    sa.Column("settled_ns", sa.BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class TranscriptVersion:
    """``digest`` is the hash of the canonical JSON once the version is complete."""

    hearing: HearingId
    version: int
    made_at: float
    completed_at: float | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """One track to be read from tape for one version. ``attempts`` counts the times it was taken up."""

    hearing: HearingId
    version: int
    seat: SeatId
    start_ns: int
    end_ns: int
    language: str | None = None
    attempts: int = 0
    done: bool = False


class HearingKeys(Protocol):
    """Where the key for a hearing's words comes from."""

    async def of_hearing(self, db: AsyncConnection, hearing: HearingId) -> bytes: ...


class KeysOfCases:
    """The key of the case that the hearing belongs to. Raises ``NotFound`` or ``Destroyed``."""

    def __init__(self, keys: CaseKeys) -> None:
        self._keys = keys

    async def of_hearing(self, db: AsyncConnection, hearing: HearingId) -> bytes:
        case = await db.scalar(sa.select(schema.hearings.c.case).where(schema.hearings.c.id == hearing))
        if case is None:
            raise NotFound(hearing)
        return (await self._keys.read(db, CaseId(case))).fields


class UtteranceBook:
    def __init__(self, store: Store, keys: HearingKeys) -> None:
        self._store = store
        self._keys = keys

    # Lines -------------------------------------------------------------------------------------------------

    async def add(self, said: Utterance, settled_ns: int | None = None) -> bool:
        """Write a line and how far its track is heard, together. False if the line was there already."""
        if said.provisional:
            raise ValueError("what is provisional is shown, never stored")
        try:
            async with self._store.writing() as db:
                key = await self._keys.of_hearing(db, said.hearing)
                await db.execute(sa.insert(LINES).values(_row(said, key)))
                if settled_ns is not None:
                    await self._mark(db, said.hearing, said.version, said.seat, settled_ns)
        except IntegrityError:
            if settled_ns is not None:
                await self.settle(said.hearing, said.version, said.seat, settled_ns)
            return False
        return True

    async def settle(self, hearing: HearingId, version: int, seat: SeatId, settled_ns: int) -> None:
        """Everything of this track before ``settled_ns`` has been heard. Marks only move forward."""
        async with self._store.writing() as db:
            await self._mark(db, hearing, version, seat, settled_ns)

    async def _mark(self, db: AsyncConnection, hearing: HearingId, version: int, seat: SeatId, settled_ns: int) -> None:
        mark = {"hearing": hearing, "version": version, "seat": seat, "settled_ns": settled_ns}
        await self._store.insert_or_keep(db, MARKS, mark)
        here = sa.and_(MARKS.c.hearing == hearing, MARKS.c.version == version, MARKS.c.seat == seat)
        behind = MARKS.c.settled_ns < settled_ns
        await db.execute(sa.update(MARKS).where(here, behind).values(settled_ns=settled_ns))

    async def marks(self, hearing: HearingId, version: int = LIVE) -> dict[SeatId, int]:
        async with self._store.reading() as db:
            chosen = sa.select(MARKS.c.seat, MARKS.c.settled_ns).where(
                MARKS.c.hearing == hearing, MARKS.c.version == version
            )
            return {SeatId(row.seat): row.settled_ns for row in await db.execute(chosen)}

    async def lines(self, hearing: HearingId, version: int | None = None) -> list[Utterance]:
        """The lines of a version in order of time; without one, of the newest complete version or else the live one."""
        if version is None:
            complete = [v.version for v in await self.versions(hearing) if v.completed_at is not None]
            version = complete[-1] if complete else LIVE
        async with self._store.reading() as db:
            chosen = (
                sa.select(LINES)
                .where(LINES.c.hearing == hearing, LINES.c.version == version)
                .order_by(LINES.c.start, LINES.c.seat)
            )
            rows = (await db.execute(chosen)).mappings().all()
            key = await self._keys.of_hearing(db, hearing) if rows else b""
            return [_utterance(row, key) for row in rows]

    async def erase(self, hearing: HearingId) -> None:
        """End of retention: nothing of this hearing's words stays."""
        async with self._store.writing() as db:
            for table in (LINES, VERSIONS, JOBS, MARKS):
                await db.execute(sa.delete(table).where(table.c.hearing == hearing))

    # Versions ----------------------------------------------------------------------------------------------

    async def versions(self, hearing: HearingId) -> list[TranscriptVersion]:
        async with self._store.reading() as db:
            chosen = sa.select(VERSIONS).where(VERSIONS.c.hearing == hearing).order_by(VERSIONS.c.version)
            return [
                TranscriptVersion(HearingId(r.hearing), r.version, r.made_at, r.completed_at, r.digest)
                for r in await db.execute(chosen)
            ]

    async def begin_version(self, hearing: HearingId, jobs: Sequence[Job], at: float) -> int:
        """Begin a pass over the recording, or give the one that is begun and not complete: asking twice is safe.

        A recording may have grown since it was begun: jobs are added, and known ones end later.
        """
        async with self._store.writing() as db:
            newest = (
                await db.execute(
                    sa.select(VERSIONS)
                    .where(VERSIONS.c.hearing == hearing)
                    .order_by(VERSIONS.c.version.desc())
                    .limit(1)
                )
            ).first()
            if newest is not None and newest.completed_at is None:
                version = int(newest.version)
            else:
                version = 1 if newest is None else int(newest.version) + 1
                await db.execute(sa.insert(VERSIONS).values(hearing=hearing, version=version, made_at=at))
            for job in (replace(job, version=version) for job in jobs):
                await self._store.insert_or_keep(db, JOBS, asdict(job))
                shorter = JOBS.c.end_ns < job.end_ns
                await db.execute(sa.update(JOBS).where(_this(job), shorter).values(end_ns=job.end_ns))
            return version

    async def leave_out(self, hearing: HearingId, version: int, lines: Collection[str]) -> None:
        """Take these lines out of a version that is being made. A complete one stays as it is."""
        begun = sa.select(VERSIONS.c.version).where(VERSIONS.c.hearing == hearing, VERSIONS.c.completed_at.is_(None))
        here = sa.and_(LINES.c.hearing == hearing, LINES.c.version == version, LINES.c.version.in_(begun))
        async with self._store.writing() as db:
            await db.execute(sa.delete(LINES).where(here, LINES.c.id.in_(lines)))

    async def complete_version(self, hearing: HearingId, version: int, digest: str, at: float) -> None:
        async with self._store.writing() as db:
            await db.execute(
                sa.update(VERSIONS)
                .where(VERSIONS.c.hearing == hearing, VERSIONS.c.version == version)
                .values(completed_at=at, digest=digest)
            )

    # Jobs --------------------------------------------------------------------------------------------------

    async def jobs(self, hearing: HearingId, version: int) -> list[Job]:
        async with self._store.reading() as db:
            chosen = sa.select(JOBS).where(JOBS.c.hearing == hearing, JOBS.c.version == version).order_by(JOBS.c.seat)
            return [
                Job(hearing, version, SeatId(r.seat), r.start_ns, r.end_ns, r.language, r.attempts, r.done)
                for r in await db.execute(chosen)
            ]

    async def owed(self) -> list[HearingId]:
        """Hearings whose pass over the recording was begun and is not complete."""
        async with self._store.reading() as db:
            chosen = sa.select(VERSIONS.c.hearing).where(VERSIONS.c.completed_at.is_(None)).distinct()
            return [HearingId(row.hearing) for row in await db.execute(chosen)]

    async def lease(self, job: Job, owner: str, now: float, seconds: float) -> bool:
        """Take the job, or keep it. False while another owner's lease runs, or when it is done."""
        mine_or_free = sa.or_(JOBS.c.owner == owner, JOBS.c.leased_until < now)
        taken = sa.case((JOBS.c.owner == owner, JOBS.c.attempts), else_=JOBS.c.attempts + 1)
        async with self._store.writing() as db:
            result = await db.execute(
                sa.update(JOBS)
                .where(_this(job), JOBS.c.done.is_(False), mine_or_free)
                .values(owner=owner, leased_until=now + seconds, attempts=taken)
            )
            return result.rowcount == 1

    async def job_done(self, job: Job) -> None:
        async with self._store.writing() as db:
            await db.execute(sa.update(JOBS).where(_this(job)).values(done=True, owner=None, leased_until=0))


def _this(job: Job) -> sa.ColumnElement[bool]:
    return sa.and_(JOBS.c.hearing == job.hearing, JOBS.c.version == job.version, JOBS.c.seat == job.seat)


def _row(said: Utterance, key: bytes) -> dict[str, object]:
    words = [[w.text, w.start, w.end, w.probability] for w in said.words]
    return {
        "id": said.id,
        "hearing": said.hearing,
        "version": said.version,
        "seat": said.seat,
        "start": said.start,
        "end": said.end,
        "language": said.language,
        "confidence": said.confidence,
        "no_speech": said.no_speech,
        "model": said.model,
        "sealed": seal(key, json.dumps({"text": said.text, "words": words}).encode(), f"utterance {said.id}"),
    }


def _utterance(row: sa.RowMapping, key: bytes) -> Utterance:
    spoken = json.loads(unseal(key, row["sealed"], f"utterance {row['id']}"))
    return Utterance(
        id=row["id"],
        hearing=HearingId(row["hearing"]),
        seat=SeatId(row["seat"]),
        start=row["start"],
        end=row["end"],
        language=row["language"],
        text=spoken["text"],
        words=tuple(Word(*word) for word in spoken["words"]),
        confidence=row["confidence"],
        no_speech=row["no_speech"],
        model=row["model"],
        version=row["version"],
    )
