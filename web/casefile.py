"""The file of one hearing, gathered for whoever may see it: recording, lines, chapters, gaps, papers, seal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hearing import facts as f
from hearing.edition import Edition
from hearing.hearings import Hearing, Retention
from hearing.participants import Actor, HearingId, PersonId, Role, SeatId, TextRef
from hearing.registry.corrections import Text
from hearing.registry.documents import Document
from hearing.utterances import Utterance
from hearing.wrongs import Refused
from transcripts.interpretation import tied
from transcripts.transcript import overlaps
from web import doors, languages, sworn
from web.documents.minutes import Source
from web.documents.paper import FOOT
from web.doors import Visitor
from web.office import CLIPS, QUALITY, RECORDING, TIMELINE, WARNING_CLIP, Office
from web.quality import Report
from web.quality import read as read_quality
from web.rights import Rights, closed_parts, rights, silent_parts

VOICES = {
    "investigating_judge": "judge",
    "presiding_judge": "judge",
    "court_secretary": "secretary",
    "prosecutor": "prosecutor",
    "state_prosecutor": "prosecutor",
    "suspect": "suspect",
    "accused": "suspect",
    "defendant": "suspect",
    "defence_counsel": "counsel",
    "interpreter": "interpreter",
    "witness": "witness",
    "witness_with_right_to_defence": "witness",
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where an instant of the hearing lies in the finished file. Segments are (Unix start, place, length) seconds."""

    start: float
    duration: float | None = None
    segments: tuple[tuple[float, float, float], ...] = ()

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
    recording: Document | None
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


async def open_file(office: Office, who: Visitor, hearing_id: HearingId) -> CaseFile:
    """The file for this visitor. Raises ``Refused`` when it is not theirs to see."""
    hearing = await office.clerk.load(hearing_id)
    actor = await doors.actor_in(office, who, hearing_id, hearing)
    if actor is None:
        raise Refused("no_such_hearing")
    if hearing.retention is Retention.DESTROYED:
        raise Refused("destroyed")
    return await gather(office, hearing_id, hearing, actor, rights(hearing, actor, office.edition))


