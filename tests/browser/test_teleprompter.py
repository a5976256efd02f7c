"""A witness reads the oath from the page, in Kazakh and in Russian, and the page follows word by word."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from hearing.hearings import Hearing
from hearing.oaths import Oath, OathRecord
from hearing.participants import Role
from tests.browser.bench_pages import add, doors_of, guest
from tests.browser.company import PATIENCE_MS, Company, Guest
from tests.web.house import EDITION
from tests.web.sittings import Bench, bench

READINGS = 4
ANSWER_SECONDS = 20
FOLLOW = """() => {
  window.testWatch?.disconnect();
  window.testSeen = [];
  const count = () => {
    const marked = [...document.querySelectorAll("p.oath mark")].map((mark) => mark.textContent);
    const words = marked.join(" ").split(" ").filter(Boolean).length;
    if (words !== window.testSeen.at(-1)) window.testSeen.push(words);
  };
  const main = document.getElementById("main");
  window.testWatch = new MutationObserver(count);
  window.testWatch.observe(main, {subtree: true, childList: true, characterData: true});
}"""


def oath_of(hearing: Hearing, person: str) -> OathRecord:
    found = next(p for p in hearing.people.values() if p.person == person).oath
    assert found is not None
    return found


async def read(held: Bench, reader: Guest, person: str, words: int) -> None:
    """Read aloud. Where a busy machine tears the sound or spares itself the words between, the judge asks again."""
    for reading in range(READINGS):
        if reading:
            await held.ask("judge", "repeat_oath", person=person)
        await reader.page.evaluate(FOLLOW)
        await reader.say("witness-2")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await held.until(lambda h: oath_of(h, person).verdict == "heard")
        except TimeoutError:
            continue
        await reader.page.wait_for_function("(all) => window.testSeen.at(-1) === all", arg=words, timeout=PATIENCE_MS)
        if any(0 < count < words for count in await reader.page.evaluate("window.testSeen")):
            return
    pytest.fail(f"not followed: {oath_of(await held.now(), person)}, {await reader.page.evaluate('window.testSeen')}")


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_the_page_follows_the_reader_and_the_warning_is_noted(
    loud: Browser, tmp_path: Path, language: str
) -> None:
    async with bench(tmp_path) as held, doors_of(held) as doors, Company(doors, loud, tmp_path) as company:
        await add(held, "reader", Role.WITNESS, language)
        await held.open()
        reader = await guest(held, company, "reader", language)
        person = held.house.people["reader"]
        seat = await held.house.seat(held.id, "reader")
        await held.until(lambda h: h.seats[seat].connected)
        await held.ask("secretary", "confirm_identity", person=person)
        await held.ask("judge", "call_witness", person=person)
        await held.ask("judge", "warn_witness", person=person)
        await held.speakers["judge"].say("investigating_judge-6")
        warned = await held.until(lambda h: oath_of(h, person).warning_start is not None)
        assert oath_of(warned, person).state is Oath.WARNED

        await held.ask("judge", "show_oath", person=person)
        wording = EDITION.wordings[f"cpc370-{language}"].text
        await expect(reader.page.locator("p.oath")).to_have_attribute("lang", language, timeout=PATIENCE_MS)
        await expect(reader.page.locator("p.oath")).to_contain_text(wording, timeout=PATIENCE_MS)
        await read(held, reader, person, len(wording.split()))
        await held.ask("judge", "accept_oath", person=person)
        assert reader.errors == []
