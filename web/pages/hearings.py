"""Administering one hearing: participants, passes, the judge's order, the public's link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from hearing.edition import Edition
from hearing.hearings import OVER, Hearing, Participant, Phase
from hearing.participants import Actor, Attendance, HearingId, PassId, PersonId, Place, Role, TextRef
from hearing.registry.passes import Pass
from hearing.wrongs import Refused
from web import doors
from web.asking import ask
from web.desk import add_participant
from web.doors import BENCH, STAFF, Visitor
from web.issuing import close_observer_link, extend_review, issue_pass, open_observer_link, revoke_pass
from web.languages import OWN_NAMES
from web.office import of
from web.pages.deliveries import rows as deliveries
from web.pages.forms import Given, attempt, choices, given
from web.passes import PassSheet, printed
from web.rendering import go, render

FORM_FIELDS = (
    "role", "name", "iin", "place", "room", "beside", "language", "contact", "view", "under_16", "order", "ruling",
    "reason", "until",
)  # fmt: skip
KEEPS_LIFE = frozenset({Phase.LISTED, Phase.LOBBY, Phase.OPEN, Phase.RECESS})


async def desk_of(request: web.Request) -> tuple[Visitor, Actor, HearingId, Hearing]:
    """The hearing of the address, for a member of the court who has business in it."""
    who, _ = doors.staff(request)
    hearing_id = HearingId(request.match_info["hearing"])
    hearing = await of(request).clerk.load(hearing_id)
    actor = await doors.actor_in(of(request), who, hearing_id, hearing)
    if actor is None:
        raise Refused("no_such_hearing")
    return who, actor, hearing_id, hearing


async def show_hearing(request: web.Request) -> web.StreamResponse:
    return await _admin(request, {}, None)


async def _admin(
    request: web.Request, fields: Given, refused: Any, observer_link: str | None = None
) -> web.StreamResponse:
    _, actor, hearing_id, hearing = await desk_of(request)
    office, docket = of(request), of(request).registry.docket
    law = office.edition_of(hearing)
    case = await docket.cases.get(hearing.case)
    persons = {person.id: person for person in await docket.persons.of_case(hearing.case)}
    passes = {one.id: one for one in await docket.passes.of(hearing_id)}
    rooms = await docket.texts.read_many(TextRef(p.room) for p in hearing.people.values() if p.room is not None)
    people = [
        _participant(request, p, persons.get(p.person), passes, rooms)
        for p in hearing.people.values()
        if p.attendance is not Attendance.REMOVED
    ]
    unnamed = _unnamed(hearing, law)
    scheduled = datetime.fromtimestamp(hearing.listing.scheduled_at, office.zone)
    start = {"language": hearing.listing.language, "place": Place.ELSEWHERE, "view": "not_stated"}
    return render(
        request,
        "hearing_admin.html",
        status=200 if refused is None else 422,
        id=hearing_id,
        hearing=hearing,
        case=case,
        over=hearing.phase in OVER,
        day_iso=scheduled.date().isoformat(),
        people=people,
        can=_can(actor, hearing),
        checks=_checks(request, hearing, unnamed),
        quorum_named=not unnamed,
        order=await docket.texts.read(hearing.order) if hearing.order else "",
        observer_link=observer_link,
        deliveries=await deliveries(office, hearing_id, doors.language(request)),
        given={**start, **fields},
        refused=refused,
        shown=FORM_FIELDS if refused else (),
        roles=choices(request, "role", (r for r in Role if r in law.groups["all"] and r not in STAFF)),
        places=choices(request, "place", Place),
        views=choices(request, "view", law.views),
        own_languages=list(OWN_NAMES.items()),
        neighbours=[(p["id"], p["name"]) for p in people],
    )


def _participant(
    request: web.Request, p: Participant, person: Any, passes: dict[PassId, Pass], rooms: Mapping[TextRef, str]
) -> dict[str, Any]:
    translate, language = of(request).languages.translate, doors.language(request)
    valid = [passes[x] for x in p.passes if x in passes and passes[x].revoked_at is None]
    last = max(valid, key=lambda one: one.issued_at, default=None)
    look, icon, state = "none", "i-ring-dash", "pass.none"
    if last is not None:
        look, icon, state = "out", "i-ring-half", "pass.issued"
        if last.delivery in ("sent", "written", "delivered"):
            state = f"delivery.{last.delivery}"
        if last.delivery == "failed":
            look, icon, state = "failed", "i-cross-ring", "delivery.failed"
        if last.last_used_at is not None:
            look, icon, state = "used", "i-check-ring", "pass.used"
    return {
        "id": p.person,
        "name": person.name if person is not None else p.person,
        "iin": person.iin if person is not None else None,
        "contact": person.contact if person is not None else None,
        "role": translate(language, f"role.{p.role}"),
        "staff": p.role in STAFF,
        "under_16": p.under_16,
        "place": translate(language, f"place.{p.place}"),
        "room": rooms.get(TextRef(p.room)) if p.room is not None else None,
        "language": OWN_NAMES.get(p.language, p.language),
        "view": p.view or "not_stated",
        "view_words": translate(language, f"view.{p.view or 'not_stated'}"),
        "pass_id": last.id if last is not None else None,
        "pass_look": look,
        "pass_icon": icon,
        "pass_words": translate(language, state),
    }


def _can(actor: Actor, hearing: Hearing) -> dict[str, bool]:
    """Which forms stand on the page. The rules decide all the same when one is sent."""
    bench, over = actor.role in BENCH, hearing.phase in OVER
    before = hearing.phase in (Phase.LISTED, Phase.LOBBY)
    return {
        "add": hearing.phase in KEEPS_LIFE,
        "remove": bench and before,
        "passes": hearing.phase is not Phase.VACATED,
        "view": before,
        "order": bench and before,
        "open_link": not over and hearing.listing.publicity == "open",
        "close_link": bench and not over,
        "vacate": bench and before,
        "review": bench and hearing.phase is Phase.CLOSED,
    }


def _unnamed(hearing: Hearing, edition: Edition) -> list[Role]:
    """The roles of the quorum for which nobody is named yet."""
    kind = edition.kind(hearing.listing.kind)
    named = {p.role for p in hearing.people.values() if p.attendance is not Attendance.REMOVED}
    needs = [roles for roles in kind.quorum if not (hearing.listing.suspect_absence and Role.SUSPECT in roles)]
    needs += [roles for name, roles in kind.quorum_if.items() if getattr(hearing.listing, name)]
    return [roles[0] for roles in needs if not named & set(roles)]


def _checks(request: web.Request, hearing: Hearing, missing: Sequence[Role]) -> list[dict[str, Any]]:
    """What must be in place before the hearing, ticked off."""
    office = of(request)
    guests = [p for p in hearing.people.values() if p.role not in STAFF and p.attendance is not Attendance.REMOVED]

    def say(msgid: str) -> str:
        return office.languages.translate(doors.language(request), msgid)

    who = ", ".join(say(f"role.{role}") for role in missing)
    return [
        {"done": hearing.order is not None, "words": say("The judge's order for video"), "help": ""},
        {"done": not missing, "words": say("Everyone of the quorum is named"), "help": who},
        {
            "done": bool(guests) and all(p.passes for p in guests),
            "words": say("Each participant has a pass"),
            "help": "",
        },
        {"done": bool(guests) and all(p.view for p in guests), "words": say("Views on video are recorded"), "help": ""},
    ]


async def _do(request: web.Request, doing: Callable[[Actor, HearingId, Given], Awaitable[Any]]) -> web.StreamResponse:
    """One form of the page: do it and show the page again, or show the refusal beside its field."""
    _, actor, hearing_id, _ = await desk_of(request)
    fields = await given(request)
    _, refused = await attempt(request, lambda: doing(actor, hearing_id, fields))
    if refused is not None:
        return await _admin(request, fields, refused)
    return go(f"/hearings/{hearing_id}")


def _act(name: str, *taken: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A form that asks one act with some of its fields."""

    async def handle(request: web.Request) -> web.StreamResponse:
        async def doing(by: Actor, hearing_id: HearingId, fields: Given) -> Any:
            return await ask(of(request), hearing_id, name, {key: fields.get(key) for key in taken}, by)

        return await _do(request, doing)

    return handle


