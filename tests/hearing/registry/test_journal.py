"""What the journal promises, on both databases."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hearing import facts as f
from hearing.participants import HearingId, SeatId
from hearing.registry.journal import GENESIS, Entry, canonical
from hearing.registry.office import Office
from hearing.wrongs import Conflict, Impossible
from tests.hearing.registry.people import NOW, SECRETARY, a_listing
from tests.patience import PATIENCE_SECONDS

H = HearingId("h-1")
FEW = [a_listing(), f.LobbyOpened(), f.OpeningAnnounced(opens_at=NOW + 0.1)]


async def fill(office: Office, hearing: HearingId = H) -> list[Entry]:
    return await office.journal.append(hearing, 0, FEW, SECRETARY, NOW)


async def test_what_was_appended_is_read_back_in_order(office: Office) -> None:
    written = await fill(office)
    assert [entry.version for entry in written] == [1, 2, 3]
    assert await office.journal.read(H) == written
    assert await office.journal.read(H, after=2) == written[2:]
    assert await office.journal.head(H) == (3, written[-1].digest)


async def test_a_hearing_that_nobody_wrote_about_is_empty(office: Office) -> None:
    assert await office.journal.read(H) == []
    assert await office.journal.head(H) == (0, GENESIS)
    assert await office.journal.append(H, 0, [], SECRETARY, NOW) == []


async def test_every_entry_carries_the_digest_of_the_one_before(office: Office) -> None:
    await fill(office)
    await office.journal.append(H, 3, [f.Opened()], SECRETARY, NOW + 1.25)
    previous = GENESIS
    for stored in await office.journal.stored(H):
        assert stored.previous == previous
        assert stored.computed_digest() == stored.digest
        previous = stored.digest


async def test_who_comes_second_with_the_same_version_gets_a_conflict(office: Office) -> None:
    await fill(office)
    for stale in (0, 2, 4):
        with pytest.raises(Conflict):
            await office.journal.append(H, stale, [f.Opened()], SECRETARY, NOW)
    assert (await office.journal.head(H))[0] == 3


async def test_of_many_at_once_exactly_one_is_written(office: Office) -> None:
    await fill(office)

    async def attempt(number: int) -> bool:
        try:
            await office.journal.append(H, 3, [f.HandRaised(SeatId(f"s-{number}"))], SECRETARY, NOW)
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt(number) for number in range(12)))) == 1
    assert (await office.journal.head(H))[0] == 4


async def test_facts_of_one_act_are_written_all_or_none(office: Office) -> None:
    broken = f.HandRaised(SeatId("s-1"))
    object.__setattr__(broken, "seat", object())
    with pytest.raises(TypeError):
        await office.journal.append(H, 0, [a_listing(), broken], SECRETARY, NOW)
    assert await office.journal.read(H) == []


async def test_hearings_do_not_mix(office: Office) -> None:
    other = HearingId("h-2")
    await fill(office)
    await fill(office, other)
    assert sorted(await office.journal.hearings()) == [H, other]
    assert {entry.hearing for entry in await office.journal.read(other)} == {other}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET at = 0 WHERE version = 2",
        "DELETE FROM entries WHERE version = 3",
        "DELETE FROM entries",
        "DELETE FROM accesses",
        "UPDATE accesses SET who = 'nobody'",
    ],
)
async def test_the_database_itself_refuses_to_change_or_delete(office: Office, statement: str) -> None:
    await fill(office)
    await office.docket.log.note(NOW, "a-1", "viewed", H)
    with pytest.raises(DBAPIError, match="append-only"):
        async with office.store.writing() as connection:
            await connection.execute(text(statement))
    assert len(await office.journal.read(H)) == 3
    assert len(await office.docket.log.of(H)) == 1


async def test_the_database_refuses_to_replace_or_truncate(office: Office) -> None:
    await fill(office)
    if office.store.dialect == "sqlite":
        statement = (
            "INSERT OR REPLACE INTO entries "
            "SELECT hearing, version, 0, by_person, by_role, fact, previous, digest FROM entries"
        )
    else:
        statement = "TRUNCATE entries"
    with pytest.raises(DBAPIError, match="append-only"):
        async with office.store.writing() as connection:
            await connection.execute(text(statement))
    assert len(await office.journal.read(H)) == 3


async def test_a_follower_gets_old_entries_and_then_each_new_one(office: Office) -> None:
    await fill(office)
    seen: list[int] = []
    caught_up = asyncio.Event()

    async def follow() -> None:
        async for entry in office.journal.follow(H, after=1):
            seen.append(entry.version)
            if entry.version == 3:
                caught_up.set()
            if entry.version == 5:
                return

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(follow())
        await caught_up.wait()
        await office.journal.append(H, 3, [f.Opened()], SECRETARY, NOW)
        await office.journal.append(H, 4, [f.RecordingStarted()], SECRETARY, NOW)
    assert seen == [2, 3, 4, 5]


async def test_followers_of_a_busy_hearing_miss_nothing(office: Office) -> None:
    total = 60
    await fill(office)

    async def follow() -> list[int]:
        seen = []
        async for entry in office.journal.follow(H):
            seen.append(entry.version)
            if entry.version == total:
                break
        return seen

    async def write() -> None:
        for version in range(3, total):
            await office.journal.append(H, version, [f.HandRaised(SeatId("s-1"))], SECRETARY, NOW + version)

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        followers = [group.create_task(follow()) for _ in range(3)]
        group.create_task(write())
    assert all(task.result() == list(range(1, total + 1)) for task in followers)


async def test_followers_end_when_the_journal_closes(office: Office) -> None:
    await fill(office)
    seen: list[Entry] = []
    waiting = asyncio.Event()

    async def follow() -> None:
        async for entry in office.journal.follow(H):
            seen.append(entry)
            if entry.version == 3:
                waiting.set()

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(follow())
        await waiting.wait()
        await office.close()
    assert len(seen) == 3


async def test_the_export_can_be_checked_with_a_few_lines(office: Office) -> None:
    await fill(office)
    previous = GENESIS
    async for line in office.journal.export(H):
        entry = json.loads(line)
        digest = entry.pop("digest")
        assert entry["previous"] == previous
        assert hashlib.sha256(canonical(entry).encode()).hexdigest() == digest
        previous = digest
    assert previous == (await office.journal.head(H))[1]


async def test_a_changed_entry_is_not_believed(office: Office) -> None:
    await fill(office)
    await tamper(office, "UPDATE entries SET at = at + 1 WHERE version = 2")
    with pytest.raises(Impossible):
        await office.journal.read(H)


async def test_text_of_any_kind_survives_in_a_fact(office: Office) -> None:
    odd = f.RecordingFailed(reason="\x00 \ud800 тыңдау 🎙")
    await office.journal.append(H, 0, [odd], SECRETARY, 0.1 + 0.2)
    (entry,) = await office.journal.read(H)
    assert entry.fact == odd
    assert entry.at == 0.1 + 0.2


async def tamper(office: Office, statement: str) -> None:
    """What somebody with the database in their hands could do."""
    async with office.store.writing() as connection:
        if office.store.dialect == "sqlite":
            await connection.execute(text("DROP TRIGGER entries_no_update"))
        else:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(statement))
