"""The words on their way to an approved text: corrected by the secretary, approved by the judge, sealed."""

from __future__ import annotations

import hashlib
import json

import jsonschema
import pytest

from hearing import acts as a
from hearing import facts as f
from hearing.participants import SYSTEM, HearingId
from hearing.registry.verify import FaultKind, verify
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House
from transcripts.transcript import SCHEMA
from web.asking import perform
from web.checking import checks

WRONG, RIGHT = "Түсінікті.", "Түсінікті емес."


@pytest.fixture
async def heard(house: House, held: HearingId) -> HearingId:
    """A hearing whose final transcript is sealed."""
    (version,) = await house.registry.words.versions(held)
    assert version.digest is not None
    lines = len(await house.registry.words.lines(held))
    await perform(house.office, held, a.SealTranscript(version.version, version.digest, lines, "rehearsal/m@1"), SYSTEM)
    return held


async def line_of(house: House, hearing: HearingId, text: str) -> tuple[str, str]:
    said = next(one for one in (await house.registry.corrections.current(hearing)).lines if one.text == text)
    return said.id, said.seat


async def test_the_secretary_corrects_a_line_and_what_stood_there_is_listed(
    browser: Browser, house: House, heard: HearingId
) -> None:
    await browser.sign_in(SECRETARY)
    line, seat = await line_of(house, heard, WRONG)
    counsel = await house.seat(heard, "counsel")
    status, text = await browser.get(f"/file/{heard}/words")
    assert status == 200
    assert "Автоматты жоба" in text
    page = f"/file/{heard}/words/lines/{line}"
    status, _, to = await browser.post(page, text=f" {RIGHT} ", seat=seat, seen="0")
    assert (status, to) == (303, f"/file/{heard}/words#{line}")
    assert (await browser.post(page, text=RIGHT, seat=counsel, seen="1"))[0] == 303
    _, text = await browser.get(f"/file/{heard}/words")
    assert f"<del>{WRONG}</del>" in text
    assert "Түзетілген жоба" in text
    assert "Ғалымова Сәуле Бекқызы" in text
    found = await (await browser.call("GET", f"/hearings/{heard}/transcript/corrections")).json()
    assert found["status"] == "corrected_draft"
    assert [(c["number"], c["text_before"], c["seat_before"], c["seat"], c["by"]) for c in found["corrections"]] == [
        (1, WRONG, seat, seat, house.people["secretary"]),
        (2, RIGHT, seat, counsel, house.people["secretary"]),
    ]
    _, shown = await browser.get(f"/file/{heard}")
    assert RIGHT in shown