async def gather(office: Office, hearing_id: HearingId, hearing: Hearing, actor: Actor, may: Rights) -> CaseFile:
    """The file for an actor whose rights are known: a reader, or the court itself when it seals its papers."""
    docket = office.registry.docket
    journal = await office.registry.journal.read(hearing_id)
    entries = [(entry.fact, entry.at) for entry in journal]
    documents = await docket.documents.of(hearing_id)
    case = await docket.cases.get(hearing.case)
    text = await office.registry.corrections.current(hearing_id)
    text = replace(text, lines=tied(text.lines, {p.seat for p in hearing.with_role(Role.INTERPRETER)}))
    shown = _visible(text.lines, hearing, actor, may, closed_parts(entries))
    return CaseFile(
        id=hearing_id,
        hearing=hearing,
        actor=actor,
        rights=may,
        entries=entries,
        timeline=await _timeline(office, hearing, documents),
        recording=_latest(documents, RECORDING),
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


def _latest(documents: Sequence[Document], kind: str) -> Document | None:
    return max((d for d in documents if d.kind == kind), key=lambda d: d.version, default=None)


async def _timeline(office: Office, hearing: Hearing, documents: Sequence[Document]) -> Timeline:
    start = hearing.recording_since or hearing.opened_at or hearing.listing.scheduled_at
    found = _latest(documents, TIMELINE)
    if found is None:
        return Timeline(start, (hearing.closed_at - start) if hearing.closed_at else None)
    data = json.loads(await office.registry.docket.documents.read(found.id))
    segments = tuple(_segment(one) for one in data.get("segments", ()))
    return Timeline(float(data.get("start", start)), float(data["duration"]), segments)


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
    return [line for line in shown if not any(a <= line.start <= b for a, b in closed)]


# --- what the page and the API show --------------------------------------------------------------------------------


def speakers(file: CaseFile, say: Callable[..., str]) -> dict[SeatId, dict[str, str]]:
    """Each seat with the label and the colour of whoever speaks there."""
    found: dict[SeatId, dict[str, str]] = {}
    for seat in file.hearing.seats:
        people = file.hearing.at_seat(seat)
        label = ", ".join(say(f"role.{p.role}") for p in people)
        names = ", ".join(file.names.get(p.person, "") for p in people)
        voice = next((VOICES[p.role] for p in people if p.role in VOICES), "other")
        found[seat] = {"label": label, "name": names, "voice": voice}
    return found


def line_rows(file: CaseFile, say: Callable[..., str]) -> list[dict[str, Any]]:
    """The transcript's lines and the breaks between them, in order, with their place in the recording."""
    who = speakers(file, say)
    unknown = {"label": "—", "name": "", "voice": "other"}
    together = overlaps(file.lines)
    rows: list[tuple[float, dict[str, Any]]] = []
    shown = {line.id: line for line in file.lines}
    for line in file.lines:
        if not line.text:
            continue
        original = shown.get(line.interprets or "")
        words = [{"text": w.text, "doubt": w.doubtful} for w in line.words] or [{"text": line.text, "doubt": False}]
        row = {
            "kind": "line",
            "id": line.id,
            "at": file.timeline.nearest(line.start),
            "until": file.timeline.nearest(line.end),
            "starts": " ".join(f"{file.timeline.nearest(w.start):.1f}" for w in line.words),
            "words": words,
            "text": line.text,
            "overlap": line.id in together,
            "language": line.language,
            "confidence": round(line.confidence, 3),
            "interprets": None
            if original is None
            else {
                "id": original.id,
                "at": file.timeline.nearest(original.start),
                "label": who.get(SeatId(original.seat), unknown)["label"],
            },
            **who.get(SeatId(line.seat), unknown),
        }
        rows.append((line.start, row))
    if not file.rights.own_only:
        for start, end, why in silent_parts(file.entries):
            gap = {"kind": "gap", "at": file.timeline.nearest(start), "seconds": end - start, "why": say(f"gap.{why}")}
            rows.append((start, gap))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def chapters(file: CaseFile, say: Callable[..., str]) -> list[dict[str, Any]]:
    """Places one wants to jump to: opening, the script's steps, oaths, decision."""
    marks: list[tuple[float, str]] = []
    for fact, at in file.entries:
        match fact:
            case f.Opened():
                marks.append((at, say("chapter.opening")))
            case f.StepTaken(step):
                marks.append((at, say(f"step.{step}")))
            case f.WitnessCalled():
                marks.append((at, say("chapter.witness")))
            case f.OathShown():
                marks.append((at, say("chapter.oath")))
            case f.ReturnedFromDeliberation():
                marks.append((at, say("chapter.return")))
            case f.DecisionAnnounced():
                marks.append((at, say("chapter.decision")))
    return [{"at": file.timeline.nearest(at), "label": label} for at, label in marks]


def strips(file: CaseFile, say: Callable[..., str], heard: Iterable[SeatId] = ()) -> list[dict[str, Any]]:
    """One strip per voice: when it was heard, as places in the recording. ``heard``: also seats without words."""
    who = speakers(file, say)
    spans: dict[str, list[tuple[float, float]]] = {seat: [] for seat in heard}
    for line in file.lines:
        start, end = file.timeline.nearest(line.start), file.timeline.nearest(line.end)
        spans.setdefault(line.seat, []).append((round(start, 1), round(max(0.4, end - start), 1)))
    return [{**who[SeatId(seat)], "seat": seat, "spans": found} for seat, found in spans.items() if SeatId(seat) in who]


def clips(file: CaseFile, edition: Edition) -> list[dict[str, Any]]:
    """The oaths' clips that this reader may play."""
    said = {piece.kind: piece for piece in sworn.pieces(file.hearing, edition)}
    found = []
    for document in sorted(file.documents, key=lambda one: (one.kind.partition("-")[2], not _warns(one))):
        if not document.kind.startswith(CLIPS):
            continue
        person = PersonId(document.kind.partition("-")[2])
        if not file.rights.own_only or person == file.actor.person:
            piece = said.get(document.kind)
            words = " ".join(line.text for line in sworn.words_of(piece, file.lines)) if piece is not None else ""
            name = file.names.get(person, "")
            found.append(
                {"document": document, "person": person, "name": name, "warning": _warns(document), "words": words}
            )
    return found


def _warns(document: Document) -> bool:
    return document.kind.startswith(WARNING_CLIP)


async def source(office: Office, file: CaseFile, language: str, page: str) -> Source:
    """What a paper about this file is made from, in Kazakh or Russian."""
    language = language if language in FOOT and language != "en" else "kk"
    refs = [ref for fact, _ in file.entries for ref in _refs(fact)]
    recording = None
    if file.recording is not None:
        recording = (file.recording.name, file.timeline.duration, file.recording.sha256)

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
        edition=office.edition,
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
