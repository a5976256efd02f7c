"""A paper as a value: what stands on it, apart from how it is set.

Templates are prose with a handful of marks at the beginning of a line, so that a lawyer can read and change them:

    # title   ## heading   + numbered clause   ~ signature | state   | cell | cell |   ¶ paragraph   (else) paragraph
    = hour | hour ...   = kind | word | kind | word ...   = who | kind start length; ...   (a timeline)

A first table row is its head; a timeline has the hours of its axis first, then its key; a further title begins a new
page and counts clauses anew. ¶ stands before what people typed, which may itself begin with a mark. The same value is
set as PDF and as DOCX, so the two cannot say different things; only the PDF draws a timeline, which a table repeats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

BLANKS = re.compile(r"[^\S\u00a0]+")
"""Everything blank but the space that keeps two things on one line."""
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Title:
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are shares of the line in percent, where the columns do not find theirs by what stands in them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """``start`` and ``length`` are in thousandths of the axis."""

    kind: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """A picture of when: each row is somebody's. A table on the same paper says the same in words.

    ``key``: what each kind of bar stands for.
    """

    hours: tuple[str, ...]
    key: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[Bar, ...]], ...]


@dataclass(frozen=True, slots=True)
class Signature:
    who: str
    state: str


Block = Title | Heading | Clause | Paragraph | Table | Timeline | Signature


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: header line, blocks, and at the foot of each page its digest and a QR code for checking it."""

    language: str
    court: str
    case_number: str
    blocks: tuple[Block, ...]
    digest: str
    check_url: str
    mark: str = ""
    """What every page says of itself at its foot: that this is a draft."""

    @property
    def title(self) -> str:
        return next((block.text for block in self.blocks if isinstance(block, Title)), self.case_number)


FOOT = {
    "kk": {"page": ("", "-бет, барлығы ", ""), "digest": "Дайджест", "case": "Іс №"},
    "ru": {"page": ("Страница ", " из ", ""), "digest": "Дайджест", "case": "Дело №"},
    "en": {"page": ("Page ", " of ", ""), "digest": "Digest", "case": "Case No"},
}


def one_line(value: object) -> str:
    """Text that people typed, made harmless to the marks: no line breaks, no bars."""
    return BLANKS.sub(" ", str(value).replace("|", "¦")).strip()


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: one_line(value) if isinstance(value, str) else value,
    )


PROSE = _environment()


def write(template: str, language: str, context: Mapping[str, object]) -> tuple[Block, ...]:
    """The blocks of a template in this language. Papers exist in Kazakh and Russian; anything else gets Kazakh."""
    name = f"{template}.{language if language in ('kk', 'ru') else 'kk'}.txt"
    return parse(PROSE.get_template(name).render(context))


def parse(prose: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    clause = 0
    table: list[tuple[str, ...]] = []
    drawn: list[tuple[str, ...]] = []
    for line in [*(line.strip().replace("№ ", "№\u00a0") for line in prose.splitlines()), ""]:
        if line.startswith("|"):
            table.append(_cells(line.strip("|")))
            continue
        if line.startswith("= "):
            drawn.append(_cells(line[2:]))
            continue
        if table:
            blocks.append(Table(table[0], tuple(table[1:])))
            table = []
        if drawn:
            hours, key, *strips = drawn
            pairs = tuple(zip(key[::2], key[1::2], strict=True))
            blocks.append(Timeline(hours, pairs, tuple((who, _bars(bars)) for who, bars in strips)))
            drawn = []
        if line.startswith("## "):
            blocks.append(Heading(line[3:]))
        elif line.startswith("# "):
            blocks.append(Title(line[2:]))
            clause = 0
        elif line.startswith("+ "):
            clause += 1
            blocks.append(Clause(clause, line[2:]))
        elif line.startswith("~ "):
            who, _, state = line[2:].partition("|")
            blocks.append(Signature(who.strip(), state.strip()))
        elif line:
            blocks.append(Paragraph(line.removeprefix("¶").strip()))
    return tuple(blocks)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.split("|"))


def _bars(text: str) -> tuple[Bar, ...]:
    said = [bar.split() for bar in text.split(";") if bar.strip()]
    return tuple(Bar(kind, float(start), float(length)) for kind, start, length in said)
