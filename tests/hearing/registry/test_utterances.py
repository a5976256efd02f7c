"""The book of what was said, on both databases: nothing doubled, nothing overwritten, nothing read without the key."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from hearing.participants import CaseId, HearingId, SeatId
from hearing.registry import schema
from hearing.registry.errors import Destroyed, NotFound
from hearing.registry.office import Office
from hearing.registry.utterances import LINES, Job, KeysOfCases, UtteranceBook
from hearing.utterances import Utterance, Word, utterance_id
from tests.hearing.registry.people import NOW

HEARING = HearingId("h-1")
SEAT, OTHER = SeatId("s-1"), SeatId("s-2")
SAID = "Мен айыптауды мойындамаймын."


def an_utterance(start_ns: int = 5_000_000_000, version: int = 0, seat: SeatId = SEAT) -> Utterance:
    start = start_ns / 1e9
    words = tuple(Word(w, start + i, start + i + 1, 0.9) for i, w in enumerate(SAID.split()))
    name = utterance_id(HEARING, version, seat, start_ns)
    return Utterance(name, HEARING, seat, start, start + 3, "kk", SAID, words, 0.9, 0.01, "m@1", version)


@pytest.fixture
async def book(office: Office) -> UtteranceBook:
    case = await office.docket.cases.create("7585-24-00-2/101", NOW, "a-1")
    row = {
        "id": HEARING,
        "case": case.id,
        "kind": "sanction",
        "publicity": "open",
        "language": "kk",
        "scheduled_at": NOW,
        "phase": "open",
        "version": 1,
    }
    async with office.store.writing() as db:
        await db.execute(sa.insert(schema.hearings).values(row))
    return UtteranceBook(office.store, KeysOfCases(office.keys))


async def test_a_line_written_twice_is_there_once_and_its_mark_only_moves_forward(book: UtteranceBook) -> None:
    assert await book.add(an_utterance(), 8_000_000_000)
    assert not await book.add(an_utterance(), 9_000_000_000)
    await book.settle(HEARING, 0, SEAT, 7_000_000_000)
    assert await book.lines(HEARING) == [an_utterance()]
    assert await book.marks(HEARING) == {SEAT: 9_000_000_000}


async def test_what_is_provisional_is_never_stored(book: UtteranceBook) -> None:
    with pytest.raises(ValueError, match="never stored"):
        await book.add(replace(an_utterance(), provisional=True))


async def test_the_words_cannot_be_read_in_the_database_and_go_with_the_cases_key(
    office: Office, book: UtteranceBook
) -> None:
    await book.add(an_utterance())
    async with office.store.reading() as db:
        raw = repr((await db.execute(sa.select(LINES))).all())
        case = CaseId(str(await db.scalar(sa.select(schema.hearings.c.case))))
    assert "айыптауды" not in raw
    assert SAID.encode().hex() not in raw
    await office.keys.destroy(case, NOW)
    with pytest.raises(Destroyed):
        await book.lines(HEARING)


async def test_a_hearing_nobody_listed_has_no_lines_and_takes_none(book: UtteranceBook) -> None:
    assert await book.lines(HearingId("h-9")) == []
    with pytest.raises(NotFound):
        await book.add(replace(an_utterance(), hearing=HearingId("h-9")))


async def test_a_pass_over_the_recording_is_a_new_version_and_hides_nothing_until_it_is_complete(
    book: UtteranceBook,
) -> None:
    await book.add(an_utterance())
    jobs = [Job(HEARING, 0, SEAT, 0, 10), Job(HEARING, 0, OTHER, 0, 10, "ru")]
    assert await book.begin_version(HEARING, jobs, NOW) == 1
    assert await book.begin_version(HEARING, jobs, NOW) == 1
    assert await book.owed() == [HEARING]
    await book.add(an_utterance(6_000_000_000, version=1))
    assert [line.version for line in await book.lines(HEARING)] == [0]
    await book.complete_version(HEARING, 1, "d" * 64, NOW + 1)
    assert [line.version for line in await book.lines(HEARING)] == [1]
    assert [line.version for line in await book.lines(HEARING, 0)] == [0]
    assert await book.owed() == []
    assert await book.begin_version(HEARING, jobs, NOW) == 2


async def test_a_version_that_is_begun_takes_in_what_the_recording_has_grown_by(book: UtteranceBook) -> None:
    await book.begin_version(HEARING, [Job(HEARING, 0, SEAT, 5, 10)], NOW)
    await book.begin_version(HEARING, [Job(HEARING, 0, SEAT, 7, 20), Job(HEARING, 0, OTHER, 9, 30, "ru")], NOW)
    await book.begin_version(HEARING, [Job(HEARING, 0, SEAT, 5, 15)], NOW)
    jobs = {job.seat: (job.start_ns, job.end_ns) for job in await book.jobs(HEARING, 1)}
    assert jobs == {SEAT: (5, 20), OTHER: (9, 30)}


async def test_a_job_has_one_owner_until_its_lease_runs_out(book: UtteranceBook) -> None:
    await book.begin_version(HEARING, [Job(HEARING, 0, SEAT, 0, 10)], NOW)
    job = (await book.jobs(HEARING, 1))[0]
    assert await book.lease(job, "one", NOW, 60)
    assert not await book.lease(job, "two", NOW + 59, 60)
    assert await book.lease(job, "one", NOW + 50, 60)
    assert not await book.lease(job, "two", NOW + 100, 60)
    assert await book.lease(job, "two", NOW + 111, 60)
    assert (await book.jobs(HEARING, 1))[0].attempts == 2
    await book.job_done(job)
    assert not await book.lease(job, "one", NOW + 999, 60)


async def test_ten_writers_at_once_make_one_version_and_one_line(book: UtteranceBook) -> None:
    added = await asyncio.gather(*(book.add(an_utterance(), 8) for _ in range(10)))
    assert sum(added) == 1
    assert len(await book.lines(HEARING)) == 1


async def test_the_end_of_retention_leaves_nothing(book: UtteranceBook) -> None:
    await book.add(an_utterance(), 8)
    await book.begin_version(HEARING, [Job(HEARING, 0, SEAT, 0, 10)], NOW)
    await book.erase(HEARING)
    assert await book.lines(HEARING) == []
    assert await book.versions(HEARING) == []
    assert await book.marks(HEARING) == {}
