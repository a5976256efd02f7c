"""Terms of records, deliveries and the office copy in a real browser: large screen and phone, keyboard and contrast."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

from hearing.hearings import Retention
from hearing.participants import HearingId
from hearing.registry.office import Office as Registry
from hearing.retention import due_at
from tests.browser.loops import fixture
from tests.web.house import EDITION, JUDGE_IIN, PASSWORD, House
from tests.web.prepared import keep
from tests.web.serving import served
from web.delivery.carrier import Carrier
from web.delivery.folder import Folder
from web.delivery.targets import Target
from web.delivery.webhook import Webhook
from web.office import RECORDING

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True, slots=True)
class Archive:
    house: House
    hearing: HearingId
    address: str


@fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    """A closed hearing whose recording went to one system and not to another."""
    (tmp_path / "exchange").mkdir()
    wanted = frozenset({"recording"})
    targets = (
        Target("torelik", "Төрелік", wanted, Folder(tmp_path / "exchange"), closed=True),
        Target("sot_kabineti", "Сот кабинеті", wanted, Webhook("http://127.0.0.1:9/", "court-1", b"k" * 32)),
    )
    async with await Registry.open(tmp_path / "data") as registry:
        house = House(registry, tmp_path)
        house.office = replace(house.office, targets=targets)
        await house.hire()
        hearing = await house.list_sanction()
        await house.hold(hearing)
        await keep(house, hearing, RECORDING, "7585.webm", "video/webm")
        carrier = Carrier(registry, house.office.clerk, targets)
        for target in targets:
            await carrier.serve(target, house.at)
        async with served(house.app()) as address:
            yield Archive(house, hearing, address)


async def signed_in(context: BrowserContext, archive: Archive) -> Page:
    page = await context.new_page()
    await page.goto(f"{archive.address}/signin?lang=kk")
    await page.fill("[name=iin]", JUDGE_IIN)
    await page.fill("[name=password]", PASSWORD)
    await page.press("[name=password]", "Enter")
    await page.wait_for_url("**/board*")
    return page


async def faults(page: Page, name: str) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    if folder := os.environ.get("TYNDAU_TEST_PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        await page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    found = await Axe().run(page, options={"runOnly": RULES})
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [one["id"] for one in found.response["violations"]] + (["wider than the window"] if wide else [])


async def test_the_archives_pages_are_for_everybody(
    laptop: BrowserContext, phone: BrowserContext, archive: Archive
) -> None:
    for context in (laptop, phone):
        page = await signed_in(context, archive)
        for name, path in (("deliveries", "hearings"), ("office-copy", "file")):
            await page.goto(f"{archive.address}/{path}/{archive.hearing}")
            assert await faults(page, name) == []
    archive.house.at = due_at(await archive.house.state(archive.hearing), EDITION) or 0.0
    for context in (laptop, phone):
        page = await signed_in(context, archive)
        await page.goto(f"{archive.address}/retention")
        assert await faults(page, "retention") == []
        assert not await page.locator("[name=sure]").is_visible()
        await page.locator(".destroy summary").click()
        assert await faults(page, "destruction") == []


async def test_the_judge_keeps_a_record_longer_with_the_keyboard_alone(
    laptop: BrowserContext, archive: Archive
) -> None:
    page = await signed_in(laptop, archive)
    await page.goto(f"{archive.address}/retention")
    await page.locator("[name=reason]").focus()
    await page.keyboard.type("Апелляция")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("Мерзімінен ұзақ сақталуда").wait_for()
    assert (await archive.house.state(archive.hearing)).retention is Retention.HELD
