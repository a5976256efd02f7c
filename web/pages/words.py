"""The secretary's desk for the words: hear a line, correct it, go to the next doubtful word; the judge approves.

Each line is a form of its own, so the page works without scripts; with them it saves in place and the recording plays
on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hearing.corrections import Correction
from hearing.wrongs import Refused
from web import doors, wording
from web.casefile import CaseFile
from web.office import of
from web.pages.cases import names_of
from web.pages.file import film_parts, opened
from web.pages.forms import attempt, given
from web.playback import speakers
from web.rendering import go, render


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, await _file(request, "transcript_viewed"), None)


async def correct(request: web.Request) -> web.StreamResponse:
    """One line, sent by its form."""
    file, fields = await _file(request, "transcript_corrected"), await given(request)
    line = request.match_info["line"]

    async def doing() -> Correction:
        written = fields.get("text", ""), number(fields.get("seen"))
        return await wording.correct(of(request), file, line, fields.get("seat", ""), *written)

    _, refused = await attempt(request, doing)
    if refused is not None:
        return await _page(request, file, refused)
    return go(f"/file/{file.id}/words#{line}")


async def approve(request: web.Request) -> web.StreamResponse:
    file, fields = await _file(request, "transcript_approved"), await given(request)
    _, refused = await attempt(request, lambda: wording.approve(of(request), file, number(fields.get("seen"))))
    if refused is not None:
        return await _page(request, file, refused)
    return go(f"/file/{file.id}/words")


async def _file(request: web.Request, what: str) -> CaseFile:
    file = await opened(request, what)
    if not file.rights.staff:
        raise Refused("role")
    return file


def number(value: object) -> int:
    """A correction's number as a form or a call gives it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 9:
        raise Refused("malformed", field="seen")
    return int(value)


async def _page(request: web.Request, file: CaseFile, refused: Mapping[str, object] | None) -> web.StreamResponse:
    office, language = of(request), doors.language(request)

    def say(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    who = speakers(file, say)
    names = await names_of(office, {one.by for one in file.text.corrections})
    standing = wording.standing(office, file, language)
    return render(
        request,
        "words.html",
        status=422 if refused is not None else 200,
        file=file,
        film_parts=film_parts(file),
        hearing=file.hearing,
        lines=_lines(file, who, names),
        seats=[(seat, label(one)) for seat, one in who.items()],
        standing=standing.labels(say),
        approved=standing.status == "approved",
        changes=_changes(file, who, names),
        versions=await office.registry.words.versions(file.id),
        may_correct=wording.may_correct(file),
        may_approve=wording.may_approve(file),
        refused=refused,
    )


def label(speaker: Mapping[str, str]) -> str:
    return " · ".join(part for part in (speaker["label"], speaker["name"]) if part)


def _lines(file: CaseFile, who: Mapping[Any, Mapping[str, str]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every line, removed ones too, with the place of each word in the recording."""
    place = file.timeline.nearest
    return [
        {
            "id": said.id,
            "seat": said.seat,
            "label": who[said.seat]["label"] if said.seat in who else "—",
            "voice": who[said.seat]["voice"] if said.seat in who else "other",
            "at": place(said.start),
            "until": place(said.end),
            "language": said.language,
            "text": said.text,
            "words": [{"text": w.text, "doubt": w.doubtful, "at": place(w.start)} for w in said.words]
            or ([{"text": said.text, "doubt": False, "at": place(said.start)}] if said.text else []),
            "seen": said.edits[-1].number if said.edits else 0,
            "by": names.get(said.edits[-1].by, "") if said.edits else "",
        }
        for said in file.lines
    ]


def _changes(file: CaseFile, who: Mapping[Any, Mapping[str, str]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every correction with what stood there before, the newest first."""
    edits = {edit.number: (said, edit) for said in file.text.lines for edit in said.edits}
    approved = file.hearing.approved
    sealed = approved.corrections if approved is not None and approved.version == file.text.version else 0
    found = []
    for one in file.text.corrections:
        said, edit = edits[one.number]
        found.append(
            {
                "number": one.number,
                "at": one.at,
                "name": names.get(one.by, one.by),
                "place": file.timeline.nearest(said.start),
                "before": edit.text_before,
                "after": one.text,
                "speaker_before": who[edit.seat_before]["label"] if edit.seat_before in who else "—",
                "speaker_after": who[one.seat]["label"] if one.seat in who else "—",
                "moved": edit.seat_before != one.seat,
                "approved": one.number <= sealed,
            }
        )
    return found[::-1]


ROUTES = [
    web.get("/file/{hearing}/words", show),
    web.post("/file/{hearing}/words/approval", approve),
    web.post("/file/{hearing}/words/lines/{line}", correct),
]
