"""The outbox: entered once, tried when due, settled once, tried again by a person. On both databases."""

from __future__ import annotations

import pytest

from hearing.participants import HearingId
from hearing.registry.errors import NotFound
from hearing.registry.office import Office
from hearing.registry.outbox import Delivery
from tests.hearing.registry.people import NOW, SECRETARY, sealed_and_closed

H = HearingId("h-1")
TARGET = "torelik"


async def a_document(office: Office) -> str:
    case = await office.docket.cases.create("7585-24-00-2/101", NOW, "a-1")
    entries = await office.journal.append(H, 0, sealed_and_closed(case.id), SECRETARY, NOW)
    from hearing.evolve import fold

    await office.docket.hearings.note(H, fold((one.fact, one.at) for one in entries), entries[-1].version)
    return (await office.docket.documents.put(H, "ruling", "r-kk.pdf", b"%PDF", "application/pdf", NOW, "system")).id


async def test_a_document_of_a_closed_hearing_is_missing_until_it_is_entered(office: Office) -> None:
    document = await a_document(office)
    outbox = office.docket.outbox
    assert await outbox.missing(TARGET, ["minutes"]) == []
    assert await outbox.missing(TARGET, ["ruling"], since=NOW + 1) == []
    assert await outbox.missing(TARGET, [], ["rul"]) == [(H, document)]
    await outbox.enter(TARGET, H, document, NOW)
    await outbox.enter(TARGET, H, document, NOW + 9)
    assert await outbox.missing(TARGET, ["ruling"]) == []
    assert [one.entered_at for one in await outbox.of(H)] == [NOW]


async def test_an_attempt_counts_before_it_ends_and_waits_until_it_is_due(office: Office) -> None:
    document, outbox = await a_document(office), office.docket.outbox
    await outbox.enter(TARGET, H, document, NOW)
    [one] = await outbox.due(TARGET, NOW)
    assert [await outbox.begin(one), await outbox.begin(one)] == [1, 2]
    await outbox.settle(one, Delivery.WAITING, NOW, "timeout", NOW + 60)
    assert await outbox.due(TARGET, NOW + 59) == []
    [again] = await outbox.due(TARGET, NOW + 60)
    assert (again.attempts, again.why) == (2, "timeout")
    assert await outbox.due("another", NOW + 60) == []


async def test_what_was_delivered_stays_so_and_stands_in_the_access_log_once(office: Office) -> None:
    document, outbox = await a_document(office), office.docket.outbox
    await outbox.enter(TARGET, H, document, NOW)
    [one] = await outbox.due(TARGET, NOW)
    await outbox.settle(one, Delivery.DELIVERED, NOW + 1)
    await outbox.settle(one, Delivery.DELIVERED, NOW + 2)
    await outbox.settle(one, Delivery.FAILED, NOW + 3, "http_500")
    with pytest.raises(NotFound):
        await outbox.retry(H, TARGET, document, NOW + 4)
    assert [(found.state, found.settled_at) for found in await outbox.of(H)] == [(Delivery.DELIVERED, NOW + 1)]
    assert [(line.who, line.what, line.subject) for line in await office.docket.log.of(H)] == [
        (TARGET, "delivered", document)
    ]


async def test_what_failed_rests_until_somebody_has_it_tried_again(office: Office) -> None:
    document, outbox = await a_document(office), office.docket.outbox
    await outbox.enter(TARGET, H, document, NOW)
    [one] = await outbox.due(TARGET, NOW)
    await outbox.settle(one, Delivery.FAILED, NOW, "http_403")
    assert await outbox.due(TARGET, NOW + 1e6) == []
    with pytest.raises(NotFound):
        await outbox.retry(HearingId("h-2"), TARGET, document, NOW + 5)
    await outbox.retry(H, TARGET, document, NOW + 5)
    assert [(one.attempts, one.due_at) for one in await outbox.due(TARGET, NOW + 5)] == [(0, NOW + 5)]
