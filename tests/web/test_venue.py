"""One contract over every venue: a hearing sits at one node at a time."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest
import redis

from hearing.participants import HearingId
from hearing.registry.errors import Away
from hearing.registry.leases import LeaseBook
from hearing.registry.store import Store
from tests.patience import PATIENCE_SECONDS
from web.venue import Board, LeaseLost, Leases, OneNode, SitsElsewhere

H = HearingId("h-1")
LEASE_SECONDS = 0.5
LONG = 60.0


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass
class RedisServer:
    """A Redis of our own, which keeps nothing on the disk."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self, password: str | None = None) -> Self:
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: apt-get install redis-server"
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self._server = subprocess.Popen([*command, *self.options], stdout=subprocess.DEVNULL)
        client = redis.Redis(port=self.port, password=password)
        for _ in range(2000):
            with contextlib.suppress(redis.ConnectionError):
                if client.ping():
                    break
        client.close()
        return self

    def kill(self) -> None:
        self._server.kill()
        self._server.wait()


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder).start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[LeaseBook]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'leases.db'}")
    yield LeaseBook(store)
    await store.close()


@contextlib.asynccontextmanager
async def two_nodes(book: LeaseBook, url: str, seconds: float) -> AsyncIterator[tuple[Leases, Leases]]:
    one, two = (Leases(book, Board.at(url), node, seconds) for node in ("http://one", "http://two"))
    yield one, two
    await one.close()
    await two.close()


@pytest.fixture
async def nodes(book: LeaseBook, server: RedisServer) -> AsyncIterator[tuple[Leases, Leases]]:
    async with two_nodes(book, server.url, LONG) as found:
        yield found


async def test_the_first_node_that_knocks_holds_the_hearing(nodes: tuple[Leases, Leases]) -> None:
    one, two = nodes
    assert await one.claim(H) is None
    assert await one.claim(H) is None
    assert await two.claim(H) == "http://one"
    assert await two.holder(H) == "http://one"
    assert await one.holder(H) is None


async def test_a_released_hearing_can_sit_elsewhere(nodes: tuple[Leases, Leases]) -> None:
    one, two = nodes
    await one.claim(H)
    await two.release(H)
    assert await two.claim(H) == "http://one"
    await one.release(H)
    assert not one.holds(H)
    assert await two.claim(H) is None


async def test_a_node_that_lost_its_lease_is_told_when_it_renews(nodes: tuple[Leases, Leases], book: LeaseBook) -> None:
    one, two = nodes
    await one.claim(H)
    assert await one.renew(H)
    await book.give_up(H, one.node)
    assert await two.claim(H) is None
    assert not await one.renew(H)
    assert not one.holds(H)
    assert await two.renew(H)


async def test_a_lease_that_is_kept_outlives_its_term_and_one_that_is_not_runs_out(
    book: LeaseBook, server: RedisServer
) -> None:
    async with two_nodes(book, server.url, LEASE_SECONDS) as (one, two):
        await one.claim("kept")
        await one.claim("left")
        keeping = asyncio.create_task(one.keep("kept"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await two.claim("left") is not None:
                pass
        assert await two.holder("kept") == "http://one"
        assert one.holds("kept")
        assert not one.holds("left"), "by its own clock, though nobody told it"
        assert await two.holder("left") is None
        assert not keeping.done()
        keeping.cancel()


async def test_who_finds_that_another_has_it_stops(book: LeaseBook, server: RedisServer) -> None:
    async with two_nodes(book, server.url, LEASE_SECONDS) as (one, two):
        await one.claim(H)
        keeping = asyncio.create_task(one.keep(H))
        await book.give_up(H, one.node)
        assert await two.claim(H) is None
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(LeaseLost):
                await keeping
        assert not one.holds(H)
        assert two.holds(H)


async def test_redis_that_goes_and_comes_back_empty_gives_nothing_to_a_second_node(
    book: LeaseBook, server: RedisServer
) -> None:
    async with two_nodes(book, server.url, LEASE_SECONDS) as (one, two):
        await one.claim(H)
        keeping = asyncio.create_task(one.keep(H))
        server.kill()
        term = one.until[H]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while one.until[H] < term + 3 * LEASE_SECONDS:
                assert await two.claim(H) == "http://one"
        assert await two.holder(H) == "http://one"
        assert await one.claim("another") is None, "hearings begin without it, too"
        server.start()
        assert await two.claim(H) == "http://one"
        assert await two.holder(H) == "http://one"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await two.board.read(H) != "http://one":
                pass
        assert one.holds(H)
        assert not keeping.done()
        keeping.cancel()


async def test_redis_asks_for_its_password(book: LeaseBook, tmp_path: Path) -> None:
    server = RedisServer(tmp_path, ("--requirepass", "s3cret")).start("s3cret")
    for password, posted in (("s3cret", "http://one"), ("wrong", None)):
        async with two_nodes(book, f"redis://:{password}@127.0.0.1:{server.port}", LONG) as (one, two):
            assert await one.claim(H) is None
            assert await two.board.read(H) == posted
            assert await two.holder(H) == "http://one"
    server.kill()


class GoneBook(LeaseBook):
    """A book in a database that does not answer."""

    async def take(self, what: str, node: str, seconds: float) -> str:
        raise Away("gone")

    async def holder(self, what: str) -> str | None:
        raise Away("gone")

    async def give_up(self, what: str, node: str) -> None:
        raise Away("gone")


async def test_without_the_database_nothing_begins_and_what_is_held_is_lost_in_time(
    book: LeaseBook, server: RedisServer
) -> None:
    gone = GoneBook(book._store)
    async with two_nodes(book, server.url, LEASE_SECONDS) as (one, _):
        assert await one.claim(H) is None
        cut_off = Leases(gone, one.board, one.node, LEASE_SECONDS, one.until)
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(LeaseLost):
                await cut_off.keep(H)
        with pytest.raises(SitsElsewhere):
            await cut_off.claim(H)
        assert await cut_off.holder("nobody's") is None
        await cut_off.release(H)
        assert not cut_off.holds(H)


async def test_one_node_holds_everything() -> None:
    venue = OneNode()
    assert await venue.claim(H) is None
    assert await venue.renew(H)
