"""Two servers of one court, in processes of their own, on one PostgreSQL, one Redis and one folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from hearing.registry.leases import LeaseBook
from hearing.registry.store import Store
from tests.browser.courthouse import LOOK_SECONDS, Courthouse, Listed, list_hearing
from tests.hearing.registry import postgres
from tests.patience import PATIENCE_SECONDS
from tests.web.stand import FRAGMENT, SCREEN, SDP, Device
from tests.web.test_venue import RedisServer, redis_server
from web.rehearsal.picture import loops
from web.rehearsal.player import Player

LEASE = "3"


@pytest.fixture
def database() -> Iterator[str]:
    with postgres.cluster() as address:
        yield f"{address}/postgres"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


@pytest.fixture
async def nodes(tmp_path: Path, database: str, redis: RedisServer) -> AsyncIterator[tuple[Courthouse, Courthouse]]:
    common = {
        "TYNDAU_DATABASE": database,
        "TYNDAU_VENUE__REDIS_URL": redis.url,
        "TYNDAU_VENUE__LEASE_SECONDS": LEASE,
    }
    one, two = Courthouse(tmp_path / "data"), Courthouse(tmp_path / "data")
    for node in (one, two):
        node.settings = {**common, "TYNDAU_VENUE__NODE_URL": node.url}
    await one.accounts()
    try:
        for node in (one, two):
            await node.open()
        yield one, two
    finally:
        for number, node in enumerate((one, two), 1):
            await node.close()
            print(f"--- node {number}", "".join(node.log[-80:]), sep="\n")


@asynccontextmanager
async def visiting(node: Courthouse, listed: Listed, name: str) -> AsyncIterator[Player]:
    """This party, at a page of this node, with a real connection for sound and pictures."""
    secret = listed.links[name].partition("#")[2]
    drawn = await asyncio.to_thread(loops, "suspect")
    player = Player(node.url, listed.hearing, name, secret, (), drawn, 2_000)
    playing = asyncio.create_task(player.play())
    try:
        yield player
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def knock(session: aiohttp.ClientSession, node: Courthouse, hearing: str, token: str) -> None:
    """A page of a member of the court comes and goes."""
    headers = {"Authorization": f"Bearer {token}", "Origin": node.url}
    async with session.ws_connect(f"{node.url}/ws/{hearing}", headers=headers) as socket:
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.json()["t"] == "view":
                return


async def closed_with(
    session: aiohttp.ClientSession, node: Courthouse, hearing: str, token: str, origin: str
) -> int | None:
    """With which code a page from this origin is turned away."""
    headers = {"Authorization": f"Bearer {token}", "Origin": origin}
    async with session.ws_connect(f"{node.url}/ws/{hearing}", headers=headers) as socket:
        await socket.receive()
        return socket.close_code


async def arrivals(listed: Listed, seat: str, count: int) -> None:
    """Wait until this seat has arrived so often."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            facts = [entry["fact"] for entry in await listed.entries()]
            if sum(f["fact"] in ("Arrived", "LineBack") and f["seat"] == seat for f in facts) >= count:
                return


async def confirmed(listed: Listed, name: str) -> None:
    """The secretary asks it, at the node that she knocks at."""
    person = listed.people[name]
    act = {"act": "confirm_identity", "person": person}
    await listed.secretary.call("POST", f"/hearings/{listed.hearing}/acts", act)
    await listed.fact("IdentityConfirmed", person=person)


async def test_a_hearing_sits_at_one_node_is_reached_through_the_other_and_outlives_its_node(
    nodes: tuple[Courthouse, Courthouse],
) -> None:
    one, two = nodes
    async with aiohttp.ClientSession() as session:
        first = await list_hearing(one, session, "suspect", "counsel")
        await knock(session, one, first.hearing, first.judge.token)
        judge, _ = await two.sign_in(session, "judge")
        secretary, _ = await two.sign_in(session, "secretary")
        listed = replace(first, secretary=secretary, judge=judge)
        seats = await listed.seats()
        parties = {seats[name] for name in ("suspect", "counsel")}
        async with visiting(two, listed, "suspect"), visiting(two, listed, "counsel"):
            for seat in parties:
                await arrivals(listed, seat, 1)
            lines = (await secretary.call("GET", f"/hearings/{listed.hearing}/lines"))["lines"]
            assert {line["seat"] for line in lines} >= parties, "they lie at the other node"
            await confirmed(listed, "counsel")
            assert await closed_with(session, two, listed.hearing, judge.token, "http://elsewhere.example") == 4403
            before = await listed.entries()
            await one.kill()
            for seat in parties:
                await arrivals(listed, seat, 2)
            after = await listed.entries()
            assert after[: len(before)] == before
            assert {e["fact"]["seat"] for e in after[len(before) :] if e["fact"]["fact"] == "LineLost"} >= parties
            await confirmed(listed, "suspect")
            twin = Courthouse(two.folder, settings=two.settings)
            code, out = await twin.command("serve")
            assert code == 1, out
            assert "venue.node_url" in out
            assert "another server answers there" in out
    code, out = await two.command("verify")
    assert code == 0, out


