"""Remarks on record and minutes: filed from the case file at a place in the recording, ruled on by the judge."""

from __future__ import annotations

from aiohttp import web

from hearing.wrongs import Refused
from web import bundling
from web.asking import ask
from web.casefile import CaseFile
from web.office import of
from web.pages.file import opened
from web.pages.forms import given
from web.rendering import go


async def file_remark(request: web.Request) -> web.StreamResponse:
    file = await opened(request, "file_viewed")
    fields = await given(request)
    place = _instant(file, fields.get("place", ""))
    await ask(of(request), file.id, "file_remark", {"place": place, "text": fields.get("text")}, file.actor)
    await bundling.renew_if_possible(of(request), file.id)
    return go(f"/file/{file.id}#remarks")


async def rule(request: web.Request) -> web.StreamResponse:
    file = await opened(request, "file_viewed")
    fields = await given(request)
    ruled = {
        "number": int(request.match_info["number"]),
        "granted": fields.get("granted") == "yes",
        "reason": fields.get("reason"),
    }
    await ask(of(request), file.id, "rule_on_remark", ruled, file.actor)
    await bundling.renew_if_possible(of(request), file.id)
    return go(f"/file/{file.id}#remarks")


def _instant(file: CaseFile, typed: str) -> float:
    """The Unix second that lies at the typed place of the recording, given as H:MM:SS or seconds."""
    try:
        seconds = 0.0
        for part in typed.strip().split(":"):
            seconds = seconds * 60 + float(part)
    except ValueError as wrong:
        raise Refused("not_in_the_hearing", field="place") from wrong
    return file.timeline.instant(seconds)


ROUTES = [
    web.post("/file/{hearing}/remarks", file_remark),
    web.post("/file/{hearing}/remarks/{number:[0-9]{1,6}}", rule),
]
