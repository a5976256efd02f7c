"""The transcript to take away: subtitles, a paper in court layout, and the canonical JSON whose hash is sealed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from hearing.participants import Role
from hearing.wrongs import Refused
from transcripts import export
from transcripts.transcript import Status, canonical_json
from web import casefile, doors, wording
from web.casefile import CaseFile
from web.documents import transcript as words
from web.documents.paper import Paper
from web.documents.setting import docx, pdf
from web.doors import BENCH
from web.office import Office, of
from web.pages.file import DOCX, opened
from web.playback import line_rows
from web.streaming import attachment


async def take(request: web.Request) -> web.StreamResponse:
    """The transcript in one form; as WebVTT without ``?download`` it is the player's own track."""
    form = request.match_info["form"]
    track = form == "vtt" and "download" not in request.query
    file = await opened(request, "transcript_viewed" if track else "transcript_downloaded")
    if not track and not file.rights.download:
        raise Refused("no_download")
    office, language = of(request), doors.language(request)

    def say(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    standing = wording.standing(office, file, language)
    draft = "" if standing.status is Status.APPROVED else "-draft"
    name = f"{file.case_number.replace('/', '_')}-transcript{draft}.{form}"
    if form == "json":
        content = canonical_json(file.lines, standing.status, complete=file.whole)
        return attachment(content, "application/json", name)
    rows = line_rows(file, say)
    if form == "vtt":
        made = export.webvtt(words.cues(rows, say), standing.labels(say))
        return attachment(made.encode(), "text/vtt", name, inline=track)
    if form == "srt":
        made = export.srt(words.cues(rows, say), standing.labels(say))
        return attachment(made.encode(), "application/x-subrip", name)
    sheet = _paper(office, file, language, say)
    if form == "pdf":
        return attachment(await asyncio.to_thread(pdf, sheet), "application/pdf", name, inline=True)
    return attachment(await asyncio.to_thread(docx, sheet), DOCX, name)


def _paper(office: Office, file: CaseFile, language: str, say: Callable[..., str]) -> Paper:
    hearing = file.hearing
    begun = hearing.opened_at or hearing.listing.scheduled_at
    bench = hearing.with_role(*BENCH, Role.COURT_SECRETARY)
    facts = [
        (say("transcript.date"), casefile.when(office, language, begun)),
        (say("transcript.kind"), say(f"kind.{hearing.listing.kind}")),
        *((say(f"role.{p.role}"), file.names.get(p.person, "")) for p in bench),
    ]
    if file.recording is not None:
        facts.append((say("transcript.file"), ", ".join(one.name for one in file.recordings)))
    return words.paper(
        line_rows(file, say),
        say,
        wording.standing(office, file, language),
        facts,
        language=language,
        court=office.court,
        number=file.case_number,
        digest=casefile.short(file.digest),
        url=f"{office.origin}/file/{file.id}#{file.digest}",
    )


ROUTES = [web.get(r"/file/{hearing}/transcript.{form:vtt|srt|docx|pdf|json}", take)]
