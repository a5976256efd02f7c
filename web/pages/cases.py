"""Cases: the list, a new one, and one case with its hearings, persons and access log."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import CaseId, PersonId
from hearing.registry.accesses import Access
from hearing.wrongs import Refused
from web import doors
from web.desk import create_case
from web.office import Office, of
from web.pages.forms import attempt, given
from web.rendering import go, render


async def list_cases(request: web.Request) -> web.StreamResponse:
    doors.staff(request)
    found = [case for case in await of(request).registry.docket.cases.list() if case.destroyed_at is None]
    return render(request, "cases.html", cases=sorted(found, key=lambda case: -case.created_at))


async def new_case(request: web.Request) -> web.StreamResponse:
    doors.staff(request)
    return render(request, "case_new.html", given={}, refused=None)


async def make_case(request: web.Request) -> web.StreamResponse:
    (who, _), fields = doors.staff(request), await given(request)
    case, refused = await attempt(request, lambda: create_case(of(request), who, fields))
    if refused is not None:
        return render(request, "case_new.html", status=422, given=fields, refused=refused)
    return go(f"/hearings/new?case={case.id}")


async def show_case(request: web.Request) -> web.StreamResponse:
    (who, _), docket = doors.staff(request), of(request).registry.docket
    case = await docket.cases.get(CaseId(request.match_info["case"]))
    if not case.id or case.destroyed_at is not None:
        raise Refused("not_found")
    await docket.log.note(of(request).now(), who.who, "case_viewed", case=case.id)
    log = await docket.log.of_case(case.id)
    return render(
        request,
        "case.html",
        case=case,
        listings=await docket.hearings.of_case(case.id),
        persons=await docket.persons.of_case(case.id),
        log=await named(request, log[-200:][::-1]),
    )


async def named(request: web.Request, log: list[Access]) -> list[dict[str, object]]:
    """Access log lines with the names that the docket knows for their ids."""
    office, language = of(request), doors.language(request)
    names = await names_of(office, {line.who for line in log})
    return [
        {
            "at": line.at,
            "name": names.get(line.who, line.who),
            "words": office.languages.translate(language, f"log.{line.what}"),
        }
        for line in log
    ]


async def names_of(office: Office, ids: set[str]) -> dict[str, str]:
    people = await office.registry.docket.persons.names([PersonId(one) for one in ids])
    accounts = {account.id: account.name for account in await office.registry.docket.accounts.list()}
    systems = {target.name: target.title for target in office.targets}
    return {**systems, **{str(person): name for person, name in people.items()}, **accounts}


ROUTES = [
    web.get("/cases", list_cases),
    web.get("/cases/new", new_case),
    web.post("/cases/new", make_case),
    web.get("/cases/{case}", show_case),
]
