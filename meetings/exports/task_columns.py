"""The columns of a task in exports: each head and value, once."""

from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import pgettext_lazy

from meetings.display.fields import label
from meetings.display.progress import department_reports
from meetings.models import DepartmentRole, Health, Status, Task
from meetings.models.task import FURTHER_TEXTS

from .columns import CellKind, Column
from .formatting import ENUMERATION_COMMA, distinct, format_department, format_report, format_source, leader_names


def _departments(task: Task, *, supporting: bool = False) -> str:
    """Return the departments that answer for the task, or those that support it."""
    parts = [part for part in task.task_departments.all() if (part.role == DepartmentRole.SUPPORTING) == supporting]
    return ENUMERATION_COMMA.join(part.department.name if supporting else format_department(part) for part in parts)


def _sources(task: Task) -> str:
    return ENUMERATION_COMMA.join(distinct(map(format_source, task.suggestion.suggestion_sources.all())))


def _progress(task: Task) -> str:
    # The day of the last report has a column of its own.
    return "\n".join(format_report(report) if report.reporter else report.note for report in department_reports(task))


def _aspect(task: Task) -> str:
    return task.suggestion.aspect.title if task.suggestion.aspect else ""


# With the widths of the register (台账); a table that is set otherwise says so (`task_column`).
TASK_COLUMNS: dict[str, Column[Task]] = {
    "meeting": Column(label("meeting"), 24, lambda task: task.suggestion.meeting.title),
    # The suggestion's number: with meeting and task number it names the task.
    "number": Column(label("printed_number"), 6, lambda task: task.suggestion.number, CellKind.INTEGER),
    "aspect": Column(label("aspect"), 20, _aspect),
    "suggestion": Column(label("suggestion"), 50, lambda task: task.suggestion.text),
    "task_number": Column(pgettext_lazy("column head", "Task no."), 8, lambda task: task.number, CellKind.INTEGER),
    "text": Column(label("text"), 50, lambda task: task.text),
    "departments": Column(label("departments"), 18, _departments),
    "supporting": Column(
        pgettext_lazy("column head", "Supporting departments"), 18, partial(_departments, supporting=True)
    ),
    "leaders": Column(label("leader"), 14, lambda task: ENUMERATION_COMMA.join(leader_names(task))),
    "printed_deadline": Column(
        pgettext_lazy("column head", "Deadline as printed"),
        16,
        lambda task: task.original_deadline_text,
        CellKind.VERBATIM,
    ),
    "original_due_date": Column(
        pgettext_lazy("column head", "Original due date"), 13, lambda task: task.original_due_date, CellKind.DATE
    ),
    "due_date": Column(
        pgettext_lazy("column head", "Current due date"), 13, lambda task: task.day_due_date, CellKind.DATE
    ),
    "extension_count": Column(label("extension_count"), 10, lambda task: task.day_extension_count, CellKind.INTEGER),
    "extension_days": Column(
        pgettext_lazy("column head", "Days gained"), 10, lambda task: task.day_extension_days, CellKind.INTEGER
    ),
    "status": Column(label("status"), 12, lambda task: Status(task.day_status).label),
    "health": Column(label("health"), 12, lambda task: Health(task.health).label),
    "next_review": Column(label("next_review"), 13, lambda task: task.day_next_review, CellKind.DATE),
    "progress": Column(label("progress"), 40, _progress),
    "reported_on": Column(label("reported_on"), 13, lambda task: task.last_report_on, CellKind.DATE),
    "closed_on": Column(label("closed_on"), 13, lambda task: task.day_closed_on, CellKind.DATE),
    "sources": Column(pgettext_lazy("column head", "Suggested by"), 30, _sources),
    **{name: Column(label(name), 20, attrgetter(name)) for name in FURTHER_TEXTS},
}


def task_column(name: str, width: float, **changes: Any) -> Column[Task]:
    """Return a column of `TASK_COLUMNS` with another ``width`` or other attributes."""
    return replace(TASK_COLUMNS[name], width=width, **changes)
