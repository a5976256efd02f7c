"""Hearing one person alone, and the waveform: what the player of a case file fetches beside the recording."""

from __future__ import annotations

import base64

from aiohttp import web

from hearing.participants import HearingId, SeatId
from hearing.wrongs import Refused
from web import doors, review
from web.casefile import open_file
from web.office import of
from web.playback import speakers
from web.streaming import note_reading, send


async def voice(request: web.Request) -> web.StreamResponse:
    """One voice of the recording, by ranges; its beginning is noted in the access log."""
    office, who = of(request), doors.known(request)
    seat = SeatId(request.match_info["seat"])
    file = await open_file(office, who, HearingId(request.match_info["hearing"]))
    if not file.rights.play:
        raise Refused("role")
    found = review.voices(file.documents).get(seat)
    if found is None:
        raise Refused("not_found")
    await note_reading(request, "voice_played", file.id, file.hearing.case, seat)
    return await send(request, found, download=False)


async def waveform(request: web.Request) -> web.Response:
    """Every voice's peaks with its label and colour. Nothing is heard by it, so it is not noted."""
    office, language = of(request), doors.language(request)
    file = await open_file(office, doors.known(request), HearingId(request.match_info["hearing"]))
    if not file.rights.play:
        raise Refused("role")
    who = speakers(file, lambda msgid, **args: office.languages.translate(language, msgid, **args))
    peaks = (await review.waveform(office, file.documents)).voices
    rows = [
        {"seat": seat, **who[seat], "peaks": base64.b64encode(kept).decode()}
        for seat, kept in peaks.items()
        if seat in who
    ]
    return web.json_response({"per_second": review.CELLS_PER_SECOND, "voices": rows})


ROUTES = [
    web.get("/file/{hearing}/voices/{seat}", voice),
    web.get("/file/{hearing}/waveform.json", waveform),
]
