"""One contract over both databases: what is leased belongs to one node at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hearing.registry.leases import LeaseBook
from hearing.registry.store import Store
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
async def books(url: str) -> AsyncIterator[tuple[LeaseBook, LeaseBook]]:
    stores = [await Store.open(url), await Store.open(url)]
    yield LeaseBook(stores[0]), LeaseBook(stores[1])
    for store in stores:
        await store.close()


async def test_of_two_that_ask_at_once_one_has_it_and_both_are_told_who(books: tuple[LeaseBook, LeaseBook]) -> None:
    for number in range(20):
        what = f"h-{number}"
        answers = await asyncio.gather(books[0].take(what, "one", 60), books[1].take(what, "two", 60))
        assert len(set(answers)) == 1
        assert await books[0].holder(what) == answers[0]


async def test_what_is_given_up_another_may_have_and_only_its_holder_gives_it_up(
    books: tuple[LeaseBook, LeaseBook],
) -> None:
    one, two = books
    assert await one.take("h", "one", 60) == "one"
    await two.give_up("h", "two")
    assert await two.take("h", "two", 60) == "one"
    await one.give_up("h", "one")
    assert await two.holder("h") is None
    assert await two.take("h", "two", 60) == "two"


async def test_what_is_not_renewed_runs_out_and_what_is_does_not(books: tuple[LeaseBook, LeaseBook]) -> None:
    one, two = books
    await one.take("kept", "one", 60)
    await one.take("left", "one", 0.2)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await two.take("left", "two", 60) != "two":
            assert await two.take("kept", "two", 60) == "one"
    assert await one.take("left", "one", 60) == "two"
