"""The case file: player, transcript, timeline, oath clips, papers and the seal. Every look and play is logged."""

from __future__ import annotations

from aiohttp import web

from hearing.participants import HearingId
from hearing.registry import bundles
from hearing.wrongs import Refused
from web import bundling, casefile, doors, languages, review, sharing
from web.casefile import CaseFile, open_file
from web.doors import BENCH
from web.ledger import ledger
from web.office import Office, of
from web.pages.cases import named
from web.playback import chapters, clips, line_rows, may_open, speakers, strips
from web.rendering import render
from web.rights import closed_parts, silent_parts
from web.streaming import note_reading, send

DAY = 86400.0
LOG_LINES = 100
"""So many of the newest lines of the access log the page shows unless it is asked for all."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def opened(request: web.Request, what: str, document: str | None = None) -> CaseFile:
    """The file of the address for this visitor, with the look noted in the access log, and at which document of it."""
    who, hearing_id = doors.known(request), HearingId(request.match_info["hearing"])
    file = await open_file(of(request), who, hearing_id)
    subject = document if document in {one.id for one in file.documents} else None
    await of(request).registry.docket.log.note(
        of(request).now(), who.who, what, hearing=hearing_id, case=file.hearing.case, subject=subject
    )
    return file


async def show(request: web.Request) -> web.StreamResponse:
    file, office, language = await opened(request, "file_viewed"), of(request), doors.language(request)

    def say(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    log = await office.registry.docket.log.of(file.id) if file.rights.staff else []
    edition = office.edition_of(file.hearing)
    remarks_days = edition.numbers["remarks_days"]
    made = await bundles.latest(office.registry, file.id)
    bundle = made if made is not None and made.document.id in file.hearing.files else None
    closed, duration = file.hearing.closed_at, file.timeline.duration or 0.0
    rows, place = line_rows(file, say), file.timeline.place
    kept = review.voices(file.documents)
    waves = (await review.waveform(office, file.documents)).voices if file.rights.play else {}
    gaps = [(place(a), place(b)) for a, b, _ in silent_parts(file.entries)]
    return render(
        request,
        "file.html",
        file=file,
        copying=office.copies.progress(file.id, file.recording, file.documents) if file.recording else None,
        film_parts=film_parts(file),
        hearing=file.hearing,
        me_label=say("Reader" if file.actor.person in file.hearing.shares else f"role.{file.actor.role}"),
        me_name=file.names.get(file.actor.person, ""),
        duration=duration,
        rows=rows,
        chapters=chapters(file, say) if not file.rights.own_only else [],
        ledger=ledger(file, say) if not file.rights.own_only and file.hearing.opened_at else None,
        unheard_seconds=edition.numbers["unheard_seconds"],
        waves={seat: review.path(peaks, duration) for seat, peaks in waves.items()},
        alone=[seat for seat in file.hearing.seats if seat in kept] if file.rights.play else [],
        strips=strips(file, say, waves) if not file.rights.own_only else [],
        gaps=[(a, b) for a, b in gaps if a is not None and b is not None and b > a],
        clips=clips(file, edition),
        speakers=speakers(file, say),
        remarks_until=(file.hearing.signed_at or closed) + remarks_days * DAY if closed else None,
        papers=_papers(file),
        short=casefile.short,
        faults=lambda found: f"{found.count} / {languages.decimal(language, found.seconds)}" if found.count else "0",
        check_reason=await _check_reason(office, file),
        shares=await sharing.of_file(office, file) if file.rights.staff else [],
        remarks=await _remarks(office, file) if not file.rights.own_only else [],
        may_remark=closed is not None and file.actor.role in edition.groups["parties"],
        may_rule=file.actor.role in BENCH,
        bundle=bundle,
        takes_bundle=bundle is not None and bundling.may_take(file),
        qr_url=f"{office.origin}/file/{file.id}#{bundle.digest if bundle else file.digest}",
        grouped=bundling.grouped,
        state=say(file.transcript_state) if file.transcript_state else "",
        sealed_parts=bool(closed_parts(file.entries)) and not file.rights.sealed_too,
        log=await named(request, (log if "log" in request.query else log[-LOG_LINES:])[::-1]),
        looks=len(log),
        whole_log="log" in request.query,
    )


def film_parts(file: CaseFile) -> list[dict[str, object]]:
    """The recording's files, as a player takes them one after another."""
    address = f"/file/{file.id}/recording?part="
    return [{"at": at, "src": f"{address}{n}"} for n, at in enumerate(file.timeline.files, 1)]


def _papers(file: CaseFile) -> list[str]:
    """The papers that this reader may open, by their kind."""
    may = {
        "minutes": not file.rights.own_only,
        "ruling": file.hearing.announced_at is not None,
        "link-test": file.rights.staff,
        "quality": file.quality is not None,
    }
    return [kind for kind, open_to in may.items() if open_to]


async def _check_reason(office: Office, file: CaseFile) -> str:
    """Why the presiding judge found the record bad, where that was said."""
    check = file.hearing.record_check
    if check is None or check.reason is None:
        return ""
    return (await office.registry.docket.texts.read_many([check.reason])).get(check.reason, "")


async def _remarks(office: Office, file: CaseFile) -> list[dict[str, object]]:
    """The remarks with their texts, and where in the recording each speaks of."""
    remarks = file.hearing.remarks
    refs = [ref for one in remarks for ref in (one.text, one.reason) if ref is not None]
    texts = await office.registry.docket.texts.read_many(refs)
    return [
        {
            "number": number,
            "name": file.names.get(one.person, ""),
            "at": file.timeline.nearest(one.place),
            "text": texts.get(one.text, ""),
            "granted": one.granted,
            "reason": texts.get(one.reason, "") if one.reason is not None else "",
        }
        for number, one in enumerate(remarks, 1)
    ]


async def recording(request: web.Request) -> web.StreamResponse:
    """The finished file, or with ``part`` one of its files, by ranges. Of a closed part it holds nothing: that lies on
    sealed tapes.

    A HEAD asks only whether it is finished; that is no look at it.
    """
    downloads = "download" in request.query
    asks = request.method == "HEAD"
    file = await open_file(of(request), doors.known(request), HearingId(request.match_info["hearing"]))
    if not asks:
        what = "recording_downloaded" if downloads else "recording_played"
        await note_reading(request, what, file.id, file.hearing.case)
    if not file.rights.play:
        raise Refused("role")
    if downloads and not file.rights.download:
        raise Refused("no_download")
    if file.recording is None:
        raise Refused("recording_not_ready")
    part = request.query.get("part", "1")
    if part not in map(str, range(1, len(file.recordings) + 1)):
        raise Refused("not_found")
    return web.Response() if asks else await send(request, file.recordings[int(part) - 1], download=downloads)


async def document(request: web.Request) -> web.StreamResponse:
    """One sealed document: an oath's clip or a signed paper."""
    asked = request.match_info["document"]
    file = await opened(request, "document_opened", asked)
    found = next((d for d in file.documents if d.id == asked), None)
    if found is None:
        raise Refused("not_found")
    downloads = "download" in request.query
    if downloads and not file.rights.download:
        raise Refused("no_download")
    if not may_open(file, found, of(request).edition_of(file.hearing)):
        raise Refused("role")
    return await send(request, found, download=downloads)


ROUTES = [
    web.get("/file/{hearing}", show),
    web.get("/file/{hearing}/recording", recording),
    web.get("/file/{hearing}/documents/{document}", document),
]
