"""A real record on its way to an approved text: heard, corrected by key, remarked on at a word, ruled on, sealed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from aiohttp import web
from playwright.async_api import BrowserContext, Page

from hearing.registry.office import Office as Registry
from hearing.registry.verify import FaultKind, verify
from tests.browser.heard_record import HEARD, heard_record
from tests.browser.loops import fixture
from tests.browser.test_case_file_player import until
from tests.browser.test_words import Desk
from tests.web.house import JUDGE_IIN, SECRETARY, House
from web.checking import checks
from web.office import OFFICE

RIGHT = "Мен айыптауды мойындамаймын."
COUNSEL = "Қорғаушы · Мұсабекова Тоғжан Ерланқызы"
REMARK, REASON = "Мен бұл сөзді айтқан жоқпын.", "Жазба тыңдалды: ескерту негізді."
DRAFT = "Автоматты жоба"
SELECTED = """(() => { const text = document.activeElement;
  return [text.closest("#lines > li").id, text.value.slice(text.selectionStart, text.selectionEnd)]; })()"""
AT = "document.getElementById('video').currentTime"
RUNS = "!document.getElementById('video').paused"


@fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A case file with a real recording and the transcript that the test model made of it."""
    async with await Registry.open(tmp_path / "data") as registry:
        house = House(registry, tmp_path)
        await house.hire()
        hearing = await heard_record(house, tmp_path)
        app = house.app()
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://localhost:{runner.addresses[0][1]}"
        app._state[OFFICE] = replace(house.office, origin=base)
        yield Desk(house, hearing, base)
        await runner.cleanup()


async def enter_by_pass(desk: Desk, context: BrowserContext, name: str) -> Page:
    """A party opens the case file with the link of their letter."""
    await context.clear_cookies()
    sheet = await desk.house.pass_for(desk.hearing, name)
    page = await context.new_page()
    await page.goto(f"{desk.base}/enter#{sheet.link.partition('#')[2]}")
    await page.wait_for_url(f"**/file/{desk.hearing}*")
    return page


async def exports(page: Page, desk: Desk) -> dict[str, str]:
    """The text of every form in which the words leave the house."""
    found = {}
    for kind in ("vtt", "srt", "json", "docx"):
        answer = await page.request.get(f"{desk.base}/file/{desk.hearing}/transcript.{kind}")
        assert answer.status == 200, kind
        raw = await answer.body()
        found[kind] = ZipFile(BytesIO(raw)).read("word/document.xml").decode() if kind == "docx" else raw.decode()
    return found


async def goes_from_doubt_to_doubt(desk: Desk, page: Page) -> None:
    """By F2 to each word that the ear was not sure of, and round again: selected, and heard from a second before."""
    lines = await desk.house.registry.words.lines(desk.hearing)
    doubts = [(line.id, word.text) for line in lines for word in line.words if word.doubtful]
    assert doubts, "the record holds no doubtful word"
    assert str(len(doubts)) in await page.locator("#left").inner_text()
    for name, word in [*doubts, doubts[0]]:
        await page.evaluate(f"{AT} = 0")
        await page.keyboard.press("F2")
        assert await page.evaluate(SELECTED) == [name, word]
        here = page.locator(f"[id='{name}'] .here")
        assert await here.inner_text() == word
        await until(page, f"{RUNS} && {AT} >= {max(0.0, float(await here.get_attribute('data-at') or 0) - 1)}")
    await page.keyboard.press("F8")
    await until(page, f"!({RUNS})")


