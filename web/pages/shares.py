"""Whom the court lets look at a file beside its participants: granted and taken back from the case file's page."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import PersonId
from hearing.wrongs import Refused
from web import bundling, sharing
from web.casefile import CaseFile
from web.office import of
from web.pages.file import opened
from web.pages.forms import given
from web.rendering import go, render


async def _of_the_court(request: web.Request) -> CaseFile:
    file = await opened(request, "file_viewed")
    if not file.rights.staff:
        raise Refused("role")
    return file


async def grant(request: web.Request) -> web.StreamResponse:
    """Share the file. The link and the code stand in this answer only."""
    file = await _of_the_court(request)
    shared = await sharing.share(of(request), file.actor, file.id, await given(request))
    await bundling.renew_if_possible(of(request), file.id)
    return render(request, "shared.html", file=file, shared=shared, address=f"{of(request).origin}/enter")


async def end(request: web.Request) -> web.StreamResponse:
    file = await _of_the_court(request)
    await sharing.end(of(request), file.actor, file.id, PersonId(request.match_info["person"]))
    await bundling.renew_if_possible(of(request), file.id)
    return go(f"/file/{file.id}#shares")


ROUTES = [
    web.post("/file/{hearing}/shares", grant),
    web.post("/file/{hearing}/shares/{person}/end", end),
]
