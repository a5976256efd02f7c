"""Sharing a finished file: a named person, an end, a reason; every look logged and nothing of a closed hearing."""

from __future__ import annotations

import re

import pytest

from hearing.facts import FileShared, ShareEnded
from hearing.participants import HearingId
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House

NAME, WHY = "Қалиев Ерлан Тимурұлы", "Апелляциялық алқаның 27.11.2026 ж. сұрауы"


async def share(browser: Browser, hearing: HearingId, until: str = "2026-12-01", **fields: str) -> tuple[int, str]:
    """The secretary's form, and the secret of the link that it showed."""
    await browser.sign_in(SECRETARY)
    await browser.get(f"/file/{hearing}")
    sent = {"name": NAME, "until": until, "reason": WHY, **fields}
    status, text, _ = await browser.post(f"/file/{hearing}/shares", **sent)
    found = re.search(r"/enter#([\w-]+)", text)
    return status, found.group(1) if found else ""


async def enter(browser: Browser, secret: str) -> int:
    browser.client.session.cookie_jar.clear()
    await browser.get("/enter")
    answer = await browser.call("POST", "/passes/exchange", {"secret": secret})
    if answer.status == 200:
        browser.csrf = (await answer.json())["csrf"]
    return answer.status


async def test_a_named_reader_looks_on_until_the_end_and_is_logged(
    browser: Browser, house: House, held: HearingId
) -> None:
    status, secret = await share(browser, held)
    assert status == 200
    (shared,) = [e.fact for e in await house.registry.journal.read(held) if isinstance(e.fact, FileShared)]
    assert await enter(browser, secret) == 200
    status, text = await browser.get(f"/file/{held}")
    assert status == 200
    assert NAME in text, "the watermark bears the reader's name"
    assert "санкциялауды" in text
    async with browser.client.get(f"/file/{held}/recording") as answer:
        assert answer.status == 200
    for path in ("recording?download", "transcript.docx", "bundle.zip", "quality"):
        async with browser.client.get(f"/file/{held}/{path}") as answer:
            assert answer.status == 403, path
    assert (await browser.post(f"/file/{held}/remarks", place="10", text="x"))[0] in (403, 422)
    log = [(line.who, line.what) for line in await house.registry.docket.log.of(held)]
    assert {(shared.person, "file_viewed"), (shared.person, "recording_played")} <= set(log)

    house.at = shared.until + 1
    assert (await browser.call("GET", f"/hearings/{held}/file")).status in (401, 403)
    assert await enter(browser, secret) != 200


async def test_copies_are_taken_only_where_that_was_granted(browser: Browser, held: HearingId) -> None:
    _, secret = await share(browser, held, copies="true")
    assert await enter(browser, secret) == 200
    async with browser.client.get(f"/file/{held}/recording?download") as answer:
        assert answer.status == 200


async def test_the_court_ends_a_share_at_once(browser: Browser, house: House, held: HearingId) -> None:
    _, secret = await share(browser, held)
    (shared,) = (await house.state(held)).shares.values()
    _, text = await browser.get(f"/file/{held}")
    assert NAME in text.partition('id="shares"')[2]
    assert WHY in text
    assert (await browser.post(f"/file/{held}/shares/{shared.person}/end"))[0] == 303
    assert await enter(browser, secret) != 200
    assert any(isinstance(entry.fact, ShareEnded) for entry in await house.registry.journal.read(held))


async def test_an_open_session_ends_with_the_share(browser: Browser, house: House, held: HearingId) -> None:
    _, secret = await share(browser, held)
    (shared,) = (await house.state(held)).shares.values()
    assert await enter(browser, secret) == 200
    await house.ask(held, "secretary", "end_share", person=shared.person)
    assert (await browser.call("GET", f"/hearings/{held}/file")).status in (401, 403)


@pytest.mark.parametrize("until", ["2020-01-01", "", "soon"])
async def test_a_share_has_an_end_that_is_still_to_come(
    browser: Browser, house: House, held: HearingId, until: str
) -> None:
    assert (await share(browser, held, until))[0] == 422
    assert (await house.state(held)).shares == {}
    case = (await house.state(held)).case
    assert NAME not in {person.name for person in await house.registry.docket.persons.of_case(case)}


async def test_of_a_closed_hearing_nothing_is_shared(browser: Browser, house: House) -> None:
    case = await house.registry.docket.cases.create("7585-24-00-2/9", house.at, "a-test")
    ruling = await house.registry.docket.texts.deposit(case.id, "№ 3 қаулы")
    order = {"publicity": "closed", "closure_ground": "minor", "closure_ruling": ruling}
    hearing = await house.list_sanction("7585-24-00-2/10", **order)
    await house.hold(hearing)
    assert (await share(browser, hearing))[0] == 422
    assert (await house.state(hearing)).shares == {}


async def test_a_party_shares_nothing(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    _, text = await browser.get(f"/file/{held}")
    assert 'id="shares"' not in text
    assert (await browser.post(f"/file/{held}/shares", name=NAME, until="2026-12-01", reason=WHY))[0] == 403


async def test_the_judges_longer_review_does_not_lengthen_a_share(
    browser: Browser, house: House, held: HearingId
) -> None:
    await share(browser, held)
    (shared,) = (await house.state(held)).shares.values()
    await browser.sign_in(JUDGE_IIN)
    await browser.get(f"/hearings/{held}")
    assert (await browser.post(f"/hearings/{held}/review", until="2027-06-01T10:00"))[0] == 303
    kept = await house.registry.docket.passes.get(shared.pass_id)
    assert kept.expires_at == shared.until


async def test_a_program_shares_a_file_and_takes_it_back(browser: Browser, held: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    sent = {"name": NAME, "until": "2026-12-01", "reason": WHY}
    answer = await browser.call("POST", f"/hearings/{held}/shares", sent)
    assert answer.status == 201
    shared = await answer.json()
    listed = (await (await browser.call("GET", f"/hearings/{held}/shares")).json())["shares"]
    assert [(one["person"], one["name"], one["open"]) for one in listed] == [(shared["person"], NAME, True)]
    assert (await browser.call("DELETE", f"/hearings/{held}/shares/{shared['person']}")).status == 204
    listed = (await (await browser.call("GET", f"/hearings/{held}/shares")).json())["shares"]
    assert [one["open"] for one in listed] == [False]
    assert await enter(browser, shared["link"].partition("#")[2]) != 200
    assert (await browser.call("GET", f"/hearings/{held}/shares")).status in (401, 403)


async def test_only_the_judge_says_how_long_passes_open_the_file(
    browser: Browser, house: House, held: HearingId
) -> None:
    until = {"until": house.at + 30 * 86400}
    await browser.sign_in(SECRETARY)
    assert (await browser.call("POST", f"/hearings/{held}/review", until)).status == 403
    await browser.sign_in(JUDGE_IIN)
    answer = await browser.call("POST", f"/hearings/{held}/review", until)
    assert (answer.status, await answer.json()) == (200, until)
