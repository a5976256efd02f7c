"""The file of one hearing, gathered for whoever may see it: recording, lines, papers, seal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hearing import facts as f
from hearing.hearings import Hearing, Retention
from hearing.participants import Actor, HearingId, PersonId, Role, TextRef
from hearing.registry.corrections import Text
from hearing.registry.documents import Document
from hearing.utterances import Utterance
from hearing.wrongs import Refused
from transcripts.interpretation import tied
from web import doors, languages
from web.documents.paper import FOOT
from web.documents.source import Source
from web.doors import Visitor
from web.office import QUALITY, RECORDING, TIMELINE, Office
from web.quality import Report
from web.quality import read as read_quality
from web.rights import Rights, closed_parts, rights, touches


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where an instant of the hearing lies in the finished recording. Segments are (Unix start, place, length), in
    seconds."""

    start: float
    duration: float | None = None
    segments: tuple[tuple[float, float, float], ...] = ()
    files: tuple[float, ...] = (0.0,)
    """The place in the recording where each of its files begins."""

    def place(self, at: float) -> float | None:
        """Seconds into the file, or None where the file holds nothing of that instant."""
        if not self.segments:
            inside = at >= self.start - 1 and (self.duration is None or at <= self.start + self.duration + 1)
            return max(0.0, at - self.start) if inside else None
        for start, place, length in self.segments:
            if start - 1 <= at <= start + length + 1:
                return place + min(max(0.0, at - start), length)
        return None

    def instant(self, place: float) -> float:
        """The Unix second that a place in the file shows; after its end, as if it went on."""
        for start, at, length in self.segments:
            if place < at + length:
                return start + max(0.0, place - at)
        start, at, _ = self.segments[-1] if self.segments else (self.start, 0.0, 0.0)
        return start + place - at

    def nearest(self, at: float) -> float:
        """Seconds into the file, or of the next thing that it holds."""
        found = self.place(at)
        if found is not None:
            return found
        later = [place for start, place, _ in self.segments if start >= at]
        return min(later, default=self.duration or max(0.0, at - self.start))


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What lies in the file, and what this reader may do with it."""

    id: HearingId
    hearing: Hearing
    actor: Actor
    rights: Rights
    entries: Sequence[tuple[f.Fact, float]]
    timeline: Timeline
    recordings: Sequence[Document]
    """The finished recording: one file, or several in their order; none while it is not ready."""
    documents: Sequence[Document]
    names: dict[PersonId, str]
    case_number: str
    erdr_number: str | None
    subject: str
    digest: str
    version: int
    text: Text
    """The words as they stand today, whole: pages show ``lines``, what of them this reader may read."""
    lines: Sequence[Utterance] = field(default=())
    whole: bool = True
    """Whether the reader may read every line that there is."""
    transcript_state: str = ""
    quality: Report | None = None
    """The report on the quality of the record, for the court only."""

    @property
    def recording(self) -> Document | None:
        """The first of its files."""
        return self.recordings[0] if self.recordings else None


async def open_file(office: Office, who: Visitor, hearing_id: HearingId) -> CaseFile:
    """The file for this visitor. Raises ``Refused`` when it is not theirs to see."""
    hearing = await office.clerk.load(hearing_id)
    actor = await doors.actor_in(office, who, hearing_id, hearing)
    if actor is None:
        raise Refused("no_such_hearing")
    if hearing.retention is Retention.DESTROYED:
        raise Refused("destroyed")
    return await gather(office, hearing_id, hearing, actor, rights(hearing, actor, office.edition_of(hearing)))


async def gather(office: Office, hearing_id: HearingId, hearing: Hearing, actor: Actor, may: Rights) -> CaseFile:
    """The file for an actor whose rights are known: a reader, or the court itself when it seals its papers."""
    docket = office.registry.docket
    journal = await office.registry.journal.read(hearing_id)
    entries = [(entry.fact, entry.at) for entry in journal]
    documents = await docket.documents.of(hearing_id)
    case = await docket.cases.get(hearing.case)
    text = await office.registry.corrections.current(hearing_id)
    text = replace(text, lines=tied(text.lines, {p.seat for p in hearing.with_role(Role.INTERPRETER)}))
    timeline = await _timeline(office, hearing, documents)
    shown = _visible(text.lines, hearing, actor, may, closed_parts(entries))
    return CaseFile(
        id=hearing_id,
        hearing=hearing,
        actor=actor,
        rights=may,
        entries=entries,
        timeline=timeline,
        recordings=recordings(documents, timeline),
        documents=documents,
        names=await docket.persons.names([*hearing.people, *hearing.shares]),
        case_number=case.court_number,
        erdr_number=case.erdr_number,
        subject=case.subject,
        digest=journal[-1].digest,
        version=journal[-1].version,
        text=text,
        lines=shown,
        whole=len(shown) == len(text.lines),
        transcript_state=await office.transcript_state(hearing_id),
        quality=await _quality(office, documents) if may.staff else None,
    )


def recordings(documents: Sequence[Document], timeline: Timeline) -> list[Document]:
    """The files of the newest recording, in their order."""
    kept = sorted((one for one in documents if one.kind == RECORDING), key=lambda one: one.version)
    return kept[-len(timeline.files) :]


def _latest(documents: Sequence[Document], kind: str) -> Document | None:
    return max((d for d in documents if d.kind == kind), key=lambda d: d.version, default=None)


async def _timeline(office: Office, hearing: Hearing, documents: Sequence[Document]) -> Timeline:
    start = hearing.recording_since or hearing.opened_at or hearing.listing.scheduled_at
    found = _latest(documents, TIMELINE)
    if found is None:
        return Timeline(start, (hearing.closed_at - start) if hearing.closed_at else None)
    data = json.loads(await office.registry.docket.documents.read(found.id))
    segments = tuple(_segment(one) for one in data.get("segments", ()))
    files = tuple(float(place) for place in data.get("files", (0.0,)))
    return Timeline(float(data.get("start", start)), float(data["duration"]), segments, files)


async def _quality(office: Office, documents: Sequence[Document]) -> Report | None:
    found = _latest(documents, QUALITY)
    return read_quality(await office.registry.docket.documents.read(found.id)) if found is not None else None


def _segment(data: Any) -> tuple[float, float, float]:
    """A segment as the recorder writes it: Unix start, place in the file, length, all in seconds."""
    if isinstance(data, dict):
        return float(data["start"]), float(data["place"]), float(data["length"])
    start, place, length = data
    return float(start), float(place), float(length)


def _visible(
    lines: Sequence[Utterance], hearing: Hearing, by: Actor, may: Rights, closed: Sequence[tuple[float, float]]
) -> list[Utterance]:
    """The lines that this reader may read."""
    shown = sorted(lines, key=lambda line: (line.start, line.id))
    if may.own_only:
        return [line for line in shown if line.seat == hearing.people[by.person].seat]
    if may.sealed_too:
        return shown
    return [line for line in shown if not touches(closed, line.start, line.end)]


# --- what papers are made from --------------------------------------------------------------------------------------


async def source(office: Office, file: CaseFile, language: str, page: str) -> Source:
    """What a paper about this file is made from, in Kazakh or Russian."""
    language = language if language in FOOT and language != "en" else "kk"
    refs = [ref for fact, _ in file.entries for ref in _refs(fact)]
    recording = None
    if file.recording is not None:
        names, digests = (", ".join(one) for one in zip(*((r.name, r.sha256) for r in file.recordings), strict=True))
        recording = (names, file.timeline.duration, digests)

    def say(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    return Source(
        hearing=file.hearing,
        entries=file.entries,
        names=file.names,
        texts=await office.registry.docket.texts.read_many(refs),
        case_number=file.case_number,
        erdr_number=file.erdr_number,
        subject=file.subject,
        court=office.court,
        edition=office.edition_of(file.hearing),
        zone=office.zone,
        say=say,
        language=language,
        digest=short(file.digest),
        check_url=f"{office.origin}/file/{file.id}/{page}#{file.digest}",
        place_in_record=file.timeline.place,
        recording=recording,
        quality=file.quality,
    )


def _refs(fact: f.Fact) -> list[TextRef]:
    kinds = fact.__dataclass_fields__  # type: ignore[attr-defined]
    return [getattr(fact, n) for n, one in kinds.items() if "TextRef" in str(one.type) and getattr(fact, n) is not None]


def short(digest: str) -> str:
    """The first five groups of a digest, as people compare them."""
    return " ".join(digest[i : i + 4] for i in range(0, 20, 4))


def when(office: Office, language: str, at: float) -> str:
    return f"{languages.day(language, at, office.zone)}, {languages.clock(at, office.zone)}"
