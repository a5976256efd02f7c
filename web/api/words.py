"""The words of a hearing by program: correct a line, list what was corrected, approve the text."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hearing.wrongs import Refused
from web import doors, languages, wording
from web.api.reading import body, plain
from web.casefile import CaseFile
from web.office import of
from web.openapi import ANY, WHOLE, Endpoint, listed, record, text
from web.pages import file as pages
from web.pages.cases import names_of
from web.pages.words import number
from web.playback import speakers


async def correct_line(request: web.Request) -> web.Response:
    """Write a line anew; answers the line as it now stands and what stood there before."""
    file, fields = await _staff(request, "transcript_corrected"), await body(request)
    written, seat, seen = fields.get("text"), fields.get("seat"), number(fields.get("seen"))
    if not isinstance(written, str) or not isinstance(seat, str):
        raise Refused("field_type", field="text")
    line, office = request.match_info["line"], of(request)
    made = await wording.correct(office, file, line, seat, written, seen)
    said = next(one for one in (await office.registry.corrections.current(file.id)).lines if one.id == line)
    who = speakers(file, lambda msgid, **args: office.languages.translate(doors.language(request), msgid, **args))
    names = await names_of(office, {made.by})
    place = file.timeline.nearest
    return web.json_response(
        {
            "id": line,
            "number": made.number,
            "seat": made.seat,
            "label": who[made.seat]["label"],
            "text": made.text,
            "words": [{"text": w.text, "at": round(place(w.start), 2)} for w in said.words],
            "before": said.edits[-1].text_before,
            "by": names.get(made.by, made.by),
            "at": made.at,
            "time": languages.clock(made.at, office.zone, True),
            "place": languages.span(place(said.start)),
        }
    )


async def get_corrections(request: web.Request) -> web.Response:
    """Every correction, oldest first, with what stood in the line before it."""
    file = await _staff(request, "transcript_viewed")
    before = {edit.number: edit for said in file.text.lines for edit in said.edits}
    made: list[dict[str, Any]] = [
        {
            **plain(one, "hearing"),
            "seat_before": before[one.number].seat_before,
            "text_before": before[one.number].text_before,
        }
        for one in file.text.corrections
    ]
    return web.json_response({"version": file.text.version, "status": wording.status(file), "corrections": made})


async def approve_text(request: web.Request) -> web.Response:
    file, fields = await _staff(request, "transcript_approved"), await body(request)
    await wording.approve(of(request), file, number(fields.get("seen")))
    approved = (await of(request).clerk.load(file.id)).approved
    return web.json_response(plain(approved))


async def _staff(request: web.Request, what: str) -> CaseFile:
    file = await pages.opened(request, what)
    if not file.rights.staff:
        raise Refused("role")
    return file


AT = "/hearings/{hearing}/transcript"
SEEN = {**WHOLE, "description": "Number of the newest correction that the caller has seen, 0 for none"}
ENDPOINTS = (
    Endpoint(
        "POST",
        AT + "/lines/{line}",
        correct_line,
        "Correct a line of the transcript; no text removes it",
        "file",
        record(("text", "seat", "seen"), text=text(), seat=text("Whose device spoke"), seen=SEEN),
        record(("number", "text"), number=WHOLE, text=text(), before=text(), by=text(), words=listed(ANY)),
    ),
    Endpoint(
        "GET",
        AT + "/corrections",
        get_corrections,
        "All corrections with what stood there before",
        "file",
        gives=record(("version", "status", "corrections"), version=WHOLE, status=text(), corrections=listed(ANY)),
    ),
    Endpoint(
        "POST",
        AT + "/approval",
        approve_text,
        "Approve the text as it stands; its hash is sealed into the journal",
        "file",
        record(("seen",), seen=SEEN),
        record(("version", "sha256"), version=WHOLE, corrections=WHOLE, sha256=text(), person=text(), lines=WHOLE),
    ),
)
