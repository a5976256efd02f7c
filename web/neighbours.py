"""The other nodes of one court: what concerns a hearing that sits at another node is passed on to it, and back.

Sound and pictures do not come this way: the answer to a page's offer names the other node's own media address, and the
page sends there. Pages, calls and the socket are passed on because a page's cookie, its links and its content policy
know one public address only. Who passes on has let the visitor in already, and says from where they come; the court's
nodes know each other by a secret derived from the master key. A request is passed on once, never again. What is only
looked at is shown here while the other node does not answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    DummyCookieJar,
    TCPConnector,
    WSMsgType,
    hdrs,
    web,
)
from multidict import CIMultiDict

from hearing.participants import HearingId
from hearing.wrongs import Refused
from web import doors
from web.court import COURT
from web.doors import CALLER, PASSED_ON
from web.office import of

log = structlog.get_logger()

CONNECT_SECONDS = 5.0
BETWEEN_TWO = frozenset(
    name.lower()
    for name in (
        hdrs.CONNECTION,
        hdrs.KEEP_ALIVE,
        hdrs.PROXY_AUTHENTICATE,
        hdrs.PROXY_AUTHORIZATION,
        hdrs.TE,
        hdrs.TRAILER,
        hdrs.TRANSFER_ENCODING,
        hdrs.UPGRADE,
        hdrs.EXPECT,
        hdrs.SEC_WEBSOCKET_KEY,
        hdrs.SEC_WEBSOCKET_VERSION,
        hdrs.SEC_WEBSOCKET_EXTENSIONS,
    )
)
"""Headers that belong to one connection, not to the message."""
CLIENT = web.AppKey("neighbours", ClientSession)


async def who_answers(node: str) -> str | None:
    """The name of the process that answers at a node's address, empty where it gives none; None where nobody does."""
    timeout = ClientTimeout(total=CONNECT_SECONDS)
    try:
        async with ClientSession(timeout=timeout) as session, session.get(f"{node}/healthz") as answer:
            found = await answer.json(content_type=None)
    except (ClientError, TimeoutError):
        return None
    except ValueError:
        return ""
    return str(found.get("instance", "")) if isinstance(found, dict) else ""


def install(app: web.Application) -> None:
    """Let this application pass on what concerns hearings that sit elsewhere. Inside the doorkeeper's rounds."""
    app.middlewares.append(_to_where_it_sits)
    app.cleanup_ctx.append(_client)


async def _client(app: web.Application) -> AsyncIterator[None]:
    timeout = ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
    async with ClientSession(
        timeout=timeout,
        connector=TCPConnector(limit=0),  # a socket stays for as long as its page
        cookie_jar=DummyCookieJar(),  # cookies are the visitors', each their own
        auto_decompress=False,
        skip_auto_headers=(hdrs.USER_AGENT, hdrs.ACCEPT, hdrs.ACCEPT_ENCODING, hdrs.CONTENT_TYPE),
    ) as session:
        app[CLIENT] = session
        yield


@web.middleware
async def _to_where_it_sits(request: web.Request, handler: doors.Handler) -> web.StreamResponse:
    named, court = request.match_info.get("hearing"), request.app[COURT]
    if named is None or court.holds(HearingId(named)) or doors.passed_on(request):
        return await handler(request)
    node = await court.venue.holder(named)
    if node is None:
        return await handler(request)
    is_socket = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
    try:
        return await (_socket if is_socket else _message)(request, node)
    except ClientConnectorError as wrong:
        if request.method in doors.SAFE and not is_socket:
            return await handler(request)
        raise Refused("node_silent") from wrong
    except (ClientError, TimeoutError) as wrong:
        log.warning("node broke off", node=node, why=type(wrong).__name__)
        raise Refused("node_silent") from wrong


def _kept(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in BETWEEN_TWO)


def _headers(request: web.Request) -> CIMultiDict[str]:
    headers = _kept(request.headers)
    headers.popall(hdrs.CONTENT_LENGTH, None)
    headers[PASSED_ON], headers[CALLER] = doors.neighbours_secret(of(request)), doors.source(request)
    return headers


async def _message(request: web.Request, node: str) -> web.StreamResponse:
    body = await request.read()
    async with request.app[CLIENT].request(
        request.method, f"{node}{request.raw_path}", headers=_headers(request), data=body or None, allow_redirects=False
    ) as answer:
        response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=_kept(answer.headers))
        await response.prepare(request)
        try:
            async for piece in answer.content.iter_any():
                await response.write(piece)
        except (ClientError, TimeoutError) as wrong:  # half of it has gone out: the caller must see that it is not all
            log.warning("node broke off", node=node, why=type(wrong).__name__)
            if request.transport is not None:
                request.transport.abort()
            return response
        await response.write_eof()
        return response


async def _socket(request: web.Request, node: str) -> web.WebSocketResponse:
    from web.wire import BEAT_SECONDS, LARGEST_MESSAGE

    async with request.app[CLIENT].ws_connect(
        f"{node}{request.raw_path}", headers=_headers(request), max_msg_size=0, heartbeat=BEAT_SECONDS
    ) as there:
        here = web.WebSocketResponse(heartbeat=BEAT_SECONDS, max_msg_size=LARGEST_MESSAGE)
        await here.prepare(request)

        async def out() -> None:
            await _pump(here, there)
            await there.close()

        async def back() -> None:
            await _pump(there, here)
            await here.close(code=_code(there.close_code))

        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(out())
                both.create_task(back())
        except* ConnectionError:  # one side went while something was on its way to it
            log.info("passed on socket broke off", node=node)
        finally:
            await here.close(code=_code(there.close_code))
    return here


async def _pump(
    source: web.WebSocketResponse | ClientWebSocketResponse, to: web.WebSocketResponse | ClientWebSocketResponse
) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await to.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await to.send_bytes(message.data)


def _code(code: int | None) -> int:
    """The other node's close code, where it gave one that may be sent on; else: come back."""
    return code if code is not None and (code in (1000, 1011, 1013) or code >= 4000) else 1013
