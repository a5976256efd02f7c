"""One database behind one small door: SQLite on the spot or PostgreSQL, spoken to by the same code.

SQLite runs in WAL with ``synchronous=FULL``: what was committed is on the disk. Writers take the lock when their
transaction begins, so that no transaction fails half way for having read first. Deleted bytes are overwritten, because
erasing a case means forgetting its key.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hearing.registry.errors import Away, Full

T = TypeVar("T")
log = structlog.get_logger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x7479_6E64_6175
BUSY_MS = 15_000
ROOM_SECONDS = 2.0
LOOKS, LOOK_SECONDS, CONNECT_SECONDS = 20, 1.0, 3.0
"""So often a database that is being started anew is looked for, so far apart, and so long each time."""
Pause = Callable[[float], Awaitable[None]]
NO_ROOM = frozenset({"SQLITE_FULL", "53100"})
"""What SQLite and PostgreSQL (``disk_full``) call it when the disk has no room."""
UNREACHABLE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")
"""How begins what SQLite calls it when its file cannot be opened, read or written."""
GOING = frozenset({"57P01", "57P02", "57P03"})
"""What PostgreSQL says when it ends or is not yet there."""

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={BUSY_MS}",
)


class Store:
    """The engine and its two kinds of transaction."""

    def __init__(self, engine: AsyncEngine, pause: Pause | None = None) -> None:
        self.looks = 0
        """So often more a database is looked for that does not answer."""
        self._pause = pause
        self._engine = engine
        self._writer = engine.execution_options(tyndau_writes=True)
        self.dialect = engine.dialect.name
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if self.dialect == "sqlite" else nullcontext()

    @classmethod
    async def open(cls, url: str, pause: Pause | None = None) -> Store:
        """Connect and bring the tables up to date. Raises ``Away``.

        Later a database that does not answer is waited for, where there is a ``pause``: it waits for so many seconds.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            _look_for(parsed.database or ":memory:")
            engine = create_async_engine(parsed, pool_size=4, max_overflow=4, hide_parameters=True)
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
            event.listen(engine.sync_engine, "invalidate", _undo_sqlite)
        else:
            engine = create_async_engine(
                parsed,
                pool_size=8,
                max_overflow=8,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={"timeout": CONNECT_SECONDS},
            )
        store = cls(engine, pause)
        async with AsyncExitStack() as opened:
            opened.push_async_callback(store.close)
            async with store.writing() as connection:
                await connection.run_sync(migrate)
            opened.pop_all()
        store.looks = LOOKS
        return store

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end, undone by any exception. Raises ``Full`` or ``Away``.

        SQLite lets one write at a time and gives the turn to whoever happens to ask next, so that under steady writing
        somebody may wait for ever while holding a connection. Here writers queue in order, before they take one.
        """
        async with self._turn, self._at(self._writer.begin) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads and sees one moment. Raises ``Away``."""
        async with self._at(self._engine.connect) as connection:
            yield connection

    @asynccontextmanager
    async def _at(
        self, opening: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    ) -> AsyncIterator[AsyncConnection]:
        try:
            async with AsyncExitStack() as stack:
                yield await self._reached(stack, opening)
        except DBAPIError as wrong:
            if _no_room(wrong):
                raise Full("the disk of the database is full") from wrong
            if self._went(wrong):
                raise Away(self._silent(wrong.orig)) from wrong
            raise

    async def _reached(
        self, stack: AsyncExitStack, opening: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    ) -> AsyncConnection:
        """A connection, as soon as there is one: nobody need notice that the database was started anew."""
        if self.dialect == "sqlite":
            return await stack.enter_async_context(opening())
        looks = 0
        while True:
            try:
                return await stack.enter_async_context(opening())
            except (OSError, asyncpg.PostgresError, DBAPIError) as wrong:
                if self._pause is None or looks >= self.looks:
                    raise Away(self._silent(wrong)) from wrong
            looks += 1
            await self._pause(LOOK_SECONDS)

    def _went(self, wrong: DBAPIError) -> bool:
        if self.dialect == "sqlite":
            return getattr(wrong.orig, "sqlite_errorname", "").startswith(UNREACHABLE)
        state = getattr(wrong.orig, "sqlstate", None) or ""
        return wrong.connection_invalidated or state in GOING or state.startswith("08")

    def _silent(self, why: BaseException | None) -> str:
        return f"the database {self._engine.url.database} does not answer: {why}"

    async def insert_or_keep(self, connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> None:
        """Insert the row unless its key is there already."""
        kind = sqlite.insert if self.dialect == "sqlite" else postgresql.insert
        await connection.execute(kind(table).values(**values).on_conflict_do_nothing())

    async def insert_or_replace(self, connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> None:
        """Insert the row, or give the row with the same primary key these values."""
        kind = sqlite.insert if self.dialect == "sqlite" else postgresql.insert
        key = [column.name for column in table.primary_key]
        rest = {name: value for name, value in values.items() if name not in key}
        await connection.execute(kind(table).values(**values).on_conflict_do_update(index_elements=key, set_=rest))

    async def forget_deleted(self) -> None:
        """Drop what deleted rows may have left behind in the write-ahead log or in dead rows."""
        outside = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        async with outside.connect() as connection:
            if self.dialect == "sqlite":
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            else:
                await connection.execute(text("VACUUM cases, persons"))

    async def close(self) -> None:
        await self._engine.dispose()


async def when_there_is_room(write: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]) -> T:
    """Write, however long the disk is full or the database away: for what the server notes by itself and must not lose.

    ``sleep`` waits for so many seconds before it is tried again.
    """
    told = False
    while True:
        try:
            return await write()
        except (Full, Away) as wrong:
            if not told:
                log.error("database_full" if isinstance(wrong, Full) else "database_away")
            told = True
            await sleep(ROOM_SECONDS)


def _no_room(wrong: DBAPIError) -> bool:
    names = (getattr(wrong.orig, name, None) for name in ("sqlite_errorname", "sqlstate"))
    return not NO_ROOM.isdisjoint(names)


def migrate(connection: Connection) -> None:
    """Bring the schema to the newest revision inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _look_for(file: str) -> None:
    """Open the file, or make it. A driver that cannot leaves a thread behind, which outlives the program's end."""
    try:
        sqlite3.connect(file).close()
    except sqlite3.DatabaseError as wrong:
        raise Away(f"the database {file} does not answer: {wrong}") from wrong


def _prepare_sqlite(raw: Any, record: Any) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    try:
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
    except sqlite3.DatabaseError:  # SQLAlchemy forgets such a connection, and its thread would outlive us
        raw.close()
        raise
    cursor.close()


def _undo_sqlite(raw: Any, record: Any, error: BaseException | None) -> None:
    """Undo what a cancelled task left half written, before its connection is closed.

    SQLite keeps a closed connection alive, and the lock with it, for as long as somebody holds a cursor of it; the
    exception of a cancelled task does. Without this nobody could write until the garbage collector came by. What went
    wrong otherwise has closed the connection itself.
    """
    if not isinstance(error, asyncio.CancelledError):
        return
    with suppress(MissingGreenlet):
        raw.run_async(lambda driver: asyncio.shield(driver.rollback()))


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("tyndau_writes") else "BEGIN")
