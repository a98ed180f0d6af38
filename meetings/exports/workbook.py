"""Writing values to cells: the one place that makes a text safe for every export.

Somebody else's words never become a formula, characters a workbook cannot hold are dropped, and dates are dates.
"""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from itertools import chain, islice, zip_longest
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from meetings.core.text import mark_continued

from .columns import CellKind, Column, Line, Value
from .layout import MAX_ROW_HEIGHT, split_text, text_height

# 宋体 by the name that Excel and LibreOffice both know; LibreOffice takes a serif in its place where it is missing.
SONG = {"name": "SimSun", "charset": 134, "family": 1}
HEI = {"name": "SimHei", "charset": 134, "family": 2}

DATE_FORMAT = "yyyy-mm-dd"
TEXT_FORMAT = "@"
MAX_CELL_LENGTH = 32_767  # UTF-16 units; Excel calls a file with a longer text damaged.

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# What XML 1.0 cannot carry, and the control characters Excel refuses.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel reads _x0041_ in a text as the letter A.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# What a spreadsheet that opens a CSV turns into another number, a day, a time, true, false or an error: 2024.10 into
# 2024.1, 3/4 and Mar-4 into a day, 二〇二四年三月四日, too. A plain number and a day in full stay what they are.
_NUMERAL = r"[\d〇零一二三四五六七八九十]"
_CLOCK = r"(?:[上下]午)?\d+[时点:](?:\d+分?(?:\d+秒)?)?"
_REWRITTEN = re.compile(
    rf"""(?=.*\d)(?:[\d .,:/\\%¥$€£()+\-–—e']|[ap]m?\b|(?<=\d)t(?=\d)|z\b
        |(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?
        |nov(?:ember)?|dec(?:ember)?)(?![a-z]))+
    |(?:{_NUMERAL}+\s*年\s*)?{_NUMERAL}+\s*月\s*{_NUMERAL}+\s*[日号]\s*(?:{_CLOCK}|[\d:]*)
    |{_NUMERAL}+月[ \-/]*\d+|{_CLOCK}|true|false|\#[a-z/0]+[!?a]""",
    re.IGNORECASE | re.VERBOSE,
)
_KEPT = re.compile(r"0|[1-9]\d{0,14}|\d{4}-\d{2}-\d{2}", re.ASCII)
_NOT_IN_SHEET_TITLES = re.compile(r"[\[\]:*?/\\]")

_THIN = Side(style="thin", color="FF808080")
_EDGES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_LIST_SIZE, _SMALLEST_SIZE = 10.0, 5.0
# What A3 on its side holds, in units of width, where what is set in _LIST_SIZE is printed in 8 points or more.
LIST_WIDTH = 200.0
_LIST_MARGIN, _LIST_HEADER_MARGIN = 0.4, 0.6
# No column is wider; a long one no narrower than this part of its own width nor, to be printed, than a few characters.
_WIDEST, _NARROWEST, _FEW_CHARACTERS = 100.0, 0.6, 8.0
# Of so many lines the texts are measured to share out the page's width.
_MEASURED_LINES = 1000
_LIST_HEADER_FILL = PatternFill("solid", fgColor="FFE8EDF3")


def clean_text(text: str | Promise) -> str:
    """Return ``text`` with line feeds and without characters no office file can hold."""
    return _FORBIDDEN.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might compute ``text`` instead of showing it."""
    return text.startswith(_FORMULA_STARTS)


def looks_like_number(text: str) -> bool:
    """Whether a spreadsheet that opens a CSV would show something else than ``text``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    # What begins with an apostrophe is shown as it is already.
    return not text.startswith("'") and bool(_REWRITTEN.fullmatch(plain)) and not _KEPT.fullmatch(text)


def cell_text(text: str | Promise) -> str:
    """Return ``text`` clean, and cut with a notice where it is longer than a cell."""
    escaped = _LOOKS_ESCAPED.sub("_x005F_", clean_text(text))
    units = escaped.encode("utf-16-le")
    if len(units) <= 2 * MAX_CELL_LENGTH:
        return escaped
    notice = "\n" + _("[Too long for one cell; the register has the whole text.]")
    cut_text = units[: 2 * (MAX_CELL_LENGTH - len(notice))].decode("utf-16-le", "ignore")
    return cut_text + notice


