"""Columns of a fill-in workbook: heads, widths and values."""

from django.utils.translation import pgettext_lazy

from meetings.display.department_reports import department_reports
from meetings.exports.columns import CellKind, Column
from meetings.exports.formatting import ENUMERATION_COMMA, deadline_lines, department_labels, format_report
from meetings.exports.task_columns import task_column
from meetings.models import Task
from meetings.workbooks.format import WorkbookColumn


def _current_deadline(task: Task) -> str:
    """Return the deadline as printed, with its day where the print has none."""
    lines = deadline_lines(task)
    due = task.day_due_date.isoformat() if task.day_due_date else ""
    return "\n".join([*lines, *([due] if due and due not in lines else [])])


def _all_departments(task: Task) -> str:
    return ENUMERATION_COMMA.join(department_labels(task))


def _nothing(task: Task) -> None:
    """Return what stands in a cell that is to be filled in."""


def _last_progress(task: Task) -> str:
    return "\n".join(map(format_report, department_reports(task)))


# The columns by their keys; a locked one has a value, an open one has none.
COLUMNS: dict[WorkbookColumn, Column[Task]] = {
    WorkbookColumn.MEETING: task_column("meeting", 11),
    WorkbookColumn.NUMBER: task_column("number", 5, is_centred=True),
    WorkbookColumn.SUGGESTION: task_column("suggestion", 20),
    WorkbookColumn.TASK_NUMBER: task_column("task_number", 6, is_centred=True),
    WorkbookColumn.TASK: task_column("text", 26),
    WorkbookColumn.DEPARTMENTS: task_column("departments", 11, value=_all_departments),
    WorkbookColumn.LEADERS: task_column("leaders", 8),
    WorkbookColumn.DEADLINE: Column(
        pgettext_lazy("column head", "Deadline (current)"), 11.5, _current_deadline, CellKind.VERBATIM, is_centred=True
    ),
    WorkbookColumn.HEALTH: task_column("health", 8, is_centred=True),
    WorkbookColumn.STATUS: task_column(
        "status", 8, head=pgettext_lazy("column head", "Current status"), is_centred=True
    ),
    WorkbookColumn.LAST_PROGRESS: task_column("progress", 20, value=_last_progress),
    WorkbookColumn.PROGRESS: Column(pgettext_lazy("column head", "Progress this time"), 28, _nothing),
    WorkbookColumn.NEW_STATUS: Column(pgettext_lazy("column head", "New status"), 10, _nothing, is_centred=True),
    WorkbookColumn.DAY: Column(
        pgettext_lazy("column head", "Day of progress"), 11.5, _nothing, CellKind.DATE, is_centred=True
    ),
    WorkbookColumn.REASON: Column(pgettext_lazy("column head", "Reason"), 18, _nothing),
}
