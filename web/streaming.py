"""Sending a sealed document: whole or by ranges, so that a player can seek in an encrypted recording."""

from __future__ import annotations

import re
from urllib.parse import quote

from aiohttp import hdrs, web

from hearing.participants import CaseId, HearingId
from hearing.registry.documents import Document
from web import doors
from web.office import of

RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
FROM_THE_START = "bytes=0-"
KNOWN_SECONDS = 3600.0
"""So long after a noted beginning the same reader's jumps are part of it."""


async def note_reading(
    request: web.Request, what: str, hearing: HearingId, case: CaseId, subject: str | None = None
) -> None:
    """Write into the access log that something is played or taken: each beginning, and whoever begins in the middle."""
    office, who = of(request), doors.known(request).who
    log, now = office.registry.docket.log, office.now()
    begins = request.headers.get(hdrs.RANGE, FROM_THE_START).startswith(FROM_THE_START)
    if begins or not await log.knows(who, what, hearing, subject, now - KNOWN_SECONDS):
        await log.note(now, who, what, hearing=hearing, case=case, subject=subject)


async def send(request: web.Request, document: Document, *, download: bool) -> web.StreamResponse:
    """The document's bytes; with a Range header, that part of them."""
    headers = {
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.ETAG: f'"{document.sha256}"',
        hdrs.CACHE_CONTROL: "private, no-store",
        hdrs.CONTENT_DISPOSITION: f"{'attachment' if download else 'inline'}; filename*=UTF-8''{quote(document.name)}",
    }
    asked = request.headers.get(hdrs.RANGE)
    start, end = 0, document.size
    status = 200
    if asked is not None:
        found = _range(asked, document.size)
        if found is None:
            headers[hdrs.CONTENT_RANGE] = f"bytes */{document.size}"
            return web.Response(status=416, headers=headers)
        start, end = found
        status = 206
        headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{end - 1}/{document.size}"
    response = web.StreamResponse(status=status, headers=headers)
    response.content_type = document.media_type
    response.content_length = end - start
    await response.prepare(request)
    if request.method == hdrs.METH_HEAD:
        return response
    try:
        async for chunk in of(request).registry.docket.documents.stream(document.id, start, end):
            await response.write(chunk)
        await response.write_eof()
    except ConnectionResetError:
        pass  # the player has jumped elsewhere
    return response


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last, or None when nothing fits. Several ranges are not served."""
    match = RANGE.match(asked.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else None
    start = int(first)
    end = min(int(last), size - 1) + 1 if last else size
    return (start, end) if start < end else None


def attachment(content: bytes, media_type: str, name: str, *, inline: bool = False) -> web.Response:
    """A paper made just now."""
    disposition = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name)}"
    return web.Response(body=content, content_type=media_type, headers={hdrs.CONTENT_DISPOSITION: disposition})
