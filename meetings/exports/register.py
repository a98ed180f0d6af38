"""台账: the export of the register, one task a line (docs/domain.md, Contracts)."""

import datetime
from array import array
from collections.abc import Collection, Iterator, Sequence
from typing import BinaryIO

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from meetings.core.as_of import name_day
from meetings.models import SuggestionSource, Task, TaskDepartment, TaskLeader
from meetings.models.task import TaskQuerySet

from .columns import Column
from .progress import note_progress
from .task_columns import TASK_COLUMNS

# Tasks held in memory at a time. Each portion costs the same few queries for what hangs on its tasks.
CHUNK_SIZE = 1000


# A department, a person or a meeting stands on many tasks of a portion: by themselves they are loaded once.
_PARTS: tuple[str | Prefetch, ...] = (
    "suggestion__meeting",
    "suggestion__aspect",
    Prefetch(
        "task_departments", TaskDepartment.objects.prefetch_related("department"), to_attr="loaded_task_departments"
    ),
    Prefetch("task_leaders", TaskLeader.objects.prefetch_related("person"), to_attr="loaded_task_leaders"),
    Prefetch(
        "suggestion__suggestion_sources",
        SuggestionSource.objects.prefetch_related("person"),
        to_attr="loaded_suggestion_sources",
    ),
)

# One task a line; in this order the heads are a contract with those who read the file by script.
COLUMNS = tuple(TASK_COLUMNS.values())


def write_register_workbook(
    file: BinaryIO,
    tasks: TaskQuerySet,
    day: datetime.date,
    columns: Sequence[Column[Task]] = COLUMNS,
    *,
    is_to_print: bool = False,
) -> None:
    """Write ``tasks``, filtered and sorted tasks of ``day``, as .xlsx into ``file``.

    ``day`` (Asia/Shanghai) names the sheet. Heads, status and health are in the active language. Unless ``is_to_print``
    (`write_list_workbook`) a task takes one row, whatever its texts are.
    """
    from .list_sheet import write_list_workbook

    lines = iterate_tasks(tasks, day)
    write_list_workbook(file, title=sheet_name(day), columns=columns, lines=lines, is_to_print=is_to_print)


def sheet_name(day: datetime.date) -> str:
    """Return what the sheet with the register of ``day`` is called."""
    return _("Register on %(day)s") % {"day": name_day(day)}


def write_register_csv(
    file: BinaryIO, tasks: TaskQuerySet, day: datetime.date, columns: Sequence[Column[Task]] = COLUMNS
) -> None:
    """Write what `write_register_workbook` does as CSV (UTF-8 with BOM, CRLF)."""
    from .workbook import write_csv

    write_csv(file, columns=columns, lines=iterate_tasks(tasks, day))


def iterate_tasks(tasks: TaskQuerySet, day: datetime.date) -> Iterator[Task]:
    """Yield the tasks of ``day`` in their order: keys first, then portions of rows.

    Each task comes with what an export tells of it (`parts_of`). What is taken out of the register meanwhile is left
    out; within `consistent_snapshot` nothing is.
    """
    # A million keys are 8 MB, and the database sorts them by themselves.
    keys = array("q", tasks.values_list("pk", flat=True).iterator())
    for start in range(0, len(keys), CHUNK_SIZE):
        portion = keys[start : start + CHUNK_SIZE].tolist()
        found = load_portion(tasks, day, portion)
        yield from (found[key] for key in portion if key in found)
        note_progress(start + len(portion), len(keys))


def load_portion(tasks: TaskQuerySet, day: datetime.date, keys: Collection[int]) -> dict[int, Task]:
    """Return those of the tasks of ``day`` that have one of ``keys``, by it."""
    rows = tasks.order_by().prefetch_related(None).with_outcome(day).with_department_reports(day)
    return {task.pk: task for task in rows.prefetch_related(*_PARTS).filter(pk__in=keys)}
