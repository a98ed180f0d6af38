"""The columns of the workbook a department fills in: their heads, widths and values."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from meetings.exports.columns import CellKind, Column
from meetings.exports.formatting import ENUMERATION_COMMA, deadline_lines, department_labels, leader_names
from meetings.models import Health, Status, Task
from meetings.workbooks.format import WorkbookColumn


def _current_deadline(task: Task) -> str:
    """Return the deadline as printed, and the day it falls due on where the print does not say it."""
    printed = deadline_lines(task)
    due = task.day_due_date.isoformat() if task.day_due_date else ""
    return "\n".join([*printed, *([due] if due and due not in printed else [])])


def _last_progress(task: Task) -> str:
    if not task.last_report_on:
        return ""
    return f"{task.last_report_on.isoformat()}\n{task.last_report_note}"


# The columns by their keys; a locked one has a value, an open one has none.
COLUMNS: dict[WorkbookColumn, Column[Task]] = {
    WorkbookColumn.MEETING: Column(
        pgettext_lazy("column head", "Meeting"), 11, lambda task: task.suggestion.meeting.title
    ),
    WorkbookColumn.NUMBER: Column(
        pgettext_lazy("column head", "No."), 5, lambda task: task.suggestion.number, CellKind.INTEGER, is_centred=True
    ),
    WorkbookColumn.SUGGESTION: Column(
        pgettext_lazy("column head", "Suggestion"), 20, lambda task: task.suggestion.text
    ),
    WorkbookColumn.TASK_NUMBER: Column(
        pgettext_lazy("column head", "Task no."), 6, lambda task: task.number, CellKind.INTEGER, is_centred=True
    ),
    WorkbookColumn.TASK: Column(pgettext_lazy("column head", "Task"), 26, lambda task: task.text),
    WorkbookColumn.DEPARTMENTS: Column(
        pgettext_lazy("column head", "Responsible departments"),
        11,
        lambda task: ENUMERATION_COMMA.join(department_labels(task)),
    ),
    WorkbookColumn.LEADERS: Column(
        pgettext_lazy("column head", "Supervising leader"), 8, lambda task: ENUMERATION_COMMA.join(leader_names(task))
    ),
    WorkbookColumn.DEADLINE: Column(
        pgettext_lazy("column head", "Deadline (current)"), 11.5, _current_deadline, CellKind.VERBATIM, is_centred=True
    ),
    WorkbookColumn.HEALTH: Column(
        pgettext_lazy("column head", "Health"), 8, lambda task: Health(task.health).label, is_centred=True
    ),
    WorkbookColumn.STATUS: Column(
        pgettext_lazy("column head", "Current status"), 8, lambda task: Status(task.day_status).label, is_centred=True
    ),
    WorkbookColumn.LAST_PROGRESS: Column(pgettext_lazy("column head", "Latest progress"), 20, _last_progress),
    WorkbookColumn.PROGRESS: Column(pgettext_lazy("column head", "Progress this time"), 28, lambda task: None),
    WorkbookColumn.NEW_STATUS: Column(
        pgettext_lazy("column head", "New status"), 10, lambda task: None, is_centred=True
    ),
    WorkbookColumn.DAY: Column(
        pgettext_lazy("column head", "Day of progress"), 11.5, lambda task: None, CellKind.DATE, is_centred=True
    ),
    WorkbookColumn.REASON: Column(pgettext_lazy("column head", "Reason"), 18, lambda task: None),
}
