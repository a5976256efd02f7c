"""The transcript to take away: subtitles for a player, and a paper in court layout of who said what when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from transcripts.export import Cue
from transcripts.transcript import Status
from web import languages
from web.documents.paper import Block, Heading, Paper, Paragraph, Signature, Table, Title, one_line

Row = dict[str, Any]
Say = Callable[..., str]
WIDTHS = (14, 28, 58)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the words are worth, in words: on every form of the transcript this comes first."""

    status: Status
    rehearsal: bool
    approved_by: str = ""
    approved_at: str = ""
    sha256: str = ""

    def labels(self, say: Say) -> list[str]:
        told = say(f"transcript.status.{self.status}", by=self.approved_by, at=self.approved_at)
        return [told, say("transcript.rehearsal")] if self.rehearsal else [told]


def cues(rows: Sequence[Row], say: Say) -> list[Cue]:
    """The lines as a player shows them; times are places in the finished recording."""
    together = say("transcript.together")
    return [
        Cue(
            row["id"],
            row["at"],
            row["until"],
            f"{row['label']} {row['name']}",
            row["text"],
            together if row["overlap"] else "",
        )
        for row in rows
        if row["kind"] == "line"
    ]


def paper(
    rows: Sequence[Row],
    say: Say,
    standing: Standing,
    facts: Sequence[tuple[str, str]],
    *,
    language: str,
    court: str,
    number: str,
    digest: str,
    url: str,
) -> Paper:
    """Head, standing, the facts of the hearing, then a row per line. Doubtful words stand in brackets."""
    blocks: list[Block] = [Title(say("transcript.title"))]
    blocks += [Heading(label) for label in standing.labels(say)]
    blocks += [Paragraph(f"{name}: {value}") for name, value in facts]
    if standing.status is not Status.APPROVED:
        blocks.append(
            Paragraph(say("Made by speech recognition. Doubtful words stand in [brackets?]. The recording decides."))
        )
    body = tuple(_row(row, say) for row in rows)
    blocks.append(Table((say("In the recording"), say("Who"), say("Words")), body, WIDTHS))
    if standing.status is Status.APPROVED:
        state = say("transcript.approved_hash", at=standing.approved_at, sha256=_grouped(standing.sha256))
        blocks.append(Signature(standing.approved_by, state))
    mark = "" if standing.status is Status.APPROVED else standing.labels(say)[0]
    return Paper(language, court, number, tuple(blocks), digest, url, mark)


def _row(row: Row, say: Say) -> tuple[str, str, str]:
    if row["kind"] == "gap":
        return languages.span(row["at"]), "—", f"({row['why']}, {languages.span(row['seconds'])})"
    words = " ".join(_doubted(w["text"].strip()) if w["doubt"] else w["text"].strip() for w in row["words"])
    if row["overlap"]:
        words = f"({say('transcript.together')}) {words}"
    speaker = one_line(f"{row['label']} {row['name']}")
    if (original := row["interprets"]) is not None:
        said = say("interprets: %(who)s, %(time)s", who=original["label"], time=languages.span(original["at"]))
        speaker = f"{speaker} ({one_line(said)})"
    return languages.span(row["at"]), speaker, one_line(words)


def _doubted(word: str) -> str:
    """The sentence's own marks stay outside of the brackets."""
    bare = word.rstrip(".,;:!?…")
    return f"[{bare}?]{word[len(bare) :]}"


def _grouped(digest: str) -> str:
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
