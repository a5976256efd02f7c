"""Listing a hearing: the form, and the hearing that comes of it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from web import doors
from web.desk import list_hearing
from web.doors import BENCH
from web.languages import OWN_NAMES
from web.office import of
from web.pages.forms import Given, attempt, choices, given
from web.rendering import go, render


async def new_hearing(request: web.Request) -> web.StreamResponse:
    who, _ = doors.staff(request)
    office = of(request)
    start: Given = {
        "case": request.query.get("case", ""),
        "kind": "sanction",
        "publicity": "open",
        "language": office.language,
        "limit_hours": "48",
        "judge": who.account.id if who.account is not None and who.roles & BENCH else "",
    }
    return await _listing_form(request, start, None)


async def make_hearing(request: web.Request) -> web.StreamResponse:
    (who, role), fields = doors.staff(request), await given(request)
    hearing_id, refused = await attempt(request, lambda: list_hearing(of(request), who, role, fields))
    if refused is not None:
        return await _listing_form(request, fields, refused)
    return go(f"/hearings/{hearing_id}")


async def _listing_form(request: web.Request, fields: Given, refused: Any) -> web.StreamResponse:
    office = of(request)
    rules, docket = office.edition, office.registry.docket
    sanction = rules.kind("sanction")
    hours = sorted({int(value) for value in sanction.limits.values() if isinstance(value, int)})
    limits = [(str(n), office.languages.translate(doors.language(request), "%(n)s hours", n=n)) for n in hours]
    return render(
        request,
        "hearing_new.html",
        status=200 if refused is None else 422,
        given=fields,
        refused=refused,
        cases=[(c.id, c.court_number) for c in await docket.cases.list() if c.destroyed_at is None],
        judges=[(a.id, a.name) for a in await docket.accounts.list() if a.roles & BENCH and not a.disabled],
        kinds=choices(request, "kind", (kind.name for kind in rules.kinds.values() if kind.complete)),
        own_languages=list(OWN_NAMES.items()),
        publicities=choices(request, "publicity", ("open", "closed")),
        closure_grounds=choices(request, "ground", rules.closure_grounds),
        measures=choices(request, "measure", sanction.measures),
        limits=limits,
        limit_reasons=choices(request, "limit_reason", sanction.limits["reasons_72"]),
        absences=choices(request, "suspect_absence", sorted(sanction.suspect_absence)),
        remote_grounds=choices(request, "remote_ground", rules.remote_grounds),
    )


ROUTES = [
    web.get("/hearings/new", new_hearing),
    web.post("/hearings/new", make_hearing),
]
