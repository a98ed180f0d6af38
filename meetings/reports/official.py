"""Writer of official documents (.docx): content into a letterhead's places.

A document is a title, whom it is for, blocks (headings, paragraphs, tables), and who signs it on which day. The XML
is built here directly: python-docx asks a table for a cell by walking through all of it. The letterheads that come with
the register look as GB/T 9704-2012 asks.
"""

import datetime
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic

from django.utils import translation
from django.utils.translation import gettext as _, pgettext
from docx.document import Document as DocumentObject
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from meetings.core.as_of import known_day
from meetings.exports.columns import Column, Line
from meetings.exports.workbook import clean_text

from .letterhead_document import LetterheadDocument, Place, read_shipped
from .measures import (
    CELL_MARGIN,
    TABLE_SIZE,
    TALLEST_UNDIVIDED_ROW,
    break_title,
    count_lines,
    signature_indents,
    text_width as width_of,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 4; the document counts its number (一、 （一） 1. （1）).

    ``keep_with_next``: false for one that is all there is to say, as in a list.
    """

    level: int
    text: str
    keep_with_next: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body; each line of ``text`` is one of its own.

    ``keep_with_next``: it stands on the page on which what follows begins, for a line that only leads to that.
    """

    text: str
    keep_with_next: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A small note below a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Table(Generic[Line]):
    """A table with its caption, if any, numbered by the document.

    The head is repeated; ``columns`` share its width by theirs. ``keep_together``: the end of a page does not divide
    it, for a table that is read as a whole.
    """

    caption: str
    columns: Sequence[Column[Line]]
    lines: Sequence[Line]
    keep_together: bool = False


Block = Heading | Paragraph | Note | Table[Any]


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """The content of a document; ``closing`` is its last sentence.

    ``is_letter``: on our own letterhead its first page has no number, as the standard wants letters (10.1).
    ``colour`` is that of a supervision slip, in words.
    """

    title: str
    salutation: str
    blocks: Sequence[Block]
    closing: str
    signed_by: str
    signed_on: datetime.date
    is_letter: bool = False
    colour: str = ""


def format_document_day(day: datetime.date) -> str:
    """Return a day as official documents write it, without noughts: 2026年11月22日."""
    return pgettext("date of a document", "%(year)d-%(month)d-%(day)d") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def write_official_document(
    file: BinaryIO, build: Callable[[], OfficialDocument], letterhead: bytes | None = None
) -> None:
    """Write what ``build`` returns as .docx into ``file``.

    On our own letterhead unless one is given. In Chinese whatever the reader's language: it is an official document of
    a Chinese committee.
    """
    write_official_documents(file, lambda: [build()], letterhead)


def write_official_documents(
    file: BinaryIO, build: Callable[[], Sequence[OfficialDocument]], letterhead: bytes | None = None
) -> None:
    """Write all documents that ``build`` returns, at least one, into one .docx.

    They are signed by the same on the same day.
    """
    with translation.override("zh-hans"):
        contents = build()
        first = contents[0]
        paper = LetterheadDocument(letterhead or read_shipped("letter" if first.is_letter else "document"))
        signature, date = signature_indents(first.signed_by, format_document_day(first.signed_on))
        paper.indent(signature=signature, date=date)
        for content in contents:
            paper.add(_place_values(content), _body(content, paper.text_width))
        _set_properties(paper.document, first)
        paper.document.save(file)


def _place_values(content: OfficialDocument) -> dict[Place, str]:
    values = {
        Place.TITLE: break_title(content.title),
        Place.SALUTATION: content.salutation,
        Place.CLOSING: content.closing,
        Place.SIGNATURE: content.signed_by,
        Place.DATE: format_document_day(content.signed_on),
        Place.YEAR: str(content.signed_on.year),
        Place.COLOUR: content.colour,
    }
    return {place: clean_text(value) for place, value in values.items()}


def _body(content: OfficialDocument, text_width: int) -> Sequence[BaseOxmlElement]:
    blocks = list(content.blocks)
    if known := known_day():
        text = _("This counts what was recorded by %(known)s, and nothing that was recorded later for days before.")
        blocks.insert(0, Paragraph(text % {"known": format_document_day(known)}))
    body = list(_body_elements(blocks, text_width))
    _keep_end_with_signature(body)
    return body


def _body_elements(blocks: Iterable[Block], text_width: int) -> Iterable[BaseOxmlElement]:
    tables = 0
    for block in blocks:
        match block:
            case Heading():
                text = " ".join(block.text.split("\n"))
                yield _paragraph(f"Heading{block.level}", text, keep_with_next=None if block.keep_with_next else False)
            case Paragraph():
                for line in block.text.split("\n"):
                    yield _paragraph("BodyText", line, keep_with_next=block.keep_with_next or None)
            case Note():
                yield _paragraph("TableNote", block.text)
            case Table():
                if block.caption:
                    tables += 1
                    yield _caption(block.caption, tables)
                yield _table(block, text_width)
                yield _paragraph("AfterTable")


def _keep_end_with_signature(body: Sequence[BaseOxmlElement]) -> None:
    """Let the last words of the body stand on the page of the signature.

    Two lines of them at least: the closing sentence and the signature alone would say nothing.
    """
    lines = 0
    for element in reversed(body):
        if lines >= 2:
            break
        # Of a table the last row.
        for paragraph in list(element.iter(qn("w:tr")))[-1:] or [element]:
            for properties in paragraph.iter(qn("w:pPr")):
                if properties.find(qn("w:keepNext")) is None:
                    properties.insert(1, OxmlElement("w:keepNext"))
        words = "".join(text.text or "" for text in element.iter(qn("w:t")))
        lines += count_lines(words)


# --- paragraphs and tables ----------------------------------------------------------------------


def _paragraph(style: str, text: str = "", *, keep_with_next: bool | None = None) -> BaseOxmlElement:
    """Return a paragraph; ``keep_with_next`` is as the style says unless given."""
    paragraph = OxmlElement("w:p")
    properties = _add(paragraph, "w:pPr")
    _add(properties, "w:pStyle", val=style)
    if keep_with_next is not None:
        _add(properties, "w:keepNext", **({} if keep_with_next else {"val": "0"}))
    if text:
        _add_text(paragraph, text)
    return paragraph


def _add_text(paragraph: BaseOxmlElement, text: str) -> None:
    run = _add(paragraph, "w:r")
    for number, line in enumerate(clean_text(text).split("\n")):
        if number:
            _add(run, "w:br")
        text_element = _add(run, "w:t")
        text_element.text = line
        text_element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _add_field(paragraph: BaseOxmlElement, instruction: str, result: str) -> None:
    field = _add(paragraph, "w:fldSimple", instr=instruction)
    _add_text(field, result)


def _caption(text: str, number: int) -> BaseOxmlElement:
    """Return the caption of a table; its number is a field, so that it stays right."""
    caption = _paragraph("Caption", pgettext("caption of a table", "Table "))
    _add_field(caption, " SEQ Table \\* ARABIC ", str(number))
    _add_text(caption, f"　{text}")
    return caption


def _table(block: Table, text_width: int) -> BaseOxmlElement:
    table = OxmlElement("w:tbl")
    properties = _add(table, "w:tblPr")
    _add(properties, "w:tblStyle", val="ReportTable")
    _add(properties, "w:tblW", w=str(text_width), type="dxa")
    _add(properties, "w:tblLayout", type="fixed")
    _add(properties, "w:tblLook", val="0020", firstRow="1", lastRow="0", firstColumn="0", lastColumn="0", noVBand="1")
    shares = sum(column.width for column in block.columns)
    widths = [int(text_width * column.width // shares) for column in block.columns]
    grid = _add(table, "w:tblGrid")
    for width in widths:
        _add(grid, "w:gridCol", w=str(width))
    _add_row(table, [column.head for column in block.columns], widths, ["TableHead"] * len(widths), is_header=True)
    styles = ["TableNumber" if column.is_centred else "TableText" for column in block.columns]
    for number, line in enumerate(block.lines, start=1):
        values = [column.value(line) for column in block.columns]
        _add_row(table, values, widths, styles, keep_with_next=block.keep_together and number < len(block.lines))
    return table


def _add_row(
    table: BaseOxmlElement,
    values: Sequence[object],
    widths: Sequence[int],
    styles: Sequence[str],
    *,
    is_header: bool = False,
    keep_with_next: bool = False,
) -> None:
    row = _add(table, "w:tr")
    properties = _add(row, "w:trPr")
    # A tall row would leave half a page empty before it.
    if is_header or max(map(_count_cell_lines, values, widths)) <= TALLEST_UNDIVIDED_ROW:
        _add(properties, "w:cantSplit")
    if is_header:
        _add(properties, "w:tblHeader")
    for value, width, style in zip(values, widths, styles, strict=True):
        cell = _add(row, "w:tc")
        _add(_add(cell, "w:tcPr"), "w:tcW", w=str(width), type="dxa")
        for line in str(value).split("\n"):
            cell.append(_paragraph(style, line, keep_with_next=keep_with_next or None))


def _count_cell_lines(value: object, width: int) -> int:
    """Estimate how many lines ``value`` takes in a cell of this width."""
    characters = max(1, (width - 2 * CELL_MARGIN) / TABLE_SIZE)
    return sum(max(1, math.ceil(width_of(line) / characters)) for line in str(value).split("\n"))


def _add(parent: BaseOxmlElement, tag: str, **attributes: str) -> BaseOxmlElement:
    child = OxmlElement(tag)
    for name, value in attributes.items():
        child.set(qn(f"w:{name}"), value)
    parent.append(child)
    return child


def _set_properties(document: DocumentObject, content: OfficialDocument) -> None:
    properties = document.core_properties
    properties.title = clean_text(content.title).replace("\n", "")[:255]
    properties.author = clean_text(content.signed_by)[:255]
    properties.last_modified_by = properties.author
    properties.language = "zh-CN"
    properties.comments = ""
    properties.keywords = ""
    properties.subject = re.sub(r"\s+", " ", _("As of %(day)s") % {"day": format_document_day(content.signed_on)})
