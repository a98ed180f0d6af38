"""The columns of a task in exports: each head and value, once."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import pgettext_lazy

from meetings.display.department_reports import department_reports
from meetings.display.fields import format_value, label
from meetings.models import DepartmentRole, Health, Status, Task
from meetings.models.task import FURTHER_TEXTS

from .columns import CellKind, Column
from .formatting import (
    ENUMERATION_COMMA,
    deadline_lines,
    distinct,
    format_department,
    format_report,
    format_source,
    leader_names,
    parts_of,
)


def _departments(task: Task, *, supporting: bool = False) -> str:
    """Return the departments that answer for the task, or those that support it."""
    parts = [
        part for part in parts_of(task, "task_departments") if (part.role == DepartmentRole.SUPPORTING) == supporting
    ]
    return ENUMERATION_COMMA.join(part.department.name if supporting else format_department(part) for part in parts)


def _sources(task: Task) -> str:
    return ENUMERATION_COMMA.join(distinct(map(format_source, parts_of(task.suggestion, "suggestion_sources"))))


def _progress(task: Task) -> str:
    # The day of the last report has a column of its own.
    return "\n".join(format_report(report) if report.reporter else report.note for report in department_reports(task))


def _aspect(task: Task) -> str:
    return task.suggestion.aspect.title if task.suggestion.aspect else ""


# With the widths of the register (台账), all of which A3 on its side holds at `list_sheet.LIST_WIDTH`; a table that is
# set otherwise says so (`task_column`).
TASK_COLUMNS: dict[str, Column[Task]] = {
    "meeting": Column(label("meeting"), 9.5, lambda task: task.suggestion.meeting.title, is_long=True),
    # The suggestion's number: with meeting and task number it names the task.
    "number": Column(label("printed_number"), 4.6, lambda task: task.suggestion.number, CellKind.INTEGER),
    "aspect": Column(label("aspect"), 8.5, _aspect, is_long=True),
    "suggestion": Column(label("suggestion"), 20, lambda task: task.suggestion.text, is_long=True),
    "task_number": Column(pgettext_lazy("column head", "Task no."), 4.6, lambda task: task.number, CellKind.INTEGER),
    "text": Column(label("text"), 20, lambda task: task.text, is_long=True),
    "departments": Column(label("departments"), 9, _departments),
    "supporting": Column(
        pgettext_lazy("column head", "Supporting departments"), 8, partial(_departments, supporting=True)
    ),
    "leaders": Column(label("leader"), 7.6, lambda task: ENUMERATION_COMMA.join(leader_names(task))),
    "printed_deadline": Column(
        pgettext_lazy("column head", "Deadline as printed"),
        9,
        lambda task: task.original_deadline_text,
        CellKind.VERBATIM,
    ),
    "original_due_date": Column(
        pgettext_lazy("column head", "Original due date"), 9.4, lambda task: task.original_due_date, CellKind.DATE
    ),
    "due_date": Column(
        pgettext_lazy("column head", "Current due date"), 9.4, lambda task: task.day_due_date, CellKind.DATE
    ),
    "extension_count": Column(label("extension_count"), 4.6, lambda task: task.day_extension_count, CellKind.INTEGER),
    "extension_days": Column(
        pgettext_lazy("column head", "Days gained"), 4.6, lambda task: task.day_extension_days, CellKind.INTEGER
    ),
    "status": Column(label("status"), 6.4, lambda task: Status(task.day_status).label),
    "health": Column(label("health"), 6.4, lambda task: Health(task.health).label),
    "next_review": Column(label("next_review"), 9.4, lambda task: task.day_next_review, CellKind.DATE),
    "progress": Column(label("progress"), 13, _progress, is_long=True),
    "reported_on": Column(label("reported_on"), 9.4, lambda task: task.last_report_on, CellKind.DATE),
    "closed_on": Column(label("closed_on"), 9.4, lambda task: task.day_closed_on, CellKind.DATE),
    "sources": Column(pgettext_lazy("column head", "Suggested by"), 9, _sources, is_long=True),
    **{name: Column(label(name), 8, attrgetter(name), is_long=True) for name in FURTHER_TEXTS},
}
# What the list of tasks shows and the register has no column for.
_LIST_COLUMNS: dict[str, Column[Task]] = {
    "deadline": Column(label("deadline"), 9.4, lambda task: "\n".join(deadline_lines(task)), CellKind.VERBATIM),
    "outcome": Column(label("outcome"), 8, lambda task: format_value("outcome", task.day_outcome)),
}
# The columns that the list calls otherwise, or that are two of an export.
_NAMES_IN_LIST = {
    "number": ("number", "task_number"),
    "department": ("departments",),
    "leader": ("leaders",),
    "due": ("deadline", "due_date"),
    "source": ("sources",),
    "original": ("printed_deadline", "original_due_date"),
    "extensions": ("extension_count", "extension_days"),
    "review": ("next_review",),
    "reported": ("reported_on",),
    "closed": ("closed_on",),
}


def columns_of_list(names: Iterable[str]) -> tuple[Column[Task], ...]:
    """Return what an export has for the columns ``names`` of the list of tasks."""
    columns = TASK_COLUMNS | _LIST_COLUMNS
    return tuple(columns[key] for name in names for key in _NAMES_IN_LIST.get(name, (name,)))


def task_column(name: str, width: float, **changes: Any) -> Column[Task]:
    """Return a column of `TASK_COLUMNS` with another ``width`` or other attributes."""
    return replace(TASK_COLUMNS[name], width=width, **changes)
