"""Passes and the public's link by program."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import PassId, PersonId
from hearing.wrongs import Refused
from web import doors
from web.api.hearings import desk_of
from web.api.reading import body, plain
from web.doors import BENCH
from web.issuing import close_observer_link, extend_review, issue_pass, open_observer_link, revoke_pass
from web.office import of
from web.openapi import FLAG, INSTANT, NUMBER, Endpoint, listed, record, ref, text
from web.passes import exchange
from web.typed import flag
from web.typed import text as typed


async def post_pass_exchange(request: web.Request) -> web.Response:
    """Exchange a pass's secret, its short code, or an observer's token for a session cookie."""
    cookie, session, target = await exchange(request, await body(request))
    answer = web.json_response({"go": target, "csrf": session.csrf, "hearing": session.hearing})
    office = of(request)
    doors.admit(answer, office, cookie, session.expires_at - office.now())
    return answer


async def get_passes(request: web.Request) -> web.Response:
    hearing_id, _, _ = await desk_of(request)
    found = await of(request).registry.docket.passes.of(hearing_id)
    return web.json_response({"passes": [plain(one) for one in found]})


async def post_pass(request: web.Request) -> web.Response:
    hearing_id, _, actor = await desk_of(request)
    given = await body(request)
    person = typed(given, "person", required=True) or ""
    sheet = await issue_pass(of(request), actor, hearing_id, PersonId(person), deliver=flag(given, "deliver"))
    return web.json_response(plain(sheet), status=201)


async def delete_pass(request: web.Request) -> web.Response:
    hearing_id, _, actor = await desk_of(request)
    await revoke_pass(of(request), actor, hearing_id, PassId(request.match_info["pass"]))
    return web.Response(status=204)


async def post_review(request: web.Request) -> web.Response:
    """Only the judge decides how long the passes open the case file after the close."""
    hearing_id, _, actor = await desk_of(request)
    if actor.role not in BENCH:
        raise Refused("role")
    return web.json_response(
        {"until": await extend_review(of(request), doors.known(request), hearing_id, await body(request))}
    )


async def post_observer_link(request: web.Request) -> web.Response:
    hearing_id, _, actor = await desk_of(request)
    return web.json_response({"link": await open_observer_link(of(request), actor, hearing_id)}, status=201)


async def delete_observer_link(request: web.Request) -> web.Response:
    hearing_id, _, actor = await desk_of(request)
    if not request.can_read_body:
        raise Refused("field_missing", field="ruling")
    await close_observer_link(of(request), actor, hearing_id, await body(request))
    return web.Response(status=204)


EXCHANGED = record(("go",), go=text("Where to go now"), csrf=text(), hearing=text())
ENDPOINTS = (
    Endpoint(
        "POST",
        "/passes/exchange",
        post_pass_exchange,
        "Exchange a pass for a session",
        "passes",
        record(secret=text("From the link's fragment"), code=text("8 signs"), observer=text("The public's token")),
        EXCHANGED,
        open=True,
    ),
    Endpoint(
        "GET",
        "/hearings/{hearing}/passes",
        get_passes,
        "Passes and how they were delivered",
        "passes",
        gives=record(passes=listed(ref("Pass"))),
    ),
    Endpoint(
        "POST",
        "/hearings/{hearing}/passes",
        post_pass,
        "Issue a pass; earlier ones of that person end",
        "passes",
        record(("person",), person=text(), deliver=FLAG),
        ref("Pass"),
        status=201,
    ),
    Endpoint(
        "POST",
        "/hearings/{hearing}/review",
        post_review,
        "How long passes open the case file after the close",
        "passes",
        record(("until",), until=INSTANT),
        record(("until",), until=NUMBER),
    ),
    Endpoint("DELETE", "/hearings/{hearing}/passes/{pass}", delete_pass, "Revoke a pass", "passes", status=204),
    Endpoint(
        "POST",
        "/hearings/{hearing}/observers",
        post_observer_link,
        "Open the public's link; it is shown once",
        "passes",
        gives=record(("link",), link=text()),
        status=201,
    ),
    Endpoint(
        "DELETE",
        "/hearings/{hearing}/observers",
        delete_observer_link,
        "Switch the public's link off by a ruling",
        "passes",
        record(("ruling",), ruling=text()),
        status=204,
    ),
)
