"""The link-test act: a page for every person whose line was tested."""

from __future__ import annotations

import io

import docx
import pytest
from weasyprint import HTML

from hearing.participants import SYSTEM, HearingId
from tests.web.house import House
from web.casefile import gather, source
from web.documents.link_test import link_test
from web.documents.paper import Paper, Table, Title
from web.documents.setting import docx as as_docx
from web.documents.setting import html
from web.sealing import EVERYTHING

LABEL = "0123456789abcdef"
BROWSER = "Chromium 140"
LONG_REASON = "Ауылда басқа желі жоқ, ең жақын желі жүз шақырым жерде, ал дауысы анық естіледі. " * 5


@pytest.fixture
async def tested(house: House) -> HearingId:
    """A lobby in which the witness's line is weak, was heard in the rehearsal, and is let pass by the judge."""
    hearing = await house.list_sanction()
    await house.gather(hearing)
    seat = await house.seat(hearing, "witness")
    works = {"camera": True, "microphone": True, "loudspeaker": True}
    await house.ask(hearing, "witness", "report_devices", 1.0, **works, labels=[LABEL, LABEL[::-1], LABEL])
    await house.measure(hearing, "witness", 700)
    await house.ask(hearing, "secretary", "begin_talk", seat=seat)
    await house.ask(hearing, "secretary", "confirm_rehearsal", seat=seat)
    await house.ask(hearing, "secretary", "end_talk")
    await house.ask(hearing, "judge", "override_link", seat=seat, reason="Ауылда басқа желі жоқ")
    return hearing


async def act(house: House, hearing: HearingId, language: str) -> Paper:
    file = await gather(house.office, hearing, await house.state(hearing), SYSTEM, EVERYTHING)
    return link_test(await source(house.office, file, language, "link-test"))


def sheets(paper: Paper) -> list[dict[str, str]]:
    return [
        {row[0]: row[1] for row in block.rows}
        for block in paper.blocks
        if isinstance(block, Table) and len(block.head) == 2
    ]


async def measured(house: House, hearing: HearingId) -> int:
    return sum(seat.link is not None for seat in (await house.state(hearing)).seats.values())


@pytest.mark.parametrize(("language", "none"), [("kk", "рұқсат берілмеген"), ("ru", "допуска не было")])
async def test_a_sheet_tells_numbers_devices_and_who_vouched(
    house: House, tested: HearingId, language: str, none: str
) -> None:
    every = sheets(await act(house, tested, language))
    (mine,) = [sheet for sheet in every if "0,70" in sheet.values()]
    for words in ("1,50", "24 / 3", f"{house.office.languages.translate(language, 'path.udp')}, {BROWSER}", LABEL):
        assert any(words in value for value in mine.values())
    names = await house.registry.docket.persons.names(house.people.values())
    assert any(names[house.people["secretary"]] in words for words in mine.values())
    (reason,) = [words for words in mine.values() if "Ауылда басқа желі жоқ" in words]
    assert names[house.people["judge"]] in reason
    assert sum(none in sheet.values() for sheet in every) == len(every) - 1


async def test_a_new_test_takes_back_what_the_judge_allowed_before(house: House, tested: HearingId) -> None:
    await house.measure(tested, "witness", 600)
    (mine,) = [sheet for sheet in sheets(await act(house, tested, "ru")) if "0,60" in sheet.values()]
    assert "допуска не было" in mine.values()


async def test_above_four_megabits_the_act_says_no_more_than_the_test_found(house: House, tested: HearingId) -> None:
    await house.measure(tested, "witness", 3900)
    (mine,) = [sheet for sheet in sheets(await act(house, tested, "kk")) if "3,90" in sheet.values()]
    assert "≥\u00a04" in mine.values()


async def test_a_device_that_called_itself_busy_stands_on_its_sheet_alone(house: House, tested: HearingId) -> None:
    assert not any("Устройство" in sheet for sheet in sheets(await act(house, tested, "ru")))
    await house.measure(tested, "witness", 710, busy=True)
    busy = [sheet for sheet in sheets(await act(house, tested, "ru")) if "Устройство" in sheet]
    assert ["0,71" in sheet.values() for sheet in busy] == [True]


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_every_sheet_fits_one_page(house: House, tested: HearingId, language: str) -> None:
    for _ in range(7):
        await house.measure(tested, "witness", 900, busy=True)
    seat = await house.seat(tested, "witness")
    await house.ask(tested, "judge", "override_link", seat=seat, reason=LONG_REASON)
    pages = HTML(string=html(await act(house, tested, language))).render().pages
    assert len(pages) == await measured(house, tested) > 1


async def test_the_docx_has_a_title_and_a_signature_for_every_person(house: House, tested: HearingId) -> None:
    paper = await act(house, tested, "ru")
    read = docx.Document(io.BytesIO(as_docx(paper)))
    titles = [line for line in read.paragraphs if line.text == paper.title]
    signed = [t for t in read.tables if "Секретарь судебного заседания" in t.rows[0].cells[0].text]
    assert len(titles) == len(signed) == await measured(house, tested)


async def test_where_nobody_was_tested_the_act_says_so(house: House) -> None:
    paper = await act(house, await house.list_sanction(), "kk")
    assert [type(block) for block in paper.blocks[:1]] == [Title]
    assert sheets(paper) == []
