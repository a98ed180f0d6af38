"""Writing values to cells: the one place that makes a text safe for every export.

Somebody else's words never become a formula, characters a workbook cannot hold are dropped, and dates are dates.
"""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet

from .columns import CellKind, Column, Line, Value

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


def clean_text(text: str | Promise) -> str:
    """Return ``text`` with line feeds and without characters no office file can hold."""
    return _FORBIDDEN.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def looks_like_formula(text: str) -> bool:
    """Return whether a spreadsheet might compute ``text`` instead of showing it."""
    return text.startswith(_FORMULA_STARTS)


def looks_like_number(text: str) -> bool:
    """Return whether a spreadsheet would show something else of a CSV's ``text``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    # What begins with an apostrophe is shown as it is already.
    return not text.startswith("'") and bool(_REWRITTEN.fullmatch(plain)) and not _KEPT.fullmatch(text)


def cell_text(text: str | Promise) -> str:
    """Return ``text`` clean, and cut with a notice where it is longer than a cell."""
    escaped = _LOOKS_ESCAPED.sub("_x005F_", clean_text(text))
    if 2 * len(escaped) <= MAX_CELL_LENGTH:
        return escaped
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


def write_csv(file: BinaryIO, *, columns: Sequence[Column[Line]], lines: Iterable[Line]) -> None:
    """Write a list as CSV: UTF-8 with BOM, lines ended by CRLF, days as YYYY-MM-DD."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([csv_value(column.head) for column in columns])
    writer.writerows([csv_value(column.value(line)) for column in columns] for line in lines)
    # The file is the caller's to close.
    text.detach()
