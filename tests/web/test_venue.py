"""One contract over every venue: a hearing sits at one node at a time."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis

from hearing.participants import HearingId
from web.venue import Leases, OneNode

H = HearingId("h-1")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: apt-get install redis-server"
    folder: Path = tmp_path_factory.mktemp("redis")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    for _ in range(2000):
        with contextlib.suppress(redis.ConnectionError):
            if client.ping():
                break
    yield f"redis://127.0.0.1:{port}"
    server.terminate()
    server.wait()


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


async def test_one_node_holds_everything() -> None:
    venue = OneNode()
    assert await venue.claim(H) is None
    assert await venue.renew(H)
