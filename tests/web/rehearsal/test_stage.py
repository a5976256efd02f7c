"""The rehearsal's stage: everything is there for one person to begin, nothing on it is real, and a restart goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from hearing import acts as a
from hearing.cases import court_number, erdr_number, iin
from hearing.hearings import Phase
from hearing.participants import Actor, PersonId, Role
from hearing.registry.office import Office as Registry
from tests.web.house import Browser, House
from web.asking import perform
from web.rehearsal import door
from web.rehearsal.lines import speakers
from web.rehearsal.picture import BACKGROUNDS
from web.rehearsal.stage import CASE, ERDR, JUDGE, PARTIES, SECRETARY, Stage, seed


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with await Registry.open(tmp_path / "data") as registry:
        yield House(registry, tmp_path)


@pytest.fixture
async def stage(house: House) -> Stage:
    return await seed(house.office)


def test_the_invented_numbers_pass_the_checks_that_real_ones_pass() -> None:
    for part in (JUDGE, SECRETARY, *PARTIES):
        assert iin(part.iin) == part.iin
    assert (court_number(CASE), erdr_number(ERDR)) == (CASE, ERDR)


async def test_the_lobby_is_open_and_the_court_camera_is_named(house: House, stage: Stage) -> None:
    hearing = await house.office.clerk.load(stage.hearing)
    judge = next(p for p in hearing.people.values() if p.role is Role.INVESTIGATING_JUDGE)
    assert (hearing.phase, hearing.court_camera) == (Phase.LOBBY, judge.seat)
    assert hearing.order is not None


async def test_everyone_has_a_pass_a_voice_and_a_face(stage: Stage) -> None:
    assert set(stage.secrets) == set(speakers()) == set(BACKGROUNDS)


async def test_a_pass_lets_its_player_in(house: House, stage: Stage) -> None:
    async with TestClient(TestServer(house.app()), cookie_jar=CookieJar(unsafe=True)) as client:
        answer = await Browser(client).call("POST", "/passes/exchange", {"secret": stage.secrets["witness"]})
        assert (await answer.json())["go"] == f"/sit/{stage.hearing}"


async def test_a_sign_in_link_opens_the_staffs_door_and_a_wrong_one_does_not(house: House, stage: Stage) -> None:
    app = house.app()
    app.add_routes(door.routes(stage))
    async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as client:
        assert (await client.get("/rehearsal/guess", allow_redirects=False)).headers["Location"] == "/"
        assert (await client.get("/board", allow_redirects=False)).status != 200
        answer = await client.get(stage.links[1].href, allow_redirects=False)
        assert answer.headers["Location"] == f"/sit/{stage.hearing}"
        assert (await client.get("/board", allow_redirects=False)).status == 200


async def test_a_restart_goes_on_with_the_same_hearing_and_gives_new_passes(house: House, stage: Stage) -> None:
    again = await seed(house.office)
    assert again.hearing == stage.hearing
    assert set(again.secrets.values()).isdisjoint(stage.secrets.values())


async def test_after_the_end_a_new_hearing_is_listed_in_the_same_case(house: House, stage: Stage) -> None:
    hearing = await house.office.clerk.load(stage.hearing)
    judge = next(p for p in hearing.people.values() if p.role is Role.INVESTIGATING_JUDGE)
    reason = await house.office.registry.docket.texts.deposit(hearing.case, "Жаттығу аяқталды")
    await perform(house.office, stage.hearing, a.Vacate(reason), Actor(PersonId(judge.person), judge.role))
    again = await seed(house.office)
    assert again.hearing != stage.hearing
    assert (await house.office.clerk.load(again.hearing)).case == hearing.case


async def test_the_links_are_words_of_every_language(house: House, stage: Stage) -> None:
    for language in ("kk", "ru", "en"):
        for link in stage.links:
            assert house.office.languages.translate(language, link.label) != link.label
