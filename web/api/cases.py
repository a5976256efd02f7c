"""Cases by program."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import CaseId
from hearing.wrongs import Refused
from web import doors
from web.api.reading import body, plain
from web.desk import create_case
from web.doors import BENCH
from web.office import of
from web.openapi import Endpoint, listed, record, ref, text


async def get_cases(request: web.Request) -> web.Response:
    doors.staff(request)
    found = [case for case in await of(request).registry.docket.cases.list() if case.destroyed_at is None]
    return web.json_response({"cases": [plain(case) for case in found]})


async def get_judges(request: web.Request) -> web.Response:
    """Who may be named as the judge of a listing."""
    doors.staff(request)
    found = [one for one in await of(request).registry.docket.accounts.list() if one.roles & BENCH and not one.disabled]
    return web.json_response({"judges": [{"account": one.id, "name": one.name} for one in found]})


async def post_case(request: web.Request) -> web.Response:
    who, _ = doors.staff(request)
    case = await create_case(of(request), who, await body(request))
    return web.json_response(plain(case), status=201)


async def get_case(request: web.Request) -> web.Response:
    (who, _), docket = doors.staff(request), of(request).registry.docket
    case = await docket.cases.get(CaseId(request.match_info["case"]))
    if case.destroyed_at is not None:
        raise Refused("not_found")
    await docket.log.note(of(request).now(), who.who, "case_viewed", case=case.id)
    listings, persons = await docket.hearings.of_case(case.id), await docket.persons.of_case(case.id)
    return web.json_response(
        {**plain(case), "hearings": [plain(one) for one in listings], "persons": [plain(one) for one in persons]}
    )


async def get_case_log(request: web.Request) -> web.Response:
    doors.staff(request)
    found = await of(request).registry.docket.log.of_case(CaseId(request.match_info["case"]))
    return web.json_response({"log": [plain(one) for one in found]})


ENDPOINTS = (
    Endpoint("GET", "/cases", get_cases, "All cases", "cases", gives=record(cases=listed(ref("Case")))),
    Endpoint(
        "GET",
        "/judges",
        get_judges,
        "Who may be named as the judge of a listing",
        "cases",
        gives=record(judges=listed(record(("account", "name"), account=text(), name=text()))),
    ),
    Endpoint(
        "POST",
        "/cases",
        post_case,
        "Create a case",
        "cases",
        takes=record(("court_number",), court_number=text(), erdr_number=text("15 digits"), subject=text()),
        gives=ref("Case"),
        status=201,
    ),
    Endpoint("GET", "/cases/{case}", get_case, "One case with its hearings and persons", "cases", gives=ref("Case")),
    Endpoint("GET", "/cases/{case}/log", get_case_log, "Who looked at the case", "cases"),
)
