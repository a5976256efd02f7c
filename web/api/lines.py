"""How everybody's line does, by program: the figures of the last minutes, as the page of the lines draws them."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from hearing.participants import Attendance
from web.api.hearings import AT, desk_of
from web.court import COURT
from web.openapi import NUMBER, Endpoint, listed, record, text


async def get_lines(request: web.Request) -> web.Response:
    """No line is listed while the hearing does not sit."""
    hearing_id, hearing, _ = await desk_of(request)
    sitting = request.app[COURT].sitting_now(hearing_id)
    people = [p for p in hearing.people.values() if p.attendance is not Attendance.REMOVED]
    now = sitting.court.office.now() if sitting is not None else 0.0
    found = [
        {
            "person": p.person,
            "seat": p.seat,
            "verdict": sitting.lines.verdict(p.seat),
            "moments": [
                {"at": moment.at, "figures": asdict(moment.figures) if moment.figures is not None else None}
                for moment in sitting.lines.history.of(p.seat, now)
            ],
        }
        for p in people
        if sitting is not None
    ]
    return web.json_response({"lines": found})


FIGURES = {"type": ["object", "null"], "description": "Null where nobody was connected", "additionalProperties": NUMBER}
MOMENT = record(("at",), at=NUMBER, figures=FIGURES)
LINE = record(("person", "seat", "verdict"), person=text(), seat=text(), verdict=text(), moments=listed(MOMENT))
ENDPOINTS = (
    Endpoint(
        "GET",
        AT + "/lines",
        get_lines,
        "Everybody's line in the last minutes",
        "hearings",
        gives=record(lines=listed(LINE)),
    ),
)
