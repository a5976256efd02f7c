"""What each player says and when, read from ``config/rehearsal/lines.json``.

A cue is a condition on the view that the server sends; when it becomes true, the line is spoken. The cues: ``talk``
(the secretary speaks with me), ``private`` (I am in the private talk), ``oath@TIME`` (the oath is shown to me),
``warned`` (I preside and have warned somebody), ``testimony`` (I may testify), ``now:STEP`` (this step of the script
is due), ``done:STEP`` (the judge took it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "config" / "rehearsal"
VOICES = FOLDER / "voices"
LANGUAGES = ("kk", "ru")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. ``act`` is asked when it has been spoken, if the person may."""

    role: str
    number: int
    cue: str
    after: float
    act: str | None
    texts: Mapping[str, str]

    def voice(self, language: str) -> Path:
        """The file with this sentence, spoken."""
        return VOICES / f"{self.role}-{self.number}-{language}.ogg"


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a role's voice is made."""

    role: str
    variant: str
    speed: int
    pitch: int
    lines: tuple[Line, ...]


def speakers() -> dict[str, Speaker]:
    """Everyone who is played, by role."""
    described = json.loads((FOLDER / "lines.json").read_text("utf-8"))
    return {role: _speaker(role, **entry) for role, entry in described.items()}


def _speaker(role: str, voice: Mapping[str, Any], lines: list[dict[str, Any]]) -> Speaker:
    return Speaker(
        role,
        str(voice["variant"]),
        int(voice["speed"]),
        int(voice["pitch"]),
        tuple(
            Line(role, n, line["cue"], line["after"], line.get("act"), {k: line[k] for k in LANGUAGES})
            for n, line in enumerate(lines, 1)
        ),
    )


def cues(view: Mapping[str, Any]) -> Iterator[str]:
    """The cues that are true in a view."""
    me, hearing = view["you"], view["hearing"]
    person, seat = me["person"], me["seat"]
    if hearing["talk"] is not None and hearing["talk"] == seat:
        yield "talk"
    if hearing["phase"] == "private_talk" and person in hearing["private_talk"]:
        yield "private"
    if hearing["phase"] != "open" or me["attendance"] != "admitted":
        return
    for row in hearing["script"]:
        if row["state"] in ("now", "done"):
            yield f"{row['state']}:{row['step']}"
    oath = hearing["oath"]
    if oath is not None and oath["person"] == person and oath["state"] == "shown":
        yield f"oath@{oath.get('shown_at')}"
    if oath is not None and oath["state"] == "warned" and oath["judge"] and me["layout"] == "judge":
        yield "warned"
    if any(p["person"] == person and p["testimony_at"] is not None for p in hearing["people"]):
        yield "testimony"
