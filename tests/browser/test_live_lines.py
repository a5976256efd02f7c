"""How the live pages say whose line carries the hearing, and what a narrow one lacks."""

from __future__ import annotations

from playwright.async_api import BrowserContext

from tests.browser.fake_court import FakeCourt
from tests.browser.fake_views import STATES
from tests.browser.live import arrive, faults


async def test_judge_and_secretary_read_how_lines_stand_in_words_and_signs(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    for state in ("judge-lobby", "secretary-lobby"):
        page = await arrive(laptop, court, state)
        suspect = page.locator('[data-person="p-suspect"] .checks li.watched')
        assert [text.split(":")[0] for text in await suspect.all_inner_texts()] == [
            "байланыс қазір нормадан төмен",
            "терминал дайын",
        ]
        assert await suspect.locator("svg").count() == 2
        heard = page.locator('[data-person="p-interpreter"] .checks li.watched')
        assert (await heard.inner_text()).startswith("естіледі, көрінеді")
        stale = page.locator('[data-person="p-prosecutor"] .checks li.watched')
        assert await stale.inner_text() == "өлшеу ескірді, қайталау керек"
        let_in = page.locator('[data-person="p-witness"] .checks li.watched')
        assert await let_in.inner_text() == "төрағалық етуші рұқсат берді"
        assert await page.locator('[data-person="p-court_secretary"] .checks li.watched').count() == 0
        await page.close()


async def test_the_judge_reads_whose_line_carries_the_norm_and_whose_is_not_proven(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    page = await arrive(laptop, court, "judge-open")
    well = {"verdict": "good", "rtt_ms": 30, "loss": 0.0, "up_kbps": 300, "down_kbps": 500}
    standings = {"s-prosecutor": "carries", "s-suspect": "not_proven", "s-counsel": "carries_down"}
    await court.push({"t": "rtc.link", "links": {seat: well | {"proven": p} for seat, p in standings.items()}})
    expected = {"prosecutor": "норма расталды", "suspect": "норма қазір расталмаған"}
    for who, text in expected.items():
        shown = page.locator(f'[data-person="p-{who}"] .checks li.watched', has_text=text)
        await shown.wait_for()
        assert await shown.locator("svg").count() == 1
    assert await faults(page) == []


async def test_who_is_below_the_norm_is_told_what_to_do(laptop: BrowserContext, court: FakeCourt) -> None:
    view = STATES["counsel-open"]("ru")
    for p in view["hearing"]["people"]:
        p["below_norm"] = p["person"] == view["you"]["person"]
    court.changes["counsel-open"] = view
    page = await arrive(laptop, court, "counsel-open", "ru")
    notice = page.locator(".notice", has_text="Ваша связь слабее нормы")
    assert "подключите кабель" in await notice.inner_text()


async def test_a_picture_that_a_narrow_line_lacks_is_said_at_its_place_and_returns(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    for lang, text, title in (
        ("kk", "Қазір тек дауыс", "Байланысыңыз қазір әлсіз"),
        ("ru", "Сейчас только голос", "Ваша связь сейчас слабая"),
        ("en", "Voice only for now", "Your line is narrow now"),
    ):
        page = await arrive(laptop, court, "counsel-open", lang)
        tile = page.locator('[data-seat="s-suspect"]')
        notice = page.locator("#line .notice", has_text=title)
        assert text not in await tile.inner_text()
        await court.push({"t": "rtc.withheld", "seats": ["s-suspect"]})
        await tile.get_by_text(text).wait_for()
        assert await page.get_by_text(text).count() == 1
        await notice.wait_for()
        assert "caution" not in (await notice.get_attribute("class") or ""), "nothing is wrong"
        assert await faults(page) == []
        await court.push({"t": "rtc.withheld", "seats": []})
        await tile.get_by_text(text).wait_for(state="detached")
        await notice.wait_for(state="detached")
        await page.close()


async def test_the_court_reads_that_the_hall_camera_is_connected_or_lost(
    laptop: BrowserContext, court: FakeCourt
) -> None:
    for line, short in (("here", "зал камерасы қосулы"), ("lost", "зал камерасы үзілді")):
        view = STATES["judge-open"]("kk")
        view["hearing"]["camera_line"] = line
        court.changes["judge-open"] = view
        page = await arrive(laptop, court, "judge-open")
        shown = page.locator('[data-person="p-investigating_judge"] .checks li.watched', has_text=short)
        assert await shown.locator("svg").count() == 1
        notices = await page.locator("#line .notice", has_text="Зал камерасының байланысы үзілді").count()
        assert notices == (1 if line == "lost" else 0)
        assert await faults(page) == []
        await page.close()
