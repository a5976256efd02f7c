"""A person's own electronic signature under minutes or ruling, by program: made by NCALayer, checked and kept here."""

from __future__ import annotations

from aiohttp import web

from web import doors, signatures
from web.api.reading import body
from web.office import of
from web.openapi import Endpoint, record, text
from web.pages import file as pages


async def post_signature(request: web.Request) -> web.Response:
    """Answers what of it was checked: the signature itself, and the chain to a national root."""
    file, fields = await pages.opened(request, "signature_added"), await body(request)
    document = request.match_info["document"]
    found = await signatures.add(of(request), file, doors.known(request), document, fields.get("cms"))
    return web.json_response({"signature": found.signature, "chain": found.chain}, status=201)


ENDPOINTS = (
    Endpoint(
        "POST",
        "/hearings/{hearing}/documents/{document}/signature",
        post_signature,
        "Put one's own electronic signature under the minutes that were signed, or the announced ruling",
        "file",
        record(("cms",), cms=text("Detached CMS (CAdES) over the document, base64 or PEM")),
        record(("signature", "chain"), signature=text("checked or not_checked"), chain=text("checked or not_checked")),
        status=201,
    ),
)
