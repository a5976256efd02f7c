"""Link tests take turns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hearing.participants import SeatId
from web.probing import AT_ONCE, MOST_TESTS, PER_SECONDS, ProbeQueue, TooMany


def seat(number: int) -> SeatId:
    return SeatId(f"s-{number}")


async def test_twenty_people_are_tested_two_at_a_time_in_the_order_they_asked() -> None:
    queue, running, most = ProbeQueue(lambda: 0.0), 0, 0
    order: list[int] = []
    places: dict[int, list[int]] = {n: [] for n in range(20)}

    async def test(number: int) -> None:
        nonlocal running, most
        async with queue.turn(seat(number), places[number].append):
            order.append(number)
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(test(number) for number in range(20)))
    assert order == list(range(20))
    assert most == 2
    assert places[0] == [0]
    assert places[19][0] == 18
    assert places[19][-1] == 0
    assert places[19] == sorted(places[19], reverse=True)


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    queue = ProbeQueue(lambda: 0.0, at_once=1)
    held, done = asyncio.Event(), asyncio.Event()

    async def hold(number: int, until: asyncio.Event) -> None:
        async with queue.turn(seat(number), lambda _: None):
            await until.wait()

    first = asyncio.create_task(hold(1, held))
    await asyncio.sleep(0)
    second = asyncio.create_task(hold(2, held))
    await asyncio.sleep(0)
    third = asyncio.create_task(hold(3, done))
    await asyncio.sleep(0)
    second.cancel()
    held.set()
    await first
    done.set()
    await asyncio.wait_for(third, 5)


async def test_one_seat_cannot_test_without_end() -> None:
    now = 0.0
    queue = ProbeQueue(lambda: now)
    for _ in range(MOST_TESTS):
        async with queue.turn(seat(1), lambda _: None):
            pass
    with pytest.raises(TooMany):
        async with queue.turn(seat(1), lambda _: None):
            pass
    async with queue.turn(seat(2), lambda _: None):
        pass
    now = PER_SECONDS
    async with queue.turn(seat(1), lambda _: None):
        pass


async def test_a_test_that_the_court_could_not_give_does_not_count() -> None:
    queue = ProbeQueue(lambda: 0.0)
    for _ in range(2 * MOST_TESTS):
        async with queue.turn(seat(1), lambda _: None):
            queue.pardon(seat(1))


def test_the_operating_guide_says_how_many_tests_run_and_how_often_a_seat_may_ask() -> None:
    guide = " ".join((Path(__file__).parents[2] / "docs" / "operating.md").read_text().split())
    counts = {2: "Two", 8: "eight", 600: "ten minutes"}
    assert f"{counts[AT_ONCE]} link tests run at once" in guide
    assert f"may ask {counts[MOST_TESTS]} times in {counts[int(PER_SECONDS)]}" in guide
