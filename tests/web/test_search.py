"""Search finds what the searcher may read, and nothing else; the index itself tells nothing."""

from __future__ import annotations

import sqlalchemy as sa

from hearing.participants import HearingId
from hearing.registry.search import POSTINGS
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House
from tests.web.test_words import RIGHT, WRONG, line_of
from tests.web.test_words import heard as heard
from web.searching import reindex


async def found(browser: Browser, query: str) -> list[tuple[str, str]]:
    answer = await browser.call("GET", f"/search?q={query}")
    assert answer.status == 200
    return [(one["hearing"], one["text"]) for one in (await answer.json())["lines"]]


async def test_the_secretary_finds_a_line_by_another_form_of_its_word(
    browser: Browser, house: House, held: HearingId
) -> None:
    await reindex(house.office, held)
    await browser.sign_in(SECRETARY)
    ((hearing, text),) = await found(browser, "мекенжайымыз расталмаған")
    assert hearing == held
    assert "мекенжайы расталмаған" in text
    assert await found(browser, "мекенжай прокурор") == []
    assert await found(browser, "") == []
    status, page = await browser.get(f"/search?q={'отбасы'}")
    assert status == 200
    assert "Күдіктінің отбасы бар" in page


async def test_a_witness_finds_only_their_own_words_and_a_stranger_nothing(
    browser: Browser, house: House, held: HearingId
) -> None:
    await reindex(house.office, held)
    await browser.come_in(await house.pass_for(held, "witness"))
    assert [text for _, text in await found(browser, "үйде")] == ["Ол күні үйде болдым, ештеңе көрген жоқпын."]
    assert await found(browser, "отбасы") == []
    await browser.come_in(await house.pass_for(held, "counsel"))
    assert len(await found(browser, "отбасы")) == 1
    other = await house.list_sanction("7585-24-00-2/102")
    await browser.come_in(await house.pass_for(other, "counsel"))
    assert await found(browser, "отбасы") == []


async def test_a_correction_is_found_and_what_it_replaced_is_not(
    browser: Browser, house: House, heard: HearingId
) -> None:
    await browser.sign_in(SECRETARY)
    line, seat = await line_of(house, heard, WRONG)
    body = {"text": "Ештеңе айтпаймын", "seat": seat, "seen": 0}
    await browser.call("POST", f"/hearings/{heard}/transcript/lines/{line}", body)
    assert [text for _, text in await found(browser, "айтпаймын")] == ["Ештеңе айтпаймын"]
    assert RIGHT != WRONG
    assert all(text != WRONG for _, text in await found(browser, "түсінікті"))


async def test_the_index_holds_no_words_and_is_gone_once_it_is_erased(
    browser: Browser, house: House, held: HearingId
) -> None:
    await reindex(house.office, held)
    async with house.registry.store.reading() as db:
        rows = (await db.execute(sa.select(POSTINGS.c.mark, POSTINGS.c.line))).all()
    assert "отбасы".encode() not in b"".join(row.mark for row in rows)
    assert {len(row.mark) for row in rows} == {16}
    await browser.sign_in(JUDGE_IIN)
    assert len(await found(browser, "отбасы")) == 1
    await house.registry.search.erase(held)
    assert await found(browser, "отбасы") == []
    assert await house.registry.search.indexed() == {}
