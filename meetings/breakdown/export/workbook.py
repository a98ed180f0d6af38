"""任务分解表 as a workbook: the annex as issued, and the same with task states."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import BinaryIO

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from meetings.core.as_of import name_day
from meetings.core.text import mark_continued
from meetings.exports.columns import Column
from meetings.exports.layout import split_text, text_height
from meetings.exports.sheets import (
    FOOTER_MARGIN,
    number_pages,
    set_up_page,
    set_widths,
    write_across,
    write_header_cell,
)
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

_MARGIN = 0.4  # Inches.
# What a page of A4 on its side has between these margins, in points.
_PAGE_HEIGHT = 595 - 72 * (_MARGIN + FOOTER_MARGIN)
_MIN_ROW_HEIGHT = 26.0
# How high the rows are that a long text is parted into.
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
        _write(file, build_heading(meeting), ANNEX_COLUMNS, rows, size=9)


def write_breakdown_with_status(file: BinaryIO, meeting: Meeting, day: datetime.date) -> None:
    """Write the table by task with status, health and progress on ``day``, as .xlsx.

    Heads, status and health are in the active language.
    """
    as_of = _("As of %(day)s") % {"day": name_day(day, date_format)}
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
    number_pages(sheet)
    workbook.save(file)


def _write_heading(sheet: Worksheet, heading: Sequence[str], columns: Sequence[Column]) -> int:
    """Write title and lines across the table; return the number of the row below."""
    for number, text in enumerate(heading, start=1):
        is_title = number == 1
        font = Font(**SONG, size=_TITLE_SIZE if is_title else _LINE_SIZE)
        write_across(sheet, number, text, columns, font=font, is_centred=is_title, padding=4 if is_title else -2)
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

    What takes more than half a page is parted into low rows, each with whole lines of the text, so that a page ends
    between two of them: it cuts no line, and no half page stays empty above. ``heights``: of the sheet's rows under
    the head. ``tops``: with which of them (from 0) each row begins, and where the last ends. ``parts``: of the texts
    that are parted, by row and column. ``page_ends``: before which of the sheet's rows a page may end.
    """

    heights: list[float]
    tops: list[int]
    parts: dict[tuple[int, int], list[str]]
    page_ends: set[int]

    def is_cut(self, start: int, end: int, needed: float) -> bool:
        """Return whether a page may cut a text ``needed`` points high in the rows.

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


def _possible_page_ends(heights: Sequence[float], above: Sequence[float]) -> set[int]:
    """Return before which of the sheet's rows (from 0) a page may end.

    ``above`` are the heights of the rows over them, the last of which stands on every page. It is the reader's program
    that decides, by the width its fonts give the columns and the scale that fits them to the page: with Excel's 1, a
    page holds the least; LibreOffice without SimSun scales to about 0.83.
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
    cells = {
        (start, index): (end, text_height(values[start][index], column.width, size))
        for index, column in enumerate(columns)
        for start, end in merged_ranges(rows, column)
    }
    parts = _part_texts(cells, values, columns, size)
    heights = [_measure_row(row, cells, parts, columns, size) for row in range(len(rows))]
    # Cells that span rows come last: by then it is known what the rows take by themselves.
    spanning = sorted(
        (start, end, needed)
        for (start, index), (end, needed) in cells.items()
        if end - start > 1 and (start, index) not in parts
    )
    for start, end, needed in spanning:
        if (missing := needed - sum(map(sum, heights[start:end]))) > 0:
            for row in range(start, end):
                heights[row][-1] += math.ceil(missing / (end - start))
    tops = [0, *accumulate(map(len, heights))]
    while True:
        flat = list(chain.from_iterable(heights))
        layout = _Layout(flat, tops, parts, _possible_page_ends(flat, above))
        # A text that a page's end may cut stands at the top of its cell, and there the first row has room for it.
        too_low = (
            (start, needed)
            for start, end, needed in spanning
            if heights[start][0] < needed and layout.is_cut(start, end, needed)
        )
        if (first := next(too_low, None)) is None:
            return layout
        heights[first[0]][0] = first[1]


def _part_texts(
    cells: Mapping[tuple[int, int], tuple[int, float]],
    values: Sequence[tuple[str, ...]],
    columns: Sequence[Column[BreakdownRow]],
    size: float,
) -> dict[tuple[int, int], list[str]]:
    """Return the parts of the texts that stand in several rows of the sheet."""
    low = text_height("\n" * (_LINES_PER_PART - 1), 1, size)
    parted_rows = {row for (row, _column), (_end, needed) in cells.items() if needed > _PAGE_HEIGHT / 2}
    return {
        (row, index): mark_continued(split_text(values[row][index], columns[index].width, size, low))
        for (row, index), (end, needed) in cells.items()
        if needed > low and row in parted_rows and (end - row == 1 or needed > _PAGE_HEIGHT / 2)
    }


def _measure_row(
    row: int,
    cells: Mapping[tuple[int, int], tuple[int, float]],
    parts: Mapping[tuple[int, int], Sequence[str]],
    columns: Sequence[Column[BreakdownRow]],
    size: float,
) -> list[float]:
    """Return the heights of the rows of the sheet that a row takes."""
    heights = [_MIN_ROW_HEIGHT]
    for index, column in enumerate(columns):
        end, needed = cells.get((row, index), (row, 0.0))
        if (row, index) in parts:
            for place, part in enumerate(parts[row, index]):
                height = text_height(part, column.width, size)
                heights[place:] = [max(height, *heights[place : place + 1], 0), *heights[place + 1 :]]
        elif end - row == 1:
            heights[0] = max(heights[0], needed)
    return heights


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
            # Number and title of an aspect stay side by side: what is true of one column is of all that span so.
            highest = max(
                text_height(text, other.width, size)
                for text, other in zip(values[start], columns, strict=True)
                if other.span is column.span
            )
            parts = layout.parts.get((start, index - 1), [values[start][index - 1]])
            is_at_top = len(parts) > 1 or layout.is_cut(start, end, highest)
            alignment = Alignment(
                horizontal="center" if column.is_centred else "left",
                vertical="top" if is_at_top else "center",
                wrap_text=True,
            )
            bottom = first_row + layout.tops[end] - 1
            for row, part in enumerate(parts, start=first_row + layout.tops[start]):
                is_last = row - first_row - layout.tops[start] == len(parts) - 1
                cell = sheet.cell(row, index)
                cell.font, cell.alignment = font, alignment
                cell.border = Border(
                    left=_EDGE,
                    right=_EDGE,
                    top=_EDGE if row == first_row + layout.tops[start] else None,
                    bottom=_EDGE if is_last else None,
                )
                write_cell(cell, part, column.kind)
                if is_last and bottom > row:
                    sheet.merge_cells(start_row=row, start_column=index, end_row=bottom, end_column=index)
