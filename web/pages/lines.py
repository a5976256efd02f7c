"""How everybody's line does, for the secretary and the judge of a hearing: small graphs of the last minutes."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hearing.hearings import Hearing, Participant
from hearing.participants import Attendance
from media.relay.linehistory import SECONDS
from web import doors, languages
from web.court import COURT
from web.lines import HEIGHT, WIDTH, Graph, graphs
from web.office import of
from web.pages.hearings import desk_of
from web.rendering import render
from web.sitting import Sitting

ICONS = {"good": "i-check-ring", "weak": "i-warn", "below": "i-warn", "unknown": "i-link-off", "never": "i-ring-dash"}


async def show_lines(request: web.Request) -> web.StreamResponse:
    """``GET /hearings/{hearing}/lines``."""
    _, _, hearing_id, hearing = await desk_of(request)
    office = of(request)
    sitting = request.app[COURT].sitting_now(hearing_id)
    people = [p for p in hearing.people.values() if p.attendance is not Attendance.REMOVED]
    names = await office.registry.docket.persons.names([p.person for p in people])
    rows = [_row(request, sitting, hearing, p, names.get(p.person, "")) for p in people] if sitting is not None else []
    return render(
        request,
        "lines.html",
        id=hearing_id,
        case_number=(await office.registry.docket.cases.get(hearing.case)).court_number,
        phase=hearing.phase,
        camera=sitting.second.camera() if sitting is not None else None,
        rows=sorted(rows, key=lambda row: row["state"] == "never"),
        minutes=int(SECONDS // 60),
        norm=office.edition_of(hearing).numbers["norm_kbps"] / 1000,
        width=WIDTH,
        height=HEIGHT,
    )


def _row(request: web.Request, sitting: Sitting, hearing: Hearing, p: Participant, name: str) -> dict[str, Any]:
    office, turn = of(request), sitting.court.turn
    now = office.now()
    moments = sitting.lines.history.of(p.seat, now)
    state = sitting.lines.verdict(p.seat) if moments else "never"
    relayed = turn is not None and sitting.courtroom.remote(p.seat) in turn.addresses
    drawn = graphs(moments, now, sitting.edition.numbers["norm_kbps"])
    return {
        "person": p.person,
        "name": name,
        "role": p.role,
        "place": p.place,
        "state": state,
        "icon": ICONS[state],
        "relayed": relayed,
        "graphs": [_words(doors.language(request), graph) for graph in drawn] if moments else [],
    }


def _words(language: str, graph: Graph) -> dict[str, Any]:
    def number(value: float | None) -> str | None:
        return None if value is None else languages.decimal(language, value, graph.digits)

    return {
        "name": graph.name,
        "unit": graph.unit,
        "strokes": graph.strokes,
        "limit": graph.limit,
        "now": number(graph.now),
        "least": number(graph.least),
        "most": number(graph.most),
    }


ROUTES = [web.get("/hearings/{hearing}/lines", show_lines)]
