"""One contract over every venue: a hearing sits at one node at a time."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from hearing.participants import HearingId
from tests.patience import PATIENCE_SECONDS
from web.venue import LeaseLost, Leases, OneNode, SitsElsewhere

H = HearingId("h-1")
LEASE_SECONDS = 0.5


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The address of a Redis of our own."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: apt-get install redis-server"
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    for _ in range(2000):
        with contextlib.suppress(redis.ConnectionError):
            if client.ping():
                break
    client.close()
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
async def nodes(redis_url: str) -> AsyncIterator[tuple[Leases, Leases]]:
    one, two = (Leases.connect(redis_url, url) for url in ("http://one", "http://two"))
    await one.client.flushall()
    yield one, two
    await one.close()
    await two.close()


async def test_the_first_node_that_knocks_holds_the_hearing(nodes: tuple[Leases, Leases]) -> None:
    one, two = nodes
    assert await one.claim(H) is None
    assert await one.claim(H) is None
    assert await two.claim(H) == "http://one"


async def test_a_released_hearing_can_sit_elsewhere(nodes: tuple[Leases, Leases]) -> None:
    one, two = nodes
    await one.claim(H)
    await two.release(H)
    assert await two.claim(H) == "http://one"
    await one.release(H)
    assert await two.claim(H) is None


async def test_a_node_that_lost_its_lease_is_told_when_it_renews(nodes: tuple[Leases, Leases]) -> None:
    one, two = nodes
    await one.claim(H)
    assert await one.renew(H)
    await one.client.delete(f"tyndau:venue:{H}")
    assert await two.claim(H) is None
    assert not await one.renew(H)
    assert await two.renew(H)


async def test_a_lease_that_is_kept_outlives_its_term_and_one_that_is_not_runs_out(redis_url: str) -> None:
    one, two = (Leases.connect(redis_url, url, LEASE_SECONDS) for url in ("http://one", "http://two"))
    await one.client.flushall()
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
    await one.close()
    await two.close()


async def test_who_finds_that_another_has_it_stops(nodes: tuple[Leases, Leases]) -> None:
    one, two = nodes
    short = Leases(one.client, one.node, LEASE_SECONDS)
    await short.claim(H)
    keeping = asyncio.create_task(short.keep(H))
    await one.release(H)
    await two.claim(H)
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(LeaseLost):
            await keeping
    assert await one.holder(H) == "http://two"
    assert not short.holds(H)
    assert two.holds(H)


async def test_without_redis_nothing_begins_and_what_is_held_is_lost_in_time(tmp_path: Path) -> None:
    with redis_server(tmp_path) as url:
        one = Leases.connect(url, "http://one", LEASE_SECONDS)
        assert await one.claim(H) is None
        keeping = asyncio.create_task(one.keep(H))
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(LeaseLost):
            await keeping
    with pytest.raises(SitsElsewhere):
        await one.claim(H)
    assert await one.holder(H) is None
    await one.release(H)
    await one.close()


async def test_one_node_holds_everything() -> None:
    venue = OneNode()
    assert await venue.claim(H) is None
    assert await venue.renew(H)