def write_cell(cell: Cell, value: Value, kind: CellKind = CellKind.TEXT) -> Cell:
    """Write ``value`` into ``cell`` unchanged and return it; styles are set before."""
    if isinstance(value, (str, Promise)):
        text = cell_text(value)
        cell.value = text
        # openpyxl takes = for a formula and #N/A for an error.
        cell.data_type = "s"
        # Even if somebody edits the cell, Excel goes on taking it for text.
        cell.quotePrefix = looks_like_formula(text)
        if kind is CellKind.VERBATIM:
            cell.number_format = TEXT_FORMAT
    elif value is not None:
        cell.value = value
        if isinstance(value, datetime.date):
            cell.number_format = DATE_FORMAT
    return cell


def make_style(sheet: Worksheet, **parts: Any) -> StyleArray:
    """Return the style of a cell with these attributes; making one is slow."""
    cell = WriteOnlyCell(sheet)
    for name, part in parts.items():
        setattr(cell, name, part)
    return cell._style


def styled_cell(sheet: Worksheet, style: StyleArray, value: Value, kind: CellKind = CellKind.TEXT) -> Cell:
    """Return a cell of a write-only sheet in this style with ``value``."""
    cell = WriteOnlyCell(sheet)
    cell._style = copy(style)
    return write_cell(cell, value, kind)


def csv_value(value: Value) -> str | int:
    """Return ``value`` for a CSV, an apostrophe before what might be computed.

    Or be taken for a number, day or time that it is not.
    """
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int):
        return value
    text = clean_text(value)
    # The text as it came: a carriage return at its beginning is a line feed by now.
    is_computed = looks_like_formula(str(value)) or looks_like_formula(text) or looks_like_number(text)
    return f"'{text}" if is_computed else text


def new_workbook(title: str, *, write_only: bool = False) -> Workbook:
    """Return a workbook with SimSun 11 as its standard font and unit of widths."""
    workbook = Workbook(write_only=write_only)
    workbook._named_styles["Normal"].font = Font(**SONG, size=11)
    workbook.properties.title = clean_text(title)[:255]
    workbook.properties.creator = ""
    return workbook


def sheet_title(text: str) -> str:
    """Return ``text`` as Excel allows it for the name of a sheet."""
    return _NOT_IN_SHEET_TITLES.sub(" ", clean_text(text)).strip("' \n\t")[:31] or "1"


def write_list_workbook(
    file: BinaryIO, *, title: str, columns: Sequence[Column[Line]], lines: Iterable[Line], is_to_print: bool = False
) -> None:
    """Write a list as a workbook: a frozen, filtered head, then a row a line.

    Goes through ``lines`` once and holds a thousand at most, so a long list takes no memory. ``is_to_print``: a text
    that is too high for a row goes on in the row below; otherwise it is set smaller.
    """
    workbook = new_workbook(title, write_only=True)
    add_list_sheet(workbook, title=title, columns=columns, lines=lines, is_to_print=is_to_print)
    workbook.save(file)


def add_list_sheet(
    workbook: Workbook, *, title: str, columns: Sequence[Column[Line]], lines: Iterable[Line], is_to_print: bool = False
) -> None:
    """Add a sheet of a list to a write-only ``workbook``; see `write_list_workbook`."""
    sheet = workbook.create_sheet(sheet_title(title))
    _set_up_list_page(sheet)
    rows: Iterator[Sequence[Value]] = ([column.value(line) for column in columns] for line in lines)
    measured = list(islice(rows, _MEASURED_LINES))
    columns = share_width(columns, measured, _FEW_CHARACTERS if is_to_print else 0)
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    head_style = make_style(
        sheet,
        font=Font(**SONG, size=_LIST_SIZE, bold=True),
        fill=_LIST_HEADER_FILL,
        border=_EDGES,
        alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
    )
    number_style = make_style(
        sheet,
        font=Font(**SONG, size=_LIST_SIZE),
        border=_EDGES,
        alignment=Alignment(horizontal="center", vertical="top"),
        number_format="0",
    )
    text_styles: dict[float, StyleArray] = {}
    heads = [str(column.head) for column in columns]
    _set_height(sheet, 1, zip(columns, heads, strict=True))
    sheet.append([styled_cell(sheet, head_style, head) for head in heads])
    row = 1
    rows = chain(measured, rows)
    if is_to_print:
        rows = chain.from_iterable(_part_row(columns, values) for values in rows)
    for row, values in enumerate(rows, start=2):  # noqa: B007 - the last row's number ends the filter
        _set_height(sheet, row, zip(columns, values, strict=True))
        cells = []
        for column, value in zip(columns, values, strict=True):
            if isinstance(value, (int, datetime.date)):
                style = number_style
            else:
                size = _fitting_size(column, value)
                if size not in text_styles:
                    text_styles[size] = make_style(
                        sheet,
                        font=Font(**SONG, size=size),
                        border=_EDGES,
                        alignment=Alignment(vertical="top", wrap_text=True),
                    )
                style = text_styles[size]
            cells.append(styled_cell(sheet, style, None if value == "" else value, column.kind))
        sheet.append(cells)
        # Written by now; kept, the heights of a long list would be all of its memory.
        del sheet.row_dimensions[row]
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{row}"


