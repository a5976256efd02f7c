"""A sentence read aloud is recognised, marked for the secretary, and kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hearing.wrongs import Malformed
from tests.patience import PATIENCE_SECONDS
from tests.web.sittings import Bench, bench
from tests.web.test_link_test_ends import Page, page_of
from transcripts.settings import Condition
from transcripts.utterances import LIVE
from transcripts.voice_match import UNDERSTOOD
from web import signalling


@asynccontextmanager
async def counsel_at_the_page(folder: Path, language: str = "kk") -> AsyncIterator[tuple[Bench, Page]]:
    """A hearing whose counsel has come in, and whose recogniser is ready."""
    async with bench(folder) as court:
        await court.ask("judge", "order_remote", order="№ 1")
        _, page = await page_of(court, "counsel")
        page.language = language
        await court.enter("counsel")
        async with asyncio.timeout(PATIENCE_SECONDS):
            await court.court.transcriber.until(Condition.READY)
        yield court, page


async def read(court: Bench, page: Page, voice: str, language: str = "kk") -> str:
    sitting = await court.sitting()
    await signalling.hear(sitting, page, {"t": "rtc.voice", "reading": "start"})
    await page.until(t="rtc.voice", phase="listening")
    await court.speakers["counsel"].say(voice, language)
    await signalling.hear(sitting, page, {"t": "rtc.voice", "reading": "stop"})
    return str((await page.until(t="rtc.voice", phase="done"))["mark"])


async def test_who_read_the_sentence_is_understood_who_read_another_is_not_and_no_book_holds_it(tmp_path: Path) -> None:
    async with counsel_at_the_page(tmp_path / "data") as (court, page):
        assert await read(court, page, "defence_counsel-1") == "understood"
        page.told.clear()
        assert await read(court, page, "defence_counsel-2") == "by_ear"
        assert page.seat is not None
        assert (await court.now()).seats[page.seat].voice == "by_ear"
        assert await court.court.book.lines(court.id, LIVE) == []


async def test_the_secretary_sees_how_much_of_a_russian_sentence_was_understood(tmp_path: Path) -> None:
    async with counsel_at_the_page(tmp_path / "data", "ru") as (court, page):
        assert await read(court, page, "defence_counsel-1", "ru") == "understood"
        assert page.seat is not None
        assert (await court.now()).seats[page.seat].voice_share >= UNDERSTOOD


async def test_in_a_language_that_the_model_does_not_know_the_secretary_listens(tmp_path: Path) -> None:
    async with counsel_at_the_page(tmp_path / "data", "en") as (court, page):
        assert await read(court, page, "defence_counsel-1", "ru") == "by_ear"


async def test_without_a_model_the_mark_is_by_ear(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as court:
        await court.ask("judge", "order_remote", order="№ 1")
        _, page = await page_of(court, "counsel")
        await court.enter("counsel")
        assert await read(court, page, "defence_counsel-1") == "by_ear"


async def test_only_start_and_stop_are_words_of_it(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as court:
        sitting, page = await page_of(court, "counsel")
        with pytest.raises(Malformed):
            await signalling.hear(sitting, page, {"t": "rtc.voice", "reading": "done", "mark": "understood"})
