"""Search by program."""

from __future__ import annotations

from aiohttp import web

from web import doors
from web.api.reading import plain
from web.office import of
from web.openapi import ANY, Endpoint, listed, record
from web.pages.search import LONGEST
from web.searching import search


async def search_words(request: web.Request) -> web.Response:
    """Lines that have all words of ``q``, of the hearings that the caller may see."""
    office, language = of(request), doors.language(request)
    query = request.query.get("q", "")[:LONGEST]
    hits = await search(
        office,
        doors.known(request),
        query,
        lambda msgid, **args: office.languages.translate(language, msgid, **args),
    )
    return web.json_response({"query": query, "lines": [plain(hit, "words_page") for hit in hits]})


ENDPOINTS = (
    Endpoint(
        "GET",
        "/search",
        search_words,
        "Search the words of all hearings that the caller may see",
        "file",
        gives=record(("lines",), lines=listed(ANY)),
        query={"q": "Words, of which a line must have all"},
    ),
)