PARTIES = ("prosecutor", "suspect", "counsel")


async def logged(node: Courthouse, words: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if any(words in line for line in node.log):
                return
            await asyncio.sleep(LOOK_SECONDS)


async def kept(book: LeaseBook, hearing: str, node: str) -> None:
    """Wait until this node has kept the hearing for two terms of its lease more."""
    clock = asyncio.get_running_loop().time
    until = clock() + 2 * float(LEASE)
    while clock() < until:
        assert await book.holder(hearing) == node
        await asyncio.sleep(LOOK_SECONDS)


async def use_second_devices(session: aiohttp.ClientSession, node: Courthouse, listed: Listed) -> None:
    """A camera and a screen come, are spoken with and go by a node at which the hearing does not sit."""
    bearer = {"Authorization": f"Bearer {listed.links['judge'].partition('#')[2]}"}
    for use, parts in (("whip", None), ("whep", SCREEN)):
        offer = Device.anonymous(parts)
        headers = {**bearer, **SDP}
        async with session.post(f"{node.url}/{use}/{listed.hearing}", data=offer, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            place, tag = answer.headers["Location"], answer.headers["ETag"]
        assert place.startswith(f"/{use}/{listed.hearing}/"), "of the court's one address, not of a node's"
        known = [line for line in offer.splitlines() if line.startswith(("a=ice-ufrag:", "a=ice-pwd:"))][:2]
        fragment = "\r\n".join((*known, "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0", ""))
        at = f"{node.url}{place}"
        headers = {**bearer, **FRAGMENT, "If-Match": tag}
        async with session.patch(at, data=fragment, headers=headers) as answer:
            assert answer.status == 204, await answer.text()
        for status in (200, 404):
            async with session.delete(at, headers=bearer) as answer:
                assert answer.status == status


@asynccontextmanager
async def bench_at(one: Courthouse, two: Courthouse) -> AsyncIterator[tuple[aiohttp.ClientSession, Listed]]:
    """A hearing that sits at the one node and whose bench asks at the other, where all have passes."""
    async with aiohttp.ClientSession() as session:
        first = await list_hearing(one, session, *PARTIES)
        await knock(session, one, first.hearing, first.judge.token)
        judge, _ = await two.sign_in(session, "judge")
        secretary, _ = await two.sign_in(session, "secretary")
        listed = replace(first, secretary=secretary, judge=judge)
        for name in ("judge", "secretary"):
            wish = {"person": listed.people[name]}
            sheet = await secretary.call("POST", f"/hearings/{listed.hearing}/passes", wish)
            listed.links[name] = sheet["link"]
        yield session, listed


async def test_devices_come_by_any_node_and_redis_may_go_and_come_back_empty(
    nodes: tuple[Courthouse, Courthouse], redis: RedisServer, database: str
) -> None:
    one, two = nodes
    async with bench_at(one, two) as (session, listed), AsyncExitStack() as stack:
        store = await Store.open(database)
        stack.push_async_callback(store.close)
        camera = (await listed.seats())["judge"]
        act = {"act": "name_court_camera", "seat": camera}
        await listed.secretary.call("POST", f"/hearings/{listed.hearing}/acts", act)
        await use_second_devices(session, two, listed)
        redis.kill()
        await logged(one, "redis silent")
        await kept(LeaseBook(store), listed.hearing, one.url)
        await use_second_devices(session, two, listed)
        redis.start()
        await logged(one, "redis answers again")
        await use_second_devices(session, two, listed)
        assert await LeaseBook(store).holder(listed.hearing) == one.url
        assert not any("lease lost" in line for node in nodes for line in node.log)
