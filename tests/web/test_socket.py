"""The socket's manners: what is not our protocol ends that socket alone, and a seat has one page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from hearing import facts as f
from hearing.hearings import Phase
from hearing.participants import Actor, Role
from tests.patience import PATIENCE_SECONDS
from tests.web.hall import Hall, ended, hall_of, is_view, told
from tests.web.house import JUDGE_IIN, ORIGIN, Browser
from tests.web.sittings import bench
from web import wire
from web.connection import MESSAGES_A_SECOND
from web.issuing import open_observer_link
from web.usher import FULL_CODE, NOT_SIGNED_IN

NONSENSE = (
    "no JSON at all",
    "[]",
    "7",
    '"act"',
    "{}",
    '{"t": "act"}',
    '{"t": "act", "id": "one", "act": "raise_hand"}',
    '{"t": "act", "id": 1, "act": "sack_the_judge"}',
    '{"t": "act", "id": 1, "act": "list_hearing"}',
    '{"t": "act", "id": 1, "act": "raise_hand", "louder": true}',
    '{"t": "rtc.report", "at": "noon", "tracks": 5}',
    '{"t": "rtc.offer", "sdp": 5}',
    '{"t": "rtc.offer", "sdp": "v=0 and no more"}',
    '{"t": "rtc.unheard_of"}',
    '{"t": "rtc.report", "at": NaN, "tracks": {}}',
    '{"t": "act", "id": 1, "act": "file_remark", "place": 1, "text": "\\ud800"}',
    "[" * 5000,
    b"\x00\x01",
)


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """A listed hearing whose lobby is open."""
    async with bench(tmp_path / "data", model=None) as held, hall_of(held) as made:
        await held.ask("judge", "order_remote", order="№ 14 қаулы")
        await held.sitting()
        await held.until(lambda h: h.phase is Phase.LOBBY)
        for name in ("counsel", "suspect"):
            await held.ask("system", "arrive", seat=await held.house.seat(held.id, name))
        yield made


async def test_what_is_not_our_protocol_ends_that_socket_and_harms_nobody_else(hall: Hall) -> None:
    counsel, suspect = await hall.come_in("counsel"), await hall.come_in("suspect")
    async with hall.page(suspect) as bystander:
        await told(bystander, is_view)
        codes = {}
        for nonsense in NONSENSE:
            async with hall.page(counsel) as socket:
                await told(socket, is_view)
                await (socket.send_str(nonsense) if isinstance(nonsense, str) else socket.send_bytes(nonsense))
                codes[nonsense] = await ended(socket)
        assert codes == dict.fromkeys(NONSENSE, 4400)
        await bystander.send_json({"t": "act", "id": 1, "act": "acknowledge_rules"})
        assert (await told(bystander, lambda m: m["t"] == "done"))["id"] == 1


async def test_a_message_beyond_all_size_ends_that_socket(hall: Hall) -> None:
    counsel = await hall.come_in("counsel")
    async with hall.page(counsel) as socket:
        await told(socket, is_view)
        await socket.send_str(json.dumps({"t": "rtc.offer", "sdp": "a" * wire.LARGEST_MESSAGE}))
        assert await ended(socket) == 1009
    async with hall.page(counsel) as socket:
        await told(socket, is_view)


async def test_a_page_that_floods_is_closed_and_comes_back_while_the_others_go_on(hall: Hall) -> None:
    counsel, suspect = await hall.come_in("counsel"), await hall.come_in("suspect")
    async with hall.page(suspect) as bystander:
        await told(bystander, is_view)
        async with hall.page(counsel) as socket:
            await told(socket, is_view)
            for _ in range(10 * MESSAGES_A_SECOND):
                await socket.send_json({"t": "rtc.candidate"})
            assert await ended(socket) == wire.TOO_FAST
        await bystander.send_json({"t": "act", "id": 1, "act": "acknowledge_rules"})
        await told(bystander, lambda m: m["t"] == "done")
        async with hall.page(counsel) as socket:
            await told(socket, is_view)


async def test_the_public_fills_the_seats_there_are_and_one_that_is_left_is_free_again(hall: Hall) -> None:
    clerk = Actor(hall.bench.house.people["secretary"], Role.COURT_SECRETARY)
    hall.bench.court.office = replace(hall.bench.court.office, gallery=1)
    link = await open_observer_link(hall.bench.house.office, clerk, hall.bench.id)
    citizen, counsel = await hall.visitor(), await hall.come_in("counsel")
    await citizen.call("POST", "/passes/exchange", {"observer": link.partition("#")[2]})
    async with hall.page(citizen) as first:
        await told(first, is_view)
        async with hall.page(citizen) as second:
            assert await ended(second) == FULL_CODE
        async with hall.page(counsel) as party:
            await told(party, is_view)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await let_in(hall, citizen):
            pass


async def let_in(hall: Hall, visitor: Browser) -> bool:
    async with hall.page(visitor) as socket:
        return (await socket.receive()).type is WSMsgType.TEXT


async def test_signing_out_ends_the_page_that_was_left_open(hall: Hall) -> None:
    judge = await hall.visitor()
    await judge.sign_in(JUDGE_IIN)
    async with hall.page(judge) as socket:
        await told(socket, is_view)
        await judge.post("/signout")
        assert await ended(socket) == NOT_SIGNED_IN


async def test_two_pages_with_one_pass_are_one_seat_and_the_newer_has_it(hall: Hall) -> None:
    counsel, again = await hall.come_in("counsel"), await hall.come_in("suspect")
    async with hall.page(counsel) as old, hall.page(again) as other:
        await told(old, is_view)
        async with hall.page(counsel) as new:
            await told(new, is_view)
            assert await ended(old) == 4409
            await told(other, is_view)
            await new.send_json({"t": "act", "id": 1, "act": "acknowledge_rules"})
            await told(new, lambda m: m["t"] == "done")


async def test_who_asks_only_for_a_free_seat_leaves_a_taken_one_alone(hall: Hall) -> None:
    counsel = await hall.come_in("counsel")
    async with hall.page(counsel) as sitting:
        await told(sitting, is_view)
        async with hall.page(counsel, "?if_free") as polite:
            assert await ended(polite) == 4409
        await sitting.send_json({"t": "act", "id": 1, "act": "acknowledge_rules"})
        await told(sitting, lambda m: m["t"] == "done")
    async with hall.page(counsel, "?if_free") as polite:
        await told(polite, is_view)


async def test_an_act_that_is_asked_twice_under_one_number_is_done_once(hall: Hall) -> None:
    counsel = await hall.come_in("counsel")
    async with hall.page(counsel) as socket:
        await told(socket, is_view)
        for _ in range(2):
            await socket.send_json({"t": "act", "id": 5, "act": "acknowledge_rules"})
            await told(socket, lambda m: m["t"] == "done")
    entries = await hall.bench.registry.journal.read(hall.bench.id)
    assert sum(isinstance(entry.fact, f.RulesAcknowledged) for entry in entries) == 1


async def test_a_refused_act_is_told_in_the_persons_language_and_the_socket_stays(hall: Hall) -> None:
    counsel = await hall.come_in("counsel")
    async with hall.page(counsel) as socket:
        await told(socket, is_view)
        asked: tuple[tuple[dict[str, Any], str], ...] = (
            ({"act": "announce_opening"}, "role"),
            ({"act": "mute", "seat": {"s": []}}, "field_type"),
        )
        for act, rule in asked:
            await socket.send_json({"t": "act", "id": 6, **act})
            refused = await told(socket, lambda m: m["t"] == "refused")
            assert (refused["id"], refused["rule"]) == (6, rule)
            assert refused["why"]
        await socket.send_json({"t": "act", "id": 7, "act": "acknowledge_rules"})
        await told(socket, lambda m: m["t"] == "done")


async def test_whoever_held_a_revoked_pass_is_put_out_at_once(hall: Hall) -> None:
    counsel, suspect = await hall.come_in("counsel"), await hall.come_in("suspect")
    house = hall.bench.house
    async with hall.page(counsel) as lost, hall.page(suspect) as bystander:
        await told(lost, is_view)
        (pass_id,) = (await hall.bench.now()).people[house.people["counsel"]].passes
        await hall.bench.ask("secretary", "revoke_pass", person=house.people["counsel"], pass_id=pass_id)
        assert await ended(lost) == 4401
        await bystander.send_json({"t": "act", "id": 1, "act": "acknowledge_rules"})
        await told(bystander, lambda m: m["t"] == "done")
    async with hall.page(await hall.come_in("counsel")) as again:
        await told(again, is_view)


async def test_strangers_and_other_sites_are_turned_away_at_the_socket(hall: Hall) -> None:
    counsel = await hall.come_in("counsel")
    stranger = await hall.stack.enter_async_context(TestClient(TestServer(hall.app)))
    for client, path, origin, code in (
        (stranger, hall.bench.id, ORIGIN, 4401),
        (counsel.client, hall.bench.id, "https://elsewhere.example", 4403),
        (counsel.client, "h-unheard-of", ORIGIN, 4404),
    ):
        async with client.ws_connect(f"/ws/{path}", headers={"Origin": origin}) as socket:
            assert await ended(socket) == code
