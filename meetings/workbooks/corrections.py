"""Corrections of a workbook's cells on its page; the file stays as it was.

They stand among the decisions of the upload, by the row's place and the column: ``{"3:day": "2024-05-31"}``.
"""

from collections.abc import Mapping
from dataclasses import replace

from .format import OPEN_COLUMNS, WorkbookColumn
from .parser import WorkbookCell, WorkbookRow

Corrections = Mapping[WorkbookColumn, str]


def correction_keys(place: int) -> dict[WorkbookColumn, str]:
    """Return under which keys the corrections of a row are stored."""
    return {column: f"{place}:{column.value}" for column in OPEN_COLUMNS}


def read_corrections(decisions: Mapping[str, str], place: int) -> Corrections:
    """Return what the open cells of a row are corrected to."""
    return {column: decisions[key] for column, key in correction_keys(place).items() if key in decisions}


def correct_cells(row: WorkbookRow, corrections: Corrections) -> WorkbookRow:
    """Return the row with its cells as corrected: plain text, none where it is empty."""
    cells = dict(row.open_cells)
    for column, text in corrections.items():
        filed = cells.pop(column, None)
        is_plain = filed is None or not (filed.is_merged or filed.defect or filed.struck)
        if filed is not None and is_plain and text == shown_text(filed):
            cells[column] = filed
        elif text:
            cells[column] = WorkbookCell(filed.reference if filed else "", text)
    return replace(row, open_cells=cells)


def shown_text(cell: WorkbookCell) -> str:
    """Return the text of a cell as the form of its correction shows it."""
    return cell.day.isoformat() if cell.day else cell.text.strip()
