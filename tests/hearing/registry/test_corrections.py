"""The shelf of corrections: sealed, numbered, never lost to a second writer."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from hearing.participants import CaseId
from hearing.registry import schema
from hearing.registry.corrections import CORRECTIONS, Corrections
from hearing.registry.errors import Destroyed, NotFound, Outdated
from hearing.registry.office import Office
from hearing.registry.utterances import UtteranceBook
from tests.hearing.registry.people import NOW
from tests.hearing.registry.test_utterances import HEARING, OTHER, SEAT, an_utterance, book

__all__ = ["book"]
LINE = an_utterance()
TEXT = "Мен кінәмді мойындамаймын."


async def write(shelf: Corrections, text: str, seen: int) -> int:
    return (await shelf.add(HEARING, LINE.id, SEAT, text, by="p-1", at=NOW, seen=seen)).number


async def test_the_text_of_today_and_of_every_day_before_can_be_read(office: Office, book: UtteranceBook) -> None:
    await book.add(LINE)
    shelf = office.corrections
    assert await write(shelf, TEXT, 0) == 1
    made = await shelf.add(HEARING, LINE.id, OTHER, TEXT, by="p-2", at=NOW + 1, seen=1)
    text = await shelf.current(HEARING)
    assert (text.version, text.last, text.corrections[-1]) == (0, 2, made)
    assert [(said.text, said.seat) for said in text.lines] == [(TEXT, OTHER)]
    assert [(said.text, said.seat) for said in await shelf.lines(HEARING, 0, 1)] == [(TEXT, SEAT)]
    assert await shelf.lines(HEARING, 0, 0) == [LINE]
    assert await book.lines(HEARING, 0) == [LINE]


async def test_who_has_not_seen_the_newest_correction_does_not_write_over_it(
    office: Office, book: UtteranceBook
) -> None:
    await book.add(LINE)
    await write(office.corrections, TEXT, 0)
    with pytest.raises(Outdated):
        await write(office.corrections, "Басқа мәтін", 0)
    with pytest.raises(NotFound):
        await office.corrections.add(HEARING, "u-9", SEAT, TEXT, by="p-1", at=NOW, seen=0)


async def test_of_ten_writers_at_once_one_is_heard(office: Office, book: UtteranceBook) -> None:
    await book.add(LINE)
    done = await asyncio.gather(*(write(office.corrections, f"{i}", 0) for i in range(10)), return_exceptions=True)
    assert sum(isinstance(one, int) for one in done) == 1
    assert sum(isinstance(one, Outdated) for one in done) == 9


async def test_corrections_cannot_be_read_in_the_database_and_go_with_the_cases_key(
    office: Office, book: UtteranceBook
) -> None:
    await book.add(LINE)
    await write(office.corrections, TEXT, 0)
    async with office.store.reading() as db:
        raw = repr((await db.execute(sa.select(CORRECTIONS))).all())
        case = CaseId(str(await db.scalar(sa.select(schema.hearings.c.case))))
    assert "кінәмді" not in raw
    await office.keys.destroy(case, NOW)
    with pytest.raises(Destroyed):
        await office.corrections.of(HEARING)


async def test_a_new_pass_over_the_recording_begins_without_corrections_and_loses_none(
    office: Office, book: UtteranceBook
) -> None:
    await book.add(LINE)
    await write(office.corrections, TEXT, 0)
    again = an_utterance(version=await book.begin_version(HEARING, (), NOW))
    await book.add(again)
    await book.complete_version(HEARING, 1, "d" * 64, NOW)
    text = await office.corrections.current(HEARING)
    assert (text.version, text.last, list(text.lines)) == (1, 0, [again])
    assert [one.number for one in await office.corrections.of(HEARING)] == [1]
