"""A refusal in the visitor's words: a problem document for programs, a designed page for people."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import hdrs, web

from hearing.registry.errors import (
    Away,
    Destroyed,
    Full,
    NotFound,
    PassRefused,
    Taken,
    TooManyAttempts,
    WrongCredentials,
)
from hearing.wrongs import Malformed, Refused
from web import doors
from web.office import of
from web.rendering import go, render
from web.venue import SitsElsewhere

STATUS = {
    "not_signed_in": 401,
    "wrong_credentials": 401,
    "staff_only": 403,
    "role": 403,
    "foreign_origin": 403,
    "csrf": 403,
    "view_at_court": 403,
    "no_download": 403,
    "not_found": 404,
    "no_such_hearing": 404,
    "no_such_person": 404,
    "taken": 409,
    "listed_already": 409,
    "malformed": 400,
    "pass_revoked": 410,
    "destroyed": 410,
    "pass_expired": 410,
    "pass_unknown": 404,
    "too_fast": 429,
    "too_many_attempts": 429,
    "too_large": 413,
    "wrong_method": 405,
    "camera_not_named": 409,
    "device_not_now": 409,
    "gallery_full": 503,
    "condition_failed": 412,
    "sdp_needed": 415,
    "condition_needed": 428,
    "database_full": 503,
    "database_away": 503,
    "offer_unusable": 422,
    "node_silent": 503,
}


def status_of(refused: Refused) -> int:
    return STATUS.get(refused.rule, 422)


def as_refusal(wrong: Exception, now: float) -> Refused:
    """What the registry or the protocol objects to, as a rule that a person can be told."""
    match wrong:
        case Refused():
            return wrong
        case WrongCredentials():
            return Refused("wrong_credentials", field="password")
        case TooManyAttempts():
            return Refused("too_many_attempts", minutes=max(1, round((wrong.retry_at - now) / 60 + 0.5)))
        case PassRefused():
            return Refused(f"pass_{wrong.reason}", field="code")
        case Taken():
            return Refused("taken", field="court_number")
        case Destroyed():
            return Refused("destroyed")
        case NotFound():
            return Refused("not_found")
        case Full():
            return Refused("database_full")
        case Away():
            return Refused("database_away")
        case Malformed():
            return Refused("malformed")
        case SitsElsewhere():
            return Refused("node_silent")
    raise wrong


TELLABLE = (
    Away,
    Destroyed,
    Full,
    NotFound,
    PassRefused,
    Taken,
    TooManyAttempts,
    WrongCredentials,
    Malformed,
    SitsElsewhere,
)


def problem(request: web.Request, refused: Refused) -> dict[str, object]:
    """``{rule, field, why}``: which rule, which field of the request, and why in the visitor's language."""
    why = of(request).languages.why(doors.language(request), refused)
    return {"status": status_of(refused), "rule": refused.rule, "field": refused.field, "why": why}


async def answer_refusal(request: web.Request, refused: Refused) -> web.StreamResponse:
    status = status_of(refused)
    if doors.is_api(request) or hdrs.AUTHORIZATION in request.headers:
        return web.json_response(problem(request, refused), status=status, content_type="application/problem+json")
    if refused.rule == "not_signed_in" and request.method in doors.SAFE:
        return go(f"/signin?next={quote(request.path_qs)}")
    return render(request, "problem.html", status=status, refused=problem(request, refused))
