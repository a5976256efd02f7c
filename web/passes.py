"""Passes as people meet them: the letter, the printed sheet, and the exchange of a secret for a session.

The secret travels in the URL's fragment, which no browser sends anywhere; the landing page posts it here. So it stands
in no path, no log and no referrer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from hearing.hearings import Hearing, Participant
from hearing.participants import Attendance, HearingId, PassId, PersonId
from hearing.registry.sessions import Session
from hearing.wrongs import Refused
from web import doors, languages
from web.office import Office, of
from web.problems import TELLABLE, as_refusal


@dataclass(frozen=True, slots=True)
class PassSheet:
    """A fresh pass with its secret parts, which exist in clear only here and on the paper or letter made from it."""

    pass_id: PassId
    person: PersonId
    link: str
    code: str
    delivery: str


def letter_text(
    office: Office, hearing: Hearing, case_number: str, participant: Participant, sheet: PassSheet
) -> tuple[str, str]:
    """Subject and body of the letter, in the participant's language."""
    language, at = participant.language, hearing.listing.scheduled_at
    subject = office.languages.translate(language, "letter.subject", case=case_number)
    body = office.languages.translate(
        language,
        "letter.body",
        court=office.court,
        case=case_number,
        day=languages.day(language, at, office.zone),
        hour=languages.clock(at, office.zone),
        minutes=office.lobby_opens_minutes(hearing),
        link=sheet.link,
        address=f"{office.origin}/enter",
        code=sheet.code,
    )
    return subject, body


@dataclass(frozen=True, slots=True)
class PrintedPass:
    """One sheet of paper for one participant, in that participant's language."""

    name: str
    role: str
    place: str
    day: str
    lang: str
    link: str
    code: str
    delivery: str
    words: Callable[..., str]


def printed(office: Office, hearing: Hearing, name: str, sheet: PassSheet) -> PrintedPass:
    participant = hearing.people[sheet.person]
    language = participant.language

    def words(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    return PrintedPass(
        name=name,
        role=words(f"role.{participant.role}"),
        place=words(f"place.{participant.place}"),
        day=languages.day(language, hearing.listing.scheduled_at, office.zone, weekday=True),
        lang=language,
        link=sheet.link,
        code=sheet.code,
        delivery=sheet.delivery,
        words=words,
    )


async def exchange(request: web.Request, given: dict[str, object]) -> tuple[str, Session, str]:
    """A session for the pass or observer token that was given: the cookie's secret, the session, where to go."""
    office, docket, now = of(request), of(request).registry.docket, of(request).now()
    secret, code, token = (given.get(key) for key in ("secret", "code", "observer"))
    if any(not isinstance(value, str) or len(value) > 200 for value in (secret, code, token) if value is not None):
        raise Refused("pass_unknown", field="code")
    try:
        if isinstance(token, str):
            return await _as_observer(office, token, now)
        if isinstance(secret, str):
            held = await docket.passes.exchange(secret, now)
        elif isinstance(code, str):
            held = await docket.passes.exchange_code(code, doors.source(request), now)
        else:
            raise Refused("field_missing", field="code")
    except TELLABLE as wrong:
        raise as_refusal(wrong, now) from wrong
    await _check_door(office, held.hearing, held.person)
    lifetime = min(office.session_seconds, held.expires_at - now)
    cookie, session = await docket.sessions.open(now, pass_id=held.id, lifetime=lifetime)
    await docket.log.note(now, held.person, "pass_used", hearing=held.hearing)
    hearing = await office.clerk.load(held.hearing)
    return cookie, session, f"/file/{held.hearing}" if hearing.closed_at else f"/sit/{held.hearing}"


async def _as_observer(office: Office, token: str, now: float) -> tuple[str, Session, str]:
    hearing = await office.registry.docket.observers.check(token)
    if hearing is None:
        raise Refused("observer_link_closed")
    cookie, session = await office.registry.docket.sessions.open(now, observer=hearing, lifetime=office.session_seconds)
    return cookie, session, f"/watch/{hearing}"


async def _check_door(office: Office, hearing_id: HearingId, person: PersonId) -> None:
    hearing = await office.clerk.load(hearing_id)
    share = hearing.shares.get(person)
    if share is not None and share.open(office.now()):
        return
    participant = hearing.people.get(person)
    if participant is None or participant.attendance is Attendance.REMOVED:
        raise Refused("pass_revoked", field="code")
