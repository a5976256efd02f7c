"""Records and their terms, for the court's own people: what is kept, held, due, destroyed."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hearing.participants import Actor, CaseId, HearingId, PersonId
from hearing.wrongs import Refused
from web import doors
from web.asking import ask
from web.doors import BENCH
from web.office import of
from web.pages.forms import attempt, choices, given
from web.rendering import go, render
from web.retention import Kept, destroy, kept


async def own(request: web.Request) -> list[Kept]:
    """The secretary's office sees all records; a judge sees those of the hearings in which they sat."""
    (who, role), office = doors.staff(request), of(request)
    found = await kept(office.registry, office.clerk, office.editions)
    if role in BENCH and who.account is not None:
        mine = {one.id for one in await office.registry.docket.hearings.of_account(who.account.id)}
        found = [one for one in found if one.hearing in mine]
    return found


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, None)


async def _page(request: web.Request, refused: dict[str, object] | None) -> web.StreamResponse:
    found, office = await own(request), of(request)
    cases = {one.id: one for one in await office.registry.docket.cases.list()}
    rows: list[dict[str, Any]] = []
    for one in found:
        case = cases[one.case]
        due = one.due_at <= office.now()
        rows.append(
            {
                "id": one.hearing,
                "case": one.case,
                "number": case.court_number or one.hearing,
                "due_at": one.due_at,
                "state": one.state.value,
                "due": due and one.state.value == "kept",
                "grounds": choices(request, "destruction_ground", one.grounds),
            }
        )
    return render(
        request,
        "retention.html",
        status=200 if refused is None else 422,
        rows=rows,
        refused=refused,
        bench=doors.staff(request)[1] in BENCH,
    )


async def actor_of(request: web.Request, hearing_id: HearingId) -> Actor:
    """The judge as this hearing knows them. Raises ``Refused`` for anyone else."""
    who, _ = doors.staff(request)
    hearing = await of(request).clerk.load(hearing_id)
    actor = await doors.actor_in(of(request), who, hearing_id, hearing)
    if actor is None:
        raise Refused("no_such_hearing")
    return actor


async def judge_of(request: web.Request, case: CaseId) -> Actor:
    """The judge who may end this case's record: one who sat in a hearing of it."""
    who, role = doors.staff(request)
    if role not in BENCH or case not in {one.case for one in await own(request)}:
        raise Refused("role")
    return Actor(PersonId(who.who), role)


def _held(act: str) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        hearing_id, fields = HearingId(request.match_info["hearing"]), await given(request)
        by = await actor_of(request, hearing_id)
        reason = {"reason": fields.get("reason")}
        _, refused = await attempt(request, lambda: ask(of(request), hearing_id, act, reason, by))
        return go("/retention") if refused is None else await _page(request, refused)

    return handle


async def destroy_case(request: web.Request) -> web.StreamResponse:
    """There is no way back, so the judge ticks that this is understood before it is done."""
    case, fields = CaseId(request.match_info["case"]), await given(request)
    by = await judge_of(request, case)

    async def sure() -> None:
        if fields.get("sure") != "yes":
            raise Refused("field_missing", field="sure")
        await destroy(of(request), case, fields.get("ground", ""), by)

    _, refused = await attempt(request, sure)
    return go("/retention") if refused is None else await _page(request, refused)


ROUTES = [
    web.get("/retention", show),
    web.post("/hearings/{hearing}/hold", _held("place_hold")),
    web.post("/hearings/{hearing}/hold/lift", _held("lift_hold")),
    web.post("/cases/{case}/destroy", destroy_case),
]
