"""Search in the words of all hearings that the visitor may see."""

from __future__ import annotations

from aiohttp import web

from web import doors
from web.office import of
from web.rendering import render
from web.searching import MOST, search

LONGEST = 200


async def show(request: web.Request) -> web.StreamResponse:
    who, office, language = doors.known(request), of(request), doors.language(request)
    query = request.query.get("q", "")[:LONGEST].strip()

    def say(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    hits = await search(office, who, query, say) if query else []
    return render(request, "search.html", query=query, hits=hits, full=len(hits) >= MOST)


ROUTES = [web.get("/search", show)]
