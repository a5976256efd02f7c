"""Minutes and ruling: what stands in them, in which forms they come, and when."""

from __future__ import annotations

import hashlib
import io

import docx

from hearing.participants import HearingId
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House
from web.office import RULING
from web.sealing import seal_ruling


async def test_the_minutes_hold_what_the_law_lists(browser: Browser, house: House, held: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    _, text = await browser.get(f"/file/{held}/minutes?paper=ru")
    for item in (
        "Краткий протокол судебного заседания",
        "20 ноября 2026",
        "Сағынтаев Асқар Маратұлы",
        "Применялась аудио-, видеофиксация",
        "7585.webm",
        "Явка",
        "Допрошенные лица",
        "Клятва принята",
        "удалился в совещательную комнату",
        "Сделано заявление о пытках",
        "беседа наедине",
        "Постановление вручено",
        "суток: 10",
    ):
        assert item in text, item


async def test_the_ruling_speaks_in_whole_sentences(browser: Browser, held: HearingId) -> None:
    """A name is never bent by a case that nobody declined, and what is sent goes to somebody."""
    await browser.sign_in(JUDGE_IIN)
    _, russian = await browser.get(f"/file/{held}/ruling?paper=ru")
    assert "подозреваемый – Досанов Нұрлан Ақанұлы" in russian
    assert "копии направить: следователю, прокурору, потерпевшему, начальнику места содержания" in russian
    _, kazakh = await browser.get(f"/file/{held}/ruling?paper=kk")
    assert "көшірмелері жіберілсін: тергеушіге, прокурорға, жәбірленушіге," in kazakh
    for paper in ("kk", "ru"):
        _, minutes = await browser.get(f"/file/{held}/minutes?paper={paper}")
        assert ".." not in minutes.partition("<table")[0].partition("<h1")[2]


async def test_minutes_and_ruling_come_as_pdf_and_docx(browser: Browser, held: HearingId) -> None:
    await browser.sign_in(JUDGE_IIN)
    async with browser.client.get(f"/file/{held}/minutes.pdf?paper=kk") as answer:
        assert (await answer.read()).startswith(b"%PDF")
    async with browser.client.get(f"/file/{held}/ruling.docx?paper=ru") as answer:
        paper = docx.Document(io.BytesIO(await answer.read()))
    text = "\n".join(line.text for line in paper.paragraphs)
    assert "ПОСТАНОВИЛ:" in text
    assert "Тергеуден жасырыну қаупі бар." in text
    assert "2 000 000 тенге" in text
    foot = paper.sections[0].footer._element.xml
    assert "NUMPAGES" in foot
    assert "pic:pic" in foot


async def test_the_announced_ruling_is_sealed_once_and_handed_out_as_sealed(
    browser: Browser, house: House, held: HearingId
) -> None:
    await seal_ruling(house.office, held)
    await seal_ruling(house.office, held)
    kept = [one for one in await house.registry.docket.documents.of(held) if one.kind == RULING]
    assert len(kept) == 4
    assert {one.sha256 for one in kept} <= {one.sha256 for one in (await house.state(held)).files.values()}
    await browser.come_in(await house.pass_for(held, "suspect"))
    async with browser.client.get(f"/file/{held}/ruling.pdf?paper=ru") as answer:
        assert hashlib.sha256(await answer.read()).hexdigest() in {one.sha256 for one in kept}


async def test_judge_and_secretary_sign_the_minutes(browser: Browser, house: House, held: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    status, _, _ = await browser.post(f"/file/{held}/minutes/sign")
    assert status == 303
    hearing = await house.state(held)
    assert set(hearing.signatures) == {house.people["secretary"]}
    sealed = await house.registry.docket.documents.latest(held, "minutes")
    assert sealed is not None
    assert hearing.signatures[house.people["secretary"]] == sealed.sha256


async def test_a_ruling_is_not_shown_before_it_is_announced(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    await browser.sign_in(SECRETARY)
    status, _ = await browser.get(f"/file/{hearing}/ruling")
    assert status == 422
