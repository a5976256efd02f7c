"""The transcript as the court keeps it: one canonical JSON per version, whose hash is what the journal seals.

The same lines always give the same bytes: times are whole milliseconds, probabilities whole thousandths, text is
normalised, keys are sorted. ``transcript.schema.json`` describes it for those who read it elsewhere;
the API hands it out.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from transcripts.models import is_rehearsal
from transcripts.utterances import Utterance

FORMAT = "tyndau-transcript/1"
TOGETHER_SECONDS = 0.2
"""Two voices that share less than this took turns; more, and they spoke at once."""


class Status(StrEnum):
    """What the words are worth: as the machine heard them, as the court corrected them, as the judge approved them."""

    AUTOMATIC = "automatic_draft"
    CORRECTED = "corrected_draft"
    APPROVED = "approved"


SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("transcript.schema.json").read_text("utf-8"))


def canonical_json(lines: Sequence[Utterance], status: Status = Status.AUTOMATIC, *, complete: bool = True) -> bytes:
    ordered = sorted(lines, key=lambda said: (said.start, said.seat, said.id))
    together = overlaps(ordered)
    document = {
        "format": FORMAT,
        "status": status.value,
        "complete": complete,
        "rehearsal": any(is_rehearsal(said.model) for said in ordered),
        "lines": [_line(said, together.get(said.id, ())) for said in ordered],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(lines: Sequence[Utterance], status: Status = Status.AUTOMATIC) -> str:
    return hashlib.sha256(canonical_json(lines, status)).hexdigest()


def overlaps(lines: Sequence[Utterance]) -> Mapping[str, tuple[str, ...]]:
    """Which lines of other seats were spoken over each line, by id."""
    found: dict[str, list[str]] = {}
    speaking: list[Utterance] = []
    for said in sorted(lines, key=lambda one: (one.start, one.seat, one.id)):
        speaking = [one for one in speaking if one.end > said.start]
        for one in speaking:
            if one.seat != said.seat and min(one.end, said.end) - said.start > TOGETHER_SECONDS:
                found.setdefault(one.id, []).append(said.id)
                found.setdefault(said.id, []).append(one.id)
        speaking.append(said)
    return {name: tuple(sorted(others)) for name, others in found.items()}


def _line(said: Utterance, together: Sequence[str]) -> dict[str, Any]:
    edits = [
        {
            "number": edit.number,
            "at_ms": round(edit.at * 1000),
            "by": edit.by,
            "seat_before": edit.seat_before,
            "text_before": unicodedata.normalize("NFC", edit.text_before),
        }
        for edit in said.edits
    ]
    tie = {"interprets": said.interprets} if said.interprets is not None else {}
    return {
        **tie,
        **({"edits": edits} if edits else {}),
        "id": said.id,
        "hearing": said.hearing,
        "version": said.version,
        "seat": said.seat,
        "start_ms": round(said.start * 1000),
        "end_ms": round(said.end * 1000),
        "language": said.language,
        "text": unicodedata.normalize("NFC", said.text),
        "confidence": round(said.confidence * 1000),
        "no_speech": round(said.no_speech * 1000),
        "model": said.model,
        "overlaps": list(together),
        "words": [
            {
                "text": unicodedata.normalize("NFC", word.text),
                "start_ms": round(word.start * 1000),
                "end_ms": round(word.end * 1000),
                "probability": round(word.probability * 1000),
            }
            for word in said.words
        ],
    }
