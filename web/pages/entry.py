"""Coming in and going out: the start page, sign-in, the landing page of a pass, the live pages' shells."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import HearingId
from hearing.wrongs import Refused
from web import doors
from web.asking import LONGEST_TEXT
from web.languages import LANGUAGES
from web.office import of
from web.pages.forms import attempt, given
from web.rendering import go, render


async def start(request: web.Request) -> web.StreamResponse:
    who = doors.visitor(request)
    if who is not None and who.staff_role is not None and not of(request).rehearsal:
        return go("/board")
    return render(request, "start.html", links=of(request).rehearsal_links() if of(request).rehearsal else ())


async def signin_page(request: web.Request) -> web.StreamResponse:
    return render(request, "signin.html", given={}, refused=None, next=_inside(request.query.get("next", "")))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check IIN and password. The docket limits guesses by person, by network and by both."""
    office, fields = of(request), await given(request)
    iin, password = fields.get("iin", "")[:32], fields.get("password", "")[:LONGEST_TEXT]
    target = _inside(fields.get("next", ""))

    async def check() -> str:
        for name, value in (("iin", iin), ("password", password)):
            if not value.strip():
                raise Refused("field_missing", field=name)
        return (await office.registry.docket.accounts.sign_in(iin, password, doors.source(request), office.now())).id

    account, refused = await attempt(request, check)
    if refused is not None:
        status = int(str(refused["status"]))
        return render(request, "signin.html", status=status, given={"iin": iin}, refused=refused, next=target)
    response = go(target or "/board")
    await let_in(request, response, account)
    return response


async def let_in(request: web.Request, response: web.StreamResponse, account: str) -> str:
    """Open a staff session and hand its cookie out. Answers the session's secret."""
    office, docket, now = of(request), of(request).registry.docket, of(request).now()
    secret, _ = await docket.sessions.open(now, account=account, lifetime=office.session_seconds)
    await docket.log.note(now, account, "signed_in")
    doors.admit(response, office, secret, office.session_seconds)
    return secret


async def sign_out(request: web.Request) -> web.StreamResponse:
    office = of(request)
    secret = request.cookies.get(doors.cookie_name(office))
    if secret:
        await office.registry.docket.sessions.end(secret)
    response = go("/")
    doors.show_out(response, office)
    return response


async def set_language(request: web.Request) -> web.StreamResponse:
    """For pages that change the language by a form; a link with ``?lang=`` does the same."""
    wish = (await given(request)).get("lang", "")
    response = go(_inside(request.headers.get("Referer", "").partition(request.host)[2]) or "/")
    if wish in LANGUAGES:
        response.set_cookie(
            doors.LANGUAGE_COOKIE, wish, max_age=doors.YEAR, path="/", samesite="Lax", secure=of(request).secure
        )
    return response


async def enter(request: web.Request) -> web.StreamResponse:
    return render(request, "enter.html", hearing_id="")


async def sit(request: web.Request) -> web.StreamResponse:
    """The shell of the live page. Whoever has no business in this hearing does not learn that it exists."""
    who, hearing_id = doors.known(request), HearingId(request.match_info["hearing"])
    hearing = await of(request).clerk.load(hearing_id)
    if await doors.actor_in(of(request), who, hearing_id, hearing) is None:
        raise Refused("no_such_hearing")
    return render(request, "sit.html", hearing_id=hearing_id)


async def watch(request: web.Request) -> web.StreamResponse:
    """The shell for observers. The token stays in the fragment; the page exchanges it."""
    return render(request, "watch.html", hearing_id=request.match_info["hearing"])


def _inside(target: str) -> str:
    """The path to go to after signing in, if it lies in this house."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    return target if fine and target.isprintable() else ""


ROUTES = [
    web.get("/", start),
    web.get("/signin", signin_page),
    web.post("/signin", sign_in),
    web.post("/signout", sign_out),
    web.post("/language", set_language),
    web.get("/enter", enter),
    web.get("/sit/{hearing}", sit),
    web.get("/watch/{hearing}", watch),
]
