"""What was read of a workbook as JSON holds it, and back again: a file is read once, when it is handed in."""

from __future__ import annotations

import datetime
from typing import Any

from .format import FillInColumn, RowKey
from .parser import Notice, ReadRow, ReadWorkbook, Refusal, Remark, Written


def written_workbook(read: ReadWorkbook) -> dict[str, Any]:
    """Return what was read, for `FillInUpload.content`."""
    return {
        "rows": [_written_row(row) for row in read.rows],
        "notices": [
            {
                "remark": notice.remark.value,
                "sheet": notice.sheet,
                "place": notice.place,
                "column": notice.column.value if notice.column else None,
                "value": notice.value,
                "number": notice.number,
            }
            for notice in read.notices
        ],
    }


def workbook_from(written: dict[str, Any]) -> ReadWorkbook:
    """Return what `written_workbook` wrote."""
    return ReadWorkbook(
        rows=tuple(_row_from(row) for row in written["rows"]),
        notices=tuple(
            Notice(
                remark=Remark(notice["remark"]),
                sheet=notice["sheet"],
                place=notice["place"],
                column=FillInColumn(notice["column"]) if notice["column"] else None,
                value=notice["value"],
                number=notice["number"],
            )
            for notice in written["notices"]
        ),
    )


def tasks_of(written: dict[str, Any]) -> set[int]:
    """Return the ids of the tasks that the rows of what `written_workbook` wrote are about."""
    return {row["key"][0] for row in written["rows"]}


def _written_row(row: ReadRow) -> dict[str, Any]:
    key = row.key
    return {
        "sheet": row.sheet,
        "row": row.row,
        "key": [key.task_id, key.version, key.department_id, key.entered, list(key.digests)],
        "written": _written_cells(row.written),
        "changed": _written_cells(row.changed),
        "refusal": row.refusal.value if row.refusal else None,
    }


def _row_from(written: dict[str, Any]) -> ReadRow:
    *numbers, digests = written["key"]
    return ReadRow(
        sheet=written["sheet"],
        row=written["row"],
        key=RowKey(*numbers, tuple(digests)),
        written=_cells_from(written["written"]),
        changed=_cells_from(written["changed"]),
        refusal=Refusal(written["refusal"]) if written["refusal"] else None,
    )


def _written_cells(cells: dict[FillInColumn, Written]) -> dict[str, list]:
    return {
        column.value: [cell.reference, cell.text, cell.day.isoformat() if cell.day else None, cell.is_merged]
        for column, cell in cells.items()
    }


def _cells_from(written: dict[str, list]) -> dict[FillInColumn, Written]:
    return {
        FillInColumn(column): Written(reference, text, datetime.date.fromisoformat(day) if day else None, is_merged)
        for column, (reference, text, day, is_merged) in written.items()
    }
