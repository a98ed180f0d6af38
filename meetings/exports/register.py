"""台账: one task a line, for people who go on working in a spreadsheet (DESIGN.md, Contracts: export_register)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from meetings.models import DepartmentRole, Health, Status, Task
from meetings.models.task import LISTED_PARTS, TaskQuerySet

from .columns import Column, Kind
from .formatting import ENUMERATION_COMMA, distinct, leaders_of, printed_department, source_of
from .workbook import write_csv, write_list

# Tasks held in memory at a time. Each portion costs the same few queries for what hangs on its tasks.
PORTION = 1000


def _departments(task: Task, *, supporting: bool) -> str:
    """Return the supporting departments, or all the others, those that lead marked as such."""
    parts = [part for part in task.task_departments.all() if (part.role == DepartmentRole.SUPPORTING) is supporting]
    names = [part.department.name if supporting else printed_department(part) for part in parts]
    return ENUMERATION_COMMA.join(names)


def _sources(task: Task) -> str:
    return ENUMERATION_COMMA.join(distinct(map(source_of, task.suggestion.suggestion_sources.all())))


COLUMNS: tuple[Column[Task], ...] = (
    Column(pgettext_lazy("column head", "Meeting"), 24, lambda task: task.suggestion.meeting.title),
    # The suggestion's number: with meeting and task number it names the task.
    Column(pgettext_lazy("column head", "No."), 6, lambda task: task.suggestion.number, Kind.INTEGER),
    Column(
        pgettext_lazy("column head", "Aspect"),
        20,
        lambda task: task.suggestion.aspect.title if task.suggestion.aspect else "",
    ),
    Column(pgettext_lazy("column head", "Suggestion"), 50, lambda task: task.suggestion.text),
    Column(pgettext_lazy("column head", "Task no."), 8, lambda task: task.number, Kind.INTEGER),
    Column(pgettext_lazy("column head", "Task"), 50, lambda task: task.text),
    Column(
        pgettext_lazy("column head", "Responsible departments"), 18, lambda task: _departments(task, supporting=False)
    ),
    Column(
        pgettext_lazy("column head", "Supporting departments"), 18, lambda task: _departments(task, supporting=True)
    ),
    Column(
        pgettext_lazy("column head", "Supervising leader"), 14, lambda task: ENUMERATION_COMMA.join(leaders_of(task))
    ),
    Column(
        pgettext_lazy("column head", "Deadline as printed"),
        16,
        lambda task: task.original_deadline_text,
        Kind.PRINTED,
    ),
    Column(pgettext_lazy("column head", "Original due date"), 13, lambda task: task.original_due_date, Kind.DATE),
    Column(pgettext_lazy("column head", "Current due date"), 13, lambda task: task.day_due_date, Kind.DATE),
    Column(pgettext_lazy("column head", "Extensions"), 10, lambda task: task.day_extension_count, Kind.INTEGER),
    Column(pgettext_lazy("column head", "Days gained"), 10, lambda task: task.day_extension_days, Kind.INTEGER),
    Column(pgettext_lazy("column head", "Status"), 12, lambda task: Status(task.day_status).label),
    Column(pgettext_lazy("column head", "Health"), 12, lambda task: Health(task.health).label),
    Column(pgettext_lazy("column head", "Next review"), 13, lambda task: task.day_next_review, Kind.DATE),
    Column(pgettext_lazy("column head", "Latest progress"), 40, lambda task: task.last_report_note),
    Column(pgettext_lazy("column head", "Reported on"), 13, lambda task: task.last_report_on, Kind.DATE),
    Column(pgettext_lazy("column head", "Closed on"), 13, lambda task: task.day_closed_on, Kind.DATE),
    Column(pgettext_lazy("column head", "Suggested by"), 30, _sources),
    Column(pgettext_lazy("column head", "Remarks"), 20, lambda task: task.remarks),
)


def write_register_workbook(file: BinaryIO, tasks: TaskQuerySet, day: datetime.date) -> None:
    """Write ``tasks``, a `Task.objects.on(day)` filtered and sorted, as .xlsx into ``file``.

    ``day`` (Asia/Shanghai) names the sheet. Heads, status and health are in the active language.
    """
    write_list(file, title=sheet_name(day), columns=COLUMNS, lines=in_portions(tasks))


def sheet_name(day: datetime.date) -> str:
    """Return what the sheet with the register of ``day`` is called."""
    return _("Register on %(day)s") % {"day": day.isoformat()}


def write_register_csv(file: BinaryIO, tasks: TaskQuerySet, day: datetime.date) -> None:
    """Write the same as `write_register_workbook` as CSV (UTF-8 with BOM, CRLF) into the binary ``file``."""
    write_csv(file, columns=COLUMNS, lines=in_portions(tasks))


def in_portions(tasks: TaskQuerySet) -> Iterator[Task]:
    """Yield the tasks in their order: one query, and six for each portion of what hangs on them."""
    # A list has loaded what its own columns show.
    tasks = tasks.prefetch_related(None).with_last_report().for_listing(LISTED_PARTS)
    return tasks.iterator(chunk_size=PORTION)
