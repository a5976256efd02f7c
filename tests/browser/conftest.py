"""One Chromium for all page tests; a fresh context for each, with a camera and a microphone that are made up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.chromium import executable_path, launch_args
from tests.browser.courthouse import Courthouse, Listed, list_hearing
from tests.browser.fake_court import FakeCourt


def pytest_itemcollected(item: pytest.Item) -> None:
    """Pages on a made-up court need no sound; every other test here does."""
    if isinstance(item, pytest.Function) and "court" not in item.fixturenames:
        item.add_marker("sound")


@pytest.fixture
async def court() -> AsyncIterator[FakeCourt]:
    fake = FakeCourt()
    runner = web.AppRunner(fake.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await fake.hang_up(1000)
    await runner.cleanup()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable_path(), args=launch_args())
        yield browser
        await browser.close()


@pytest.fixture
async def laptop(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport={"width": 1366, "height": 768}, permissions=["camera", "microphone"])
    yield context
    await context.close()


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport={"width": 360, "height": 740}, permissions=["camera", "microphone"])
    yield context
    await context.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Courthouse]:
    """A real court in a process of its own, with a judge and a secretary."""
    house = Courthouse(tmp_path / "data")
    await house.accounts()
    await house.open()
    yield house
    await house.close()
    print("".join(house.log[-60:]))


@pytest.fixture
async def listed(house: Courthouse) -> AsyncIterator[Listed]:
    """A sanction hearing on its list."""
    async with aiohttp.ClientSession() as session:
        yield await list_hearing(house, session)
