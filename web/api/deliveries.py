"""What of a hearing went to outside systems, by program."""

from __future__ import annotations

from aiohttp import web

from web import doors
from web.api.hearings import desk_of
from web.api.reading import body, plain
from web.office import of
from web.openapi import ANY, Endpoint, listed, record, text
from web.typed import text as typed


async def get_deliveries(request: web.Request) -> web.Response:
    hearing_id, _, _ = await desk_of(request)
    found = await of(request).registry.docket.outbox.of(hearing_id)
    return web.json_response({"deliveries": [plain(one) for one in found]})


async def post_retry(request: web.Request) -> web.Response:
    hearing_id, hearing, _ = await desk_of(request)
    office, fields = of(request), await body(request)
    target = typed(fields, "target", required=True) or ""
    document = typed(fields, "document", required=True) or ""
    await office.registry.docket.outbox.retry(hearing_id, target, document, office.now())
    await office.registry.docket.log.note(
        office.now(),
        doors.known(request).who,
        "delivery_retried",
        hearing=hearing_id,
        case=hearing.case,
        subject=document,
    )
    return web.json_response({})


AT = "/hearings/{hearing}/deliveries"
ENDPOINTS = (
    Endpoint(
        "GET",
        AT,
        get_deliveries,
        "Which sealed document went to which outside system, what waits, what failed",
        "file",
        gives=record(("deliveries",), deliveries=listed(ANY)),
    ),
    Endpoint(
        "POST",
        AT + "/retry",
        post_retry,
        "Have one delivery tried again now",
        "file",
        takes=record(("target", "document"), target=text("Short name of the system"), document=text()),
        gives=record(),
    ),
)
