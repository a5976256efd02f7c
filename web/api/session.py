"""Signing in and out by program."""

from __future__ import annotations

from aiohttp import hdrs, web

from hearing.wrongs import Refused
from web import doors
from web.api.reading import body
from web.office import of
from web.openapi import Endpoint, record, text
from web.pages.entry import let_in


async def post_session(request: web.Request) -> web.Response:
    office, given = of(request), await body(request)
    iin, password = given.get("iin"), given.get("password")
    for name, value in (("iin", iin), ("password", password)):
        if not isinstance(value, str) or not 0 < len(value) <= 1000:
            raise Refused("field_missing", field=name)
    account = await office.registry.docket.accounts.sign_in(
        str(iin), str(password), doors.source(request), office.now()
    )
    answer = web.Response()
    secret = await let_in(request, answer, account.id)
    session = await office.registry.docket.sessions.find(secret, office.now())
    answer.content_type = "application/json"
    found = {
        "token": secret,
        "csrf": session.csrf if session is not None else "",
        "account": {"id": account.id, "name": account.name, "roles": sorted(account.roles)},
    }
    answer.text = _json(found)
    return answer


async def get_session(request: web.Request) -> web.Response:
    who = doors.known(request)
    account = who.account
    return web.json_response(
        {
            "csrf": who.session.csrf,
            "expires_at": who.session.expires_at,
            "hearing": who.session.hearing,
            "person": who.session.person,
            "observer": who.session.observer,
            "account": {"id": account.id, "name": account.name, "roles": sorted(account.roles)} if account else None,
        }
    )


async def delete_session(request: web.Request) -> web.Response:
    doors.known(request)
    office = of(request)
    bearer = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ").strip()
    await office.registry.docket.sessions.end(bearer or request.cookies[doors.cookie_name(office)])
    answer = web.Response(status=204)
    doors.show_out(answer, office)
    return answer


def _json(value: object) -> str:
    import json

    return json.dumps(value)


SESSION = record(("csrf",), csrf=text(), token=text("Send it as a bearer"), account={"type": ["object", "null"]})
ENDPOINTS = (
    Endpoint(
        "POST",
        "/session",
        post_session,
        "Sign in with IIN and password",
        "session",
        takes=record(("iin", "password"), iin=text("12 digits"), password=text()),
        gives=SESSION,
        open=True,
    ),
    Endpoint("GET", "/session", get_session, "Who is signed in", "session", gives=SESSION),
    Endpoint("DELETE", "/session", delete_session, "Sign out", "session", status=204),
)
