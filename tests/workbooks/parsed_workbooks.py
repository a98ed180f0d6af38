"""What was read of a workbook, in short."""

from __future__ import annotations

from openpyxl.worksheet.worksheet import Worksheet

from meetings.models import Task
from meetings.workbooks.format import WorkbookColumn
from meetings.workbooks.parser import ParsedWorkbook

from .workbook_files import fill, keys_row

TEXTS = (
    "=SUM(A1:A9)",
    "2024.10",
    "_x0041_ 与 _x000D_",
    "两行\n文字，带（全角）与 (半角)",
    "长" * 3000,
    "甲",
    "甲",
)


def said(found: ParsedWorkbook) -> dict[int, dict[WorkbookColumn, str]]:
    return {row.key.task_id: dict(row.filled_cells) for row in found.rows if row.filled_cells and row.refusal is None}


def data_rows(sheet: Worksheet) -> range:
    return range(keys_row(sheet) + 2, sheet.max_row + 1)


def fill_all(sheet: Worksheet, tasks: list[Task]) -> dict[int, dict[WorkbookColumn, str]]:
    """Write something of its own for each task; return what that is."""
    written = {}
    for number, task in enumerate(tasks):
        fill(sheet, task, progress=f"进展{number}", reason=f"原因{number}")
        written[task.pk] = {WorkbookColumn.PROGRESS: f"进展{number}", WorkbookColumn.REASON: f"原因{number}"}
    return written
