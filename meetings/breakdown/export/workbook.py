"""任务分解表 as a workbook: the annex as issued, and the same with task states."""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
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
    as_of = _("As of %(day)s") % {"day": date_format(day, "DATE_FORMAT")}
    heading = [*build_heading(meeting), as_of]
    _write(file, heading, STATUS_COLUMNS, rows_by_task(meeting, day), size=9)


def _write(
    file: BinaryIO,
    heading: Sequence[str],
    columns: Sequence[Column[BreakdownRow]],
    rows: Sequence[BreakdownRow],
    *,
    size: float,
) -> None:
    workbook = new_workbook(heading[0])
    sheet = workbook.active
    sheet.title = sheet_title(_("Breakdown table"))
    set_widths(sheet, columns)
    head_row = _write_heading(sheet, heading, columns)
    _write_header_row(sheet, head_row, columns, size)
    above = [sheet.row_dimensions[row].height for row in range(1, head_row + 1)]
    values = [tuple(clean_text(str(column.value(row) or "")) for column in columns) for row in rows]
    layout = _layout_rows(rows, values, columns, size, above)
    _write_rows(sheet, head_row + 1, layout, rows, values, columns, size)
    set_up_page(sheet, head_row, _MARGIN)
    workbook.save(file)


def _write_heading(sheet: Worksheet, heading: Sequence[str], columns: Sequence[Column]) -> int:
    """Write title and lines across the table; return the number of the row below."""
    for number, text in enumerate(heading, start=1):
        is_title = number == 1
        font = Font(**SONG, size=_TITLE_SIZE if is_title else _LINE_SIZE)
        write_across(sheet, number, text, columns, font=font, is_centred=is_title, padding=8 if is_title else -2)
    return len(heading) + 1


def _write_header_row(sheet: Worksheet, row: int, columns: Sequence[Column], size: float) -> None:
    for index, column in enumerate(columns, start=1):
        write_header_cell(sheet, row, index, column, size=size, border=_BORDER)
    sheet.row_dimensions[row].height = max(
        _MIN_ROW_HEIGHT, *(text_height(str(column.head), column.width, size) for column in columns)
    )


# --- rows and pages ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    """The table's rows as rows of the sheet.

    Excel has no row above 409.5 points, so a long suggestion takes several, merged. ``heights``: of the sheet's rows
    under the head. ``tops``: with which of them (from 0) each row begins, and where the last ends. ``page_ends``:
    before which of them a page may end.
    """

    heights: list[float]
    tops: list[int]
    page_ends: set[int]

    def is_cut(self, start: int, end: int, needed: float) -> bool:
        """Whether a page may cut a text ``needed`` points high in the merged rows.

        Or whether it is looked for in vain: the middle of what takes more than a page is on none of the pages one
        looks at first.
        """
        top, bottom = self.tops[start], self.tops[end]
        middle = sum(self.heights[top:bottom]) / 2
        return 2 * middle > _PAGE_HEIGHT or any(
            abs(sum(self.heights[top:row]) - middle) < needed / 2
            for row in range(top + 1, bottom)
            if row in self.page_ends
        )


def _build_layout(row_heights: Sequence[float], size: float, above: Sequence[float]) -> _Layout:
    part_height = _LINES_PER_PART * LINE_PITCH * size
    parts = [
        [height] if height <= MAX_ROW_HEIGHT else [part_height] * math.ceil(height / part_height)
        for height in row_heights
    ]
    heights = list(chain.from_iterable(parts))
    return _Layout(heights, [0, *accumulate(map(len, parts))], _possible_page_ends(heights, above))


def _possible_page_ends(heights: Sequence[float], above: Sequence[float]) -> set[int]:
    """Return before which of the sheet's rows (from 0) a page may end.

    ``above`` are the heights of the rows over them, the last of which stands on every page. It is the reader's program
    that decides, by the width its fonts give the columns and the scale that fits them to the page: with Excel's 1, a
    page holds the least; LibreOffice without SimSun scales to about 0.87.
    """
    ends: set[int] = set()
    # Steps so small that on the tenth page, too, no row is stepped over.
    for per_mille in range(970, 1280, 5):
        page = _PAGE_HEIGHT * per_mille / 1000
        remaining = page - sum(above)
        for row, height in enumerate(heights):
            if height > remaining:
                ends.add(row)
                remaining = page - above[-1]
            remaining -= height
    return ends


def _layout_rows(
    rows: Sequence[BreakdownRow],
    values: Sequence[tuple[str, ...]],
    columns: Sequence[Column[BreakdownRow]],
    size: float,
    above: Sequence[float],
) -> _Layout:
    """Measure the rows, such that every text has room, wherever a page may end."""
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
        layout = _build_layout(heights, size, above)
        # A text that a page's end may cut stands at the top of its cell, and there the first row has room for it.
        too_low = (
            (start, needed)
            for start, end, needed in spanning
            if heights[start] < needed <= MAX_ROW_HEIGHT and layout.is_cut(start, end, needed)
        )
        if (first := next(too_low, None)) is None:
            return layout
        heights[first[0]] = first[1]


def _write_rows(
    sheet: Worksheet,
    first_row: int,
    layout: _Layout,
    rows: Sequence[BreakdownRow],
    values: Sequence[tuple[str, ...]],
    columns: Sequence[Column[BreakdownRow]],
    size: float,
) -> None:
    for row, height in enumerate(layout.heights, start=first_row):
        sheet.row_dimensions[row].height = height
    font = Font(**SONG, size=size)
    for index, column in enumerate(columns, start=1):
        for start, end in merged_ranges(rows, column):
            top, bottom = layout.tops[start], layout.tops[end]
            cell = sheet.cell(first_row + top, index)
            cell.font, cell.border = font, _BORDER
            # Number and title of an aspect stay side by side: what is true of one column is of all that span so.
            highest = max(
                text_height(text, other.width, size)
                for text, other in zip(values[start], columns, strict=True)
                if other.span is column.span
            )
            cell.alignment = Alignment(
                horizontal="center" if column.is_centred else "left",
                vertical="top" if layout.is_cut(start, end, highest) else "center",
                wrap_text=True,
            )
            write_cell(cell, values[start][index - 1], column.kind)
            if bottom - top > 1:
                sheet.merge_cells(
                    start_row=cell.row, start_column=index, end_row=first_row + bottom - 1, end_column=index
                )
