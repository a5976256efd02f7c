"""The transcript in the forms people read: subtitles, text and a court document, all from the same lines.

Nothing here decides who may read it. Every form carries the same labels, so that an automatic draft can never pass
for the minutes, nor a rehearsal for a hearing. All wording comes from outside, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from io import BytesIO

import docx as python_docx
import webvtt as webvtt_py
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_UNDERLINE
from docx.shared import Cm, Pt, RGBColor

from hearing.participants import SeatId
from transcripts.transcript import SCHEMA, canonical_json, digest
from transcripts.utterances import Utterance

__all__ = ["SCHEMA", "Header", "Labels", "canonical_json", "digest", "docx", "srt", "text", "webvtt"]

SHORTEST_CUE = 0.2


@dataclass(frozen=True, slots=True)
class Labels:
    """What every export says about itself; ``rehearsal`` is set when the lines come from a rehearsal model."""

    draft: str
    rehearsal: str | None = None
    doubtful: str | None = None
    """What the dotted line under a word means."""

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(label for label in (self.draft, self.rehearsal) if label)


@dataclass(frozen=True, slots=True)
class Header:
    """The head of the document: its title and pairs of name and value, such as court, case, date."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    zone: tzinfo | None = None
    """With a zone each line shows the time of day; without, the time in the record."""
    footer: str | None = None


def ordered(lines: Sequence[Utterance]) -> list[Utterance]:
    return sorted(lines, key=lambda said: (said.start, said.seat))


def webvtt(
    lines: Sequence[Utterance],
    names: Mapping[SeatId, str],
    *,
    origin: float | None = None,
    labels: Labels | None = None,
) -> str:
    """WebVTT with the speaker as ``<v Name>``; ``origin`` is the Unix time at which the record begins."""
    file = webvtt_py.WebVTT()
    if labels is not None:
        file.header_comments.extend(labels.all)
    for said, start, end in _timed(lines, origin):
        body = escape(said.text, quote=False)
        name = _one_line(names.get(said.seat))
        spoken = f"<v {escape(name, quote=False)}>{body}</v>" if name else body
        cue = webvtt_py.Caption(_clock(start, "."), _clock(end, "."), spoken)
        cue.identifier = said.id
        file.captions.append(cue)
    return str(file.content)


def srt(lines: Sequence[Utterance], names: Mapping[SeatId, str], *, origin: float | None = None) -> str:
    cues = []
    for number, (said, start, end) in enumerate(_timed(lines, origin), 1):
        name = _one_line(names.get(said.seat))
        body = f"{name}: {said.text}" if name else said.text
        cues.append(f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_one_line(body)}\n")
    return "\n".join(cues)


def text(
    lines: Sequence[Utterance],
    names: Mapping[SeatId, str],
    labels: Labels,
    *,
    origin: float | None = None,
) -> str:
    """Plain text, a line per utterance with its time in the record."""
    out = [*labels.all, ""]
    for said, start, _ in _timed(lines, origin):
        out.append(f"[{_clock(start, '.')[:8]}] {names.get(said.seat, said.seat)}: {said.text}")
    return "\n".join(out) + "\n"


def docx(
    lines: Sequence[Utterance],
    names: Mapping[SeatId, str],
    labels: Labels,
    header: Header,
    *,
    origin: float | None = None,
) -> bytes:
    """A document in court layout: head, labels, then time, speaker and words; doubtful words have a dotted line."""
    document = python_docx.Document()
    _page(document, header, labels)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(header.title)
    run.bold, run.font.size = True, Pt(16)
    for label in labels.all:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        mark = paragraph.add_run(label.upper())
        mark.bold, mark.font.size, mark.font.color.rgb = True, Pt(11), RGBColor(0x9A, 0x1B, 0x1B)
    if header.facts:
        table = document.add_table(rows=0, cols=2)
        for name, value in header.facts:
            cells = table.add_row().cells
            cells[0].width, cells[1].width = Cm(5), Cm(12)
            cells[0].paragraphs[0].add_run(name).font.color.rgb = RGBColor(0x55, 0x5B, 0x66)
            cells[1].paragraphs[0].add_run(value)
    document.add_paragraph()
    for said, start, _ in _timed(lines, origin):
        _line(document, said, names, _when(said, start, header))
    if labels.doubtful:
        note = document.add_paragraph().add_run(labels.doubtful)
        note.italic, note.font.size = True, Pt(9)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: python_docx.document.Document, header: Header, labels: Labels) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.paragraph_format.space_after = Pt(4)
    top = section.header.paragraphs[0]
    top.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    top.add_run(" · ".join(labels.all)).font.size = Pt(9)
    if header.footer:
        section.footer.paragraphs[0].add_run(header.footer).font.size = Pt(8)
    document.core_properties.title = header.title
    document.core_properties.author = ""
    document.core_properties.comments = " · ".join(labels.all)


def _line(document: python_docx.document.Document, said: Utterance, names: Mapping[SeatId, str], when: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(2.2)
    paragraph.paragraph_format.first_line_indent = Cm(-2.2)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(2.2))
    stamp = paragraph.add_run(f"{when}\t")
    stamp.font.size, stamp.font.color.rgb = Pt(9), RGBColor(0x55, 0x5B, 0x66)
    paragraph.add_run(f"{names.get(said.seat, said.seat)}: ").bold = True
    if " ".join(word.text for word in said.words) != said.text:
        paragraph.add_run(said.text)
        return
    for i, word in enumerate(said.words):
        run = paragraph.add_run(word.text)
        if word.doubtful:
            run.font.underline = WD_UNDERLINE.DOTTED
        if i + 1 < len(said.words):
            paragraph.add_run(" ")


def _when(said: Utterance, start: float, header: Header) -> str:
    if header.zone is None:
        return _clock(start, ".")[:8]
    return datetime.fromtimestamp(said.start, header.zone).strftime("%H:%M:%S")


def _timed(lines: Sequence[Utterance], origin: float | None) -> list[tuple[Utterance, float, float]]:
    """Lines in order with start and end in seconds of the record; what lies before it begins is at its beginning."""
    said = ordered(lines)
    zero = origin if origin is not None else (said[0].start if said else 0.0)
    out = []
    for line in said:
        start = max(0.0, line.start - zero)
        out.append((line, start, max(line.end - zero, start + SHORTEST_CUE)))
    return out


def _clock(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _one_line(said: str | None) -> str:
    return " ".join((said or "").split())
