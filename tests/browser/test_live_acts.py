"""What a press asks of the court, what an answer changes, and what the page says where none comes."""

from __future__ import annotations

from playwright.async_api import BrowserContext

from tests.browser.fake_court import FakeCourt
from tests.browser.live import arrive, faults


async def test_a_press_asks_for_the_offered_act_with_what_the_offer_says(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("button[data-act=take_step]").click()
    asked = await court.until(t="act", act="take_step")
    assert asked["step"] == "suspect_heard"


async def test_an_offer_that_is_not_ready_tells_why_and_asks_for_nothing(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    page = await arrive(laptop, court, "judge-lobby")
    button = page.locator("button[data-act=announce_opening]")
    assert await button.get_attribute("aria-disabled") == "true"
    await button.click(force=True)
    await page.locator("#line .notice", has_text="Кворум жоқ").wait_for()
    assert not [m for m in court.heard if m.get("act") == "announce_opening"]


async def test_a_refusal_is_shown_at_its_field_and_the_form_stays(court: FakeCourt, laptop: BrowserContext) -> None:
    court.refuse["decide"] = ("Кепіл сомасын немесе себебін көрсетіңіз", "bail_tenge")
    page = await arrive(laptop, court, "judge-deliberation")
    await page.locator("button[data-act=decide]").click()
    dialog = page.get_by_role("dialog")
    await dialog.locator(".go").click()
    assert await dialog.locator(".bad").count() == 2
    await dialog.locator("textarea").fill("Негіздер")
    await dialog.locator("input[name=days]").fill("60")
    await dialog.locator(".go").click()
    asked = await court.until(t="act", act="decide")
    assert (asked["outcome"], asked["reasons"], asked["days"]) == ("sanction", "Негіздер", 60)
    await dialog.get_by_text("Кепіл сомасын немесе себебін").wait_for()
    assert await faults(page) == []
    court.refuse.clear()
    await dialog.locator(".go").click()
    await dialog.wait_for(state="detached")


async def test_closing_for_ever_is_asked_once_more(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-announced")
    await page.locator("button[data-act=close_hearing]").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("біржола жабылады").wait_for()
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")
    assert not [m for m in court.heard if m.get("act") == "close_hearing"]


async def test_an_act_without_an_answer_is_asked_again_under_the_same_number(
    court: FakeCourt, laptop: BrowserContext
) -> None:
    court.silent = True
    page = await arrive(laptop, court, "judge-open")
    await page.locator("button[data-act=begin_recess]").click()
    first = await court.until(t="act", act="begin_recess")
    court.heard.clear()
    court.silent = False
    await court.hang_up(1012)
    again = await court.until(t="act", act="begin_recess")
    assert again["id"] == first["id"]
    await page.locator("#line .notice.danger").wait_for(state="detached")


async def test_a_lost_line_is_said_and_nobody_is_shown_as_hearing(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "judge-open")
    await page.locator("[data-lamp=microphone]", has_text="қосулы").wait_for()
    assert "бәрі" in await page.locator("[data-lamp=heard]").inner_text()
    await page.context.set_offline(True)
    await court.hang_up(1012)
    await page.locator("#line .notice.danger").wait_for()
    assert "ешкім" in await page.locator("[data-lamp=heard]").inner_text()
    await page.context.set_offline(False)
    await page.locator("#line .notice.danger").wait_for(state="detached")


async def test_final_close_codes_end_the_page_with_a_sentence(court: FakeCourt, laptop: BrowserContext) -> None:
    for code, text in (
        (4401, "Қайта кіру"),
        (4404, "Мұндай отырыс"),
        (4409, "басқа бетте"),
        (4410, "шығарылдыңыз"),
        (4423, "орын қалмады"),
    ):
        page = await arrive(laptop, court, f"close-{code}")
        assert text in await page.locator("h1").inner_text()
        assert await faults(page) == []
        await page.close()
