"""WHIP (RFC 9725) and WHEP: a court camera and a screen in the courtroom, with a pass as bearer; or, with the public's
link, a player that watches as the public may.

Both speak the same HTTP: an offer is posted, the answer comes back with the session's address; the session takes SDP
fragments by PATCH and ends by DELETE. What a device may is decided in ``web.second_devices``.
"""

from __future__ import annotations

from aiohttp import hdrs, web

from hearing.participants import HearingId
from hearing.registry.errors import PassRefused
from hearing.wrongs import Refused
from web import doors
from web.court import COURT
from web.office import of
from web.openapi import Endpoint, text
from web.second_devices import PUBLIC, Device, Owner, Use
from web.sitting import Sitting

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
LONGEST_SDP = 100_000
ENDPOINT_METHODS, SESSION_METHODS = "POST, OPTIONS", "PATCH, DELETE, OPTIONS"


async def post_camera(request: web.Request) -> web.Response:
    return await _open(request, Use.CAMERA)


async def patch_camera(request: web.Request) -> web.Response:
    return await _trickle(request, Use.CAMERA)


async def delete_camera(request: web.Request) -> web.Response:
    return await _end(request, Use.CAMERA)


async def post_screen(request: web.Request) -> web.Response:
    return await _open(request, Use.SCREEN)


async def patch_screen(request: web.Request) -> web.Response:
    return await _trickle(request, Use.SCREEN)


async def delete_screen(request: web.Request) -> web.Response:
    return await _end(request, Use.SCREEN)


async def options_camera(request: web.Request) -> web.Response:
    return _told()


async def options_screen(request: web.Request) -> web.Response:
    return _told()


async def options_camera_session(request: web.Request) -> web.Response:
    return web.Response(status=204, headers={hdrs.ALLOW: SESSION_METHODS, "Accept-Patch": FRAGMENT})


async def options_screen_session(request: web.Request) -> web.Response:
    return await options_camera_session(request)


def _told() -> web.Response:
    return web.Response(status=204, headers={hdrs.ALLOW: ENDPOINT_METHODS, "Accept-Post": SDP})


async def _open(request: web.Request, use: Use) -> web.Response:
    sitting, owner = await _caller(request)
    device, answer = await sitting.second.open(use, owner, await _content(request, SDP))
    headers = {
        hdrs.LOCATION: f"/{use}/{sitting.id}/{device.id}",
        hdrs.ETAG: f'"{device.tag}"',
        "Accept-Patch": FRAGMENT,
    }
    return web.Response(status=201, text=answer, content_type=SDP, headers=headers)


async def _trickle(request: web.Request, use: Use) -> web.Response:
    sitting, device = await _session(request, use)
    fragment = await _content(request, FRAGMENT)
    wanted = request.headers.get(hdrs.IF_MATCH)
    if wanted is None:
        raise Refused("condition_needed")
    answer = sitting.second.trickle(device, wanted.strip(), fragment)
    if answer is None:
        return web.Response(status=204)
    return web.Response(text=answer, content_type=FRAGMENT, headers={hdrs.ETAG: f'"{device.tag}"'})


async def _end(request: web.Request, use: Use) -> web.Response:
    sitting, device = await _session(request, use)
    sitting.second.end(device)
    return web.Response()


async def _session(request: web.Request, use: Use) -> tuple[Sitting, Device]:
    sitting, owner = await _caller(request)
    return sitting, sitting.second.find(use, request.match_info["session"], owner)


async def _content(request: web.Request, kind: str) -> str:
    if request.content_type != kind:
        raise Refused("sdp_needed")
    data = await request.read()
    if len(data) > LONGEST_SDP:
        raise Refused("too_large")
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        raise Refused("malformed") from wrong


async def _caller(request: web.Request) -> tuple[Sitting, Owner]:
    """Whose device asks: the bearer is a pass's secret, the public's, or a session's. A cookie opens nothing here."""
    hearing_id = HearingId(request.match_info["hearing"])
    bearer = request.headers.get(hdrs.AUTHORIZATION, "")
    if not bearer.startswith("Bearer "):
        raise Refused("not_signed_in")
    visitor = doors.visitor(request)
    if visitor is None:
        owner = await _by_secret(request, hearing_id, bearer.removeprefix("Bearer ").strip())
        return await _sitting(request, hearing_id), owner
    if visitor.session.observer:
        _must_be(visitor.session.hearing, hearing_id)
        return await _sitting(request, hearing_id), PUBLIC
    hearing = await of(request).clerk.load(hearing_id)
    actor = await doors.actor_in(of(request), visitor, hearing_id, hearing)
    if actor is None or actor.person not in hearing.people:
        raise Refused("no_such_hearing")
    return await _sitting(request, hearing_id), Owner(actor.person, visitor.session.pass_id)


def _must_be(opened: HearingId | None, hearing_id: HearingId) -> None:
    if opened != hearing_id:
        raise Refused("no_such_hearing")


async def _sitting(request: web.Request, hearing_id: HearingId) -> Sitting:
    sitting = await request.app[COURT].sitting(hearing_id)
    if sitting.leaving.is_set():
        raise Refused("device_not_now")
    return sitting


async def _by_secret(request: web.Request, hearing_id: HearingId, secret: str) -> Owner:
    docket, now = of(request).registry.docket, of(request).now()
    if (watched := await docket.observers.check(secret)) is not None:
        _must_be(watched, hearing_id)
        return PUBLIC
    try:
        held = await docket.passes.exchange(secret, now)
    except PassRefused as wrong:
        raise Refused("not_signed_in") from wrong
    _must_be(held.hearing, hearing_id)
    if request.method == hdrs.METH_POST:
        await docket.log.note(now, held.person, "pass_used", hearing=held.hearing)
    return Owner(held.person, held.id)


def _rows(use: Use, name: str, opens: str) -> tuple[Endpoint, ...]:
    handlers = {
        Use.CAMERA: (post_camera, options_camera, patch_camera, delete_camera, options_camera_session),
        Use.SCREEN: (post_screen, options_screen, patch_screen, delete_screen, options_screen_session),
    }[use]
    root = f"/{use}/{{hearing}}"
    one = root + "/{session}"
    offer, fragment = text("SDP offer"), text("SDP fragment (RFC 8840), with If-Match")
    return (
        Endpoint("POST", root, handlers[0], opens, name, offer, text("SDP answer"), SDP, 201, takes_media=SDP, base=""),
        Endpoint("OPTIONS", root, handlers[1], "What it takes", name, status=204, open=True, base=""),
        Endpoint(
            *("PATCH", one, handlers[2], "Trickle ICE (204) or, with If-Match: *, ICE restart", name, fragment),
            *(text("SDP fragment after a restart"), FRAGMENT),
            takes_media=FRAGMENT,
            base="",
        ),
        Endpoint("DELETE", one, handlers[3], "End the session", name, base=""),
        Endpoint("OPTIONS", one, handlers[4], "What it takes", name, status=204, open=True, base=""),
    )


ENDPOINTS = (
    *_rows(Use.CAMERA, "whip", "Publish a court camera for the seat that the secretary named"),
    *_rows(Use.SCREEN, "whep", "Receive what one's seat, or the public, may see and hear while the hearing is held"),
)
