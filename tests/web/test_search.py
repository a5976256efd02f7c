"""Search finds what the searcher may read, and nothing else; the index itself tells nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from hearing.participants import HearingId, SeatId
from hearing.registry.search import POSTINGS
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House
from tests.web.sittings import bench
from tests.web.test_speech import LINE
from tests.web.test_words import RIGHT, WRONG, line_of
from tests.web.test_words import heard as heard
from transcripts.transcript import digest
from web.searching import behind, reindex


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
        rows = (await db.execute(sa.select(POSTINGS.c.mark))).all()
    assert "отбасы".encode() not in b"".join(row.mark for row in rows)
    assert {len(row.mark) for row in rows} == {16}
    await browser.sign_in(JUDGE_IIN)
    assert len(await found(browser, "отбасы")) == 1
    await house.registry.search.erase(held)
    assert await found(browser, "отбасы") == []
    assert await house.registry.search.indexed() == {}


async def test_a_text_that_is_newer_than_its_index_is_behind_until_it_is_indexed(house: House, held: HearingId) -> None:
    assert await behind(house.office) == [held]
    await reindex(house.office, held)
    assert await behind(house.office) == []
    line = (await house.registry.words.lines(held))[0]
    await house.registry.corrections.add(held, line.id, line.seat, "Басқа", by="a-1", at=house.at, seen=0)
    assert await behind(house.office) == [held]
    await reindex(house.office, held)
    assert await behind(house.office) == []


async def test_an_older_text_never_takes_the_place_of_a_newer_one_in_the_index(house: House, held: HearingId) -> None:
    search = house.registry.search
    await search.index(held, 1, 2, {"u-1": ["=жаңа"]})
    await search.index(held, 1, 1, {"u-1": ["=ескі"]})
    assert await search.find([["=жаңа"]], [held], 5) == [(held, "u-1")]
    assert await search.find([["=ескі"]], [held], 5) == []


async def test_a_court_indexes_at_its_start_what_was_heard_before_there_was_an_index(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as before:
        book = before.registry.words
        version = await book.begin_version(before.id, (), before.house.at)
        said = replace(LINE, hearing=before.id, version=version, seat=SeatId("s-judge"))
        await book.add(said)
        await book.complete_version(before.id, version, digest([said]), before.house.at)
        assert await behind(before.house.office) == [before.id]
    async with bench(tmp_path / "data", before, model=None) as after, asyncio.timeout(30):
        while not await after.registry.search.indexed():
            pass  # each look is a question to the database, which lets the court go on
        assert await after.registry.search.find([["=мойындамаймын"]], [after.id], 5) == [(after.id, said.id)]
