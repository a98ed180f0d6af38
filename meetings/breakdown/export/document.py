"""任务分解表 as a word-processor document: the annex as issued, set like the print."""

import datetime
from collections.abc import Sequence
from typing import Any, BinaryIO

from django.utils import translation
from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from meetings.exports.columns import Column
from meetings.exports.workbook import clean_text
from meetings.models import Meeting

from .rows import ANNEX_COLUMNS, BreakdownRow, build_heading, merged_ranges, rows_by_suggestion

_LATIN = "Times New Roman"
_SONG, _HEI = "宋体", "黑体"
_TABLE_SIZE, _LINE_SIZE, _TITLE_SIZE, _PAGE_NUMBER_SIZE = 9, 12, 18, 14
# Exactly so far apart, whatever font the reader's machine takes.
_LINE_DISTANCE = Pt(11.5)
_MARGIN, _FOOTER_MARGIN = Mm(12), Mm(15)
_FOOTER_DISTANCE = Mm(8)
_PAGE_LONG, _PAGE_SHORT = Mm(297), Mm(210)
# What is left free in a cell: above and below, left and right, in twentieths of a point.
_CELL_MARGINS = {"top": 30, "left": 60, "bottom": 30, "right": 60}


def write_breakdown_document(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the annex with the deadlines in force on ``day`` as .docx.

    In Chinese whatever the reader's language, as `meetings.breakdown.export.workbook.write_breakdown` is.
    """
    with translation.override("zh-hans"):
        heading, *lines = build_heading(meeting)
        document = _new_document(heading)
        title = document.add_paragraph()
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.paragraph_format.space_after = Pt(4)
        _add_run(title, heading, _TITLE_SIZE)
        for line in lines:
            _add_run(document.add_paragraph(), line, _LINE_SIZE)
        _write_table(document, ANNEX_COLUMNS, rows_by_suggestion(meeting, day))
        document.save(file)


def _new_document(title: str) -> DocumentObject:
    """Return an empty document, A4 on its side."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = _PAGE_LONG, _PAGE_SHORT
    section.left_margin = section.right_margin = section.top_margin = _MARGIN
    section.bottom_margin = _FOOTER_MARGIN
    section.footer_distance = _FOOTER_DISTANCE
    _number_pages(document)
    standard = document.styles["Normal"]
    standard.paragraph_format.space_before = standard.paragraph_format.space_after = Pt(0)
    standard.paragraph_format.line_spacing = 1.0
    _set_fonts(standard.element.get_or_add_rPr().get_or_add_rFonts(), _SONG)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = clean_text(title)[:255], "", ""
    return document


def _number_pages(document: DocumentObject) -> None:
    """Print the page's number between dashes: odd ones right, even ones left."""
    document.settings.odd_and_even_pages_header_footer = True
    (section,) = document.sections
    right, left = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
    for footer, alignment in ((section.footer, right), (section.even_page_footer, left)):
        (paragraph,) = footer.paragraphs
        paragraph.alignment = alignment
        _add_run(paragraph, "— " if alignment == right else "\u3000— ", _PAGE_NUMBER_SIZE)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)
        _add_run(paragraph, "1", _PAGE_NUMBER_SIZE)
        field.append(paragraph.runs[-1]._r)
        _add_run(paragraph, " —\u3000" if alignment == right else " —", _PAGE_NUMBER_SIZE)


def _write_table(
    document: DocumentObject, columns: Sequence[Column[BreakdownRow]], rows: Sequence[BreakdownRow]
) -> None:
    table = document.add_table(rows=len(rows) + 1, cols=len(columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_cell_margins(table)
    # Asking a table for a cell walks through all of it: once, not once a cell.
    cells = [row.cells for row in table.rows]
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    room = _PAGE_LONG - 2 * _MARGIN
    for index, column in enumerate(columns):
        width = round(room * column.width / sum(column.width for column in columns))
        table.columns[index].width = width
        for row in cells:
            row[index].width = width
        _fill_cell(cells[0][index], str(column.head), is_centred=True, is_header=True)
        for start, end in merged_ranges(rows, column):
            _fill_cell(cells[start + 1][index], str(column.value(rows[start]) or ""), is_centred=column.is_centred)
            if end - start > 1:
                for number, row in enumerate(cells[start + 1 : end + 1]):
                    row[index]._tc.vMerge = "continue" if number else "restart"


def _fill_cell(cell: _Cell, text: str, *, is_centred: bool, is_header: bool = False) -> None:
    """Write ``text`` into an empty cell, a paragraph a line."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for number, line in enumerate(clean_text(text).split("\n")):
        paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
        if is_centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing = _LINE_DISTANCE
        _add_run(paragraph, line, _TABLE_SIZE, is_header=is_header)


def _add_run(paragraph: Paragraph, text: str, size: float, *, is_header: bool = False) -> None:
    run = paragraph.add_run(clean_text(text))
    run.font.size = Pt(size)
    run.font.bold = is_header or None
    _set_fonts(run._r.get_or_add_rPr().get_or_add_rFonts(), _HEI if is_header else _SONG)


def _set_fonts(fonts: Any, east_asian: str) -> None:
    """Set the fonts of Chinese and Latin letters; python-docx sets the latter only."""
    for attribute, name in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{attribute}"), name)


def _set_cell_margins(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, width in _CELL_MARGINS.items():
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # The schema wants it before the table's look.
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")
