"""One Chromium for all page tests, a fresh context for each; and a Chromium of its own for each test with sound.

Camera and microphone are made up. To share a browser, the tests that do run in one event loop, and their fixtures with
them (``loops.fixture``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.chromium import executable_path, launch_args
from tests.browser.courthouse import Courthouse, Listed, list_hearing
from tests.browser.fake_court import FakeCourt
from tests.browser.loops import fixture, in_the_shared_loop
from tests.browser.stage import AWAKE
from tests.web.serving import served

SILENT = frozenset({"court", "archive", "desk", "lobby", "shown"})
"""What pages stand on that play nothing and send nothing: a made-up court, papers, a lobby without a recogniser,
and a case file, of which a test with sound says itself that it is one."""

SHARED = frozenset({"court", "laptop", "phone"})


def pytest_itemcollected(item: pytest.Item) -> None:
    """Most tests here hear and see; those on silent ground may run beside others."""
    if isinstance(item, pytest.Function) and SILENT.isdisjoint(item.fixturenames):
        item.add_marker("sound")
    if isinstance(item, pytest.Function) and not SHARED.isdisjoint(item.fixturenames):
        in_the_shared_loop(item)


@fixture
async def court() -> AsyncIterator[FakeCourt]:
    fake = FakeCourt()
    async with served(fake.app()) as fake.base:
        yield fake
        await fake.hang_up(1000)


@fixture(scope="session")
async def shared() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable_path(), args=launch_args() + AWAKE)
        yield browser
        await browser.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable_path(), args=launch_args())
        yield browser
        await browser.close()


@fixture
async def laptop(shared: Browser) -> AsyncIterator[BrowserContext]:
    context = await shared.new_context(viewport={"width": 1366, "height": 768}, permissions=["camera", "microphone"])
    yield context
    await context.close()


@fixture
async def phone(shared: Browser) -> AsyncIterator[BrowserContext]:
    context = await shared.new_context(viewport={"width": 360, "height": 740}, permissions=["camera", "microphone"])
    yield context
    await context.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Courthouse]:
    """A real court in a process of its own, with a judge and a secretary."""
    async with Courthouse(tmp_path / "data").sitting() as house:
        yield house


@pytest.fixture
async def listed(house: Courthouse) -> AsyncIterator[Listed]:
    """A sanction hearing on its list."""
    async with aiohttp.ClientSession() as session:
        yield await list_hearing(house, session)
