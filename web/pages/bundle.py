"""The evidence bundle, for those who may take it, and what else a doubter needs: digest, certificate, a fresh check."""

from __future__ import annotations

import asyncio
import hashlib

from aiohttp import hdrs, web

from hearing import facts as f
from hearing.participants import HearingId
from hearing.registry import bundles
from hearing.registry.errors import RegistryError
from hearing.wrongs import Refused
from web import bundling, doors
from web.documents.setting import qr_image
from web.office import of
from web.pages.file import opened


async def take(request: web.Request) -> web.StreamResponse:
    """The whole bag as one ZIP file."""
    file = await opened(request, "bundle_downloaded")
    if not bundling.may_take(file):
        raise Refused("no_download")
    registry = of(request).registry
    bundle = await bundles.latest(registry, file.id)
    if bundle is None or bundle.document.id not in file.hearing.files:
        raise Refused("bundle_not_ready")
    top = f"{file.id}-{bundle.version}"
    response = web.StreamResponse(
        headers={
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{top}.zip"',
            hdrs.CACHE_CONTROL: "private, no-store",
            "X-Bundle-Digest": bundle.digest,
        }
    )
    response.content_type = "application/zip"
    await response.prepare(request)
    try:
        async for piece in bundles.zipped(registry, bundle, top):
            if piece:
                await response.write(piece)
        await response.write_eof()
    except ConnectionResetError:
        pass  # the reader has gone
    return response


async def check_recording(request: web.Request) -> web.Response:
    """Hash the recording as it lies there now, and hold it against the entry that sealed it."""
    file = await opened(request, "recording_checked")
    if not file.rights.play:
        raise Refused("role")
    if file.recording is None:
        raise Refused("recording_not_ready")
    digests: list[str] = []
    is_sealed = True
    for one in file.recordings:
        found = hashlib.sha256()
        try:
            async for piece in of(request).registry.docket.documents.stream(one.id):
                await asyncio.to_thread(found.update, piece)
        except RegistryError:
            return web.json_response({"sealed": False, "sha256": None})
        entry = file.hearing.files.get(one.id)
        is_sealed = is_sealed and entry is not None and entry.sha256 == found.hexdigest()
        digests.append(found.hexdigest())
    return web.json_response({"sealed": is_sealed, "sha256": " ".join(digests)})


async def digest(request: web.Request) -> web.Response:
    """The closing digest as a QR code that leads to the file, for the page on which a hearing ends."""
    office, hearing_id = of(request), HearingId(request.match_info["hearing"])
    hearing = await office.clerk.load(hearing_id)
    if await doors.actor_in(office, doors.known(request), hearing_id, hearing) is None:
        raise Refused("no_such_hearing")
    for entry in await office.registry.journal.read(hearing_id):
        if isinstance(entry.fact, f.Closed):
            image = qr_image(f"{office.origin}/file/{hearing_id}#{entry.digest}")
            return web.Response(body=image, content_type="image/svg+xml")
    raise Refused("file_not_ready")


async def certificate(request: web.Request) -> web.Response:
    """The certificate that bundles are checked with; anyone may have it."""
    headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="seal.crt"'}
    return web.Response(
        body=of(request).registry.seals.certificate, content_type="application/x-pem-file", headers=headers
    )


ROUTES = [
    web.get("/file/{hearing}/bundle.zip", take),
    web.get("/file/{hearing}/recording/check", check_recording),
    web.get("/file/{hearing}/digest.svg", digest),
    web.get("/seal.crt", certificate),
]
