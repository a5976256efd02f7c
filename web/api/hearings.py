"""Hearings by program: list, look, add participants, ask acts, read the journal."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hearing.clocks import clocks
from hearing.hearings import Hearing
from hearing.participants import Actor, HearingId
from hearing.rules.offers import allowed
from hearing.wrongs import Refused
from web import doors
from web.api.reading import body, plain
from web.asking import ask
from web.board import row
from web.desk import add_participant, list_hearing
from web.doors import BENCH, STAFF
from web.office import Office, of
from web.openapi import ANY, FLAG, INSTANT, NUMBER, WHOLE, Endpoint, listed, record, ref, text
from web.typed import instant


async def hearing_of(request: web.Request) -> tuple[HearingId, Hearing, Actor]:
    """The hearing of the address, for somebody who has business in it."""
    office, hearing_id = of(request), HearingId(request.match_info["hearing"])
    hearing = await office.clerk.load(hearing_id)
    actor = await doors.actor_in(office, doors.known(request), hearing_id, hearing)
    if actor is None:
        raise Refused("no_such_hearing")
    return hearing_id, hearing, actor


async def desk_of(request: web.Request) -> tuple[HearingId, Hearing, Actor]:
    doors.staff(request)
    return await hearing_of(request)


async def get_hearings(request: web.Request) -> web.Response:
    (who, role), office = doors.staff(request), of(request)
    query = dict(request.query)
    start, end = instant(_numbers(query), "from", office), instant(_numbers(query), "to", office)
    found = await office.registry.docket.hearings.between(start or 0.0, end or 1e11)
    if role in BENCH and who.account is not None:
        own = {one.id for one in await office.registry.docket.hearings.of_account(who.account.id)}
        found = [one for one in found if one.id in own]
    return web.json_response({"hearings": [plain(one) for one in found]})


def _numbers(query: dict[str, str]) -> dict[str, Any]:
    return {key: float(value) if value.replace(".", "", 1).isdecimal() else value for key, value in query.items()}


async def post_hearing(request: web.Request) -> web.Response:
    who, role = doors.staff(request)
    hearing_id = await list_hearing(of(request), who, role, await body(request))
    return web.json_response({"id": hearing_id}, status=201)


async def get_hearing(request: web.Request) -> web.Response:
    hearing_id, hearing, actor = await hearing_of(request)
    return web.json_response(await state(of(request), hearing_id, hearing, actor))


async def state(office: Office, hearing_id: HearingId, hearing: Hearing, actor: Actor) -> dict[str, Any]:
    """The hearing as it stands, for the court's staff with everyone in it, for a participant with themselves only."""
    case = await office.registry.docket.cases.get(hearing.case)
    is_staff = actor.role in STAFF
    people = [p for p in hearing.people.values() if is_staff or p.person == actor.person]
    names = await office.registry.docket.persons.names([p.person for p in people])
    listing = hearing.listing
    board = row(hearing_id, case.court_number, hearing, actor.role, office.now(), office.edition_of(hearing))
    dots = {dot.person: dot for dot in board.dots}
    return {
        "id": hearing_id,
        "case": hearing.case,
        "court_number": case.court_number,
        "kind": listing.kind,
        "publicity": listing.publicity,
        "phase": hearing.phase,
        "language": listing.language,
        "scheduled_at": listing.scheduled_at,
        "opened_at": hearing.opened_at,
        "closed_at": hearing.closed_at,
        "version": await office.clerk.version(hearing_id),
        "order_on_file": hearing.order is not None,
        "recording": hearing.recording,
        "observer_link": hearing.observer_link,
        "missing": list(board.missing),
        "clocks": [plain(one) for one in clocks(hearing, office.edition_of(hearing))],
        "people": [
            {
                "person": p.person,
                "name": names.get(p.person),
                "role": p.role,
                "seat": p.seat,
                "place": p.place,
                "language": p.language,
                "attendance": p.attendance,
                "identity_confirmed": p.identity_confirmed,
                "readiness": dots[p.person].state.removeprefix("dot.") if p.person in dots else None,
                "view": p.view,
            }
            for p in people
        ],
    }


async def post_participant(request: web.Request) -> web.Response:
    hearing_id, _, actor = await desk_of(request)
    person = await add_participant(of(request), actor, hearing_id, await body(request))
    return web.json_response({"person": person}, status=201)


