"""Everything a page does, as JSON over HTTP under /api/v1. Routes and description follow from ``ENDPOINTS``."""

from __future__ import annotations

from aiohttp import web

from hearing.wrongs import Refused
from web.api import (
    cases,
    deliveries,
    devices,
    files,
    hearings,
    lines,
    office_copy,
    passes,
    retention,
    search,
    session,
    shares,
    signatures,
    words,
)
from web.office import Office, of
from web.openapi import BASE, Endpoint, describe


async def get_description(request: web.Request) -> web.Response:
    return web.json_response(describe(ENDPOINTS, of(request).origin))


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/openapi.json", get_description, "This description", "meta", open=True),
    *session.ENDPOINTS,
    *cases.ENDPOINTS,
    *hearings.ENDPOINTS,
    *lines.ENDPOINTS,
    *passes.ENDPOINTS,
    *files.ENDPOINTS,
    *devices.ENDPOINTS,
    *deliveries.ENDPOINTS,
    *retention.ENDPOINTS,
    *words.ENDPOINTS,
    *office_copy.ENDPOINTS,
    *shares.ENDPOINTS,
    *signatures.ENDPOINTS,
    *search.ENDPOINTS,
)


async def no_such_call(request: web.Request) -> web.Response:
    raise Refused("not_found")


def routes(office: Office) -> list[web.RouteDef]:
    """Every call of the API, and one last route that answers unknown ones in its own form."""
    unknown = web.route("*", BASE + "/{rest:.*}", no_such_call)
    return [*(endpoint.route() for endpoint in ENDPOINTS), unknown]
