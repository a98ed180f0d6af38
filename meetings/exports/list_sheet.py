"""Lists as sheets: a frozen, filtered head, then a row a line."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, zip_longest
from typing import Any, BinaryIO

from django.utils.functional import Promise
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from meetings.core.text import mark_continued

from .columns import CellKind, Column, Line, Value
from .layout import MAX_ROW_HEIGHT, split_text, text_height
from .workbook import (
    DATE_FORMAT,
    SONG,
    TEXT_FORMAT,
    cell_text,
    clean_text,
    looks_like_formula,
    make_style,
    new_workbook,
    sheet_title,
)

_THIN = Side(style="thin", color="FF808080")
_EDGES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_LIST_SIZE, _SMALLEST_SIZE = 10.0, 5.0
# No sheet of Excel has more.
MAX_ROWS = 1_048_576
_MAX_TITLE_LENGTH = 31
# Of no text is a row lower, in points.
_LOWEST_ROW = 18
# What A3 on its side holds, in units of width, where what is set in _LIST_SIZE is printed in 8 points or more.
LIST_WIDTH = 200.0
_LIST_MARGIN, _LIST_HEADER_MARGIN = 0.4, 0.6
# No column is wider; a long one no narrower than this part of its own width nor, to be printed, than a few characters.
_WIDEST, _NARROWEST, _FEW_CHARACTERS = 100.0, 0.6, 8.0
# Of so many lines the texts are measured to share out the page's width.
_MEASURED_LINES = 1000
_LIST_HEADER_FILL = PatternFill("solid", fgColor="FFE8EDF3")


def write_list_workbook(
    file: BinaryIO, *, title: str, columns: Sequence[Column[Line]], lines: Iterable[Line], is_to_print: bool = False
) -> None:
    """Write a list as a workbook: a frozen, filtered head, then a row a line.

    What no sheet has room for goes on in another, under the same head. Goes through ``lines`` once and holds a
    thousand at most, so a long list takes no memory. ``is_to_print``: a text that is too high for a row goes on in the
    row below; otherwise it is set smaller.
    """
    workbook = new_workbook(title, write_only=True)
    add_list_sheet(workbook, title=title, columns=columns, lines=lines, is_to_print=is_to_print)
    workbook.save(file)


def add_list_sheet(
    workbook: Workbook, *, title: str, columns: Sequence[Column[Line]], lines: Iterable[Line], is_to_print: bool = False
) -> None:
    """Add a sheet of a list to a write-only ``workbook``; see `write_list_workbook`."""
    rows: Iterator[Sequence[Value]] = ([column.value(line) for column in columns] for line in lines)
    measured = list(islice(rows, _MEASURED_LINES))
    columns = share_width(columns, measured, _FEW_CHARACTERS if is_to_print else 0)
    writer = _RowWriter(workbook, title, columns, is_to_print=is_to_print)
    for values in chain(measured, rows):
        writer.write(values)
    writer.end_sheet()


class _ListSheet(WriteOnlyWorksheet):
    """A write-only sheet that gets its rows as `_Cell`."""

    def _values_to_row(self, values: Iterable["_Cell"], row_idx: int) -> Iterable["_Cell"]:
        return values


class _Cell:
    """What openpyxl writes of a cell; its own take longer to make than to write."""

    __slots__ = ("_value", "coordinate", "data_type", "style_id")
    has_style, hyperlink, _comment = True, None, None

    def __init__(self, coordinate: str, value: str | int | float | None, data_type: str, style_id: int) -> None:
        self.coordinate, self._value, self.data_type, self.style_id = coordinate, value, data_type, style_id


class _RowWriter:
    """Writes the rows of a list, as high as their texts need, to one sheet or several."""

    def __init__(self, workbook: Workbook, title: str, columns: Sequence[Column], *, is_to_print: bool) -> None:
        self.workbook, self.title, self.columns, self.is_to_print = workbook, title, columns, is_to_print
        self.letters = [get_column_letter(index) for index in range(1, len(columns) + 1)]
        self.sheets = 0
        self._styles: dict[tuple[float, str, bool], int] = {}
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self.sheets += 1
        title = sheet_title(self.title)
        if self.sheets > 1:
            number = f" ({self.sheets})"
            title = title[: _MAX_TITLE_LENGTH - len(number)] + number
        self.row, self.sheet = 0, _ListSheet(self.workbook, title)
        self.workbook._add_sheet(self.sheet)
        _set_up_list_page(self.sheet)
        for letter, column in zip(self.letters, self.columns, strict=True):
            self.sheet.column_dimensions[letter].width = column.width
        heads = [str(column.head) for column in self.columns]
        centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
        style = self._add_style(
            font=Font(**SONG, size=_LIST_SIZE, bold=True), fill=_LIST_HEADER_FILL, border=_EDGES, alignment=centred
        )
        self._append([(head, "s", style) for head in map(cell_text, heads)], max(self._heights(heads)))

    def end_sheet(self) -> None:
        """Let the heads filter all rows of the sheet."""
        self.sheet.auto_filter.ref = f"A1:{self.letters[-1]}{self.row}"

    def write(self, values: Sequence[Value]) -> None:
        """Write a line in one row, or in several if it is to be printed and too high."""
        heights = self._heights(values)
        if max(heights) <= MAX_ROW_HEIGHT:
            self._write_row(values, heights)
            return
        for part in _part_row(self.columns, values) if self.is_to_print else [values]:
            self._write_row(part, self._heights(part))

    def _heights(self, values: Sequence[Value]) -> list[float]:
        return [
            text_height(clean_text(value), column.width, _LIST_SIZE) if isinstance(value, (str, Promise)) else 0
            for column, value in zip(self.columns, values, strict=True)
        ]

    def _write_row(self, values: Sequence[Value], heights: Sequence[float]) -> None:
        if self.row == MAX_ROWS:
            self.end_sheet()
            self._begin_sheet()
        cells: list[tuple[str | int | float | None, str, int]] = []
        for column, value, height in zip(self.columns, values, heights, strict=True):
            if isinstance(value, datetime.date):
                cells.append((to_excel(value), "n", self._number_style(DATE_FORMAT)))
            elif isinstance(value, int):
                cells.append((value, "n", self._number_style("0")))
            elif not value:
                cells.append((None, "n", self._text_style(_LIST_SIZE, "", is_quoted=False)))
            else:
                text = cell_text(value)
                size = _LIST_SIZE if height <= MAX_ROW_HEIGHT else _fitting_size(column, value)
                number_format = TEXT_FORMAT if column.kind is CellKind.VERBATIM else ""
                style = self._text_style(size, number_format, is_quoted=looks_like_formula(text))
                cells.append((text, "s", style))
        self._append(cells, max(heights))

    def _append(self, cells: Sequence[tuple[str | int | float | None, str, int]], height: float) -> None:
        self.row += 1
        height = min(max(height, _LOWEST_ROW), MAX_ROW_HEIGHT)
        rows = self.sheet.row_dimensions
        # Programs do not always find the height on opening.
        rows[self.row] = {"ht": str(height), "customHeight": "1"}
        row = str(self.row)
        self.sheet.append([_Cell(letter + row, *cell) for letter, cell in zip(self.letters, cells, strict=True)])
        # Written by now; kept, the heights of a long list would be all of its memory.
        del rows[self.row]

    def _number_style(self, number_format: str) -> int:
        key = _LIST_SIZE, number_format, False
        if key not in self._styles:
            self._styles[key] = self._add_style(
                font=Font(**SONG, size=_LIST_SIZE),
                border=_EDGES,
                alignment=Alignment(horizontal="center", vertical="top"),
                number_format=number_format,
            )
        return self._styles[key]

    def _text_style(self, size: float, number_format: str, *, is_quoted: bool) -> int:
        key = size, number_format, is_quoted
        if key not in self._styles:
            self._styles[key] = self._add_style(
                font=Font(**SONG, size=size),
                border=_EDGES,
                alignment=Alignment(vertical="top", wrap_text=True),
                quotePrefix=is_quoted,
                number_format=number_format or "General",
            )
        return self._styles[key]

    def _add_style(self, **parts: Any) -> int:
        number: int = self.sheet.parent._cell_styles.add(make_style(self.sheet, **parts))
        return number


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