async def get_offers(request: web.Request) -> web.Response:
    """What the caller may ask now, with the reason where it is not possible yet."""
    _, hearing, actor = await hearing_of(request)
    office, language = of(request), doors.language(request)
    found = allowed(hearing, actor, office.now(), office.edition_of(hearing))
    return web.json_response(
        {
            "offers": [
                {
                    "act": one.act,
                    "ready": one.ready,
                    "with": dict(one.fixed),
                    "fields": [plain(field) for field in one.fields],
                    "rule": one.refused.rule if one.refused else None,
                    "why": office.languages.why(language, one.refused) if one.refused else None,
                }
                for one in found
            ]
        }
    )


async def post_act(request: web.Request) -> web.Response:
    """Ask an act: its name under "act", its fields beside it. Text fields carry plain text."""
    hearing_id, _, actor = await hearing_of(request)
    given = await body(request)
    act = given.pop("act", None)
    if not isinstance(act, str):
        raise Refused("field_missing", field="act")
    hearing, entries = await ask(of(request), hearing_id, act, given, actor)
    facts = [type(entry.fact).__name__ for entry in entries]
    version = await of(request).clerk.version(hearing_id)
    return web.json_response({"version": version, "phase": hearing.phase, "facts": facts})


async def get_journal(request: web.Request) -> web.StreamResponse:
    """The hash-chained journal, one entry a line. It holds ids and salted hashes, no personal data."""
    hearing_id, hearing, _ = await desk_of(request)
    office, who = of(request), doors.known(request)
    await office.registry.docket.log.note(
        office.now(), who.who, "journal_exported", hearing=hearing_id, case=hearing.case
    )
    response = web.StreamResponse(headers={"Cache-Control": "no-store"})
    response.content_type = "application/jsonl"
    await response.prepare(request)
    async for line in office.registry.journal.export(hearing_id):
        await response.write(line.rstrip("\n").encode() + b"\n")
    await response.write_eof()
    return response


async def get_hearing_log(request: web.Request) -> web.Response:
    hearing_id, _, _ = await desk_of(request)
    found = await of(request).registry.docket.log.of(hearing_id)
    return web.json_response({"log": [plain(one) for one in found]})


LISTING = record(
    ("case", "kind", "scheduled_at", "remote_ground"),
    case=text(), kind=text("sanction"), publicity=text("open or closed"), scheduled_at=INSTANT, judge=text("Account"),
    language=text("kk, ru or en"), remote_ground=text(), measure=text(), detained_at=INSTANT, limit_hours=WHOLE,
    limit_reason=text(), received_at=INSTANT, interpreter_needed=FLAG, minor=FLAG, protected_secret=FLAG,
    protected_witness=FLAG, suspect_absence=text(), closure_ground=text(), closure_ruling=text(),
)  # fmt: skip
PARTICIPANT = record(
    ("role", "place"),
    role=text(), name=text(), iin=text("12 digits"), account=text("Instead of name and IIN"), place=text(),
    room=text(), beside=text("Person at the same device"), language=text(), contact=text(), organisation=text(),
    facility=text(), view=text(), under_16=FLAG,
)  # fmt: skip
STATE = record(("id", "phase", "version"), id=text(), phase=text(), version=WHOLE, people=listed(ANY))
AT = "/hearings/{hearing}"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/hearings",
        get_hearings,
        "Hearings of a span of time",
        "hearings",
        gives=record(hearings=listed(ref("Listing"))),
        query={"from": "Unix seconds or local time", "to": "Unix seconds or local time"},
    ),
    Endpoint(
        "POST", "/hearings", post_hearing, "List a hearing", "hearings", LISTING, record(("id",), id=text()), status=201
    ),
    Endpoint("GET", AT, get_hearing, "The hearing as it stands", "hearings", gives=STATE),
    Endpoint(
        "POST",
        AT + "/participants",
        post_participant,
        "Add a participant",
        "hearings",
        PARTICIPANT,
        record(("person",), person=text()),
        status=201,
    ),
    Endpoint("GET", AT + "/offers", get_offers, "What the caller may do now", "hearings"),
    Endpoint(
        "POST",
        AT + "/acts",
        post_act,
        "Ask an act",
        "hearings",
        {**record(("act",), act=text("snake_case name")), "additionalProperties": True},
        record(("version",), version=WHOLE, phase=text(), facts=listed(text()), at=NUMBER),
    ),
    Endpoint(
        "GET",
        AT + "/journal",
        get_journal,
        "Export the journal",
        "hearings",
        gives=ref("Entry"),
        media="application/jsonl",
    ),
    Endpoint("GET", AT + "/log", get_hearing_log, "Who looked at the hearing", "hearings"),
)
