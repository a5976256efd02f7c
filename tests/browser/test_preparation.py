"""The way in and the secretary's view of it: nobody is held up by a device, and every press has an answer in sight."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page

from tests.browser.fake_court import FakeCourt
from tests.browser.fake_parts import View
from tests.browser.fake_views import STATES
from tests.browser.live import arrive

CRUSHED = """[...document.querySelectorAll(".row-acts .btn")].filter(b => b.offsetParent)
.filter(b => b.scrollWidth > b.clientWidth + 1 || b.scrollHeight > b.clientHeight + 1).map(b => b.innerText)"""
COVERED = """[...document.querySelectorAll(".row-acts .btn")].filter(b => b.offsetParent).filter(b => {
b.scrollIntoView({block: "center"}); const r = b.getBoundingClientRect();
return !b.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)); }).map(b => b.innerText)"""


def ready_for_devices(state: str) -> View:
    view = STATES[state]("ru")
    view["hearing"]["people"][0]["rules_ok"] = True
    return view


async def in_view(page: Page, text: str) -> bool:
    box = await page.locator(".notice", has_text=text).bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


async def test_each_act_on_a_line_of_the_roll_can_be_read_and_pressed(
    court: FakeCourt, laptop: BrowserContext, phone: BrowserContext
) -> None:
    for context in (laptop, phone):
        for language in ("kk", "ru", "en"):
            page = await arrive(context, court, "secretary-lobby", language)
            assert await page.locator(".row-acts [data-act=name_court_camera]").count() == 2
            assert await page.evaluate(CRUSHED) == []
            assert await page.evaluate(COVERED) == []
            await page.close()


async def test_one_who_heard_no_sound_goes_on_to_the_link_and_sees_what_the_court_was_told(
    court: FakeCourt, phone: BrowserContext
) -> None:
    page = await arrive(phone, court, "lobby-devices", "ru")
    if await page.locator("[data-local=open]").count():
        await page.locator("[data-local=open]").click()
    await page.locator("[data-local=without]").click()
    said = await court.until(t="act", act="report_devices")
    assert not said["loudspeaker"]
    await page.locator("[data-step=link][aria-current=step]").wait_for()
    assert await in_view(page, "Секретарь увидит, что не подтверждено")
    await page.locator("[data-step=devices] button").click()
    await page.locator("[data-step=devices][aria-current=step] [data-local=ring]").wait_for()


async def test_a_kiosk_whose_sound_was_not_heard_still_measures_its_line(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    page = await arrive(laptop, court, "kiosk-start", "ru")
    await page.locator("[data-local=ready]").click()
    await court.push(ready_for_devices("kiosk-start"))
    for step in ("see", "spoke", "ring"):
        await page.locator(f"[data-local={step}]").click()
    await page.get_by_role("button", name="Не слышу").click()
    said = await court.until(t="act", act="report_devices")
    assert not said["loudspeaker"]
    await court.until(t="rtc.offer", probe=True)
    assert await in_view(page, "Секретарь увидит, что не подтверждено")


async def test_a_kiosk_says_that_the_secretary_is_talking(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "kiosk-wait", "ru")
    assert await page.locator("#page h1").inner_text() == "Ждите. Суд вас вызовет"
    view = STATES["kiosk-wait"]("ru")
    view["hearing"]["talk"] = view["you"]["seat"]
    await court.push(view)
    await page.locator("#page h1", has_text="С вами говорит секретарь").wait_for()


async def test_a_kiosk_fits_its_screen_without_scrolling(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "kiosk-start", "ru")
    assert await page.evaluate("document.documentElement.scrollHeight") == 768
