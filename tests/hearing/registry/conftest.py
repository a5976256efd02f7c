"""Every contract is tested on both databases. PostgreSQL starts once per run; each test gets a fresh database."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from hearing.registry.accounts import Accounts
from hearing.registry.limits import Limits
from hearing.registry.office import Office
from tests.hearing.registry import postgres


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    with postgres.cluster() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    address: str = request.getfixturevalue("cluster")
    name = f"t{secrets.token_hex(6)}"
    engine = create_async_engine(f"{address}/postgres", isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return f"{address}/{name}"


@pytest.fixture
async def office(url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with await Office.open(tmp_path / "data", url) as opened:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        opened.docket.accounts = Accounts(opened.store, opened.keys, Limits(opened.store), quick)
        yield opened
