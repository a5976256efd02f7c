"""What is said about the record from its case file: a party's remark at a place, the judge's ruling and own check."""

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


async def check(request: web.Request) -> web.StreamResponse:
    """The presiding judge's check of completeness and quality [CPC 347-1(2-1)]."""
    file = await opened(request, "file_viewed")
    fields = await given(request)
    found = {"good": fields.get("good") == "yes", "reason": fields.get("reason", "").strip() or None}
    await ask(of(request), file.id, "check_record", found, file.actor)
    await bundling.renew_if_possible(of(request), file.id)
    return go(f"/file/{file.id}#quality")


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
    web.post("/file/{hearing}/check", check),
    web.post("/file/{hearing}/remarks/{number:[0-9]{1,6}}", rule),
]
