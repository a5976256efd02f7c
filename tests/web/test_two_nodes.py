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
from tests.browser.courthouse import LOOK_SECONDS, Api, Courthouse, Listed, list_hearing
from tests.hearing.registry import postgres
from tests.patience import PATIENCE_SECONDS
from tests.web.house import EDITION
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
STEPS = tuple(step.step for step in EDITION.kind("sanction").script if step.required)
RULING: dict[str, object] = {
    "outcome": "sanction_short",
    "days": 10,
    "bail_exception": "especially_grave",
    "reasons": "Тяжесть подозрения и риск скрыться.",
}


class Bench:
    """The judge and the secretary, at one node."""

    def __init__(self, session: aiohttp.ClientSession, node: Courthouse, listed: Listed) -> None:
        self._session, self._node, self._listed = session, node, listed

    async def insist(self, who: Api, act: str, **fields: object) -> None:
        """Ask until it is done: what it waits for is on its way. The judge goes on after every loss of a line."""
        async with asyncio.timeout(3 * PATIENCE_SECONDS):
            while not await self._done(who, act, **fields):
                await self._done(self._listed.judge, "resume_after_loss")
                await asyncio.sleep(LOOK_SECONDS)

    async def _done(self, who: Api, act: str, **fields: object) -> bool:
        at = f"{self._node.url}/api/v1/hearings/{self._listed.hearing}/acts"
        headers = {"Authorization": f"Bearer {who.token}"}
        async with self._session.post(at, json={"act": act, **fields}, headers=headers) as answer:
            return answer.ok

    async def open(self) -> None:
        judge, secretary, people = self._listed.judge, self._listed.secretary, self._listed.people
        seats = await self._listed.seats()
        for name in PARTIES:
            await arrivals(self._listed, seats[name], 1)
            await self.insist(secretary, "confirm_identity", person=people[name])
            await self.insist(judge, "override_link", seat=seats[name], reason="Связь слышна.")
            await self.insist(secretary, "admit", person=people[name])
        await self.insist(secretary, "name_court_camera", seat=seats["judge"])
        await self.insist(secretary, "start_recording")
        await self.insist(judge, "announce_opening")
        await self._listed.fact("Opened")

    async def take(self, *steps: str) -> None:
        for step in steps:
            await self.insist(self._listed.judge, "take_step", step=step)

    async def decide_and_close(self) -> None:
        judge, secretary = self._listed.judge, self._listed.secretary
        await self.insist(judge, "retire")
        await self.insist(judge, "decide", **RULING)
        await self.insist(judge, "return_from_deliberation")
        await self.insist(judge, "announce_decision")
        await self.insist(secretary, "note_ruling_delivered", recipient="suspect")
        await self.insist(judge, "close_hearing")
        await self._listed.fact("FileSealed", kind="bundle")


def voices(folder: Path) -> dict[str, int]:
    """How much lies on the tapes of each voice."""
    return {tape.name: sum(part.stat().st_size for part in tape.iterdir()) for tape in folder.glob("*.audio")}


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
        await Bench(session, two, listed).insist(listed.secretary, "name_court_camera", seat=camera)
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


async def test_a_recorded_hearing_outlives_its_node_and_its_record_is_whole(
    nodes: tuple[Courthouse, Courthouse], tmp_path: Path
) -> None:
    one, two = nodes
    async with bench_at(one, two) as (session, listed), AsyncExitStack() as stack:
        for name in (*PARTIES, "judge", "secretary"):
            await stack.enter_async_context(visiting(two, listed, name))
        bench, judge, at = Bench(session, two, listed), listed.judge, f"/hearings/{listed.hearing}"
        await bench.open()
        await bench.take(*STEPS[:3])
        folder = tmp_path / "data" / "tapes" / listed.hearing
        before, taped = await listed.entries(), voices(folder)
        assert len(taped) == len(PARTIES) + 2

        await one.kill()
        await listed.fact("PausedByLoss", cause="server")
        await bench.insist(judge, "repair_gap", summary="Последнее предложение повторено.")
        gap = (await listed.fact("ResumedAfterLoss"))["fact"]
        assert gap["gap_from"] < gap["gap_to"]
        assert (await listed.entries())[: len(before)] == before
        await bench.take(*STEPS[3:])
        await bench.decide_and_close()
        assert all(size > taped[track] for track, size in voices(folder).items()), "each goes on after the gap"
        bundle = tmp_path / "bundle.zip"
        bundle.write_bytes(await listed.secretary.bytes(f"{at}/bundle.zip"))
    for arguments in (("verify",), ("verify", str(bundle)), ("reconcile",)):
        code, out = await two.command(*arguments)
        assert code == 0, out