async def test_two_secretaries_do_not_write_over_each_other(browser: Browser, house: House, heard: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    line, seat = await line_of(house, heard, WRONG)
    body = {"text": RIGHT, "seat": seat, "seen": 0}
    call = f"/hearings/{heard}/transcript/lines/{line}"
    answer = await browser.call("POST", call, body)
    assert (await answer.json())["number"] == 1
    late = await browser.call("POST", call, {**body, "text": "Басқа"})
    assert (late.status, (await late.json())["rule"]) == (422, "line_changed")
    for wrong, rule in (({"seat": "s-nowhere"}, "no_such_seat"), ({"text": "х" * 4001}, "too_long")):
        answer = await browser.call("POST", call, {**body, "seen": 1, **wrong})
        assert (await answer.json())["rule"] == rule


async def test_the_judge_approves_and_the_hash_of_the_text_is_in_the_journal(
    browser: Browser, house: House, heard: HearingId
) -> None:
    await browser.sign_in(SECRETARY)
    line, seat = await line_of(house, heard, WRONG)
    await browser.call("POST", f"/hearings/{heard}/transcript/lines/{line}", {"text": RIGHT, "seat": seat, "seen": 0})
    assert (await browser.call("POST", f"/hearings/{heard}/transcript/approval", {"seen": 1})).status == 403
    await browser.sign_in(JUDGE_IIN)
    stale = await browser.call("POST", f"/hearings/{heard}/transcript/approval", {"seen": 0})
    assert (await stale.json())["rule"] == "text_changed"
    await browser.get(f"/file/{heard}/words")
    assert (await browser.post(f"/file/{heard}/words/approval", seen="1"))[0] == 303
    async with browser.client.get(f"/file/{heard}/transcript.json") as answer:
        assert "-draft" not in answer.headers["Content-Disposition"]
        raw = await answer.read()
    document = json.loads(raw)
    jsonschema.validate(document, SCHEMA)
    assert document["status"] == "approved"
    (edited,) = [said for said in document["lines"] if "edits" in said]
    assert (edited["text"], edited["edits"][0]["text_before"]) == (RIGHT, WRONG)
    approved = (await house.state(heard)).approved
    assert approved is not None
    assert approved == f.TranscriptApproved(
        house.people["judge"], 1, 1, hashlib.sha256(raw).hexdigest(), len(document["lines"])
    )
    assert approved.sha256 in {sealed.sha256 for sealed in (await house.state(heard)).files.values()}
    _, text = await browser.get(f"/file/{heard}/transcript.vtt")
    assert "Бекітілген мәтін: Сағынтаев Асқар Маратұлы" in text
    assert await verify(house.registry, heard, checks(house.registry, house.folder / "tapes")) == []


async def test_a_correction_after_the_approval_makes_a_new_draft_and_the_approved_text_stays(
    browser: Browser, house: House, heard: HearingId
) -> None:
    await browser.sign_in(JUDGE_IIN)
    await browser.call("POST", f"/hearings/{heard}/transcript/approval", {"seen": 0})
    await browser.sign_in(SECRETARY)
    line, seat = await line_of(house, heard, WRONG)
    await browser.call("POST", f"/hearings/{heard}/transcript/lines/{line}", {"text": RIGHT, "seat": seat, "seen": 0})
    async with browser.client.get(f"/file/{heard}/transcript.json") as answer:
        assert (json.loads(await answer.read()))["status"] == "corrected_draft"
    faults = await verify(house.registry, heard, checks(house.registry, house.folder / "tapes"))
    assert [fault for fault in faults if fault.kind is FaultKind.TRANSCRIPT] == []
    await browser.sign_in(JUDGE_IIN)
    assert (await browser.call("POST", f"/hearings/{heard}/transcript/approval", {"seen": 1})).status == 200
    kept = [one for one in await house.registry.docket.documents.of(heard) if one.kind == "transcript"]
    assert len({one.sha256 for one in kept}) == 2


async def test_an_emptied_line_is_in_no_export_but_its_words_are_kept(
    browser: Browser, house: House, heard: HearingId
) -> None:
    await browser.sign_in(SECRETARY)
    line, seat = await line_of(house, heard, WRONG)
    await browser.call("POST", f"/hearings/{heard}/transcript/lines/{line}", {"text": "", "seat": seat, "seen": 0})
    _, vtt = await browser.get(f"/file/{heard}/transcript.vtt")
    assert line not in vtt
    assert WRONG not in vtt
    _, page = await browser.get(f"/file/{heard}/words")
    assert f"<del>{WRONG}</del>" in page


async def test_nobody_else_corrects_and_nothing_is_corrected_before_the_recording_was_heard(
    browser: Browser, house: House, held: HearingId
) -> None:
    line, seat = await line_of(house, held, WRONG)
    body, call = {"text": RIGHT, "seat": seat, "seen": 0}, f"/hearings/{held}/transcript/lines/{line}"
    await browser.sign_in(SECRETARY)
    assert (await (await browser.call("POST", call, body)).json())["rule"] == "not_corrected_here"
    await browser.sign_in(JUDGE_IIN)
    answer = await browser.call("POST", f"/hearings/{held}/transcript/approval", {"seen": 0})
    assert (await answer.json())["rule"] == "no_transcript"
    await browser.come_in(await house.pass_for(held, "counsel"))
    assert (await browser.get(f"/file/{held}/words"))[0] == 403
    assert (await browser.call("POST", call, body)).status == 403
    assert await house.registry.corrections.of(held) == []