async def add(request: web.Request) -> web.StreamResponse:
    return await _do(request, lambda by, hearing, fields: add_participant(of(request), by, hearing, fields))


async def close_link(request: web.Request) -> web.StreamResponse:
    return await _do(request, lambda by, hearing, fields: close_observer_link(of(request), by, hearing, fields))


async def review(request: web.Request) -> web.StreamResponse:
    who, actor, _, _ = await desk_of(request)
    if actor.role not in BENCH:
        raise Refused("role")
    return await _do(request, lambda _, hearing, fields: extend_review(of(request), who, hearing, fields))


async def revoke(request: web.Request) -> web.StreamResponse:
    async def doing(by: Actor, hearing_id: HearingId, fields: Given) -> None:
        await revoke_pass(of(request), by, hearing_id, PassId(fields.get("pass_id", "")))

    return await _do(request, doing)


async def open_link(request: web.Request) -> web.StreamResponse:
    """The address is shown in this answer only; afterwards nobody can read it, only replace it."""
    _, actor, hearing_id, _ = await desk_of(request)
    link, refused = await attempt(request, lambda: open_observer_link(of(request), actor, hearing_id))
    return await _admin(request, {}, refused, observer_link=link)


async def issue(request: web.Request) -> web.StreamResponse:
    """Make passes for one person or for all who have none in use, and show them once for printing.

    A new pass ends the old one and the page that it opened, so whoever has come in by theirs keeps it.
    """
    _, actor, hearing_id, hearing = await desk_of(request)
    fields = await given(request)
    office, deliver = of(request), bool(fields.get("deliver"))
    guests = [p for p in hearing.people.values() if p.role not in STAFF and p.attendance is not Attendance.REMOVED]
    issued = await office.registry.docket.passes.of(hearing_id)
    in_use = {one.person for one in issued if one.revoked_at is None and one.last_used_at is not None}
    waiting = [p.person for p in guests if p.person not in in_use]
    wanted = [PersonId(fields["person"])] if fields.get("person") else waiting
    known = {person.id: person for person in await office.registry.docket.persons.of_case(hearing.case)}

    async def doing() -> list[PassSheet]:
        if guests and not wanted:
            raise Refused("passes_in_use")
        return [
            await issue_pass(
                office,
                actor,
                hearing_id,
                person,
                deliver=deliver and (len(wanted) == 1 or bool(person in known and known[person].contact)),
            )
            for person in wanted
        ]

    sheets, refused = await attempt(request, doing)
    if refused is not None:
        return await _admin(request, fields, refused)
    hearing = await office.clerk.load(hearing_id)
    return render(
        request,
        "passes.html",
        id=hearing_id,
        hearing=hearing,
        case=await office.registry.docket.cases.get(hearing.case),
        address=f"{office.origin}/enter",
        sheets=[printed(office, hearing, known[sheet.person].name, sheet) for sheet in sheets],
    )


ROUTES = [
    web.get("/hearings/{hearing}", show_hearing),
    web.post("/hearings/{hearing}/participants", add),
    web.post("/hearings/{hearing}/passes", issue),
    web.post("/hearings/{hearing}/passes/revoke", revoke),
    web.post("/hearings/{hearing}/observers", open_link),
    web.post("/hearings/{hearing}/observers/close", close_link),
    web.post("/hearings/{hearing}/review", review),
    web.post("/hearings/{hearing}/order", _act("order_remote", "order")),
    web.post("/hearings/{hearing}/view", _act("record_view", "person", "view")),
    web.post("/hearings/{hearing}/remove", _act("remove_participant", "person")),
    web.post("/hearings/{hearing}/notify-representative", _act("notify_representative")),
    web.post("/hearings/{hearing}/vacate", _act("vacate", "reason")),
]
