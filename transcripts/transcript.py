"""The transcript as the court keeps it: one canonical JSON per version, whose hash is what the journal seals.

The same lines always give the same bytes: times are whole milliseconds, probabilities whole thousandths, text is
normalised, keys are sorted. ``SCHEMA`` describes it for those who read it elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from transcripts.models import is_rehearsal
from transcripts.utterances import Utterance

FORMAT = "tyndau-transcript/1"

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:tyndau:transcript:1",
    "title": "Transcript of one hearing, one version",
    "type": "object",
    "additionalProperties": False,
    "required": ["format", "lines", "rehearsal"],
    "properties": {
        "format": {"const": FORMAT},
        "rehearsal": {"type": "boolean", "description": "true when a model for rehearsals heard any line"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [
                    "id", "hearing", "version", "seat", "start_ms", "end_ms", "language", "text", "words",
                    "confidence", "no_speech", "model",
                ],
                "properties": {
                    "id": {"type": "string"},
                    "hearing": {"type": "string"},
                    "version": {"type": "integer", "minimum": 0},
                    "seat": {"type": "string"},
                    "start_ms": {"type": "integer", "description": "Unix milliseconds on the hearing's clock"},
                    "end_ms": {"type": "integer"},
                    "language": {"type": "string"},
                    "text": {"type": "string"},
                    "confidence": {"type": "integer", "minimum": 0, "maximum": 1000},
                    "no_speech": {"type": "integer", "minimum": 0, "maximum": 1000},
                    "model": {"type": "string", "description": "name@hash of the model that heard the line"},
                    "interprets": {"type": "string", "description": "id of the line that an interpreter gives here"},
                    "words": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["text", "start_ms", "end_ms", "probability"],
                            "properties": {
                                "text": {"type": "string"},
                                "start_ms": {"type": "integer"},
                                "end_ms": {"type": "integer"},
                                "probability": {"type": "integer", "minimum": 0, "maximum": 1000},
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip


def canonical_json(lines: Sequence[Utterance]) -> bytes:
    ordered = sorted(lines, key=lambda said: (said.start, said.seat, said.id))
    document = {
        "format": FORMAT,
        "rehearsal": any(is_rehearsal(said.model) for said in ordered),
        "lines": [_line(said) for said in ordered],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(lines: Sequence[Utterance]) -> str:
    return hashlib.sha256(canonical_json(lines)).hexdigest()


def _line(said: Utterance) -> dict[str, Any]:
    tie = {"interprets": said.interprets} if said.interprets is not None else {}
    return tie | {
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
