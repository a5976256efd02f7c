"""The ledger in the case file says what the journal says: no more, no less, and on the player's own axis."""

from __future__ import annotations

import io
import re

import docx
import pytest

from hearing import acts as a
from hearing.participants import SYSTEM
from tests.hearing.scripts import TEXT, opened, seat
from tests.web.house import JUDGE_IIN, Browser, House, valid_iin
from web.casefile import gather, source
from web.documents.minutes import minutes
from web.documents.paper import Table, Timeline
from web.documents.setting import blocks_html
from web.missed import Missed, Repair, What, missed
from web.sealing import EVERYTHING

JUDGE = valid_iin(JUDGE_IIN[:11])


def test_a_hearing_in_which_all_arrived_has_an_empty_ledger() -> None:
    s = opened()
    assert missed(s.now, s.facts) == []


def test_unheard_speakers_are_told_by_sound_and_picture() -> None:
    s = opened()
    s.ask("system", a.NoteUnheard(seat("suspect"), (seat("judge"),), "sound", s.at - 9, 4))
    s.ask("system", a.NoteUnheard(seat("counsel"), (seat("judge"), seat("suspect")), "picture", s.at - 5, 2))
    sound, picture = missed(s.now, s.facts)
    assert (sound.seat, sound.what, sound.speakers, sound.seconds) == (seat("suspect"), What.SOUND, (seat("judge"),), 4)
    assert (picture.what, picture.end - picture.start) == (What.PICTURE, 2)


def test_a_lost_line_is_followed_from_its_loss_to_the_repair() -> None:
    s = opened()
    begin = s.at + 1
    s.ask("system", a.NoteLoss(seat("counsel")))
    s.ask("system", a.PauseByLoss((seat("counsel"),), begin - 2, "line"), 5)
    (open_gap,) = missed(s.now, s.facts)
    assert (open_gap.start, open_gap.end, open_gap.repair) == (begin - 2, s.at, Repair.DUE)
    s.ask("system", a.Arrive(seat("counsel")), 20)
    back = s.at
    s.ask("judge", a.ResumeAfterLoss())
    s.ask("judge", a.RepairGap(TEXT))
    assert missed(s.now, s.facts) == [Missed(seat("counsel"), What.LINE, begin - 2, back, (), Repair.DONE)]
    s.ask("suspect", a.ConfirmGap(objects=True))
    assert [one.repair for one in missed(s.now, s.facts)] == [Repair.OBJECTED]


def test_a_line_that_never_recovered_is_below_the_norm_to_the_end() -> None:
    s = opened()
    s.ask("system", a.NoteLineBelow(seat("suspect"), "up", 400, 0.2))
    began = s.at
    s.ask("judge", a.TakeStep("composition"), 30)
    assert missed(s.now, s.facts) == [Missed(seat("suspect"), What.NORM, began, s.at)]


async def test_the_case_file_draws_the_ledger_and_tells_it_as_a_table(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, lossy=True)
    await browser.sign_in(JUDGE)
    _, text = await browser.get(f"/file/{hearing}")
    ledger = text.split('id="ledger-h"', 1)[1].split("</section>", 1)[0]
    for what in ("line", "sound", "picture", "norm"):
        assert f'<rect class="gap-{what}" x=' in ledger
    assert "00:00:04" in ledger
    assert "Қайталанды, қарсылық жоқ" in ledger
    places = [float(x) for x in re.findall(r'class="gap-\w+" x="([\d.]+)" y', ledger)]
    seeks = [float(at) for at in re.findall(r'data-jump="([\d.]+)"', ledger)]
    duration = float(re.search(r'data-duration="([\d.]+)"', text).group(1))  # type: ignore[union-attr]
    assert sorted(round(at / duration * 1000, 1) for at in seeks) == sorted(round(x, 1) for x in places)


async def test_a_file_without_gaps_says_so(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing)
    await browser.sign_in(JUDGE)
    _, text = await browser.get(f"/file/{hearing}")
    assert "үзіліс белгіленбеген" in text
    assert "ledger-table" not in text


