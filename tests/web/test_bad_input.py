"""Whatever is typed or sent: an answer that names the rule, nothing half done, and a paper that can still be set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hearing import acts as a
from hearing.hearings import Phase
from hearing.participants import Actor, CaseId, HearingId, Role
from hearing.wrongs import Refused
from tests.web.house import HOUR, JUDGE_IIN, ORIGIN, SECRETARY_IIN, Browser, House, valid_iin
from web.asking import ask, perform, readable
from web.desk import add_participant
from web.documents.paper import Paper, Paragraph, one_line, parse
from web.documents.setting import docx, pdf
from web.patience import ACTS_A_SECOND

SECRETARY = valid_iin(SECRETARY_IIN[:11])
LISTING = a.ListHearing(
    case=CaseId(""), kind="sanction", publicity="open", scheduled_at=0.0, language="kk",
    remote_ground="by_order_of_judge", measure="custody", detained_at=1.0, limit_hours=48, received_at=1.0,
)  # fmt: skip
HOSTILE = "<b>Ахмет</b>\x00\x0b\x1f \ud800{{ 7*7 }} \u202eтемхА\u202c <img src='http://127.0.0.1:9/x'>"


@pytest.mark.parametrize("text", ['{"act": NaN}', '{"act": "\\ud800"}', "[" * 5000, "{", "[]"])
async def test_what_is_no_json_is_called_malformed(browser: Browser, house: House, text: str) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(JUDGE_IIN)
    headers = {"Content-Type": "application/json", "X-CSRF": browser.csrf, "Origin": ORIGIN}
    async with browser.client.post(f"/api/v1/hearings/{hearing}/acts", data=text, headers=headers) as answer:
        assert (answer.status, (await answer.json())["rule"]) == (400, "malformed")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded; charset=klingon", "multipart/form-data"])
async def test_what_is_no_form_is_called_malformed(browser: Browser, kind: str) -> None:
    await browser.sign_in(SECRETARY)
    headers = {"Content-Type": kind, "Origin": ORIGIN}
    async with browser.client.post("/cases/new", data=b"\xff\xfe", headers=headers) as answer:
        assert answer.status == 400


async def test_a_span_of_time_that_is_none_is_refused_at_its_field(browser: Browser) -> None:
    await browser.sign_in(SECRETARY)
    for odd in ("²", "1e999", "32.13.2026", "2026-02-30"):
        answer = await browser.call("GET", f"/hearings?from={odd}")
        assert (answer.status, (await answer.json())["field"]) == (422, "from")


def test_what_people_type_keeps_its_letters_and_loses_what_no_paper_can_show() -> None:
    assert readable("Қасым\x00\x0bов\ud800\ufffe \u202eА\u2066\n\tӘ ❤️ é") == "Қасымов А\n\tӘ ❤️ é"


def test_a_paper_with_a_hostile_name_is_set_and_asks_nobody_for_anything() -> None:
    name = readable(HOSTILE)
    paper = Paper("ru", name, "7585-24-00-2/101", (Paragraph(name),), "ab12", "http://localhost/file")
    assert pdf(paper).startswith(b"%PDF")
    assert docx(paper).startswith(b"PK")


def test_reasons_that_begin_like_a_mark_stay_reasons() -> None:
    typed = ["# Основание", "+ первое", "~ Судья | подпись", "| а | б |"]
    told = parse("\n".join(f"¶ {one_line(line)}" for line in typed))
    assert told == tuple(Paragraph(line) for line in ["# Основание", "+ первое", "~ Судья ¦ подпись", "¦ а ¦ б ¦"])


async def test_a_hearing_with_a_judge_who_is_none_is_not_listed(browser: Browser, house: House) -> None:
    case = await house.registry.docket.cases.create("7585-24-00-2/7", house.at, "a-test")
    await browser.sign_in(SECRETARY)
    body = {
        "case": case.id, "kind": "sanction", "scheduled_at": house.at + HOUR, "measure": "custody",
        "remote_ground": "by_order_of_judge", "received_at": house.at - HOUR, "detained_at": house.at - 9 * HOUR,
        "limit_hours": 48,
    }  # fmt: skip
    answer = await browser.call("POST", "/hearings", {**body, "case": "c-unheard-of"})
    assert (answer.status, (await answer.json())["field"]) == (422, "case")
    for nobody in (house.accounts["secretary"].id, "a-unheard-of"):
        answer = await browser.call("POST", "/hearings", {**body, "judge": nobody})
        assert (answer.status, (await answer.json())["field"]) == (422, "judge")
    assert await house.registry.docket.hearings.of_case(case.id) == []


async def test_a_pass_that_cannot_be_sent_leaves_the_one_in_use_alone(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    clerk = Actor(house.people["secretary"], Role.COURT_SECRETARY)
    fields = {"name": "Сынақ", "role": "victim", "place": "elsewhere", "language": "kk"}
    house.people["victim"] = await add_participant(house.office, clerk, hearing, fields)
    sheet = await house.pass_for(hearing, "victim")
    await browser.sign_in(SECRETARY)
    body = {"person": house.people["victim"], "deliver": True}
    answer = await browser.call("POST", f"/hearings/{hearing}/passes", body)
    assert (answer.status, (await answer.json())["rule"]) == (422, "no_contact")
    assert (await house.state(hearing)).people[house.people["victim"]].passes == {sheet.pass_id}


async def test_a_participant_with_a_view_that_is_none_is_not_added(house: House) -> None:
    hearing = await house.list_sanction()
    clerk = Actor(house.people["secretary"], Role.COURT_SECRETARY)
    fields = {"name": "Сынақ", "role": "victim", "place": "elsewhere", "view": "perhaps"}
    before = set((await house.state(hearing)).people)
    with pytest.raises(Refused) as refused:
        await add_participant(house.office, clerk, hearing, fields)
    assert refused.value.field == "view"
    assert set((await house.state(hearing)).people) == before


async def test_a_party_that_floods_is_refused_and_the_court_is_not(house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    house.at += HOUR
    suspect = Actor(house.people["suspect"], Role.SUSPECT)
    rules = []
    for _ in range(ACTS_A_SECOND + 2):
        try:
            await ask(house.office, hearing, "acknowledge_rules", {}, suspect)
        except Refused as refused:
            rules.append(refused.rule)
    assert rules[-2:] == ["too_fast", "too_fast"]
    for _ in range(3 * ACTS_A_SECOND):
        secretary = Actor(house.people["secretary"], Role.COURT_SECRETARY)
        await ask(house.office, hearing, "name_court_camera", {"seat": await house.seat(hearing, "judge")}, secretary)
    await house.ask(hearing, "suspect", "ask_help", 2)
    assert (await house.state(hearing)).phase is Phase.LOBBY


async def test_a_number_that_this_case_knows_under_another_name_is_refused(house: House) -> None:
    first = await house.list_sanction()
    suspect = await house.registry.docket.persons.get(house.people["suspect"])
    clerk = Actor(house.people["secretary"], Role.COURT_SECRETARY)
    fields = {"role": "victim", "place": "elsewhere", "iin": suspect.iin, "name": "Басқа Адам"}
    with pytest.raises(Refused) as refused:
        await add_participant(house.office, clerk, first, fields)
    assert (refused.value.rule, refused.value.field) == ("iin_of_another", "iin")


async def test_a_person_who_is_met_again_in_a_case_is_reached_where_they_were_last(house: House) -> None:
    first = await house.list_sanction()
    hearing = await house.state(first)
    (suspect,) = [
        p for p in await house.registry.docket.persons.of_case(hearing.case) if p.id == house.people["suspect"]
    ]
    clerk = Actor(house.people["secretary"], Role.COURT_SECRETARY)
    again = HearingId("h-again")
    await perform(house.office, again, replace(LISTING, case=hearing.case, scheduled_at=house.at + HOUR), clerk)
    fields = {"role": "suspect", "place": "elsewhere", "iin": suspect.iin, "name": suspect.name, "contact": "new@e.kz"}
    assert await add_participant(house.office, clerk, again, fields) == suspect.id
    assert (await house.registry.docket.persons.get(suspect.id)).contact == "new@e.kz"
