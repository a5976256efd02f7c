"""Minutes, ruling, link-test act and report on quality: on the page, as PDF and as DOCX, in Kazakh or Russian."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from hearing.hearings import Ruling
from hearing.participants import HearingId
from hearing.wrongs import Refused
from web import bundling, doors, signatures
from web.asking import ask
from web.casefile import CaseFile, source
from web.documents.link_test import link_test
from web.documents.minutes import minutes
from web.documents.paper import Paper
from web.documents.quality import quality
from web.documents.ruling import ruling
from web.documents.setting import blocks_html, docx, pdf
from web.documents.source import Source
from web.doors import BENCH, STAFF
from web.office import MINUTES, QUALITY, of
from web.pages.file import DOCX, opened
from web.pages.forms import attempt
from web.rendering import go, render
from web.sealing import keep, name_of, of_proceedings, sealed
from web.streaming import attachment, send

MAKERS: dict[str, Callable[[Source], Paper]] = {
    "minutes": minutes,
    "ruling": ruling,
    "link-test": link_test,
    "quality": quality,
}
DAY = 86400.0


def paper_language(request: web.Request, file: CaseFile) -> str:
    """The language of the paper: the one asked for, else that of the proceedings; never English."""
    for wish in (request.query.get("paper"), file.hearing.listing.language):
        if wish in ("kk", "ru"):
            return str(wish)
    return "kk"


async def make(request: web.Request, kind: str, what: str) -> tuple[CaseFile, Paper, str]:
    """The paper for this visitor. A ruling exists for the parties only once it is announced."""
    file = await opened(request, what)
    announced = file.hearing.ruling is Ruling.ANNOUNCED
    if kind == "ruling" and not announced and file.actor.role not in BENCH:
        raise Refused("ruling_not_announced")
    if (kind != "ruling" and file.rights.own_only) or (kind == QUALITY and not file.rights.staff):
        raise Refused("role")
    if kind == QUALITY and file.quality is None:
        raise Refused("recording_not_ready")
    language = paper_language(request, file)
    made = MAKERS[kind](await source(of(request), file, language, kind))
    return file, made, language


async def show(request: web.Request) -> web.StreamResponse:
    kind = request.match_info["kind"]
    file, paper, language = await make(request, kind, f"{kind}_viewed".replace("-", "_"))
    return await _page(request, kind, file, paper, language, None)


async def _page(
    request: web.Request, kind: str, file: CaseFile, paper: Paper, language: str, refused: object
) -> web.StreamResponse:
    closed, numbers = file.hearing.closed_at, of(request).edition_of(file.hearing).numbers
    may_sign = kind == "minutes" and closed is not None and file.actor.role in STAFF
    own = signatures.waits_for(file, kind) if kind in signatures.SIGNED else None
    response = render(
        request,
        "paper.html",
        file=file,
        kind=kind,
        paper=paper,
        paper_lang=language,
        blocks=blocks_html(paper),
        may_sign=may_sign and file.actor.person not in file.hearing.signatures,
        signed=sum(1 for _ in file.hearing.signatures),
        sign_until=closed + numbers["minutes_sign_days"] * DAY if closed else None,
        rows=signatures.rows(file, kind),
        own=own,
        ncalayer=of(request).ncalayer,
        refused=refused,
    )
    if own is not None:
        doors.reach_also(response, of(request).ncalayer)
    return response


async def take(request: web.Request) -> web.StreamResponse:
    kind, form = request.match_info["kind"], request.match_info["form"]
    file, paper, language = await make(request, kind, f"{kind}_downloaded".replace("-", "_"))
    if not file.rights.download:
        raise Refused("no_download")
    done = sealed(file, kind, language, form)
    if done is not None:
        return await send(request, done, download=form != "pdf")
    name = name_of(file, kind, language, form)
    if form == "pdf":
        return attachment(await asyncio.to_thread(pdf, paper), "application/pdf", name, inline=True)
    return attachment(await asyncio.to_thread(docx, paper), DOCX, name)


async def sign(request: web.Request) -> web.StreamResponse:
    """Sign the minutes: their present text is sealed as a document and its hash is the fact."""
    office = of(request)
    file = await opened(request, "minutes_signed")
    language = of_proceedings(file.hearing)
    made = minutes(await source(office, file, language, "minutes"))

    async def doing() -> None:
        if file.actor.role not in STAFF:
            raise Refused("role")
        document = await keep(office, file, MINUTES, language, "pdf", made, file.actor.person)
        await ask(office, file.id, "sign_minutes", {"sha256": document.sha256}, file.actor)
        await bundling.renew_if_possible(office, file.id)

    _, refused = await attempt(request, doing)
    if refused is not None:
        return await _page(request, "minutes", file, made, language, refused)
    return go(f"/file/{HearingId(file.id)}/minutes")


KIND = "{kind:minutes|ruling|link-test|quality}"
ROUTES = [
    web.get(f"/file/{{hearing}}/{KIND}", show),
    web.get(f"/file/{{hearing}}/{KIND}.{{form:pdf|docx}}", take),
    web.post("/file/{hearing}/minutes/sign", sign),
]
