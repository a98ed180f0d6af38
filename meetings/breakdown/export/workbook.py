"""任务分解表 as a workbook: the annex as issued, and the same with task states."""

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from meetings.exports.columns import Column
from meetings.exports.layout import LINE_PITCH, MAX_ROW_HEIGHT, text_height
from meetings.exports.sheets import set_up_page, set_widths, write_across, write_header_cell
from meetings.exports.workbook import SONG, clean_text, new_workbook, sheet_title, write_cell
from meetings.models import Meeting

from .rows import (
    ANNEX_COLUMNS,
    STATUS_COLUMNS,
    BreakdownRow,
    Heading,
    build_heading,
    merged_ranges,
    rows_by_suggestion,
    rows_by_task,
)

_MARGIN = 0.63  # Inches: the 16 mm of the print.
# What a page of A4 on its side has between these margins, in points.
_PAGE_HEIGHT = 595 - 2 * 72 * _MARGIN
_MIN_ROW_HEIGHT = 26.0
# A row that has to be made of several is made of low ones, which fill the pages; of whole lines, so that a page
# ends between two of them.
_LINES_PER_PART = 8
_TITLE_SIZE, _LINE_SIZE = 18.0, 12.0

_EDGE = Side(style="thin")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


def write_breakdown(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the annex with the deadlines in force on ``day`` as .xlsx.

    It is in Chinese whatever the reader's language: it is that document, and is read back by its Chinese heads.
    """
    with translation.override("zh-hans"):
        rows = rows_by_suggestion(meeting, day)
        _write(file, build_heading(meeting), ANNEX_COLUMNS, rows, size=10)


def write_breakdown_with_status(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the table by task with status, health and progress on ``day``, as .xlsx.

    Heads, status and health are in the active language.
    """
    heading = build_heading(meeting)
    as_of = _("As of %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
    heading = Heading(heading.title, (*heading.lines, as_of))
    _write(file, heading, STATUS_COLUMNS, rows_by_task(meeting, day), size=9)


def _write(
    file: BinaryIO,
    heading: Heading,
    columns: Sequence[Column[BreakdownRow]],
    rows: Sequence[BreakdownRow],
    *,
    size: float,
) -> None:
    workbook = new_workbook(heading.title)
    sheet = workbook.active
    sheet.title = sheet_title(_("Breakdown table"))
    set_widths(sheet, columns)
    head_row = _write_heading(sheet, heading, columns)
    _write_header_row(sheet, head_row, columns, size)
    above = [sheet.row_dimensions[row].height for row in range(1, head_row + 1)]
    pages = _PageLayout(heading=sum(above), head=above[-1])
    _write_rows(sheet, head_row + 1, _layout_rows(rows, columns, size, pages), columns, size, pages)
    set_up_page(sheet, head_row, _MARGIN)
    workbook.save(file)


def _write_heading(sheet: Worksheet, heading: Heading, columns: Sequence[Column]) -> int:
    """Write title and lines across the table; return the number of the row below."""
    for number, text in enumerate((heading.title, *heading.lines), start=1):
        is_title = number == 1
        font = Font(**SONG, size=_TITLE_SIZE if is_title else _LINE_SIZE)
        write_across(sheet, number, text, columns, font=font, is_centred=is_title, padding=8 if is_title else -2)
    return len(heading.lines) + 2


def _write_header_row(sheet: Worksheet, row: int, columns: Sequence[Column], size: float) -> None:
    for index, column in enumerate(columns, start=1):
        write_header_cell(sheet, row, index, column, size=size, border=_BORDER)
    sheet.row_dimensions[row].height = max(
        _MIN_ROW_HEIGHT, *(text_height(str(column.head), column.width, size) for column in columns)
    )


# --- rows and pages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _RowLayout:
    """A row of the table as ``parts`` rows of the sheet of ``height`` points each.

    Excel has no row above 409.5 points, so a long suggestion takes several, merged.
    """

    row: BreakdownRow
    values: tuple[str, ...]
    height: float
    parts: int


@dataclass(frozen=True, slots=True)
class _PageLayout:
    """Points above the rows: ``heading`` on the first page, ``head`` on the others."""

    heading: float
    head: float

    def possible_page_breaks(self, heights: Sequence[float]) -> set[int]:
        """Return before which of the sheet's rows (from 0) a page may end.

        It is the reader's program that decides, by the width its fonts give the columns and the scale that fits
        them to the page: with Excel's 1, a page holds the least; LibreOffice without SimSun scales to about 0.87.
        """
        ends: set[int] = set()
        # Steps so small that on the tenth page, too, no row is stepped over.
        for per_mille in range(970, 1280, 5):
            page = _PAGE_HEIGHT * per_mille / 1000
            remaining = page - self.heading
            for row, height in enumerate(heights):
                if height > remaining:
                    ends.add(row)
                    remaining = page - self.head
                remaining -= height
        return ends


def _layout_rows(
    rows: Sequence[BreakdownRow], columns: Sequence[Column[BreakdownRow]], size: float, pages: _PageLayout
) -> list[_RowLayout]:
    """Measure the rows, such that every text has room, wherever a page may end."""
    values = [tuple(clean_text(str(column.value(row) or "")) for column in columns) for row in rows]
    heights = [_MIN_ROW_HEIGHT] * len(rows)
    # Cells that span rows come last: by then it is known what the rows take by themselves.
    spanning: list[tuple[int, int, float]] = []
    for index in sorted(range(len(columns)), key=lambda index: columns[index].span is not None):
        for start, end in merged_ranges(rows, columns[index]):
            needed = text_height(values[start][index], columns[index].width, size)
            missing = needed - sum(heights[start:end])
            if missing > 0:
                for row in range(start, end):
                    heights[row] += math.ceil(missing / (end - start))
            if end - start > 1:
                spanning.append((start, end, needed))
    while True:
        bands = [_layout_row(*band, size) for band in zip(rows, values, heights, strict=True)]
        tops, ends = _first_sheet_rows(bands), pages.possible_page_breaks(_sheet_row_heights(bands))
        # A text that a page's end may cut stands at the top of its cell, and there the first row has room for it.
        too_low = [
            (start, needed)
            for start, end, needed in spanning
            if heights[start] < needed <= MAX_ROW_HEIGHT
            and _is_cut(_sheet_row_heights(bands), tops[start], tops[end], ends, needed)
        ]
        if not too_low:
            return bands
        heights[too_low[0][0]] = too_low[0][1]


def _layout_row(row: BreakdownRow, values: tuple[str, ...], height: float, size: float) -> _RowLayout:
    if height <= MAX_ROW_HEIGHT:
        return _RowLayout(row, values, height, 1)
    part_height = _LINES_PER_PART * LINE_PITCH * size
    return _RowLayout(row, values, part_height, math.ceil(height / part_height))


def _sheet_row_heights(row_layouts: Iterable[_RowLayout]) -> list[float]:
    """Return the heights of the sheet's rows under the head."""
    return [band.height for band in row_layouts for _part in range(band.parts)]


def _first_sheet_rows(row_layouts: Iterable[_RowLayout]) -> list[int]:
    """Return the sheet rows (from 0) where the bands begin, and the end of the last."""
    return [0, *accumulate(band.parts for band in row_layouts)]


def _is_cut(heights: Sequence[float], top: int, bottom: int, page_ends: set[int], needed: float) -> bool:
    """Whether a page may cut a text ``needed`` points high in the merged rows.

    Or whether it is looked for in vain: the middle of what takes more than a page is on none of the pages one looks at
    first.
    """
    middle = sum(heights[top:bottom]) / 2
    return 2 * middle > _PAGE_HEIGHT or any(
        abs(sum(heights[top:row]) - middle) < needed / 2 for row in range(top + 1, bottom) if row in page_ends
    )


def _write_rows(
    sheet: Worksheet,
    first_row: int,
    row_layouts: Sequence[_RowLayout],
    columns: Sequence[Column[BreakdownRow]],
    size: float,
    pages: _PageLayout,
) -> None:
    heights, tops, rows = (
        _sheet_row_heights(row_layouts),
        _first_sheet_rows(row_layouts),
        [band.row for band in row_layouts],
    )
    for row, height in enumerate(heights, start=first_row):
        sheet.row_dimensions[row].height = height
    page_ends = pages.possible_page_breaks(heights)
    font = Font(**SONG, size=size)
    for index, column in enumerate(columns, start=1):
        for start, end in merged_ranges(rows, column):
            top, bottom = tops[start], tops[end]
            cell = sheet.cell(first_row + top, index)
            cell.font, cell.border = font, _BORDER
            # Number and title of an aspect stay side by side: what is true of one column is of all that span so.
            highest = max(
                text_height(row_layouts[start].values[other], columns[other].width, size)
                for other in range(len(columns))
                if columns[other].span is column.span
            )
            cell.alignment = Alignment(
                horizontal="center" if column.is_centred else "left",
                vertical="top" if _is_cut(heights, top, bottom, page_ends, highest) else "center",
                wrap_text=True,
            )
            write_cell(cell, row_layouts[start].values[index - 1], column.kind)
            if bottom - top > 1:
                sheet.merge_cells(
                    start_row=cell.row, start_column=index, end_row=first_row + bottom - 1, end_column=index
                )
