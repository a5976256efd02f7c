"""The transcript to take away: captions for a player, and a paper of who said what when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from web import languages
from web.documents.paper import Block, Paper, Paragraph, Table, Title, one_line

Row = dict[str, Any]


def webvtt(rows: Sequence[Row]) -> str:
    """WebVTT with a voice for each speaker; times are places in the finished recording."""
    cues = ["WEBVTT", ""]
    for row in rows:
        if row["kind"] != "line":
            continue
        until = max(row["until"], row["at"] + 0.5)
        voice = _plain(f"{row['label']} {row['name']}")
        cues += [row["id"], f"{_stamp(row['at'])} --> {_stamp(until)}", f"<v {voice}>{_plain(row['text'])}", ""]
    return "\n".join(cues)


def paper(
    rows: Sequence[Row], say: Callable[..., str], language: str, court: str, number: str, digest: str, url: str
) -> Paper:
    """The same lines as a table. What the recogniser was unsure of stands in brackets with a question mark."""
    body = tuple(_row(row, say) for row in rows)
    blocks: tuple[Block, ...] = (
        Title(say("The words of the hearing")),
        Paragraph(say("Made by speech recognition. Doubtful words stand in [brackets?]. The recording decides.")),
        Table((say("In the recording"), say("Who"), say("Words")), body),
    )
    return Paper(language, court, number, blocks, digest, url)


def _row(row: Row, say: Callable[..., str]) -> tuple[str, str, str]:
    if row["kind"] == "gap":
        return languages.span(row["at"]), "—", f"({row['why']}, {languages.span(row['seconds'])})"
    words = " ".join(f"[{w['text'].strip()}?]" if w["doubt"] else w["text"].strip() for w in row["words"])
    speaker = one_line(f"{row['label']} {row['name']}")
    if (original := row["interprets"]) is not None:
        said = say("interprets: %(who)s, %(time)s", who=original["label"], time=languages.span(original["at"]))
        speaker = f"{speaker} ({one_line(said)})"
    return languages.span(row["at"]), speaker, one_line(words)


def _stamp(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _plain(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
