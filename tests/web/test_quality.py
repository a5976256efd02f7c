"""The report on quality: sealed when the file is made, shown to the court, and answered by the judge's own check."""

from __future__ import annotations

import io

import docx
import pytest

from hearing import acts as a
from hearing.facts import RecordChecked
from hearing.participants import SYSTEM, HearingId, SeatId
from media.record.cut import Piece
from media.record.finalise import Figures, Finished, PictureFigures, TrackFigures
from media.record.quality import Quality
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House
from web import quality
from web.asking import perform
from web.office import QUALITY

SECOND = 1_000_000_000
BAD = "Айыптаушының сөзі 00:02:17-де естілмейді"


def made(*voices: TrackFigures, holes: tuple[Piece, ...] = ()) -> Finished:
    """A finished file of two minutes of which this was measured."""
    figures = Figures(voices, PictureFigures(1800, holes))
    return Finished((), (), (), 120 * SECOND, (640, 360), figures)


def voice(seat: str, *, gaps: tuple[Piece, ...] = (), level: float | None = -21.5, lost: int = 0) -> TrackFigures:
    spoken = 40 * SECOND if level is not None else 0
    found = Quality(spoken, 120 * SECOND - spoken, level, level, (), gaps)
    return TrackFigures(SeatId(seat), "", lost, found, b"")


@pytest.fixture
async def measured(house: House, held: HearingId) -> HearingId:
    """The hearing's record: the judge is clear, the prosecutor's line left a long gap, the suspect is not heard."""
    seats = {name: await house.seat(held, name) for name in ("judge", "prosecutor", "suspect")}
    content = quality.content(
        made(
            voice(seats["judge"]),
            voice(seats["prosecutor"], gaps=(Piece(71 * SECOND, 60_000_000), Piece(65 * SECOND, 3 * SECOND))),
            voice(seats["suspect"], level=None),
            holes=(Piece(10 * SECOND, 4 * SECOND),),
        )
    )
    put = house.registry.docket.documents.put
    document = await put(held, QUALITY, "quality.json", content, "application/json", house.at, "system")
    await perform(house.office, held, a.NoteFileSealed(QUALITY, document.id, document.sha256, document.size), SYSTEM)
    await perform(house.office, held, a.NoteTapeHead("t.audio", seats["judge"], "audio", 1, "ab" * 32, 9), SYSTEM)
    return held


def test_what_is_sealed_is_read_as_it_was_measured() -> None:
    many = tuple(Piece(n * SECOND, 20_000_000 + n) for n in range(70))
    report = quality.read(quality.content(made(voice("s-1", gaps=many, lost=3))))
    (read,) = report.voices
    assert (report.duration, report.pictures, report.good) == (120.0, 1800, False)
    assert (read.gaps.count, read.gaps.seconds, len(read.gaps.places)) == (70, 1.4, quality.LONGEST)
    assert read.gaps.places[0] == (20.0, 0.02)
    assert read.troubles == ("gaps", "lost")
    with pytest.raises(ValueError, match="quality"):
        quality.read(b"{}")


async def test_the_court_sees_whose_voice_needs_listening_and_a_party_does_not(
    browser: Browser, house: House, measured: HearingId
) -> None:
    await browser.sign_in(SECRETARY)
    _, text = await browser.get(f"/file/{measured}?lang=ru")
    page = text.partition('id="quality"')[2].partition("</details>")[0]
    assert "Есть пропуски из-за связи" in page
    assert "Голоса не слышно" in page
    assert "Слышно хорошо" in page
    assert 'data-jump="65.00"' in page
    assert "/check" not in page, "only the judge checks"
    await browser.come_in(await house.pass_for(measured, "counsel"))
    _, text = await browser.get(f"/file/{measured}")
    assert 'id="quality"' not in text
    assert (await browser.get(f"/file/{measured}/quality"))[0] == 403


async def test_the_judge_checks_once_and_a_bad_record_says_why(
    browser: Browser, house: House, measured: HearingId
) -> None:
    await browser.sign_in(JUDGE_IIN)
    await browser.get(f"/file/{measured}")
    assert (await browser.post(f"/file/{measured}/check", good="no"))[0] == 422
    assert (await browser.post(f"/file/{measured}/check", good="no", reason=BAD))[0] == 303
    assert (await browser.post(f"/file/{measured}/check", good="yes"))[0] == 422
    found = (await house.state(measured)).record_check
    assert found is not None
    assert not found.good
    entries = await house.registry.journal.read(measured)
    assert sum(isinstance(entry.fact, RecordChecked) for entry in entries) == 1
    _, text = await browser.get(f"/file/{measured}")
    assert BAD in text
    _, text = await browser.get(f"/file/{measured}/minutes?paper=ru")
    assert "непригодна, составляется полный протокол" in text


async def test_nobody_but_the_judge_checks(browser: Browser, house: House, measured: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    await browser.get(f"/file/{measured}")
    assert (await browser.post(f"/file/{measured}/check", good="yes"))[0] in (403, 422)
    assert (await house.state(measured)).record_check is None


@pytest.mark.parametrize(
    ("language", "said", "gaps"),
    [("kk", "Ешқандай дауыс естілмейді", "үзілістер:"), ("ru", "Голоса не слышно", "пропуски:")],
)
async def test_the_report_is_printed_in_both_languages(
    browser: Browser, measured: HearingId, language: str, said: str, gaps: str
) -> None:
    await browser.sign_in(JUDGE_IIN)
    status, text = await browser.get(f"/file/{measured}/quality?paper={language}")
    assert status == 200
    assert said in text
    async with browser.client.get(f"/file/{measured}/quality.docx?paper={language}") as answer:
        paper = docx.Document(io.BytesIO(await answer.read()))
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
    assert {"2 / 3,1", "−21,5"} <= set(cells)
    assert "00:01:05, 00:01:11" in next(line.text for line in paper.paragraphs if gaps in line.text)
    async with browser.client.get(f"/file/{measured}/quality.pdf?paper={language}") as answer:
        assert (await answer.read())[:5] == b"%PDF-"


async def test_before_a_record_was_made_there_is_no_report(browser: Browser, held: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    _, text = await browser.get(f"/file/{held}")
    assert 'id="quality"' not in text
    assert (await browser.get(f"/file/{held}/quality"))[0] == 422
