"""Sharing a finished case file, by program."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import PersonId
from web import sharing
from web.api.reading import body, plain
from web.office import of
from web.openapi import FLAG, INSTANT, NUMBER, Endpoint, listed, record, text
from web.pages import shares as pages


async def get_shares(request: web.Request) -> web.Response:
    file = await pages.of_the_court(request)
    return web.json_response({"shares": await sharing.of_file(of(request), file)})


async def post_share(request: web.Request) -> web.Response:
    """The link and the code stand in this answer only."""
    return web.json_response(plain(await pages.share(request, await body(request))), status=201)


async def delete_share(request: web.Request) -> web.Response:
    await pages.take_back(request, PersonId(request.match_info["person"]))
    return web.Response(status=204)


AT = "/hearings/{hearing}/shares"
SHARE = record(("person", "until"), person=text(), name=text(), until=NUMBER, copies=FLAG, reason=text(), open=FLAG)
ENDPOINTS = (
    Endpoint("GET", AT, get_shares, "With whom the case file is shared", "file", gives=record(shares=listed(SHARE))),
    Endpoint(
        "POST",
        AT,
        post_share,
        "Let a named person look at the case file until a day",
        "file",
        record(("name", "until", "reason"), name=text(), until=INSTANT, reason=text(), contact=text(), copies=FLAG),
        record(("person", "link", "code"), person=text(), name=text(), until=NUMBER, link=text(), code=text()),
        status=201,
    ),
    Endpoint("DELETE", AT + "/{person}", delete_share, "Take that right back", "file", status=204),
)
