"""The public API: what it describes is what it serves, and it does what the pages do."""

from __future__ import annotations

import re

from aiohttp import web

from hearing.acts import ACTS
from tests.web.house import HOUR, JUDGE_IIN, PASSWORD, SECRETARY, Browser, House
from web.openapi import BASE

TWINS = {
    "/signin": "/session",
    "/signout": "/session",
    "/language": None,
    "/cases/new": "/cases",
    "/cases/{case}/destroy": "/cases/{case}/destroy",
    "/hearings/new": "/hearings",
    "/hearings/{hearing}/participants": "/hearings/{hearing}/participants",
    "/hearings/{hearing}/passes": "/hearings/{hearing}/passes",
    "/hearings/{hearing}/passes/revoke": "/hearings/{hearing}/passes/{pass}",
    "/hearings/{hearing}/observers": "/hearings/{hearing}/observers",
    "/hearings/{hearing}/observers/close": "/hearings/{hearing}/observers",
    "/hearings/{hearing}/review": "/hearings/{hearing}/review",
    "/hearings/{hearing}/order": "order_remote",
    "/hearings/{hearing}/view": "record_view",
    "/hearings/{hearing}/remove": "remove_participant",
    "/hearings/{hearing}/notify-representative": "notify_representative",
    "/hearings/{hearing}/vacate": "vacate",
    "/hearings/{hearing}/hold": "/hearings/{hearing}/hold",
    "/hearings/{hearing}/hold/lift": "/hearings/{hearing}/hold/lift",
    "/hearings/{hearing}/deliveries/retry": "/hearings/{hearing}/deliveries/retry",
    "/file/{hearing}/minutes/sign": "sign_minutes",
    "/file/{hearing}/words/approval": "/hearings/{hearing}/transcript/approval",
    "/file/{hearing}/words/lines/{line}": "/hearings/{hearing}/transcript/lines/{line}",
    "/file/{hearing}/remarks": "file_remark",
    "/file/{hearing}/remarks/{number}": "rule_on_remark",
    "/file/{hearing}/check": "check_record",
    "/file/{hearing}/shares": "/hearings/{hearing}/shares",
    "/file/{hearing}/shares/{person}/end": "/hearings/{hearing}/shares/{person}",
    "/file/{hearing}/office-copy": "/hearings/{hearing}/office-copy",
}
"""For each form of a page, the call of the API that does the same: a path, or the name of an act. The language is the
one that a program sends as ``Accept-Language``."""


def served(app: web.Application) -> set[tuple[str, str]]:
    """Every method and path that programs call, as the application routes them."""
    found = set()
    for route in app.router.routes():
        info = route.resource.get_info() if route.resource is not None else {}
        path = info.get("path") or info.get("formatter") or ""
        if path.startswith((BASE, "/whip/", "/whep/")) and "{rest}" not in path and route.method != "HEAD":
            found.add((route.method, path))
    return found


async def test_the_description_names_every_route_and_no_other(browser: Browser, house: House) -> None:
    answer = await browser.call("GET", "/openapi.json")
    document = await answer.json()
    assert document["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert described == served(house.app())


async def test_everything_that_a_form_does_a_program_can_do(house: House) -> None:
    app = house.app()
    paths = {path.removeprefix(BASE) for _, path in served(app)}
    forms = set()
    for route in app.router.routes():
        info = route.resource.get_info() if route.resource is not None else {}
        path = info.get("path") or info.get("formatter") or ""
        if route.method == "POST" and not path.startswith((BASE, "/whip/", "/whep/")):
            forms.add(path)
    assert forms == TWINS.keys()
    assert [twin for twin in TWINS.values() if twin is not None and twin not in paths | ACTS.keys()] == []


async def test_every_operation_says_what_it_does_and_how_it_refuses(browser: Browser) -> None:
    document = await (await browser.call("GET", "/openapi.json")).json()
    names = []
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            assert "default" in operation["responses"]
            names.append(operation["operationId"])
            inside = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path))
    assert len(names) == len(set(names))


