"""Lists as sheets: a frozen, filtered head, then a row a line."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, zip_longest
from typing import BinaryIO

from django.utils.functional import Promise
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from meetings.core.text import mark_continued

from .columns import Column, Line, Value
from .layout import MAX_ROW_HEIGHT, split_text, text_height
from .workbook import SONG, clean_text, make_style, new_workbook, sheet_title, styled_cell

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


def _set_height(sheet: Worksheet, row: int, cells: Iterable[tuple[Column, Value]]) -> None:
    """Set the height a row needs, which programs do not always do on opening."""
    height = max(
        text_height(clean_text(value), column.width, _LIST_SIZE) if isinstance(value, (str, Promise)) else 0
        for column, value in cells
    )
    sheet.row_dimensions[row].height = min(max(height, 18), MAX_ROW_HEIGHT)
