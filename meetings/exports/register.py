"""台账: one task a line, for people who go on working in a spreadsheet (docs/domain.md, Contracts: export_register)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from meetings.models import DepartmentRole, Health, Status, Task
from meetings.models.task import LISTED_PARTS, TaskQuerySet

from .columns import CellKind, Column
from .formatting import ENUMERATION_COMMA, distinct, format_department, format_source, leader_names
from .workbook import write_csv, write_list_workbook

# Tasks held in memory at a time. Each portion costs the same few queries for what hangs on its tasks.
CHUNK_SIZE = 1000


def _departments(task: Task, *, supporting: bool) -> str:
    """Return the supporting departments, or all the others, those that lead marked as such."""
    parts = [part for part in task.task_departments.all() if (part.role == DepartmentRole.SUPPORTING) is supporting]
    names = [part.department.name if supporting else format_department(part) for part in parts]
    return ENUMERATION_COMMA.join(names)


def _sources(task: Task) -> str:
    return ENUMERATION_COMMA.join(distinct(map(format_source, task.suggestion.suggestion_sources.all())))


COLUMNS: tuple[Column[Task], ...] = (
    Column(pgettext_lazy("column head", "Meeting"), 24, lambda task: task.suggestion.meeting.title),
    # The suggestion's number: with meeting and task number it names the task.
    Column(pgettext_lazy("column head", "No."), 6, lambda task: task.suggestion.number, CellKind.INTEGER),
    Column(
        pgettext_lazy("column head", "Aspect"),
        20,
        lambda task: task.suggestion.aspect.title if task.suggestion.aspect else "",
    ),
    Column(pgettext_lazy("column head", "Suggestion"), 50, lambda task: task.suggestion.text),
    Column(pgettext_lazy("column head", "Task no."), 8, lambda task: task.number, CellKind.INTEGER),
    Column(pgettext_lazy("column head", "Task"), 50, lambda task: task.text),
    Column(
        pgettext_lazy("column head", "Responsible departments"), 18, lambda task: _departments(task, supporting=False)
    ),
    Column(
        pgettext_lazy("column head", "Supporting departments"), 18, lambda task: _departments(task, supporting=True)
    ),
    Column(
        pgettext_lazy("column head", "Supervising leader"), 14, lambda task: ENUMERATION_COMMA.join(leader_names(task))
    ),
    Column(
        pgettext_lazy("column head", "Deadline as printed"),
        16,
        lambda task: task.original_deadline_text,
        CellKind.VERBATIM,
    ),
    Column(pgettext_lazy("column head", "Original due date"), 13, lambda task: task.original_due_date, CellKind.DATE),
    Column(pgettext_lazy("column head", "Current due date"), 13, lambda task: task.day_due_date, CellKind.DATE),
    Column(pgettext_lazy("column head", "Extensions"), 10, lambda task: task.day_extension_count, CellKind.INTEGER),
    Column(pgettext_lazy("column head", "Days gained"), 10, lambda task: task.day_extension_days, CellKind.INTEGER),
    Column(pgettext_lazy("column head", "Status"), 12, lambda task: Status(task.day_status).label),
    Column(pgettext_lazy("column head", "Health"), 12, lambda task: Health(task.health).label),
    Column(pgettext_lazy("column head", "Next review"), 13, lambda task: task.day_next_review, CellKind.DATE),
    Column(pgettext_lazy("column head", "Latest progress"), 40, lambda task: task.last_report_note),
    Column(pgettext_lazy("column head", "Reported on"), 13, lambda task: task.last_report_on, CellKind.DATE),
    Column(pgettext_lazy("column head", "Closed on"), 13, lambda task: task.day_closed_on, CellKind.DATE),
    Column(pgettext_lazy("column head", "Suggested by"), 30, _sources),
    Column(pgettext_lazy("column head", "Remarks"), 20, lambda task: task.remarks),
)


def write_register_workbook(file: BinaryIO, tasks: TaskQuerySet, day: datetime.date) -> None:
    """Write ``tasks``, a `Task.objects.on(day)` filtered and sorted, as .xlsx into ``file``.

    ``day`` (Asia/Shanghai) names the sheet. Heads, status and health are in the active language.
    """
    write_list_workbook(file, title=sheet_name(day), columns=COLUMNS, lines=iterate_tasks(tasks))


def sheet_name(day: datetime.date) -> str:
    """Return what the sheet with the register of ``day`` is called."""
    return _("Register on %(day)s") % {"day": day.isoformat()}


def write_register_csv(file: BinaryIO, tasks: TaskQuerySet, day: datetime.date) -> None:
    """Write the same as `write_register_workbook` as CSV (UTF-8 with BOM, CRLF) into the binary ``file``."""
    write_csv(file, columns=COLUMNS, lines=iterate_tasks(tasks))


def iterate_tasks(tasks: TaskQuerySet) -> Iterator[Task]:
    """Yield the tasks in their order: one query, and six for each portion of what hangs on them."""
    # A list has loaded what its own columns show.
    tasks = tasks.prefetch_related(None).with_last_report().for_listing(LISTED_PARTS)
    return tasks.iterator(chunk_size=CHUNK_SIZE)
