"""The index of words: what a search gives, for any lines and any words, is what looking at every line would give."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from hearing.participants import HearingId
from hearing.registry.keys import MasterKey
from hearing.registry.search import FIRST, SearchIndex
from hearing.registry.store import Store

WORDS = [f"word {n}" for n in range(12)]


@pytest.fixture
async def index(url: str) -> AsyncIterator[SearchIndex]:
    store = await Store.open(url)
    yield SearchIndex(store, MasterKey(bytes(32)))
    await store.close()


def hearings(count: int) -> list[HearingId]:
    return [HearingId(f"h-{n}") for n in range(count)]


async def test_every_line_with_a_mark_of_each_group_is_found_and_no_other(index: SearchIndex) -> None:
    rng = random.Random(3)
    said = {
        hearing: {f"{hearing}-line-{n}": set(rng.choices(WORDS, range(1, 13), k=3)) for n in range(rng.randint(0, 20))}
        for hearing in hearings(2 * FIRST)
    }
    for hearing, lines in said.items():
        await index.index(hearing, 1, 0, lines)
    among = hearings(2 * FIRST)[::-3]
    for _ in range(20):
        wanted = [rng.sample(WORDS, rng.randint(1, 3)) for _ in range(rng.randint(1, 3))]
        there = [
            (hearing, line)
            for hearing in among
            for line, marks in said[hearing].items()
            if all(marks & set(group) for group in wanted)
        ]
        assert await index.find(wanted, among, 10_000) == there
        assert await index.find(wanted, among, 5) == there[:5]


async def test_an_older_text_never_takes_the_place_of_a_newer_one_and_what_is_erased_is_gone(
    index: SearchIndex,
) -> None:
    (hearing,) = hearings(1)
    await index.index(hearing, 2, 1, {"new": ["word"]})
    await index.index(hearing, 2, 0, {"old": ["word"]})
    assert await index.find([["word"]], [hearing], 9) == [(hearing, "new")]
    assert await index.indexed() == {hearing: (2, 1)}
    await index.erase(hearing)
    assert await index.find([["word"]], [hearing], 9) == []
    assert await index.indexed() == {}


async def test_nothing_wanted_and_nowhere_to_look_is_nothing_found(index: SearchIndex) -> None:
    (hearing,) = hearings(1)
    await index.index(hearing, 1, 0, {"line": ["word"]})
    assert await index.find([], [hearing], 9) == []
    assert await index.find([["word"]], [], 9) == []
