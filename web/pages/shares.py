"""Whom the court lets look at a file beside its participants: granted and taken back from the case file's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hearing.participants import PersonId
from hearing.wrongs import Refused
from web import bundling, sharing
from web.casefile import CaseFile
from web.office import of
from web.pages.file import opened
from web.pages.forms import given
from web.rendering import go, render
from web.sharing import SharedPass


async def of_the_court(request: web.Request) -> CaseFile:
    """The file, for judge and secretary only."""
    file = await opened(request, "file_viewed")
    if not file.rights.staff:
        raise Refused("role")
    return file


async def share(request: web.Request, fields: Mapping[str, Any]) -> SharedPass:
    file = await of_the_court(request)
    shared = await sharing.share(of(request), file.actor, file.id, fields)
    await bundling.renew_if_possible(of(request), file.id)
    return shared


async def take_back(request: web.Request, person: PersonId) -> CaseFile:
    file = await of_the_court(request)
    await sharing.end(of(request), file.actor, file.id, person)
    await bundling.renew_if_possible(of(request), file.id)
    return file


async def grant(request: web.Request) -> web.StreamResponse:
    """Share the file. The link and the code stand in this answer only."""
    shared = await share(request, await given(request))
    file = await of_the_court(request)
    return render(request, "shared.html", file=file, shared=shared, address=f"{of(request).origin}/enter")


async def end(request: web.Request) -> web.StreamResponse:
    file = await take_back(request, PersonId(request.match_info["person"]))
    return go(f"/file/{file.id}#shares")


ROUTES = [
    web.post("/file/{hearing}/shares", grant),
    web.post("/file/{hearing}/shares/{person}/end", end),
]