def _set_up_list_page(sheet: Worksheet) -> None:
    """Set A3 on its side, what the sheet is above and the page's number below."""
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    side, top = _LIST_MARGIN, _LIST_HEADER_MARGIN
    sheet.page_margins = PageMargins(left=side, right=side, top=top, bottom=top, header=side / 2, footer=side / 2)
    sheet.print_options.horizontalCentered = True
    sheet.oddHeader.center.text, sheet.oddHeader.center.size = "&A", 14
    sheet.oddFooter.center.text = "&P / &N"


def share_width(
    columns: Sequence[Column[Line]], rows: Iterable[Sequence[Value]], least_width: float = 0
) -> list[Column[Line]]:
    """Let the long ones of ``columns`` share what the others leave of the page.

    One whose longest text, of ``rows``, would be higher than a row can be gets more of it.
    One wider than ``least_width`` stays so.
    """
    long_columns = [index for index, column in enumerate(columns) if column.is_long]
    wanted = {index: columns[index].width for index in long_columns}
    for values in rows:
        for index in long_columns:
            text = clean_text(str(values[index] or ""))
            while wanted[index] < _WIDEST and text_height(text, wanted[index], _LIST_SIZE) > MAX_ROW_HEIGHT:
                wanted[index] += 2
    room = LIST_WIDTH - sum(column.width for column in columns if not column.is_long)
    own = {index: columns[index].width for index in long_columns}
    least = {index: max(_NARROWEST * width, min(width, least_width)) for index, width in own.items()}
    share = (room - sum(least.values())) / (sum(wanted.values()) - sum(least.values()) or 1)
    return [
        replace(column, width=min(_WIDEST, round(least[index] + share * (wanted[index] - least[index]), 1)))
        if column.is_long
        else column
        for index, column in enumerate(columns)
    ]


def _part_row(columns: Sequence[Column], values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield ``values`` in the rows they take; what is too high for one goes on below."""
    # The sign that it goes on may take a line of its own.
    height = MAX_ROW_HEIGHT - 2 * _LIST_SIZE
    parts: list[Sequence[Value]] = []
    for column, value in zip(columns, values, strict=True):
        text = clean_text(value) if isinstance(value, (str, Promise)) else ""
        is_high = text_height(text, column.width, _LIST_SIZE) > MAX_ROW_HEIGHT
        parts.append(mark_continued(split_text(text, column.width, _LIST_SIZE, height)) if is_high else [value])
    return zip_longest(*parts, fillvalue="")


def _fitting_size(column: Column, value: Value) -> float:
    """Return the size in which a text fits into the highest row there is."""
    size, text = _LIST_SIZE, clean_text(str(value or ""))
    while size > _SMALLEST_SIZE and text_height(text, column.width, size) > MAX_ROW_HEIGHT:
        size -= 0.5
    return size


def write_csv(file: BinaryIO, *, columns: Sequence[Column[Line]], lines: Iterable[Line]) -> None:
    """Write a list as CSV: UTF-8 with BOM, lines ended by CRLF, days as YYYY-MM-DD."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([csv_value(column.head) for column in columns])
    writer.writerows([csv_value(column.value(line)) for column in columns] for line in lines)
    # The file is the caller's to close.
    text.detach()


def _set_height(sheet: Worksheet, row: int, cells: Iterable[tuple[Column, Value]]) -> None:
    """Set the height a row needs, which programs do not always do on opening."""
    height = max(
        text_height(clean_text(value), column.width, _LIST_SIZE) if isinstance(value, (str, Promise)) else 0
        for column, value in cells
    )
    sheet.row_dimensions[row].height = min(max(height, 18), MAX_ROW_HEIGHT)