async def test_a_witness_is_not_told_who_missed_what(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, lossy=True)
    await browser.come_in(await house.pass_for(hearing, "witness"))
    _, text = await browser.get(f"/file/{hearing}")
    assert "ledger-h" not in text


async def test_the_minutes_hold_the_pause_the_summary_and_who_confirmed_it(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, lossy=True)
    await browser.sign_in(JUDGE)
    _, text = await browser.get(f"/file/{hearing}/minutes?paper=ru")
    assert "Прокурордың өтінішхаты қайталанды." in text
    assert "Связь прервалась" in text
    assert "Подтвердили" in text


HEADS = {"kk": "Кім кімді естімеді не көрмеді", "ru": "Кто кого не слышал или не видел"}
APART = {"kk": "жабық бөлігіндегі үзілістер", "ru": "Перерывы в закрытой части"}


async def test_the_minutes_tell_on_paper_who_could_not_hear_whom_but_not_in_a_closed_part(
    browser: Browser, house: House
) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, lossy=True, closed_part=True)
    await browser.sign_in(JUDGE)
    for language, head in HEADS.items():
        async with browser.client.get(f"/file/{hearing}/minutes.docx?paper={language}") as answer:
            paper = docx.Document(io.BytesIO(await answer.read()))
        said = [paragraph.text for paragraph in paper.paragraphs]
        assert head in said
        assert any(APART[language] in line for line in said)
        table = next(
            one for one in paper.tables if one.rows[0].cells[0].text in ("Кім", "Кто") and len(one.columns) == 6
        )
        assert len(table.rows) == 1 + len({"picture", "sound", "norm", "line"})
        assert {row.cells[4].text for row in table.rows[1:]} == {"00:00:09", "00:00:04", "00:02:11", "00:00:45"}


async def test_minutes_without_a_gap_say_so(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing)
    await browser.sign_in(JUDGE)
    _, text = await browser.get(f"/file/{hearing}/minutes?paper=ru")
    assert "Перерывов от 1 с не отмечено" in text
    assert APART["ru"] not in text


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_the_minutes_draw_on_paper_what_their_table_says(house: House, language: str) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, lossy=True, closed_part=True)
    file = await gather(house.office, hearing, await house.state(hearing), SYSTEM, EVERYTHING)
    paper = minutes(await source(house.office, file, language, "minutes"))
    (drawn,) = [block for block in paper.blocks if isinstance(block, Timeline)]
    table = next(b for b in paper.blocks[paper.blocks.index(drawn) :] if isinstance(b, Table))
    told = [(who, what, hour) for who, what, _, hour, *_ in table.rows]
    words = dict(drawn.key)
    assert sorted((who, words[bar.kind]) for who, bars in drawn.rows for bar in bars) == sorted(t[:2] for t in told)
    begin, end = seconds(drawn.hours[0]), seconds(drawn.hours[-1])
    for who, bars in drawn.rows:
        for bar in bars:
            assert 0 <= bar.start <= bar.start + bar.length <= 1000
            at = begin + bar.start * (end - begin) / 1000
            hours = [seconds(hour) for one, what, hour in told if (one, what) == (who, words[bar.kind])]
            assert min(abs(at - hour) for hour in hours) <= 2
    text = blocks_html(paper)
    assert text.count("<rect x=") == len(told) + len(drawn.key)


async def test_minutes_in_which_nothing_was_missed_draw_nothing(house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing)
    file = await gather(house.office, hearing, await house.state(hearing), SYSTEM, EVERYTHING)
    paper = minutes(await source(house.office, file, "kk", "minutes"))
    assert not any(isinstance(block, Timeline) for block in paper.blocks)


def seconds(clock: str) -> int:
    hours, minutes_, rest = map(int, clock.split(":"))
    return (hours * 60 + minutes_) * 60 + rest