async def test_a_program_does_the_secretarys_whole_work(browser: Browser, house: House) -> None:
    answer = await browser.client.post("/api/v1/session", json={"iin": SECRETARY, "password": PASSWORD})
    token = (await answer.json())["token"]
    browser.client.session.cookie_jar.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    case = await (await browser.call("POST", "/cases", {"court_number": "7585-24-00-2/77"}, **bearer)).json()
    judges = (await (await browser.call("GET", "/judges", **bearer)).json())["judges"]
    assert [judge["account"] for judge in judges] == [house.accounts["judge"].id]
    body = {
        "case": case["id"], "kind": "sanction", "scheduled_at": house.at + HOUR, "measure": "custody",
        "remote_ground": "by_order_of_judge", "received_at": house.at - HOUR, "detained_at": house.at - 9 * HOUR,
        "limit_hours": 48, "judge": judges[0]["account"],
    }  # fmt: skip
    answer = await browser.call("POST", "/hearings", body, **bearer)
    assert answer.status == 201, await answer.text()
    hearing = (await answer.json())["id"]
    suspect = {"role": "suspect", "name": "Досанов Нұрлан", "place": "facility", "contact": "izo@example.kz"}
    answer = await browser.call("POST", f"/hearings/{hearing}/participants", suspect, **bearer)
    person = (await answer.json())["person"]
    answer = await browser.call("POST", f"/hearings/{hearing}/passes", {"person": person, "deliver": True}, **bearer)
    issued = await answer.json()
    assert issued["delivery"] == "written"
    answer = await browser.call("POST", f"/hearings/{hearing}/acts", {"act": "open_lobby"}, **bearer)
    assert (await answer.json())["facts"] == ["LobbyOpened"]
    state = await (await browser.call("GET", f"/hearings/{hearing}", **bearer)).json()
    assert state["phase"] == "lobby"
    assert {p["role"] for p in state["people"]} == {"investigating_judge", "court_secretary", "suspect"}
    answer = await browser.call("DELETE", f"/hearings/{hearing}/passes/{issued['pass_id']}", **bearer)
    assert answer.status == 204


async def test_a_refusal_names_rule_and_field_in_the_callers_language(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(JUDGE_IIN)
    act = {"act": "take_step", "step": "composition"}
    answer = await browser.call("POST", f"/hearings/{hearing}/acts", act, **{"Accept-Language": "ru"})
    assert answer.status == 422
    assert answer.content_type == "application/problem+json"
    found = await answer.json()
    assert found["rule"] == "phase"
    assert found["why"]


async def test_an_act_that_does_not_exist_is_malformed(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(JUDGE_IIN)
    for body in ({"act": "abolish_court"}, {"act": "open_lobby", "speed": 9}, {"act": 7}):
        assert (await browser.call("POST", f"/hearings/{hearing}/acts", body)).status in (400, 422)
    for raw in ("[1,2]", "{", "[" * 5000):
        headers = {"Content-Type": "application/json", "X-CSRF": browser.csrf}
        async with browser.client.post(f"/api/v1/hearings/{hearing}/acts", data=raw, headers=headers) as answer:
            assert answer.status == 400


async def test_free_text_of_an_act_lies_in_the_docket_only(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(JUDGE_IIN)
    body = {"act": "order_remote", "order": "Қаулы № 14, Досановқа қатысты"}
    assert (await browser.call("POST", f"/hearings/{hearing}/acts", body)).status == 200
    answer = await browser.call("GET", f"/hearings/{hearing}/journal")
    assert "Досанов" not in await answer.text()
    assert "RemoteOrdered" in await answer.text()


async def test_a_participant_sees_only_themselves(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.come_in(await house.pass_for(hearing, "counsel"))
    state = await (await browser.call("GET", f"/hearings/{hearing}")).json()
    assert [p["person"] for p in state["people"]] == [house.people["counsel"]]
    assert (await browser.call("GET", f"/hearings/{hearing}/journal")).status == 403
    assert (await browser.call("GET", "/cases")).status == 403


async def test_an_unknown_call_is_answered_as_a_problem(browser: Browser) -> None:
    answer = await browser.call("GET", "/nothing/here")
    assert answer.status == 404
    assert (await answer.json())["rule"] == "not_found"