async def hears_and_corrects(desk: Desk, context: BrowserContext) -> None:
    """The secretary at the keyboard alone, from the first key to the saved line and speaker."""
    page = await desk.enter(context, SECRETARY)
    await until(page, "document.getElementById('video').readyState > 0")
    drafts = await exports(page, desk)
    assert DRAFT in drafts["vtt"]
    assert DRAFT in drafts["docx"]
    await page.keyboard.press("F8")
    await until(page, f"{RUNS} && {AT} > 0.2")
    await page.keyboard.press("F8")
    await until(page, f"!({RUNS})")
    await goes_from_doubt_to_doubt(desk, page)
    await page.evaluate(f"{AT} = 6")
    await page.keyboard.press("F9")
    await until(page, f"Math.abs({AT} - 3) < 0.05")
    line = page.locator("#lines li").nth(1)
    name = await line.get_attribute("id")
    await line.locator(".listen").press("Enter")
    await until(page, f"{RUNS} && {AT} > 3.5")
    await line.locator("summary").press("Enter")
    before = await line.locator("textarea").input_value()
    await line.locator("textarea").focus()
    await page.keyboard.press("F8")
    await until(page, f"!({RUNS})")
    await page.keyboard.press("Control+A")
    await page.keyboard.type(RIGHT)
    await page.keyboard.press("Shift+Tab")
    await page.locator("select:focus").select_option(label=COUNSEL)
    await page.keyboard.press("Control+Enter")
    await page.locator("#told", has_text="№ 1").wait_for()
    line = page.locator(f"[id='{name}']")
    assert await line.locator(".speaker").inner_text() == "Қорғаушы"
    assert await page.evaluate("document.activeElement.localName") == "summary"
    await page.reload()
    change = page.locator("#changes tbody tr")
    assert await change.count() == 1
    assert await change.locator("del").inner_text() == before
    assert await change.locator("ins").inner_text() == RIGHT
    assert "Күдікті" in await change.inner_text()
    assert "Ғалымова Сәуле" in await change.inner_text()
    await page.close()


async def remarks_at_a_word(desk: Desk, context: BrowserContext) -> None:
    page = await enter_by_pass(desk, context, "counsel")
    line = page.locator("#words-list li", has_text=RIGHT)
    box = await line.evaluate(
        """(item) => { const text = item.querySelector(".said").firstChild, range = document.createRange();
        const at = text.data.indexOf("айыптауды"); range.setStart(text, at); range.setEnd(text, at + 9);
        const box = range.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }"""
    )
    await page.mouse.click(*box)
    await line.locator(".remark-here").click()
    assert await page.locator("#remark-words").inner_text() == "«айыптауды»"
    await page.keyboard.type(REMARK)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator("#remarks li", has_text=REMARK).wait_for()
    await page.close()


async def rules_and_approves(desk: Desk, context: BrowserContext) -> dict[str, str]:
    page = await desk.enter(context, JUDGE_IIN)
    await page.goto(f"{desk.base}/file/{desk.hearing}")
    remark = page.locator("#remarks li", has_text=REMARK)
    await remark.locator("textarea").fill(REASON)
    await remark.locator("button[name=granted][value=yes]").click()
    await page.locator("#remarks li", has_text=REASON).wait_for()
    await page.goto(f"{desk.base}/file/{desk.hearing}/words")
    await page.locator(".approval button").click()
    await page.locator("#standing", has_text="Бекітілген мәтін: Сағынтаев Асқар Маратұлы").wait_for()
    found = await exports(page, desk)
    await page.close()
    return found


async def test_what_was_heard_is_corrected_by_key_remarked_on_at_a_word_ruled_on_and_sealed(
    desk: Desk, laptop: BrowserContext
) -> None:
    heard = await desk.house.registry.words.lines(desk.hearing)
    assert heard[0].text == HEARD
    await hears_and_corrects(desk, laptop)
    await remarks_at_a_word(desk, laptop)
    (remark,) = (await desk.house.state(desk.hearing)).remarks
    assert remark.person == desk.house.people["counsel"]
    approved = await rules_and_approves(desk, laptop)
    for kind, text in approved.items():
        assert DRAFT not in text, kind
        assert RIGHT in text, kind
    assert json.loads(approved["json"])["status"] == "approved"
    state = await desk.house.state(desk.hearing)
    assert state.approved is not None
    assert (state.approved.person, state.approved.corrections) == (desk.house.people["judge"], 1)
    assert await desk.house.registry.words.lines(desk.hearing) == heard, "what the machine wrote stays beside it"
    faults = await verify(desk.house.registry, desk.hearing, checks(desk.house.registry, desk.house.folder / "tapes"))
    assert [fault for fault in faults if fault.kind is FaultKind.TRANSCRIPT] == []
