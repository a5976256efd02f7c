"""Setting a paper: PDF by WeasyPrint, DOCX by python-docx. Both put page x of y, digest and QR at the foot."""

from __future__ import annotations

import io
from itertools import groupby

import segno
from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from weasyprint import HTML

from web.documents.paper import (
    FOOT,
    TEMPLATES,
    Block,
    Clause,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Table,
    Timeline,
    Title,
)
from web.missed import LANES

LINE = Cm(21 - 2.5 - 1.6)
"""A DOCX page between its margins."""
SHEETS = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
SHEETS.globals["lanes"] = {what.value: lane for what, lane in LANES.items()}


def qr_svg(text: str) -> str:
    """A QR code as an inline picture of a page."""
    return segno.make(text, error="m").svg_inline(border=0, scale=1, omitsize=True)


def qr_image(text: str) -> bytes:
    """A QR code as an SVG file of its own, on white so that it can be read from a dark page."""
    made = io.BytesIO()
    segno.make(text, error="m").save(made, kind="svg", border=2, scale=1, light="white", omitsize=True)
    return made.getvalue()


def _runs(paper: Paper) -> list[tuple[str, list[Block]]]:
    return [(kind, list(blocks)) for kind, blocks in groupby(paper.blocks, key=lambda block: type(block).__name__)]


def html(paper: Paper) -> str:
    """The paper as a self-contained HTML sheet, for the PDF."""
    return SHEETS.get_template("sheet.html").render(
        paper=paper, runs=_runs(paper), foot=FOOT[paper.language], qr=qr_svg(paper.check_url)
    )


def blocks_html(paper: Paper) -> Markup:
    """Only what stands on the paper, for reading on a page that has its own head and foot."""
    return Markup(SHEETS.get_template("blocks.html").render(runs=_runs(paper)))


def pdf(paper: Paper) -> bytes:
    return bytes(HTML(string=html(paper), url_fetcher=_fetches_nothing).write_pdf())


def _fetches_nothing(url: str) -> dict[str, object]:
    """A paper is whole in itself: whatever else a text may bring about, the server asks nobody for anything."""
    raise ValueError(f"a paper asks for {url[:80]}")


def docx(paper: Paper) -> bytes:
    document = Document()
    _page(document, paper)
    signatures: list[Signature] = []
    for index, block in enumerate(paper.blocks):
        match block:
            case Title(text):
                if index:
                    _new_page(document, signatures)
                _line(document, text, bold=True, size=14, centre=True, after=12)
            case Heading(text):
                _line(document, text, bold=True, size=12, before=10)
            case Paragraph(text):
                _line(document, text)
            case Clause(number, text):
                line = _line(document, f"{number}.\t{text}")
                line.paragraph_format.left_indent = Cm(1)  # type: ignore[attr-defined]
                line.paragraph_format.first_line_indent = Cm(-1)  # type: ignore[attr-defined]
                line.paragraph_format.tab_stops.add_tab_stop(Cm(1))  # type: ignore[attr-defined]
            case Table():
                _table(document, block)
            case Timeline():
                pass  # a picture that every word processor draws alike there is not; the table says the same
            case Signature():
                signatures.append(block)
    if signatures:
        _signatures(document, signatures)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _new_page(document: Docx, signatures: list[Signature]) -> None:
    """Whoever signs the sheet before signs it there."""
    if signatures:
        _signatures(document, signatures)
        signatures.clear()
    document.add_page_break()  # type: ignore[no-untyped-call]


def _page(document: Docx, paper: Paper) -> None:
    style = document.styles["Normal"]
    style.font.name = "Times New Roman"
    style.font.size = Pt(12)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.5), Cm(1.6)
    section.top_margin, section.bottom_margin = Cm(2), Cm(2.5)
    words = FOOT[paper.language]
    head = section.header.paragraphs[0]
    head.text = f"{paper.court}\t\t{words['case']} {paper.case_number}"
    before, between, after = words["page"]
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{paper.mark}\n{before}" if paper.mark else before)
    _field(foot, "PAGE")
    foot.add_run(between)
    _field(foot, "NUMPAGES")
    foot.add_run(f"{after}\n{words['digest']}: {paper.digest}\t\t")
    code = io.BytesIO()
    segno.make(paper.check_url, error="m").save(code, kind="png", scale=4, border=1)
    code.seek(0)
    foot.add_run().add_picture(code, width=Cm(1.8))
    for run in [*head.runs, *foot.runs]:
        run.font.size = Pt(9)
    core = document.core_properties
    core.title, core.author, core.language = paper.title, paper.court, paper.language


def _field(paragraph: object, name: str) -> None:
    run = paragraph.add_run()  # type: ignore[attr-defined]
    for kind, text in (("begin", None), (None, name), ("end", None)):
        if kind is None:
            part = OxmlElement("w:instrText")
            part.text = text
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def _line(
    document: Docx,
    text: str,
    *,
    bold: bool = False,
    size: int = 12,
    centre: bool = False,
    before: int = 0,
    after: int = 6,
) -> object:
    line = document.add_paragraph()
    run = line.add_run(text)
    run.bold = bold
    run.font.size = Pt(size)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(before), Pt(after)
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT
    return line


def _table(document: Docx, block: Table) -> None:
    """The head stands on every page, and no row is torn between two."""
    table = document.add_table(rows=1, cols=len(block.head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = text
    table.autofit = not block.widths
    for column, width in zip(table.columns, block.widths, strict=False):
        column.width = LINE * width // 100
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, block.widths or (0,) * len(block.head), strict=True):
            if width:
                cell.width = LINE * width // 100
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(10)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _signatures(document: Docx, signatures: list[Signature]) -> None:
    document.add_paragraph()
    table = document.add_table(rows=1, cols=len(signatures))
    for cell, signature in zip(table.rows[0].cells, signatures, strict=True):
        cell.paragraphs[0].add_run(f"______________________\n{signature.who}\n")
        cell.paragraphs[0].add_run(signature.state).font.size = Pt(10)
