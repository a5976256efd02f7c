"""The graphs of lines: what is drawn, what is said beside it, and who may look."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hearing.hearings import Phase
from hearing.participants import Role, SeatId
from media.relay.linehistory import MOST_MOMENTS, SECONDS, LineHistory, Moment
from media.relay.lines import LinkFigures
from tests.patience import PATIENCE_SECONDS
from tests.web.hall import hall_of, is_view, told
from tests.web.house import JUDGE_IIN, OTHER_IIN, PASSWORD, SECRETARY_IIN, valid_iin, visiting
from tests.web.sittings import Bench, bench
from web.lines import HEIGHT, WIDTH, graphs, strokes

SEAT = SeatId("s-1")
NORM = 1000


def figures(up: float, loss: float = 0.0, rtt: float | None = 40, queue: float = 0.0) -> LinkFigures:
    return LinkFigures(rtt_ms=rtt, loss_up=loss, up_kbps=up, down_kbps=2 * up, queue_ms=queue)


def test_the_ring_keeps_the_last_minutes_of_a_line_and_its_breaks() -> None:
    history = LineHistory()
    history.note(0, SEAT, None)
    assert history.of(SEAT, 1) == ()
    for second in range(1, 2000):
        history.note(second, SEAT, figures(500) if second % 100 else None)
    kept = history.of(SEAT, 2000)
    assert len(kept) == MOST_MOMENTS
    assert [m.at for m in kept if m.figures is None] == [1900]
    assert history.of(SEAT, 2000 + SECONDS) == ()


def test_a_line_is_drawn_from_left_to_right_and_from_the_bottom_up() -> None:
    (drawn,) = strokes([(SECONDS - 4, 0.0), (SECONDS - 2, 5.0), (SECONDS, 10.0)], 0, 10.0)
    points = [tuple(map(float, point.split(","))) for point in drawn.split(" ")]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert points[-1][0] == WIDTH
    assert HEIGHT > points[0][1] > points[1][1] > points[2][1] > 0


def test_where_there_was_no_line_nothing_is_drawn() -> None:
    assert len(strokes([(0, 1.0), (2, 1.0), (4, None), (6, 1.0), (8, 1.0)], 0, 1.0)) == 2
    assert len(strokes([(0, 1.0), (2, 1.0), (40, 1.0), (42, 1.0)], 0, 1.0)) == 2
    assert strokes([], 0, 1.0) == ()


def test_every_graph_is_said_in_numbers_too() -> None:
    moments = [
        Moment(100, figures(400)),
        Moment(102, figures(900, 0.12, queue=15)),
        Moment(104, figures(600, rtt=None)),
    ]
    up, down, loss, delay, queue = graphs(moments, 105, NORM)
    assert (up.now, up.least, up.most) == (0.6, 0.4, 0.9)
    assert (down.now, down.most) == (1.2, 1.8)
    assert (loss.now, loss.most) == (0.0, 12.0)
    assert (delay.now, delay.most) == (None, 40)
    assert (queue.now, queue.least, queue.most) == (None, 0, 15)
    assert up.limit == down.limit
    assert loss.limit is None


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Bench]:
    """A suspect whose devices are up, and whose line has been looked at."""
    async with bench(tmp_path, model=None) as court:
        await court.ask("judge", "order_remote", order="№ 14")
        sitting = await court.sitting()
        await court.until(lambda h: h.phase is Phase.LOBBY)
        await court.enter("suspect")
        seat = await court.house.seat(court.id, "suspect")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not sitting.lines.history.of(seat, court.house.office.now()):
                await court.speakers["suspect"].say("suspect-1")
        yield court


async def test_the_secretary_and_the_judge_of_the_hearing_see_every_line(lobby: Bench) -> None:
    for iin in (SECRETARY_IIN, JUDGE_IIN):
        async with visiting(lobby) as browser:
            await browser.sign_in(iin)
            async with asyncio.timeout(PATIENCE_SECONDS):
                suspect = ""
                while "Связь хорошая" not in suspect:
                    status, text = await browser.get(f"/hearings/{lobby.id}/lines?lang=ru")
                    assert status == 200
                    rows = dict(re.findall(r'data-person="([^"]+)">(.*?)</li>', text, re.DOTALL))
                    suspect = rows[lobby.house.people["suspect"]]
            assert re.search(r"<strong class=\"num\">\d+,\d\d</strong> Мбит/с", suspect)
            assert suspect.count("<svg viewBox") == 5
            assert "<polyline" in suspect
            assert "Подключения ещё не было" in rows[lobby.house.people["counsel"]]


async def test_a_program_reads_the_same_figures(lobby: Bench) -> None:
    async with visiting(lobby) as browser:
        await browser.sign_in(SECRETARY_IIN)
        found = (await (await browser.call("GET", f"/hearings/{lobby.id}/lines")).json())["lines"]
    lines = {line["person"]: line for line in found}
    suspect, counsel = (lines[lobby.house.people[name]] for name in ("suspect", "counsel"))
    assert suspect["moments"][-1]["figures"]["up_kbps"] > 0
    assert counsel["moments"] == []


async def test_nobody_else_sees_them(lobby: Bench) -> None:
    async with visiting(lobby) as browser:
        _, text = await browser.get(f"/hearings/{lobby.id}/lines")
        assert "data-person" not in text
        other, accounts = valid_iin(OTHER_IIN[:11]), lobby.registry.docket.accounts
        await accounts.create(other, PASSWORD, "Тағы бір судья", [Role.INVESTIGATING_JUDGE], lobby.house.at, "kk")
        await browser.sign_in(other)
        status, text = await browser.get(f"/hearings/{lobby.id}/lines")
        assert status == 404
        assert "data-person" not in text


async def test_a_hearing_that_does_not_run_has_no_lines(lobby: Bench) -> None:
    other = await lobby.house.list_sanction("7585-24-00-2/102", scheduled_at=lobby.house.office.now() + 90_000)
    async with visiting(lobby) as browser:
        await browser.sign_in(SECRETARY_IIN)
        status, text = await browser.get(f"/hearings/{other}/lines?lang=en")
    assert status == 200
    assert "no lines to show" in text


async def test_a_microphone_stays_known_as_on_while_its_line_is_away_and_comes_back(lobby: Bench) -> None:
    seat, suspect = await lobby.house.seat(lobby.id, "suspect"), lobby.house.people["suspect"]
    async with hall_of(lobby) as hall:
        visitor = await hall.come_in("suspect")
        async with hall.page(visitor) as page:

            def mine(message: dict[str, Any]) -> dict[str, Any]:
                people = message["hearing"]["people"] if is_view(message) else []
                return next((p for p in people if p["person"] == suspect), {})

            await page.send_json({"t": "rtc.status", "mic": True, "camera": False})
            await told(page, lambda m: bool(mine(m).get("mic")))
            await lobby.speakers["suspect"].leave()
            lost = mine(await told(page, lambda m: mine(m).get("connected") is False))
            await lobby.enter("suspect")
            back = mine(await told(page, lambda m: bool(mine(m).get("connected"))))
    assert (lost["mic"], back["mic"], back["camera"]) == (True, True, False)
    assert (await lobby.now()).seats[seat].connected
