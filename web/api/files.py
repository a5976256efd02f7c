"""The case file by program: what lies in it, and each thing in it."""

from __future__ import annotations

from aiohttp import web

from transcripts.transcript import SCHEMA
from web import doors, review
from web.api.reading import plain
from web.office import RECORDING, of
from web.openapi import ANY, FLAG, NUMBER, Endpoint, listed, record, text
from web.pages import bundle, papers, transcript
from web.pages import file as pages
from web.pages import review as reviews
from web.playback import chapters, line_rows, may_open


async def get_file(request: web.Request) -> web.Response:
    """What lies in the file, and what the caller may do with it."""
    file = await pages.opened(request, "file_viewed")
    edition = of(request).edition_of(file.hearing)
    shown = [one for one in file.documents if one.kind == RECORDING or may_open(file, one, edition)]
    return web.json_response(
        {
            "id": file.id,
            "court_number": file.case_number,
            "rights": plain(file.rights),
            "digest": file.digest,
            "version": file.version,
            "transcript": file.transcript_state or "complete",
            "start": file.timeline.start,
            "duration": file.timeline.duration,
            "files": list(file.timeline.files),
            "chapters": [] if file.rights.own_only else chapters(file, _say(request)),
            "voices": list(review.voices(file.documents)) if file.rights.play else [],
            "documents": [plain(one, "by", "case") for one in shown if not file.rights.own_only],
        }
    )


def _say(request: web.Request):  # type: ignore[no-untyped-def]
    office, language = of(request), doors.language(request)
    return lambda msgid, **args: office.languages.translate(language, msgid, **args)


async def get_transcript(request: web.Request) -> web.Response:
    file = await pages.opened(request, "transcript_viewed")
    rows = [row for row in line_rows(file, _say(request)) if row["kind"] == "line"]
    return web.json_response({"hearing": file.id, "state": file.transcript_state or "complete", "lines": rows})


async def get_transcript_file(request: web.Request) -> web.StreamResponse:
    return await transcript.take(request)


async def get_transcript_schema(request: web.Request) -> web.Response:
    return web.json_response(SCHEMA, content_type="application/schema+json")


async def get_recording(request: web.Request) -> web.StreamResponse:
    return await pages.recording(request)


async def get_voice(request: web.Request) -> web.StreamResponse:
    return await reviews.voice(request)


async def get_waveform(request: web.Request) -> web.StreamResponse:
    return await reviews.waveform(request)


async def get_document(request: web.Request) -> web.StreamResponse:
    return await pages.document(request)


async def get_paper(request: web.Request) -> web.StreamResponse:
    return await papers.take(request)


async def get_bundle(request: web.Request) -> web.StreamResponse:
    return await bundle.take(request)


async def check_recording(request: web.Request) -> web.StreamResponse:
    return await bundle.check_recording(request)


AT = "/hearings/{hearing}"
PAPER = {"paper": "kk or ru; default: the language of the proceedings"}
ENDPOINTS = (
    Endpoint(
        "GET",
        AT + "/file",
        get_file,
        "What lies in the case file",
        "file",
        gives=record(
            ("id", "digest"),
            id=text(),
            digest=text(),
            duration=NUMBER,
            files=listed(NUMBER),
            voices=listed(text()),
            documents=listed(ANY),
        ),
    ),
    Endpoint(
        "GET", AT + "/transcript", get_transcript, "The words of the hearing", "file", gives=record(lines=listed(ANY))
    ),
    Endpoint(
        "GET",
        AT + "/transcript.{form:vtt|srt|docx|pdf|json}",
        get_transcript_file,
        "The transcript as WebVTT, SRT, DOCX, PDF or canonical JSON",
        "file",
        media="application/octet-stream",
    ),
    Endpoint(
        "GET",
        "/schemas/transcript.json",
        get_transcript_schema,
        "JSON Schema of the canonical transcript",
        "file",
        media="application/schema+json",
        open=True,
    ),
    Endpoint(
        "GET",
        AT + "/recording",
        get_recording,
        "The finished recording, WebM (VP8) or MP4 (H.264); serves ranges",
        "file",
        media="video/*",
        query={
            "download": "Present: as a copy to take away",
            "part": "Which of its files, where it has several; from 1",
        },
    ),
    Endpoint(
        "GET",
        AT + "/voices/{seat}",
        get_voice,
        "One voice of the recording alone; serves ranges",
        "file",
        media="audio/webm",
    ),
    Endpoint(
        "GET",
        AT + "/waveform",
        get_waveform,
        "Every voice's peaks, ten a second, base64 of bytes",
        "file",
        gives=record(("per_second", "voices"), per_second=NUMBER, voices=listed(ANY)),
    ),
    Endpoint(
        "GET",
        AT + "/documents/{document}",
        get_document,
        "One sealed document",
        "file",
        media="application/octet-stream",
    ),
    Endpoint(
        "GET",
        AT + "/{kind:minutes|ruling|link-test|quality}.{form:pdf|docx}",
        get_paper,
        "Brief minutes, ruling, link-test act, or the report on the quality of the record (court only)",
        "file",
        media="application/octet-stream",
        query=PAPER,
    ),
    Endpoint(
        "GET",
        AT + "/bundle.zip",
        get_bundle,
        "The evidence bundle: a sealed BagIt bag in a ZIP file",
        "file",
        media="application/zip",
    ),
    Endpoint(
        "GET",
        AT + "/recording/check",
        check_recording,
        "Whether the recording, hashed now, is the one that the journal sealed",
        "file",
        gives=record(("sealed",), sealed=FLAG, sha256=text()),
    ),
)
