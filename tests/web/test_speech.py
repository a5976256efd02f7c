"""What the speech desk tells the pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hearing import acts as a
from hearing.participants import HearingId, SeatId
from hearing.utterances import Utterance
from tests.hearing.scripts import actor, opened, seat
from tests.web.sittings import bench
from tests.web.test_link_test_ends import Page
from web import signalling
from web.sitting import Sitting
from web.speech import caption

LINE = Utterance("u-1", HearingId("h"), SeatId("s"), 5.0, 7.0, "kk", "Мен айыптауды мойындамаймын", (), 0.9, 0.0, "m@1")


def test_of_a_line_still_spoken_a_page_learns_how_many_words_are_settled() -> None:
    told = caption(replace(LINE, provisional=True, agreed=2))
    assert (told["final"], told["agreed"], told["text"]) == (False, 2, LINE.text)


def test_of_a_final_line_every_word_is_settled() -> None:
    told = caption(LINE)
    assert (told["final"], told["agreed"]) == (True, 3)


async def test_an_interpreters_lines_are_shown_to_those_who_chose_their_channel_and_the_floors_to_everybody(
    tmp_path: Path,
) -> None:
    session = opened("judge", "secretary", "prosecutor", "suspect", "counsel", "interpreter")
    session.ask("interpreter", a.ChooseChannel("ru"))
    async with bench(tmp_path / "data", model=None) as court:
        sitting = Sitting(court.court, HearingId("h-1"), session.now)
        sitting.floor = session.floor
        sitting.usher.apply()
        spoken = court.house.office.now() + 1
        pages = {name: Page(actor(name), seat(name)) for name in ("suspect", "counsel", "interpreter")}
        sitting.connections |= set(pages.values())
        for name, channel in (("suspect", "ru"), ("counsel", "floor")):
            await signalling.hear(sitting, pages[name], {"t": "rtc.listen", "channel": channel})
        for name, text in (("judge", "Түсінікті ме?"), ("interpreter", "Вам понятно?")):
            line = replace(LINE, seat=seat(name), text=text, start=spoken, end=spoken + 1)
            for one in (replace(line, provisional=True), line):
                await sitting.speech.heard(one)
        floors, interpreters = ["Түсінікті ме?"] * 2, ["Вам понятно?"] * 2
        shown = {name: [m["text"] for m in page.told if m["t"] == "caption"] for name, page in pages.items()}
        assert shown == {"suspect": floors + interpreters, "counsel": floors, "interpreter": floors + interpreters}
        await signalling.hear(sitting, pages["counsel"], {"t": "rtc.listen", "channel": "ru"})
        await sitting.speech.heard(replace(LINE, seat=seat("interpreter"), start=spoken + 2, end=spoken + 3))
        assert pages["counsel"].told[-1]["text"] == LINE.text
