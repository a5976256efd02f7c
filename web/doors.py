"""The doors: who comes in. Sessions by cookie or bearer, cross-site checks, language, and the headers of every answer.

A session's secret lives in one cookie, ``__Host-tyndau`` under TLS, which scripts cannot read. A form or call that
changes anything must come from our own pages: its Origin is ours, and with a cookie it also carries the session's CSRF
value. A caller with a bearer header needs no such proof, since no browser sends that by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from hearing.hearings import Hearing
from hearing.participants import Actor, Attendance, HearingId, PersonId, Role
from hearing.registry.accounts import Account
from hearing.registry.sessions import Session
from hearing.wrongs import Refused
from web.languages import LANGUAGES, chosen
from web.office import Office, of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LANGUAGE_COOKIE = "lang"
PASSED_ON, CALLER = "X-Tyndau-Passed-On", "X-Tyndau-Caller"
"""What a node writes on a request that it passes on: the court's secret, and where it came from."""
ASSETS = "/static/"
"""What everybody may have: whoever asks for it is not looked up."""
YEAR = 365 * 24 * 3600
SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
BENCH = frozenset({Role.INVESTIGATING_JUDGE, Role.PRESIDING_JUDGE})
STAFF = BENCH | {Role.COURT_SECRETARY}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
POLICY = "Content-Security-Policy"
HEADERS = {
    POLICY: CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), speaker-selection=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def reach_also(response: web.StreamResponse, address: str) -> None:
    """Let the scripts of this one page connect to an address on the user's machine, too."""
    response.headers[POLICY] = CONTENT_SECURITY_POLICY.replace("connect-src 'self'", f"connect-src 'self' {address}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone with a session: a staff account, the bearer of a pass, or an observer."""

    session: Session
    account: Account | None

    @property
    def who(self) -> str:
        """The id under which the access log knows this visitor."""
        return str(
            (self.account and self.account.id) or self.session.person or self.session.pass_id or self.session.hearing
        )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(role) for role in self.account.roles) if self.account else frozenset()

    @property
    def staff_role(self) -> Role | None:
        return next((role for role in sorted(self.roles & STAFF)), None)


def cookie_name(office: Office) -> str:
    return "__Host-tyndau" if office.secure else "tyndau"


def admit(response: web.StreamResponse, office: Office, secret: str, lifetime: float) -> None:
    """Hand the session's secret to the browser."""
    response.set_cookie(
        cookie_name(office),
        secret,
        max_age=int(lifetime),
        path="/",
        secure=office.secure,
        httponly=True,
        samesite="Lax",
    )


def show_out(response: web.StreamResponse, office: Office) -> None:
    response.set_cookie(
        cookie_name(office), "", max_age=0, path="/", secure=office.secure, httponly=True, samesite="Lax"
    )


def neighbours_secret(office: Office) -> str:
    """By which the nodes of one court know each other."""
    return office.registry.keys.master.derive("neighbours").hex()


def passed_on(request: web.Request) -> bool:
    """Whether another node of this court sent this on to us."""
    given = request.headers.get(PASSED_ON)
    return given is not None and hmac.compare_digest(given.encode(), neighbours_secret(of(request)).encode())


def source(request: web.Request) -> str:
    """Where the caller comes from, for the rate limits. What a stranger writes into a header counts for nothing."""
    if passed_on(request):
        return request.headers.get(CALLER, "unknown")
    if of(request).behind_proxy:
        noted = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return noted or request.remote or "unknown"
    return request.remote or "unknown"


def is_api(request: web.Request) -> bool:
    return request.path.startswith(("/api/", "/whip/", "/whep/"))


def from_here(request: web.Request) -> bool:
    """Whether the page that asks is one of ours. A caller that is no browser sends neither header."""
    origin = request.headers.get(hdrs.ORIGIN, "null")
    if origin != "null":
        page = urlsplit(origin)
        safe = page.scheme == "https" or not of(request).secure
        return origin == of(request).origin or (page.netloc == request.host and safe)
    site = request.headers.get("Sec-Fetch-Site")
    return site in ("same-origin", "none") if site is not None else hdrs.ORIGIN not in request.headers


def _secret(request: web.Request) -> str | None:
    bearer = request.headers.get(hdrs.AUTHORIZATION, "")
    if bearer.startswith("Bearer "):
        return bearer.removeprefix("Bearer ").strip()
    return request.cookies.get(cookie_name(of(request)))


async def find_visitor(request: web.Request) -> Visitor | None:
    """The visitor whom this request's cookie or bearer names, if the session still stands."""
    office = of(request)
    secret = _secret(request)
    if not secret:
        return None
    session = await office.registry.docket.sessions.find(secret, office.now())
    if session is None:
        return None
    account = await office.registry.docket.accounts.get(session.account) if session.account else None
    return Visitor(session, account)


