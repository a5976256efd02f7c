"""The page of everybody's line in a real browser: large screen and phone, and for those who cannot see the graphs."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

from hearing.hearings import Phase
from media.relay.lines import LinkFigures
from tests.browser.loops import fixture
from tests.web.house import SECRETARY_IIN, visiting
from tests.web.serving import served
from tests.web.sittings import Bench, bench

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass(frozen=True, slots=True)
class Shown:
    court: Bench
    address: str


@fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Shown]:
    """A lobby: the prosecutor's line is good, the suspect's lost packets and broke once, nobody else has come."""
    async with bench(tmp_path, model=None) as court:
        await court.ask("judge", "order_remote", order="№ 14")
        await court.sitting()
        await court.until(lambda h: h.phase is Phase.LOBBY)
        await court.enter("prosecutor", "suspect")
        await remember(court)
        async with served(court.app()) as address:
            yield Shown(court, address)


async def remember(court: Bench) -> None:
    """What the last minutes might have been."""
    sitting, now = await court.sitting(), court.house.office.now()
    prosecutor, suspect = [await court.house.seat(court.id, name) for name in ("prosecutor", "suspect")]
    for step in range(140):
        at, wave = now - 2 * (140 - step), math.sin(step / 9)
        good = LinkFigures(
            rtt_ms=38 + 6 * wave, loss_up=0.002, up_kbps=640 + 90 * wave, down_kbps=410 + 60 * wave, queue_ms=4
        )
        bad = 60 < step < 95
        poor = LinkFigures(
            rtt_ms=460 if bad else 120 + 30 * wave,
            loss_up=0.14 if bad else 0.012,
            up_kbps=260 + 40 * wave if bad else 520 + 50 * wave,
            down_kbps=380 + 30 * wave,
            queue_ms=340 if bad else 20 + 10 * wave,
        )
        sitting.lines.history.note(at, prosecutor, good)
        sitting.lines.history.note(at, suspect, None if 95 <= step < 102 else poor)


async def opened(context: BrowserContext, lobby: Shown, lang: str) -> Page:
    async with visiting(lobby.court) as visitor:
        await visitor.sign_in(SECRETARY_IIN)
        cookies: list[Any] = [
            {"name": one.key, "value": one.value, "url": lobby.address} for one in visitor.client.session.cookie_jar
        ]
    await context.add_cookies(cookies)
    page = await context.new_page()
    await page.goto(f"{lobby.address}/hearings/{lobby.court.id}/lines?lang={lang}")
    await page.locator(".line").first.wait_for()
    return page


async def faults(page: Page) -> list[str]:
    found = await Axe().run(page, options={"runOnly": RULES})
    return [f"{v['id']}: {n['html'][:120]}" for v in found.response["violations"] for n in v["nodes"]]


async def test_every_graph_has_its_words_on_a_large_screen_and_on_a_phone(
    lobby: Shown, laptop: BrowserContext, phone: BrowserContext, tmp_path: Path
) -> None:
    for context, lang in ((laptop, "ru"), (phone, "kk")):
        page = await opened(context, lobby, lang)
        suspect = page.locator(f'[data-person="{lobby.court.house.people["suspect"]}"]')
        for name in ("up", "down", "loss", "delay", "queue"):
            spark = suspect.locator(f".spark.{name}")
            assert await spark.locator("polyline").count() >= 2
            assert any(letter.isdigit() for letter in await spark.locator("dd").inner_text())
        await page.screenshot(path=tmp_path / f"lines-{lang}.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert await faults(page) == []


async def test_the_board_leads_there(lobby: Shown, laptop: BrowserContext, phone: BrowserContext) -> None:
    for context in (laptop, phone):
        page = await opened(context, lobby, "ru")
        await page.goto(f"{lobby.address}/board")
        narrow = await page.evaluate(
            "[...document.querySelectorAll('.person')].filter((p) => p.scrollWidth > p.clientWidth).length"
        )
        assert narrow == 0
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        await page.locator(f'a[href="/hearings/{lobby.court.id}/lines"]').click()
        await page.locator(".line").first.wait_for()


async def test_the_page_keeps_itself_fresh(lobby: Shown, laptop: BrowserContext) -> None:
    page = await opened(laptop, lobby, "en")
    counsel = lobby.court.house.people["counsel"]
    state = page.locator(f'[data-person="{counsel}"] .line-state')
    assert await state.inner_text() == "Not connected yet"
    await lobby.court.enter("counsel")
    await page.locator(f'[data-person="{counsel}"] .line-state.good').wait_for(timeout=60_000)
