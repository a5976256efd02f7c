"""The application: every door on its hinges."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from aiohttp import WSCloseCode, web

from web import doors, metrics, neighbours, wire
from web.court import COURT, Court
from web.office import OFFICE, Office, of
from web.rendering import STATIC

log = structlog.get_logger()

INSTANCE = secrets.token_hex(8)
"""By which this process knows its own answers."""
LARGEST_FORM = 4 * 1024 * 1024


def build(office: Office, court: Court, metrics_token: str | None = None) -> web.Application:
    """The aiohttp application of this office and court."""
    from web import api, pages

    app = web.Application(middlewares=[doors.doorkeeper], client_max_size=LARGEST_FORM)
    app[OFFICE] = office
    app[COURT] = court
    app.add_routes(pages.routes(office))
    app.add_routes(api.routes(office))
    app.add_routes(
        [
            web.get("/ws/{hearing}", wire.socket),
            web.get("/healthz", healthz),
        ]
    )
    app.add_routes(metrics.routes(metrics_token))
    app.router.add_static("/static/", Path(STATIC), append_version=False)
    app.cleanup_ctx.append(_court_sits)
    app.on_shutdown.append(_pages_come_back)
    if court.venue.node:
        neighbours.install(app)
    return app


async def _court_sits(app: web.Application) -> AsyncIterator[None]:
    started = asyncio.Event()
    sitting = asyncio.create_task(app[COURT].run(started))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({sitting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if sitting.done():
        waiting.cancel()
        await sitting
    yield
    sitting.cancel()
    (ended,) = await asyncio.gather(sitting, return_exceptions=True)
    if isinstance(ended, Exception):
        log.critical("the court broke", exc_info=ended)


async def _pages_come_back(app: web.Application) -> None:
    """Tell every page at once that this server ends, so that nobody waits for a silent socket, nor we for theirs."""
    for sitting in app[COURT].sittings:
        sitting.leaving.set()
        for connection in sitting.connections:
            connection.close(WSCloseCode.SERVICE_RESTART)


async def healthz(request: web.Request) -> web.Response:
    """Whether the court sits and its record can be read."""
    if request.app[COURT].risen.is_set():
        raise web.HTTPServiceUnavailable
    await of(request).registry.ping()
    return web.json_response({"status": "ok", "instance": INSTANCE})
