"""Records and their terms, by program."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import CaseId, HearingId
from web.api.reading import body, plain
from web.asking import ask
from web.office import of
from web.openapi import ANY, Endpoint, Handler, listed, record, text
from web.pages import retention as pages
from web.retention import destroy
from web.typed import text as typed


async def get_retention(request: web.Request) -> web.Response:
    return web.json_response({"records": [plain(one) for one in await pages.own(request)]})


def _held(act: str) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        hearing_id = HearingId(request.match_info["hearing"])
        by = await pages.actor_of(request, hearing_id)
        reason = {"reason": typed(await body(request), "reason", required=True, longest=2000)}
        await ask(of(request), hearing_id, act, reason, by)
        return web.json_response({})

    handle.__name__ = act
    return handle


async def post_destroy(request: web.Request) -> web.Response:
    case = CaseId(request.match_info["case"])
    by = await pages.judge_of(request, case)
    await destroy(of(request), case, typed(await body(request), "ground", required=True) or "", by)
    return web.json_response({})


REASON = record(("reason",), reason=text())
ENDPOINTS = (
    Endpoint(
        "GET",
        "/retention",
        get_retention,
        "Until when each record is kept, which are held, which destroyed",
        "file",
        gives=record(("records",), records=listed(ANY)),
    ),
    Endpoint(
        "POST",
        "/hearings/{hearing}/hold",
        _held("place_hold"),
        "Keep a record beyond its term",
        "file",
        takes=REASON,
        gives=record(),
    ),
    Endpoint(
        "POST",
        "/hearings/{hearing}/hold/lift",
        _held("lift_hold"),
        "End a hold",
        "file",
        takes=REASON,
        gives=record(),
    ),
    Endpoint(
        "POST",
        "/cases/{case}/destroy",
        post_destroy,
        "Destroy the record of a case whose term is over, for good",
        "file",
        takes=record(("ground",), ground=text("A code of the rules edition: destruction_grounds")),
        gives=record(),
    ),
)
