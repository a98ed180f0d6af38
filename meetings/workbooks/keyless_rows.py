"""Rows whose hidden keys are gone, matched to tasks by their locked cells."""

from collections import Counter

from django.conf import settings
from django.utils import timezone, translation

from meetings import permissions
from meetings.exports.workbook import sheet_title
from meetings.models import Account, Department, Task
from meetings.workbooks.columns import COLUMNS
from meetings.workbooks.department_tasks import open_tasks_of_departments

from .format import LOCKED_COLUMNS, RowKey, WorkbookColumn, digest, to_microseconds
from .messages import Notice, NoticeCode
from .parser import IDENTITY_COLUMNS, KeylessRow, ParsedWorkbook, WorkbookRow

# What the locked cells show of a task's state: while they are as they were, nothing has happened to it.
_STATE_COLUMNS = (WorkbookColumn.DEADLINE, WorkbookColumn.STATUS, WorkbookColumn.LAST_PROGRESS)
# A task's first version, after which everything may be new to whoever filled in the row.
_FIRST_VERSION = 1

_Identity = tuple[int, tuple[str, ...]]


def match_keyless_rows(parsed: ParsedWorkbook, account: Account) -> ParsedWorkbook:
    """Return ``parsed`` with those keyless rows that are one open task's, as its rows.

    The department is the one that the sheet, or its title, names; whether the account reports for it is asked later.
    """
    rows = {row.notice: row for row in parsed.keyless_rows}
    departments = list(Department.objects.selectable()) if rows else []
    found: dict[_Identity, list[tuple[KeylessRow, Department]]] = {}
    for row in rows.values():
        department = _find_department(row, departments)
        if department is not None:
            identity = tuple(digest(row.locked[column]) for column in IDENTITY_COLUMNS)
            found.setdefault((department.pk, identity), []).append((row, department))
    tasks = _tasks_by_identity({department_id for department_id, _identity in found}, account) if found else {}
    keyed = {(row.key.department_id, row.key.task_id) for row in parsed.rows}
    matched = {}
    for place, same in found.items():
        candidates = tasks.get(place, [])
        if len(candidates) == len(same) == 1 and (place[0], candidates[0].pk) not in keyed:
            ((row, department),) = same
            matched[row.notice] = WorkbookRow(row.sheet, row.row, _key(row, candidates[0], department), row.open_cells)
    held = parsed.keyless_notices if matched and parsed.keyless_notices else parsed.notices
    notices = [notice for notice in held if notice not in matched]
    for sheet, number in Counter(row.sheet for row in matched.values()).items():
        notices.append(Notice(NoticeCode.MATCHED, sheet, number=number))
    missing = parsed.missing_rows - {(row.key.department_id, row.key.task_id) for row in matched.values()}
    if missing:
        notices.append(Notice(NoticeCode.ROWS_MISSING, number=len(missing)))
    return ParsedWorkbook((*parsed.rows, *matched.values()), tuple(notices))


def _find_department(row: KeylessRow, departments: list[Department]) -> Department | None:
    named = [
        department
        for department in departments
        if sheet_title(department.name) == row.sheet or row.title.startswith(f"{department.name} ")
    ]
    return named[0] if len(named) == 1 else None


def _tasks_by_identity(department_ids: set[int], account: Account) -> dict[_Identity, list[Task]]:
    tasks: dict[_Identity, list[Task]] = {}
    readable = permissions.readable_tasks(account, timezone.localdate())
    for task in open_tasks_of_departments(readable, department_ids):
        identity = tuple(digest(_value(task, column)) for column in IDENTITY_COLUMNS)
        for department_id in {part.department_id for part in task.task_departments.all()}:
            tasks.setdefault((department_id, identity), []).append(task)
    return tasks


def _key(row: KeylessRow, task: Task, department: Department) -> RowKey:
    """Return a key for the row, of the task's first version unless it stands as then."""
    is_as_then = all(digest(row.locked[column]) == digest(_value(task, column)) for column in _STATE_COLUMNS)
    return RowKey(
        task.pk,
        task.version if is_as_then else _FIRST_VERSION,
        department.pk,
        to_microseconds(task.entered_at),
        tuple(digest(row.locked[column]) for column in LOCKED_COLUMNS),
    )


def _value(task: Task, column: WorkbookColumn) -> str:
    """Return what a workbook, which is in Chinese, has in a locked cell."""
    with translation.override(settings.LANGUAGE_CODE):
        value = COLUMNS[column].value(task)
    return "" if value is None else str(value)
