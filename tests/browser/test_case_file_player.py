"""The player of the case file in a real Chromium: one person alone, in step with the picture, wherever one jumps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

from hearing.participants import HearingId
from hearing.registry.office import Office as Registry
from tests.browser.courthouse import PATIENCE_SECONDS
from tests.browser.loops import fixture
from tests.web.house import House, visiting
from tests.web.serving import served
from tests.web.test_review import recorded

HEARD = """async (seat) => {
  const voice = await (await fetch(document.querySelector(`[data-seat="${seat}"]`).value)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(voice);
  const loud = new Set();
  sound.getChannelData(0).forEach((sample, n) => Math.abs(sample) > 0.1 && loud.add(Math.floor(n / sound.sampleRate)));
  return [...loud].sort((a, b) => a - b);
}"""
LISTEN = """() => { const make = window.Audio; window.Audio = function () { return (window.voice = new make()); }; }"""
APART = "Math.abs(window.voice.currentTime - document.getElementById('video').currentTime)"


@dataclass(frozen=True, slots=True)
class Shown:
    """A case file, and a page of it that its secretary has opened."""

    house: House
    hearing: HearingId
    address: str
    seats: dict[str, str]


@fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with await Registry.open(tmp_path / "data") as registry:
        house = House(registry, tmp_path)
        await house.hire()
        hearing = await recorded(house, tmp_path, 40)
        seats = {name: str(await house.seat(hearing, name)) for name in ("judge", "suspect")}
        async with served(house.app()) as address:
            yield Shown(house, hearing, address, seats)


async def until(page: Page, condition: str) -> None:
    """Wait in the page, whose policy forbids evaluating strings later, until the condition holds."""
    look = f"() => new Promise((ok) => {{ const look = () => (({condition}) ? ok() : setTimeout(look, 40)); look(); }})"
    async with asyncio.timeout(PATIENCE_SECONDS):
        await page.evaluate(look)


async def opened(context: BrowserContext, shown: Shown, lang: str = "kk") -> Page:
    async with visiting(shown.house) as visitor:
        await visitor.come_in(await shown.house.pass_for(shown.hearing, "counsel"))
        cookies: list[Any] = [
            {"name": one.key, "value": one.value, "url": shown.address} for one in visitor.client.session.cookie_jar
        ]
        await context.add_cookies(cookies)
        page = await context.new_page()
        await page.add_init_script(f"({LISTEN})()")
        await page.goto(f"{shown.address}/file/{shown.hearing}?lang={lang}")
    await until(page, "document.getElementById('video').readyState > 0")
    return page


@pytest.mark.sound
async def test_one_person_is_heard_alone_and_stays_in_step_with_the_picture(
    shown: Shown, laptop: BrowserContext
) -> None:
    page = await opened(laptop, shown)
    assert await page.evaluate(HEARD, shown.seats["judge"]) == [1, 2, 8, 9]
    assert await page.evaluate(HEARD, shown.seats["suspect"]) == [3, 4, 10, 11]
    await page.locator(f'[data-seat="{shown.seats["suspect"]}"]').check()
    await page.locator("#play").click()
    await until(page, "window.voice.currentTime > 1 && !window.voice.paused")
    assert await page.evaluate("document.getElementById('video').muted")
    await until(page, f"{APART} < 0.1")

    await page.locator("#seek").focus()
    for key in ("End", "Home", "PageUp", "PageUp"):
        await page.keyboard.press(key)
    place = await page.evaluate("document.getElementById('video').currentTime")
    assert place > 4
    await until(page, f"window.voice.currentTime > {place} && {APART} < 0.1 && !window.voice.paused")

    await page.locator("#speed").click()
    await until(page, "Math.abs(window.voice.playbackRate - 1.25) < 0.1")
    assert await page.evaluate("window.voice.preservesPitch && document.getElementById('video').preservesPitch")
    await page.locator("#play").click()
    await until(page, "window.voice.paused && document.getElementById('video').paused")

    await page.locator('#whom input[value=""]').check()
    assert not await page.evaluate("document.getElementById('video').muted")
    await page.locator("#play").click()
    await until(page, "!document.getElementById('video').paused")
    assert await page.evaluate("window.voice.paused && !window.voice.hasAttribute('src')")


async def test_the_waveform_is_in_the_speakers_colours_and_a_press_in_it_jumps(
    shown: Shown, laptop: BrowserContext
) -> None:
    page = await opened(laptop, shown)
    await page.locator("canvas#wave").wait_for()
    colours = """() => { const c = document.getElementById("wave"), p = c.getContext("2d"), found = new Set();
      const d = p.getImageData(0, 0, c.width, c.height).data;
      for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) found.add([d[i], d[i + 1], d[i + 2]].join());
      return [...found]; }"""
    judge, suspect = "47,75,124", "138,90,0"
    assert {judge, suspect} <= set(await page.evaluate(colours))
    await page.locator(f'[data-seat="{shown.seats["suspect"]}"]').check()
    assert judge not in await page.evaluate(colours)
    box = await page.locator("canvas#wave").bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    await until(page, "Math.abs(document.getElementById('video').currentTime - 15) < 0.5")


async def test_a_press_on_a_word_plays_it_and_takes_its_place_into_a_remark(
    shown: Shown, laptop: BrowserContext
) -> None:
    page = await opened(laptop, shown)
    line = page.locator("#words-list li", has_text="Құқықтарыңыз")
    box = await line.evaluate(
        """(item) => { const text = item.querySelector(".said").firstChild, range = document.createRange();
        const at = text.data.indexOf("Құқықтарыңыз"); range.setStart(text, at); range.setEnd(text, at + 12);
        const box = range.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }"""
    )
    await page.mouse.click(*box)
    await until(page, "Math.abs(document.getElementById('video').currentTime - 6.0) < 1.5")
    await line.locator(".remark-here").click()
    assert await page.locator("#remark-place").input_value() == "00:00:06.0"
    assert await page.locator("#remark-words").inner_text() == "«Құқықтарыңыз»"
    assert await page.evaluate("document.activeElement.id") == "remark-text"
    await page.evaluate("document.getElementById('video').currentTime = 20")
    await until(page, "document.getElementById('clock').textContent === '00:00:20'")
    assert await page.locator("#remark-place").input_value() == "00:00:06.0", "the player no longer moves it"


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
async def test_the_case_file_fits_a_phone_and_has_no_accessibility_fault(
    shown: Shown, phone: BrowserContext, lang: str
) -> None:
    page = await opened(phone, shown, lang)
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = await page.evaluate(
        """[...document.querySelectorAll("#whom label, .keys .btn")]
        .filter(b => b.getBoundingClientRect().height < 43.5).map(b => b.outerHTML.slice(0, 100))"""
    )
    assert small == []
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    faults = [f"{v['id']}: {n['html'][:120]}" for v in found.response["violations"] for n in v["nodes"]]
    assert faults == []
