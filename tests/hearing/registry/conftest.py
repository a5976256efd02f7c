"""Every contract is tested on both databases. PostgreSQL starts once per run and is emptied before each test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from hearing.registry.office import Office
from hearing.registry.store import Store
from tests.hearing.registry import postgres
from tests.hearing.registry.quick import quick


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    with postgres.cluster() as address:
        yield address


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test puts a SQLite file with all tables and no rows, for the others to copy."""
    return tmp_path_factory.mktemp("blank") / "blank.db"


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        await copy_of(request.getfixturevalue("blank"), tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    address: str = f"{request.getfixturevalue('cluster')}/postgres"
    await empty(address)
    return address


async def copy_of(blank: Path, path: Path) -> None:
    if not await asyncio.to_thread(blank.exists):
        await (await Store.open(f"sqlite+aiosqlite:///{blank}")).close()
    await asyncio.to_thread(shutil.copy, blank, path)


async def empty(address: str) -> None:
    """Take every row away, as only the owner of the server can: the triggers are told to look elsewhere."""
    engine = create_async_engine(address)
    tables = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
    async with engine.begin() as connection:
        names = list(await connection.scalars(tables))
        if names:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(text(f"TRUNCATE {', '.join(names)} CASCADE"))
    await engine.dispose()


@pytest.fixture
async def office(url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with await Office.open(tmp_path / "data", url) as opened:
        yield quick(opened)
