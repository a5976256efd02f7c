"""What Prometheus reads: true counts per hearing and seat, for those who may, and nobody's name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from hearing.hearings import Phase
from media.relay.lines import camera_of
from tests.media import sdp
from tests.media.narrow_wire import NarrowWire
from tests.media.visitor import Visitor
from tests.patience import PATIENCE_SECONDS
from tests.web.house import PASSWORD, SECRETARY_IIN
from tests.web.sittings import Bench, bench
from web import metrics

SLOW_BITS, QUEUED_S = 8_000, 0.05
"""On so slow a line a ping alone takes longer than that."""

TOKEN = "a token of the watching machine"
PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
LABELS = ("hearing", "seat", "kind", "direction", "layer")
Samples = dict[str, dict[tuple[str, ...], float]]


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Bench]:
    """A judge and a suspect whose devices are up."""
    async with bench(tmp_path, model=None) as court:
        await court.ask("judge", "order_remote", order="№ 14")
        await court.sitting()
        await court.until(lambda h: h.phase is Phase.LOBBY)
        await court.enter("judge", "suspect")
        yield court


@asynccontextmanager
async def asking(court: Bench, token: str | None) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = court.app()
    app.add_routes(metrics.routes(token))
    async with TestClient(TestServer(app)) as client:
        yield client


async def read(client: TestClient[web.Request, web.Application], **headers: str) -> tuple[str, Samples]:
    async with client.get("/metrics", headers=headers) as answer:
        assert answer.status == 200
        text = await answer.text()
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found.setdefault(one.name, {})[tuple(one.labels[name] for name in LABELS if name in one.labels)] = one.value
    return text, found


async def test_packets_and_lines_are_counted_per_hearing_and_seat_and_nobody_is_named(lobby: Bench) -> None:
    suspect = await lobby.house.seat(lobby.id, "suspect")
    await lobby.speakers["suspect"].say("suspect-1")
    async with asking(lobby, None) as client:
        text, found = await read(client)
    assert found["tyndau_hearings"] == {(): 1}
    assert found["tyndau_packets_received_total"][lobby.id, suspect, "audio"] > 50
    assert found["tyndau_packets_lost_total"][lobby.id, suspect, "audio"] == 0
    assert found["tyndau_line_up"][lobby.id, suspect] == 1
    assert found["tyndau_line_bits_per_second"][lobby.id, suspect, "up"] > 0
    assert found["tyndau_datagrams_total"][()] > 50
    judge = await lobby.house.seat(lobby.id, "judge")
    assert found["tyndau_layer_bits_per_second"][lobby.id, judge, "whole"] > 0
    assert found["tyndau_line_withheld"][lobby.id, suspect, "video"] == 0
    names = await lobby.registry.docket.persons.names(lobby.house.people.values())
    assert not any(part in text for name in names.values() for part in name.split())
    assert not any(person in text for person in lobby.house.people.values())


async def test_the_line_of_a_court_camera_is_watched_like_a_seats(lobby: Bench) -> None:
    who = camera_of(await lobby.house.seat(lobby.id, "judge"))
    camera = Visitor((await lobby.sitting()).courtroom, who)
    await camera.offer([sdp.Part("video", "sendonly", camera.video, camera.repair)])
    camera.check()
    await camera.shake()
    async with asking(lobby, None) as client:
        _, found = await read(client)
    assert found["tyndau_line_queue_seconds"].keys() <= found["tyndau_line_up"].keys()
    assert (lobby.id, who) in found["tyndau_line_up"]
    assert (lobby.id, who, "up") in found["tyndau_line_bits_per_second"]
    await camera.close()


async def test_what_waits_on_a_narrowed_line_is_told_as_its_queue(tmp_path: Path) -> None:
    wire = NarrowWire()
    async with bench(tmp_path, model=None, wire=wire) as court, asking(court, None) as client:
        await court.ask("judge", "order_remote", order="№ 14")
        await court.sitting()
        await court.until(lambda h: h.phase is Phase.LOBBY)
        await court.enter("suspect")
        where = court.id, await court.house.seat(court.id, "suspect")

        async def queue() -> float | None:
            await court.speakers["suspect"].hum()
            return (await read(client))[1]["tyndau_line_queue_seconds"].get(where)

        async with asyncio.timeout(PATIENCE_SECONDS):
            while (before := await queue()) is None:
                pass
            wire.narrow(down=SLOW_BITS)
            while (after := await queue()) is None or after < before + QUEUED_S:
                pass
        assert after < 1


async def test_every_metric_stands_in_the_document(lobby: Bench) -> None:
    async with asking(lobby, None) as client:
        text, _ = await read(client)
    assert set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) == set(re.findall(r"^# HELP (\w+)", text, re.MULTILINE))


async def test_with_a_token_only_its_bearer_and_the_secretary_read_them(lobby: Bench) -> None:
    async with asking(lobby, TOKEN) as client:
        for headers in ({}, {"Authorization": "Bearer another"}):
            async with client.get("/metrics", headers=headers) as answer:
                assert answer.status == 403
        await read(client, Authorization=f"Bearer {TOKEN}")
        secret = {"iin": SECRETARY_IIN, "password": PASSWORD}
        async with client.post("/api/v1/session", json=secret, headers={"Origin": "http://localhost:8080"}) as answer:
            session = (await answer.json())["token"]
        await read(client, Authorization=f"Bearer {session}")


async def test_behind_a_proxy_being_near_opens_nothing(lobby: Bench) -> None:
    lobby.house.office = replace(lobby.house.office, behind_proxy=True)
    async with asking(lobby, None) as client, client.get("/metrics") as answer:
        assert answer.status == 403
