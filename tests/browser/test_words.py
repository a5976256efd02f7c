"""The desk for the words in a real browser: by keyboard from doubtful word to doubtful word, every version listed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from hearing import acts as a
from hearing.participants import SYSTEM, HearingId
from hearing.registry.office import Office as Registry
from tests.browser.live import faults
from tests.browser.loops import fixture
from tests.browser.staff import sign_in
from tests.web.house import JUDGE_IIN, SECRETARY, House
from tests.web.serving import served
from web.asking import perform
from web.office import OFFICE


class Desk:
    """A court whose pages a browser can open, with one hearing heard to its end."""

    def __init__(self, house: House, hearing: HearingId, base: str) -> None:
        self.house, self.hearing, self.base = house, hearing, base

    async def enter(self, context: BrowserContext, iin: str, lang: str = "kk") -> Page:
        await context.clear_cookies()
        page = await context.new_page()
        await sign_in(page, self.base, iin, lang)
        await page.goto(f"{self.base}/file/{self.hearing}/words")
        return page


@fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with await Registry.open(tmp_path / "data") as registry:
        house = House(registry, tmp_path)
        await house.hire()
        hearing = await house.list_sanction()
        await house.hold(hearing)
        await house.transcribe(hearing)
        (version,) = await registry.words.versions(hearing)
        lines = len(await registry.words.lines(hearing))
        sealed = a.SealTranscript(version.version, version.digest or "", lines, "rehearsal/m@1")
        await perform(house.office, hearing, sealed, SYSTEM)
        app = house.app()
        async with served(app, "localhost") as base:
            app._state[OFFICE] = replace(house.office, origin=base)
            yield Desk(house, hearing, base)


async def test_a_secretary_goes_by_key_from_doubt_to_doubt_and_every_version_stays_listed(
    desk: Desk, laptop: BrowserContext
) -> None:
    page = await desk.enter(laptop, SECRETARY)
    assert await faults(page) == []
    assert await page.locator("#left").inner_text() == "Күмәнді сөз: 2"
    await page.keyboard.press("F2")
    selected = "(() => { const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd); })()"
    assert await page.evaluate(selected) == "мекенжайы"
    await page.keyboard.type("мекені")
    await page.keyboard.press("Control+Enter")
    await page.locator("#told", has_text="№ 1").wait_for()
    assert await page.locator("#left").inner_text() == "Күмәнді сөз: 1"
    await page.locator("#standing", has_text="Түзетілген жоба").wait_for()
    await page.keyboard.press("F2")
    assert await page.evaluate(selected) == "мекенжайда"
    here = await page.evaluate("document.activeElement.closest('li').id")
    line = page.locator(f"[id='{here}']")
    await line.locator("select").select_option(label="Қорғаушы · Мұсабекова Тоғжан Ерланқызы")
    await line.locator("textarea").press("Control+Enter")
    await page.locator("#told", has_text="№ 2").wait_for()
    assert await page.locator("#left").inner_text() == "Күмәнді сөз қалмады"
    assert await line.locator(".speaker").inner_text() == "Қорғаушы"
    await page.reload()
    rows = page.locator("#changes tbody tr")
    assert await rows.count() == 2
    assert "Қорғаушы" in await rows.first.inner_text()
    assert "мекенжайы" in await rows.last.locator("del").inner_text()
    assert "мекені" in await rows.last.locator("ins").inner_text()
    assert "Ғалымова Сәуле" in await rows.last.inner_text()
    assert await faults(page) == []


async def test_a_line_that_somebody_else_corrected_is_not_written_over(desk: Desk, laptop: BrowserContext) -> None:
    page = await desk.enter(laptop, SECRETARY, "ru")
    first = (await desk.house.registry.words.lines(desk.hearing))[0]
    shelf = desk.house.registry.corrections
    await shelf.add(desk.hearing, first.id, first.seat, "Басқа", by="a-test", at=desk.house.at, seen=0)
    line = page.locator(f"[id='{first.id}']")
    await line.locator("summary").click()
    await line.locator("textarea").fill("Моё")
    await line.locator("textarea").press("Control+Enter")
    await line.get_by_role("alert").filter(has_text="уже исправили").wait_for()
    assert [one.text for one in await shelf.of(desk.hearing)] == ["Басқа"]


async def test_the_judge_approves_and_the_page_says_so(desk: Desk, laptop: BrowserContext) -> None:
    page = await desk.enter(laptop, JUDGE_IIN, "ru")
    assert await page.locator("#lines textarea").count() == 0
    await page.get_by_role("button", name="Утвердить текст").click()
    await page.locator("#standing", has_text="Утверждённый текст: Сағынтаев Асқар Маратұлы").wait_for()
    assert (await desk.house.state(desk.hearing)).approved is not None
    assert await page.get_by_role("button", name="Утвердить текст").count() == 0
    assert await faults(page) == []


async def test_the_desk_for_the_words_fits_a_phone(desk: Desk, phone: BrowserContext) -> None:
    page = await desk.enter(phone, SECRETARY, "ru")
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
