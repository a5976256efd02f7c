"""What lies beside the recording while it plays: speakers, lines and gaps, chapters, a strip for each voice, oaths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hearing import facts as f
from hearing.edition import Edition
from hearing.participants import PersonId, SeatId
from hearing.registry.documents import DERIVED, Document
from transcripts.transcript import overlaps
from web import sworn
from web.casefile import CaseFile
from web.office import CLIPS, MINUTES, RECORDING, RULING, SIGNATURE, SWORN_WORDS, TIMELINE, TRANSCRIPT, WARNING_CLIP
from web.rights import closed_parts, silent_parts, touches

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
    """The oaths' clips that this reader may play: those of which they may read every word."""
    said = {piece.kind: piece for piece in sworn.pieces(file.hearing, edition)}
    sealed = [] if file.rights.sealed_too or file.rights.own_only else closed_parts(file.entries)
    found = []
    for document in sorted(file.documents, key=lambda one: (one.kind.partition("-")[2], not _warns(one))):
        if not document.kind.startswith(CLIPS):
            continue
        person = PersonId(document.kind.partition("-")[2])
        piece = said.get(document.kind)
        if sealed and (piece is None or touches(sealed, piece.start, piece.end)):
            continue
        if not file.rights.own_only or person == file.actor.person:
            words = " ".join(line.text for line in sworn.words_of(piece, file.lines)) if piece is not None else ""
            name = file.names.get(person, "")
            found.append(
                {"document": document, "person": person, "name": name, "warning": _warns(document), "words": words}
            )
    return found


def may_open(file: CaseFile, document: Document, edition: Edition) -> bool:
    """Whether this reader may open that sealed document by itself; the recording and its copies have their own doors.

    What holds every word belongs to those who may hear every word; reports on lines and record are the court's.
    """
    kind = document.kind
    if kind == RECORDING or kind.startswith(DERIVED):
        return False
    if kind.startswith(CLIPS):
        return any(clip["document"].id == document.id for clip in clips(file, edition))
    if file.rights.staff:
        return True
    if file.rights.own_only or not file.rights.download:
        return False
    whole = file.rights.sealed_too or not closed_parts(file.entries)
    return (
        kind in (MINUTES, RULING)
        or kind.startswith(SIGNATURE)
        or (whole and kind.startswith((TRANSCRIPT, TIMELINE, SWORN_WORDS)))
    )


def _warns(document: Document) -> bool:
    return document.kind.startswith(WARNING_CLIP)
