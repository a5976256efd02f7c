"""The pages of the court's desk. Each module gives its routes; ``routes`` is all of them."""

from __future__ import annotations

from aiohttp import web

from web.office import Office
from web.pages import (
    board,
    bundle,
    cases,
    deliveries,
    entry,
    file,
    hearings,
    lines,
    listing,
    office_copy,
    papers,
    remarks,
    retention,
    review,
    search,
    shares,
    transcript,
    words,
)


def routes(office: Office) -> list[web.RouteDef]:
    """Every page, for the application to include. They expect ``OFFICE`` in the application and ``doorkeeper``."""
    found: list[web.RouteDef] = []
    for part in (
        entry,
        board,
        cases,
        listing,
        hearings,
        lines,
        deliveries,
        retention,
        file,
        transcript,
        words,
        search,
        review,
        bundle,
        remarks,
        shares,
        office_copy,
        papers,
    ):
        found += part.ROUTES
    return found