def standing(request: web.Request) -> Callable[[], Awaitable[bool]]:
    """Asks, for a page that stays, whether its session still stands.

    Mere age does not count: nobody is put out in the midst of a hearing because the working day is over.
    """
    office, secret = of(request), _secret(request)
    since = office.now()

    async def stands() -> bool:
        return secret is not None and await office.registry.docket.sessions.find(secret, since) is not None

    return stands


VISITOR = web.RequestKey("visitor", Visitor)
LANGUAGE = web.RequestKey("language", str)


def visitor(request: web.Request) -> Visitor | None:
    return request.get(VISITOR)


def known(request: web.Request) -> Visitor:
    """The visitor. Raises ``Refused`` when nobody has signed in."""
    found = visitor(request)
    if found is None:
        raise Refused("not_signed_in")
    return found


def staff(request: web.Request) -> tuple[Visitor, Role]:
    """The visitor as a member of the court. Raises ``Refused`` for anyone else."""
    found = known(request)
    role = found.staff_role
    if role is None:
        raise Refused("staff_only")
    return found, role


def language(request: web.Request) -> str:
    return request.get(LANGUAGE) or of(request).language


async def actor_in(office: Office, who: Visitor, hearing_id: HearingId, hearing: Hearing) -> Actor | None:
    """As whom this visitor acts in this hearing; None when they have no business in it.

    A judge sees the hearings in which they sit; the secretary's office sees all. With whom the court shared the
    finished file, that person looks on until the end of it.
    """
    session = who.session
    if session.pass_id is not None:
        here = session.hearing == hearing_id and session.person is not None
        person = session.person if here else None
    elif who.account is not None:
        linked = await office.registry.docket.persons.of_account(who.account.id, hearing.case)
        person = linked.id if linked is not None else None
    else:
        return None
    participant = hearing.people.get(person) if person is not None else None
    if participant is not None and participant.attendance is not Attendance.REMOVED:
        return Actor(participant.person, participant.role)
    share = hearing.shares.get(person) if person is not None and who.session.pass_id is not None else None
    if share is not None and share.open(office.now()):
        return Actor(share.person, Role.OBSERVER)
    if who.account is not None and Role.COURT_SECRETARY in who.roles:
        return Actor(PersonId(who.account.id), Role.COURT_SECRETARY)
    return None


async def _check_origin(request: web.Request, who: Visitor | None) -> None:
    if request.method in SAFE:
        return
    if not from_here(request):
        raise Refused("foreign_origin")
    if who is None or request.headers.get(hdrs.AUTHORIZATION):
        return
    given = request.headers.get("X-CSRF")
    if given is None and request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given = str((await posted(request)).get("csrf", ""))
    if not hmac.compare_digest((given or "").encode(), who.session.csrf.encode()):
        raise Refused("csrf")


async def posted(request: web.Request) -> Mapping[str, object]:
    """The form that was sent. Raises ``Refused`` for what is none."""
    try:
        return await request.post()
    except (ValueError, LookupError) as wrong:
        raise Refused("malformed") from wrong


async def _own_language(office: Office, who: Visitor) -> str | None:
    """The language of the account, or the one that the secretary noted for the bearer of a pass."""
    if who.account is not None:
        return who.account.language
    session = who.session
    if session.hearing is None or session.person is None:
        return None
    participant = (await office.clerk.load(session.hearing)).people.get(session.person)
    return participant.language if participant is not None else None


@web.middleware
async def doorkeeper(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every request passes here: language, visitor, cross-site checks, refusals in the visitor's words, headers."""
    from web.problems import TELLABLE, answer_refusal, as_refusal

    wish = request.query.get("lang")
    cookie = wish if wish in LANGUAGES else request.cookies.get(LANGUAGE_COOKIE)
    asset = request.path.startswith(ASSETS)

    def speak(own: str | None) -> None:
        request[LANGUAGE] = chosen(cookie or own, request.headers.get(hdrs.ACCEPT_LANGUAGE), of(request).language)

    speak(None)
    try:
        who = None if asset else await find_visitor(request)
        if who is not None:
            request[VISITOR] = who
            if cookie is None:
                speak(await _own_language(of(request), who))
        await _check_origin(request, who)
        response = await handler(request)
    except (Refused, *TELLABLE) as wrong:
        response = await answer_refusal(request, as_refusal(wrong, of(request).now()))
    except web.HTTPNotFound:
        response = await answer_refusal(request, Refused("not_found"))
    except web.HTTPMethodNotAllowed as wrong:
        response = await answer_refusal(request, Refused("wrong_method"))
        response.headers[hdrs.ALLOW] = ", ".join(sorted(wrong.allowed_methods))
    except web.HTTPRequestEntityTooLarge:
        response = await answer_refusal(request, Refused("too_large"))
    if not response.prepared:
        if wish in LANGUAGES:
            response.set_cookie(
                LANGUAGE_COOKIE, str(wish), max_age=YEAR, path="/", samesite="Lax", secure=of(request).secure
            )
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if of(request).secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not asset:
            response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    return response
