"""The copy for office machines: asking for it, watching it being made, taking it away. Rights are the recording's."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import HearingId
from hearing.registry.documents import Document
from hearing.wrongs import Refused
from web import doors
from web.casefile import CaseFile, open_file
from web.office import of
from web.office_copy import copy_of
from web.rendering import go
from web.streaming import note_reading, send


async def _taking(request: web.Request) -> tuple[CaseFile, Document]:
    """The file, for somebody who may take the recording away. Raises ``Refused`` for anyone else."""
    file = await open_file(of(request), doors.known(request), HearingId(request.match_info["hearing"]))
    if not file.rights.play:
        raise Refused("role")
    if not file.rights.download:
        raise Refused("no_download")
    if file.recording is None:
        raise Refused("recording_not_ready")
    return file, file.recording


async def _note(request: web.Request, file: CaseFile, what: str) -> None:
    log, who = of(request).registry.docket.log, doors.known(request).who
    await log.note(of(request).now(), who, what, hearing=file.id, case=file.hearing.case)


async def begin(request: web.Request) -> CaseFile:
    """Have the copy made, unless it is there."""
    file, recording = await _taking(request)
    if copy_of(recording, file.documents) is None:
        of(request).copies.ask(file.id)
        await _note(request, file, "office_copy_asked")
    return file


async def ask(request: web.Request) -> web.StreamResponse:
    file = await begin(request)
    return go(f"/file/{file.id}#office-copy")


async def progress(request: web.Request) -> web.Response:
    file, recording = await _taking(request)
    found = of(request).copies.progress(file.id, recording, file.documents)
    return web.json_response({"state": found.state, "reached": found.reached})


async def take(request: web.Request) -> web.StreamResponse:
    file, recording = await _taking(request)
    copy = copy_of(recording, file.documents)
    if copy is None:
        raise Refused("recording_not_ready")
    await note_reading(request, "office_copy_taken", file.id, file.hearing.case)
    return await send(request, copy, download=True)


ROUTES = [
    web.post("/file/{hearing}/office-copy", ask),
    web.get("/file/{hearing}/office-copy.json", progress),
    web.get("/file/{hearing}/office-copy.mp4", take),
]
