"""The live pages of the made-up court, as somebody comes to them."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

from tests.browser.fake_court import FakeCourt


async def arrive(context: BrowserContext, court: FakeCourt, state: str, lang: str = "kk", media: str = "") -> Page:
    page = await context.new_page()
    place = "watch" if state.startswith("observer") else "sit"
    await page.goto(f"{court.base}/{place}/{state}?lang={lang}{media}")
    await page.locator(".lamps li, .ending h1").first.wait_for()
    return page


async def faults(page: Page) -> list[str]:
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [f"{v['id']}: {n['html'][:120]}" for v in found.response["violations"] for n in v["nodes"]]
