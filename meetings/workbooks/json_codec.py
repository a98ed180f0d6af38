"""What was read of a workbook as JSON holds it, and back again: a file is read once, when it is handed in."""

from __future__ import annotations

import datetime
from typing import Any

from .format import RowKey, WorkbookColumn
from .parser import Notice, NoticeCode, ParsedWorkbook, RejectionReason, WorkbookCell, WorkbookRow


def workbook_to_json(parsed: ParsedWorkbook) -> dict[str, Any]:
    """Return what was read, for `FillInUpload.content`."""
    return {
        "rows": [_row_to_json(row) for row in parsed.rows],
        "notices": [
            {
                "remark": notice.code.value,
                "sheet": notice.sheet,
                "place": notice.place,
                "column": notice.column.value if notice.column else None,
                "value": notice.value,
                "number": notice.number,
            }
            for notice in parsed.notices
        ],
    }


def workbook_from_json(data: dict[str, Any]) -> ParsedWorkbook:
    """Return what `workbook_to_json` wrote."""
    return ParsedWorkbook(
        rows=tuple(_row_from_json(row) for row in data["rows"]),
        notices=tuple(
            Notice(
                code=NoticeCode(notice["remark"]),
                sheet=notice["sheet"],
                place=notice["place"],
                column=WorkbookColumn(notice["column"]) if notice["column"] else None,
                value=notice["value"],
                number=notice["number"],
            )
            for notice in data["notices"]
        ),
    )


def collect_task_ids(data: dict[str, Any]) -> set[int]:
    """Return the ids of the tasks that the rows of what `workbook_to_json` wrote are about."""
    return {row["key"][0] for row in data["rows"]}


def _row_to_json(row: WorkbookRow) -> dict[str, Any]:
    key = row.key
    return {
        "sheet": row.sheet,
        "row": row.row,
        "key": [key.task_id, key.version, key.department_id, key.first_recorded_us, list(key.digests)],
        "written": _cells_to_json(row.open_cells),
        "changed": _cells_to_json(row.changed),
        "refusal": row.refusal.value if row.refusal else None,
    }


def _row_from_json(data: dict[str, Any]) -> WorkbookRow:
    *numbers, digests = data["key"]
    return WorkbookRow(
        sheet=data["sheet"],
        row=data["row"],
        key=RowKey(*numbers, tuple(digests)),
        open_cells=_cells_from_json(data["written"]),
        changed=_cells_from_json(data["changed"]),
        refusal=RejectionReason(data["refusal"]) if data["refusal"] else None,
    )


def _cells_to_json(cells: dict[WorkbookColumn, WorkbookCell]) -> dict[str, list]:
    return {
        column.value: [cell.reference, cell.text, cell.day.isoformat() if cell.day else None, cell.is_merged]
        for column, cell in cells.items()
    }


def _cells_from_json(data: dict[str, list]) -> dict[WorkbookColumn, WorkbookCell]:
    return {
        WorkbookColumn(column): WorkbookCell(
            reference, text, datetime.date.fromisoformat(day) if day else None, is_merged
        )
        for column, (reference, text, day, is_merged) in data.items()
    }
