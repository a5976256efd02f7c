"""The carrier: what is sealed is owed, goes once, waits longer after each failure, and shows on the staff's page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from hearing.participants import HearingId
from hearing.registry.outbox import Delivery
from tests.hearing.registry.lying import lying
from tests.web.delivery.receivers import Receiver, receiving
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House, visiting
from tests.web.prepared import FILM
from web import bundling
from web.bundle_check import check_bundle
from web.delivery.carrier import FIRST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS, Carrier, pause
from web.delivery.folder import Folder
from web.delivery.targets import Target
from web.delivery.webhook import Webhook
from web.sealing import seal_ruling

KEY = b"thirty-two characters of a secret"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(KEY) as found:
        yield found


@pytest.fixture
def cabinet(receiver: Receiver) -> Target:
    return Target("sot_kabineti", "Сот кабинеті", frozenset({"recording"}), Webhook(receiver.url, "court-1", KEY))


@pytest.fixture
async def browser(house: House, cabinet: Target) -> AsyncIterator[Browser]:
    """A browser at a house that knows the cabinet."""
    house.office = replace(house.office, targets=(cabinet,))
    async with visiting(house) as found:
        yield found


def carrying(house: House, *targets: Target) -> Carrier:
    return Carrier(house.registry, house.office.clerk, targets)


async def states(house: House, hearing: HearingId) -> list[tuple[Delivery, str, int]]:
    return [(one.state, one.why, one.attempts) for one in await house.registry.docket.outbox.of(hearing)]


def test_each_pause_is_twice_the_one_before_up_to_a_limit() -> None:
    pauses = [pause(attempt) for attempt in range(1, MOST_ATTEMPTS + 1)]
    assert pauses[:4] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4, FIRST_PAUSE * 8]
    assert pauses[-1] == LONGEST_PAUSE


async def test_a_sealed_document_goes_to_its_target_once(
    house: House, held: HearingId, cabinet: Target, receiver: Receiver
) -> None:
    carrier = carrying(house, cabinet)
    for later in range(3):
        await carrier.serve(cabinet, house.at + later * 1e5)
    assert list(receiver.taken.values()) == [FILM]
    assert len(receiver.requests) == 1
    [label] = receiver.labels
    assert (label["court_number"], label["erdr_number"]) == ("7585-24-00-2/101", "241234567890123")
    assert (label["kind"], label["version"], label["size"]) == ("recording", 1, len(FILM))
    assert await states(house, held) == [(Delivery.DELIVERED, "", 1)]


async def test_a_target_gets_only_its_documents_and_only_from_its_day_on(
    house: House, held: HearingId, cabinet: Target, receiver: Receiver
) -> None:
    late = replace(cabinet, name="late", since=house.at + 1)
    carrier = carrying(house, cabinet, late)
    await carrier.serve(late, house.at)
    assert receiver.requests == []
    oaths = replace(cabinet, name="oaths", documents=frozenset({"oath"}))
    await carrier.serve(oaths, house.at)
    assert [label["kind"].partition("-")[0] for label in receiver.labels] == ["oath"]


async def test_a_failure_is_tried_again_when_it_is_due_and_nothing_is_lost(
    house: House, held: HearingId, cabinet: Target, receiver: Receiver
) -> None:
    carrier, receiver.statuses = carrying(house, cabinet), [503, 503]
    await carrier.serve(cabinet, house.at)
    await carrier.serve(cabinet, house.at + FIRST_PAUSE - 1)
    assert len(receiver.requests) == 1
    await carrier.serve(cabinet, house.at + FIRST_PAUSE)
    assert await states(house, held) == [(Delivery.WAITING, "http_503", 2)]
    await carrier.serve(cabinet, house.at + 3 * FIRST_PAUSE)
    assert list(receiver.taken.values()) == [FILM]


async def test_after_the_last_attempt_it_has_failed_until_the_button_is_pressed(
    browser: Browser, house: House, held: HearingId, cabinet: Target, receiver: Receiver
) -> None:
    carrier, receiver.statuses = carrying(house, cabinet), [500] * MOST_ATTEMPTS
    at = house.at
    for attempt in range(1, MOST_ATTEMPTS + 3):
        await carrier.serve(cabinet, at)
        at += pause(attempt)
    assert await states(house, held) == [(Delivery.FAILED, "http_500", MOST_ATTEMPTS)]
    await browser.sign_in(SECRETARY)
    _, text = await browser.get(f"/hearings/{held}")
    assert "Сот кабинеті" in text
    assert "Жүйенің жауабы: 500" in text
    [owed] = await house.registry.docket.outbox.of(held)
    fields = {"target": owed.target, "document": owed.document}
    status, _, location = await browser.post(f"/hearings/{held}/deliveries/retry", **fields)
    assert (status, location) == (303, f"/hearings/{held}#deliveries")
    await carrier.serve(cabinet, house.at)
    _, text = await browser.get(f"/hearings/{held}")
    assert "Жеткізілді" in text
    assert "deliveries/retry" not in text
    _, text = await browser.get(f"/file/{held}")
    assert "Құжат жүйеге жеткізілді" in text


async def test_a_party_cannot_have_anything_delivered(
    browser: Browser, house: House, held: HearingId, cabinet: Target, receiver: Receiver
) -> None:
    carrier, receiver.statuses = carrying(house, cabinet), [404]
    await carrier.serve(cabinet, house.at)
    [owed] = await house.registry.docket.outbox.of(held)
    fields = {"target": owed.target, "document": owed.document}
    await browser.come_in(await house.pass_for(held, "counsel"))
    assert (await browser.post(f"/hearings/{held}/deliveries/retry", **fields))[0] == 403
    assert (await browser.call("GET", f"/hearings/{held}/deliveries")).status == 403
    await browser.sign_in(JUDGE_IIN)
    answer = await browser.call("GET", f"/hearings/{held}/deliveries")
    assert [one["state"] for one in (await answer.json())["deliveries"]] == ["failed"]
    assert (await browser.call("POST", f"/hearings/{held}/deliveries/retry", fields)).status == 200
    assert await states(house, held) == [(Delivery.WAITING, "http_404", 0)]


async def test_nothing_of_a_closed_hearing_goes_to_a_target_that_may_not_have_it(
    house: House, cabinet: Target, receiver: Receiver
) -> None:
    case = await house.registry.docket.cases.create("7585-24-00-2/9", house.at, "a-test")
    ruling = await house.registry.docket.texts.deposit(case.id, "№ 3 қаулы")
    order = {"publicity": "closed", "closure_ground": "minor", "closure_ruling": ruling}
    hearing = await house.list_sanction("7585-24-00-2/10", **order)
    await house.hold(hearing)
    await seal_ruling(house.office, hearing)
    papers = replace(cabinet, documents=frozenset({"ruling"}))
    court = replace(papers, name="torelik", closed=True)
    carrier = carrying(house, papers, court)
    await carrier.serve(papers, house.at)
    assert {state[:2] for state in await states(house, hearing)} == {(Delivery.WITHHELD, "closed_hearing")}
    assert receiver.requests == []
    await carrier.serve(court, house.at)
    assert [label["kind"] for label in receiver.labels] == ["ruling"] * 4


async def test_of_a_hearing_closed_in_part_the_words_stay_and_the_ruling_goes(
    house: House, cabinet: Target, receiver: Receiver
) -> None:
    from hearing import facts as f
    from web.delivery.targets import withheld

    hearing = await house.list_sanction()
    documents = house.registry.docket.documents
    listed = await house.state(hearing)
    facts: list[f.Fact] = [f.PartClosed("minor", None)]  # type: ignore[arg-type]
    both = replace(cabinet, documents=frozenset({"recording", "ruling"}))
    for kind, why in (("recording", "closed_part"), ("ruling", None), ("minutes", "not_agreed")):
        document = await documents.put(hearing, kind, "x-kk.pdf", b"x", "application/pdf", house.at, "system")
        assert withheld(both, listed, facts, document) == why
    assert withheld(replace(both, closed=True), listed, facts, await documents.get(document.id)) == "not_agreed"


async def test_a_delivered_bundle_is_the_one_that_verify_accepts(house: House, held: HearingId, tmp_path: Path) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    bundle = await bundling.renew(house.office, held)
    assert bundle is not None
    target = Target("torelik", "Төрелік", frozenset({"bundle"}), Folder(exchange), closed=True)
    await carrying(house, target).serve(target, house.at)
    parcel = exchange / f"{held}-bundle-1"
    (tmp_path / "seal.crt").write_bytes(house.registry.seals.certificate)
    assert list(check_bundle(parcel / f"{held}-bundle-1.zip", tmp_path / "seal.crt").faults) == []
    assert json.loads((parcel / "label.json").read_text("utf-8"))["kind"] == "bundle"


async def test_what_was_damaged_is_not_sent(house: House, held: HearingId, cabinet: Target, receiver: Receiver) -> None:
    document = await house.registry.docket.documents.latest(held, "recording")
    assert document is not None
    path = lying(house.registry, document)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    await carrying(house, cabinet).serve(cabinet, house.at)
    assert receiver.requests == []
    assert await states(house, held) == [(Delivery.FAILED, "damaged", 1)]


@pytest.fixture
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


async def test_the_log_tells_of_deliveries_without_case_or_person(
    house: House, held: HearingId, cabinet: Target, receiver: Receiver, logged: list[structlog.typing.EventDict]
) -> None:
    carrier, receiver.statuses = carrying(house, cabinet), [503]
    await carrier.serve(cabinet, house.at)
    await carrier.serve(cabinet, house.at + FIRST_PAUSE)
    told = [line for line in logged if line.get("target") == "sot_kabineti"]
    assert [line["event"] for line in told] == ["not delivered", "delivery"]
    allowed = {"event", "log_level", "target", "document", "why", "attempt", "final", "state"}
    assert {name for line in told for name in line} <= allowed
    assert "7585" not in str(told)
