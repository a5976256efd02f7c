"""One Chromium for all page tests and one for those with sound; a fresh context for everybody in it.

Camera and microphone are made up. To share a browser, the tests that do run in one event loop, and their fixtures with
them (``loops.fixture``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from inspect import iscoroutinefunction
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.courthouse import Courthouse, Listed, list_hearing
from tests.browser.fake_court import FakeCourt
from tests.browser.launching import POLITE, launched
from tests.browser.loops import fixture, in_the_shared_loop
from tests.browser.stage import Stage, staged
from tests.web.serving import served

SILENT = frozenset({"court", "archive", "desk", "lobby", "screen", "shown", "signing"})
"""What pages stand on that play nothing and send nothing: a made-up court, papers, a film, a lobby without a
recogniser, and a case file, of which a test with sound says itself that it is one."""

SHARED = frozenset({"court", "shared", "loud"})


def pytest_itemcollected(item: pytest.Item) -> None:
    """Most tests here hear and see; those on silent ground may run beside others."""
    if not isinstance(item, pytest.Function) or not iscoroutinefunction(item.obj):
        return
    if SILENT.isdisjoint(item.fixturenames):
        item.add_marker("sound")
    if not SHARED.isdisjoint(item.fixturenames):
        in_the_shared_loop(item)


@fixture
async def court() -> AsyncIterator[FakeCourt]:
    fake = FakeCourt()
    async with served(fake.app()) as fake.base:
        yield fake
        await fake.hang_up(1000)


@fixture(scope="session")
async def shared() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


@fixture(scope="session")
async def loud() -> AsyncIterator[Browser]:
    """Where people see and hear one another."""
    async with launched(*POLITE, args=["--disable-gpu"]) as browser:
        yield browser


@fixture
async def stage(shared: Browser) -> AsyncIterator[Stage]:
    """An empty courtroom without a court around it."""
    async with staged(shared) as found:
        yield found


@fixture
async def screen(shared: Browser) -> AsyncIterator[Page]:
    """A page of nobody's, on which a finished film is played."""
    context = await shared.new_context()
    yield await context.new_page()
    await context.close()


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


@fixture
async def house(tmp_path: Path) -> AsyncIterator[Courthouse]:
    """A real court in a process of its own, with a judge and a secretary."""
    async with Courthouse(tmp_path / "data").sitting() as house:
        yield house


@fixture
async def listed(house: Courthouse) -> AsyncIterator[Listed]:
    """A sanction hearing on its list."""
    async with aiohttp.ClientSession() as session:
        yield await list_hearing(house, session)
