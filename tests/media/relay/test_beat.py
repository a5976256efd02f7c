"""The courtroom's rhythm."""

from __future__ import annotations

import asyncio

from media.relay.beat import Beat
from tests.patience import PATIENCE_SECONDS

HOUR = 3600.0


async def test_what_comes_after_a_rest_brings_the_next_beat_near() -> None:
    pauses, turned = iter([HOUR, 0.0, None]), asyncio.Event()
    beat = Beat(turned.set, lambda: next(pauses))
    beat.keep()
    beat.hasten()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await turned.wait()


async def test_it_beats_on_until_nobody_is_here_and_again_when_somebody_comes() -> None:
    pauses, turns, ended = iter([0.0, 0.0, None, 0.0, None]), [0], asyncio.Event()

    def turn() -> None:
        turns[0] += 1
        if turns[0] in (2, 3):
            ended.set()

    beat = Beat(turn, lambda: next(pauses))
    async with asyncio.timeout(PATIENCE_SECONDS):
        beat.keep()
        await ended.wait()
        assert turns == [2]
        ended.clear()
        beat.keep()
        await ended.wait()
    assert turns == [3]


async def test_a_turn_that_fails_ends_no_rhythm() -> None:
    pauses, turned = iter([0.0, 0.0, None]), asyncio.Event()
    wrong: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))

    def turn() -> None:
        if not wrong:
            raise ValueError("once")
        turned.set()

    Beat(turn, lambda: next(pauses)).keep()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await turned.wait()
    assert len(wrong) == 1
