"""The rehearsal's own door: a link that signs in without a password. It exists only while the server rehearses."""

from __future__ import annotations

from aiohttp import web

from web.pages.entry import let_in
from web.rehearsal.stage import Stage


def routes(stage: Stage) -> list[web.RouteDef]:
    """``GET /rehearsal/{key}``: become the judge or the secretary whom the key stands for, and go to the hearing."""

    async def enter(request: web.Request) -> web.StreamResponse:
        account = stage.accounts.get(request.match_info["key"])
        if account is None:
            raise web.HTTPSeeOther("/")
        response = web.Response(status=303, headers={"Location": f"/sit/{stage.hearing}"})
        await let_in(request, response, account)
        return response

    return [web.get("/rehearsal/{key}", enter)]
