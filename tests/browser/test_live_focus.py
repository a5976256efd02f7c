"""The live pages by keyboard and ear: where focus goes and stays, and what is said aloud."""

from __future__ import annotations

from playwright.async_api import BrowserContext

from tests.browser.fake_bench import judge
from tests.browser.fake_court import FakeCourt
from tests.browser.fake_views import STATES
from tests.browser.live import arrive


async def test_a_new_phase_is_said_aloud(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "counsel-open")
    said = page.locator("#say[role=status]")
    assert await said.inner_text() == ""
    view = STATES["counsel-deliberation"]("kk")
    view["hearing"]["phase_label"] = "Сот кеңесу бөлмесінде"
    await court.push(view)
    await said.get_by_text("Сот кеңесу бөлмесінде").wait_for()


async def test_one_key_leads_past_the_pictures_to_the_controls(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.getAttribute('href')") == "#desk"
    await page.keyboard.press("Enter")
    order = []
    for _ in range(3):
        await page.keyboard.press("Tab")
        order.append(await page.evaluate("document.activeElement.dataset.local ?? document.activeElement.dataset.act"))
    assert order == ["mic", "camera", "take_step"]


async def test_a_judge_reaches_everything_with_the_keyboard(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for()
    wanted = await page.evaluate("document.querySelectorAll('#page button, #page a[href]').length")
    reached = set()
    for _ in range(wanted + 12):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    buttons = await page.evaluate(
        "[...document.querySelectorAll('*')].flatMap((e, i) => e.matches('#page button, #page a[href]') ? [i] : [])"
    )
    assert set(buttons) <= reached
    await page.locator("#more").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.dataset.act") == "mute_all"
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement.id") == "more"


async def test_focus_and_a_playing_picture_survive_every_new_view(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-seat=s-prosecutor] video").wait_for()
    await page.locator("button[data-act=begin_recess]").focus()
    await page.evaluate("window.kept = document.querySelector('[data-seat=s-prosecutor] video')")
    view = judge("kk")
    view["may"].insert(1, view["may"].pop(2))
    view["hearing"]["people"].reverse()
    await court.push(view)
    await court.push({"t": "rtc.levels", "levels": {"s-suspect": 0.9}})
    await page.locator(".tile.speaking[data-seat=s-suspect]").wait_for()
    assert await page.evaluate("document.activeElement.dataset.act") == "begin_recess"
    assert await page.evaluate("kept.isConnected && !kept.paused")
