"""The socket: acts and ``rtc.*``, and no third kind of message. The protocol is written down in docs/protocol.md.

This is one of the two borders at which anything unforeseen is caught: it closes this socket and harms nobody else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from hearing.acts import ACTS
from hearing.participants import Actor, HearingId, PersonId, Role
from hearing.registry.errors import Away, Full, NotFound
from hearing.wrongs import Malformed, Refused
from media.relay.lines import ObserverId
from media.wire.clock import now_ns
from web import asking, doors, json_text, signalling
from web.connection import DONE_KEPT, Connection
from web.court import COURT
from web.office import of
from web.problems import as_refusal
from web.signalling import MALFORMED
from web.sitting import Sitting
from web.usher import FULL_CODE, NOT_SIGNED_IN, OTHER_TAB_CODE
from web.venue import SitsElsewhere

log = structlog.get_logger()

FOREIGN_ORIGIN, NO_SUCH_HEARING, TOO_FAST = 4403, 4404, 4429
LARGEST_MESSAGE = 256 * 1024
BEAT_SECONDS = 10.0
PROTOCOL_FAULTS = 1011

OFFICE_ACTS = frozenset(
    {
        "list_hearing",
        "add_participant",
        "issue_pass",
        "revoke_pass",
        "note_delivery",
        "open_observer_link",
        "place_hold",
        "lift_hold",
        "destroy_record",
        "approve_transcript",
    }
)
"""Acts that need the docket's hand too; their door is the staff's pages and the API."""


async def socket(request: web.Request) -> web.WebSocketResponse:
    """``GET /ws/{hearing}``."""
    ws = web.WebSocketResponse(heartbeat=BEAT_SECONDS, max_msg_size=LARGEST_MESSAGE)
    await ws.prepare(request)
    if not doors.from_here(request):
        await ws.close(code=FOREIGN_ORIGIN)
        return ws
    visitor = doors.visitor(request)
    if visitor is None:
        await ws.close(code=NOT_SIGNED_IN)
        return ws
    hearing_id = HearingId(request.match_info["hearing"])
    try:
        sitting = await request.app[COURT].sitting(hearing_id)
    except NotFound:
        await ws.close(code=NO_SUCH_HEARING)
        return ws
    except (SitsElsewhere, Away):
        await ws.close(code=WSCloseCode.TRY_AGAIN_LATER)
        return ws
    connection = await _connection(request, ws, visitor, sitting)
    if connection is None:
        await ws.close(code=NO_SUCH_HEARING)
        return ws
    if "if_free" in request.query and sitting.usher.taken(connection):
        await ws.close(code=OTHER_TAB_CODE)
        return ws
    if sitting.usher.full(connection):
        await ws.close(code=FULL_CODE)
        return ws
    if sitting.leaving.is_set():
        await ws.close(code=WSCloseCode.TRY_AGAIN_LATER)
        return ws
    async with sitting.usher.entered(connection):
        talking = asyncio.create_task(connection.talk(sitting.usher.view))
        wrong: int | None = None
        try:
            wrong = await _listen(sitting, connection)
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
        if wrong is not None:
            await ws.close(code=wrong)
    return ws


async def _connection(
    request: web.Request, ws: web.WebSocketResponse, visitor: doors.Visitor, sitting: Sitting
) -> Connection | None:
    browser = _browser(request.headers.get("User-Agent", ""))
    language, stands = doors.language(request), doors.standing(request)
    if visitor.session.observer:
        if visitor.session.hearing != sitting.id or not sitting.hearing.observer_link:
            return None
        name = ObserverId(f"o-{id(ws):x}")
        by = Actor(PersonId(name), Role.OBSERVER)
        return Connection(ws, by, name, language, observer=True, browser=browser, stands=stands)
    actor = await doors.actor_in(of(request), visitor, sitting.id, sitting.hearing)
    if actor is None:
        return None
    person = sitting.hearing.people.get(actor.person)
    seat = person.seat if person is not None else None
    opened = visitor.session.pass_id
    return Connection(ws, actor, seat, language, observer=False, browser=browser, stands=stands, pass_id=opened)


def _browser(agent: str) -> str:
    """The browser's family, without the rest of what it tells about its owner."""
    for family in ("Firefox", "Edg", "OPR", "YaBrowser", "Chrome", "Safari"):
        if family in agent:
            return family
    return "other"


async def _listen(sitting: Sitting, connection: Connection) -> int | None:
    """Until the page is gone, or has said something for which it is closed with the code returned."""
    async for message in connection.socket:
        if message.type is not WSMsgType.TEXT:
            return MALFORMED
        if not connection.allowance.take(1, now_ns()):
            log.info("too many messages", hearing=sitting.id)
            return TOO_FAST
        try:
            await _hear(sitting, connection, message.data)
        except Malformed as wrong:
            log.info("malformed message", hearing=sitting.id, why=str(wrong))
            return MALFORMED
        except Exception:
            log.exception("a message broke its socket", hearing=sitting.id)
            return PROTOCOL_FAULTS
    return None


async def _hear(sitting: Sitting, connection: Connection, text: str) -> None:
    try:
        message = json_text.loads(text)
    except ValueError as wrong:
        raise Malformed("not JSON") from wrong
    match message:
        case {"t": "act", "id": int(number), "act": str(act)}:
            fields = {k: v for k, v in message.items() if k not in ("t", "id", "act")}
            await _act(sitting, connection, number, act, fields)
        case {"t": str(kind)} if kind.startswith("rtc."):
            await signalling.hear(sitting, connection, message)
        case _:
            raise Malformed("neither act nor rtc")


async def _act(sitting: Sitting, connection: Connection, number: int, act: str, fields: dict[str, Any]) -> None:
    if act not in ACTS or act in OFFICE_ACTS or connection.observer:
        raise Malformed(f"no act for a socket: {act[:40]!r}")
    done = sitting.done.setdefault(connection.by.person, deque(maxlen=DONE_KEPT))
    if number not in done:
        try:
            await asking.ask(sitting.court.office, sitting.id, act, fields, connection.by)
        except (Refused, Full, Away) as wrong:
            refused = as_refusal(wrong, sitting.court.office.now())
            why = sitting.court.office.languages.why(connection.language, refused)
            connection.say({"t": "refused", "id": number, "rule": refused.rule, "field": refused.field, "why": why})
            connection.show()
            return
        done.append(number)
    connection.say({"t": "done", "id": number})
