"""Whoever is cut off in the middle of writing, or finds no room, leaves nothing half written and nobody locked out."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hearing.registry.errors import Away, Full
from hearing.registry.store import Store, when_there_is_room
from tests.hearing.registry import postgres
from tests.hearing.registry.room import NONE, PLENTY, Room
from tests.patience import PATIENCE_SECONDS


async def _write(store: Store) -> None:
    async with store.writing() as connection:
        for _ in range(3):
            await connection.execute(text("INSERT INTO words VALUES ('salem')"))
            (await connection.execute(text("SELECT * FROM words"))).all()


async def test_a_writer_cancelled_at_any_moment_leaves_no_lock_and_nothing_half_written(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    async with store.writing() as connection:
        await connection.execute(text("CREATE TABLE words (word TEXT)"))
    outsider = sqlite3.connect(file, timeout=0, isolation_level=None)
    tasks = []
    for turns in range(120):
        writer = asyncio.create_task(_write(store))
        tasks.append(writer)
        for _ in range(turns):
            await asyncio.to_thread(int)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        outsider.execute("BEGIN IMMEDIATE")
        outsider.execute("ROLLBACK")
    cut_off = sum(task.cancelled() for task in tasks)
    assert cut_off > 0
    (written,) = outsider.execute("SELECT count(*) FROM words").fetchone()
    assert written % 3 == 0
    assert written >= 3 * (len(tasks) - cut_off)
    outsider.close()
    await store.close()


async def test_a_connection_that_was_closed_underneath_says_so_and_the_next_writer_has_another(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'store.db'}")

    async def write_where_there_is_nothing() -> None:
        async with store.writing() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.close()
            await connection.execute(text("CREATE TABLE words (word TEXT)"))

    with pytest.raises(DBAPIError) as caught:
        await write_where_there_is_nothing()
    assert caught.value.connection_invalidated
    async with store.writing() as connection:
        await connection.execute(text("CREATE TABLE words (word TEXT)"))
    await store.close()


async def test_where_there_is_no_room_nothing_is_written_and_later_all_is(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'store.db'}")
    room = Room(store)
    async with store.writing() as connection:
        await connection.execute(text("CREATE TABLE words (word BLOB)"))
    for wrong in (Full, None):
        room.pages = PLENTY if wrong is None else NONE
        with pytest.raises(wrong) if wrong is not None else nullcontext():
            async with store.writing() as connection:
                for size in (10, 100_000):
                    await connection.execute(text("INSERT INTO words VALUES (zeroblob(:size))"), {"size": size})
        async with store.reading() as connection:
            written = (await connection.execute(text("SELECT count(*) FROM words"))).scalar()
        assert written == (2 if wrong is None else 0)
    await store.close()


async def test_what_waits_for_room_is_written_once_there_is_some(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'store.db'}")
    room = Room(store)
    waited: list[float] = []

    async def write() -> None:
        async with store.writing() as connection:
            await connection.execute(text("CREATE TABLE words (word BLOB)"))
            await connection.execute(text("INSERT INTO words VALUES (zeroblob(100000))"))

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        room.pages = NONE if len(waited) < 3 else PLENTY

    room.pages = NONE
    await when_there_is_room(write, sleep)
    assert len(waited) == 3
    async with store.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM words"))).scalar() == 1
    await store.close()


async def test_a_fault_of_the_database_tells_no_value_of_the_statement(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'store.db'}")
    with pytest.raises(DBAPIError) as wrong:
        async with store.writing() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:word)"), {"word": "Досанов"})
    assert "nowhere" in str(wrong.value)
    assert "Досанов" not in str(wrong.value)
    await store.close()


async def test_who_asks_while_the_database_is_started_anew_waits_and_who_waits_too_long_is_told() -> None:
    with postgres.running() as cluster:
        store = await Store.open(f"{cluster.address}/postgres", asyncio.sleep)
        async with store.writing() as connection:
            await connection.execute(text("CREATE TABLE words (word TEXT)"))
        cluster.stop()
        store.looks = 0
        for opening in (store.reading, store.writing):
            with pytest.raises(Away):
                async with opening():
                    pass
        store.looks = int(PATIENCE_SECONDS)
        writing = asyncio.create_task(_write(store))
        await asyncio.to_thread(cluster.start)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await writing

        async def write_while_it_breaks_off() -> None:
            async with store.writing() as connection:
                await connection.execute(text("INSERT INTO words VALUES ('lost')"))
                await asyncio.to_thread(cluster.stop)
                await asyncio.to_thread(cluster.start)
                await connection.execute(text("INSERT INTO words VALUES ('lost')"))

        with pytest.raises(Away):
            await write_while_it_breaks_off()
        async with store.reading() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM words"))).scalar() == 3
        await store.close()


async def test_what_waits_for_the_database_is_written_once_it_is_there() -> None:
    tries = 0

    async def write() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Away("gone")
        return "written"

    async def sleep(seconds: float) -> None:
        assert seconds > 0

    assert await when_there_is_room(write, sleep) == "written"


@pytest.mark.parametrize("name", ["gone/store.db", "store.db/store.db"])
async def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "store.db").write_bytes(b"")
    with pytest.raises(Away, match=name):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path / name}")
