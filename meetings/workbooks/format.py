"""Hidden keys of a fill-in workbook, by which it is recognised when it comes back.

A sheet has one hidden row, which names each column and in its last cell the sheet's department, and one hidden
column with a key for every task. Keys are signed (`django.core.signing`): what another register wrote, or a hand, is
no key. Both stand in cells, for cells are what every spreadsheet program saves again.
"""

import datetime
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from django.core.signing import BadSignature, Signer

from meetings.core.converter import store_as_list
from meetings.exports.workbook import cell_text

_SALT = "meetings.fill_in"
# Stands before every key, so that a reader finds the hidden row and column wherever they have been moved to.
ROW_KEY_PREFIX, SHEET_KEY_PREFIX, COLUMN_KEY_PREFIX = "cnas-row:", "cnas-sheet:", "cnas-column:"


class WorkbookColumn(StrEnum):
    """The columns of a sheet, in their order; the last four are open."""

    MEETING = "meeting"
    NUMBER = "number"
    SUGGESTION = "suggestion"
    TASK_NUMBER = "task_number"
    TASK = "task"
    DEPARTMENTS = "departments"
    LEADERS = "leaders"
    DEADLINE = "deadline"
    HEALTH = "health"
    STATUS = "status"
    LAST_PROGRESS = "last_progress"
    PROGRESS = "progress"
    NEW_STATUS = "new_status"
    DAY = "day"
    REASON = "reason"


OPEN_COLUMNS = (WorkbookColumn.PROGRESS, WorkbookColumn.NEW_STATUS, WorkbookColumn.DAY, WorkbookColumn.REASON)
LOCKED_COLUMNS = tuple(column for column in WorkbookColumn if column not in OPEN_COLUMNS)


@dataclass(frozen=True, slots=True)
class RowKey:
    """Which task a row is about, and what its locked cells held when it was written.

    ``first_recorded_us`` is when the task's first entry was recorded (microseconds): it never changes, and tells a
    task from another one that got its number after a backup was restored. ``digests`` are one for each of
    `LOCKED_COLUMNS`.
    """

    task_id: int
    version: int
    department_id: int
    first_recorded_us: int
    digests: tuple[str, ...]


store_as_list(RowKey)


@dataclass(frozen=True, slots=True)
class SheetKey:
    """A sheet's department, time of writing, digest of its heading, and its tasks."""

    department_id: int
    exported_on: datetime.date
    heading: str
    task_ids: tuple[int, ...]


def digest(text: str) -> str:
    """Return a short digest of a locked cell, without blanks at the ends of lines."""
    lines = [line.rstrip() for line in cell_text(text).strip().split("\n")]
    return hashlib.blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def to_microseconds(recorded_at: datetime.datetime) -> int:
    """Return the moment of a task's first entry as a key writes it."""
    return int(recorded_at.timestamp() * 1_000_000)


def names_moment(key: RowKey, recorded_at: datetime.datetime) -> bool:
    """Return whether ``recorded_at`` is when the key's task was first recorded.

    Former versions cut moments to milliseconds in a backup, and so they are wherever one was restored.
    """
    later = key.first_recorded_us - to_microseconds(recorded_at)
    return later == 0 or (recorded_at.microsecond % 1000 == 0 and 0 < later <= 1000)


def format_row_key(key: RowKey) -> str:
    """Return the text of the hidden cell of a row."""
    return ROW_KEY_PREFIX + _sign(
        [key.task_id, key.version, key.department_id, key.first_recorded_us, "".join(key.digests)]
    )


def format_sheet_key(key: SheetKey) -> str:
    """Return the text of the last cell of the hidden row."""
    return SHEET_KEY_PREFIX + _sign([key.department_id, key.exported_on.isoformat(), key.heading, *key.task_ids])


def format_column_key(column: WorkbookColumn) -> str:
    """Return the text of the hidden row's cell above a column."""
    return COLUMN_KEY_PREFIX + column.value


def parse_row_key(text: str) -> RowKey | None:
    """Return the key in a hidden cell, or None where it is none of this register."""
    payload = _unsign(text, ROW_KEY_PREFIX)
    if payload is None:
        return None
    task_id, version, department_id, entered, joined = payload
    size = len(digest(""))
    digests = tuple(joined[at : at + size] for at in range(0, len(joined), size))
    return RowKey(task_id, version, department_id, entered, digests) if len(digests) == len(LOCKED_COLUMNS) else None


def parse_sheet_key(text: str) -> SheetKey | None:
    """Return the key in the hidden row, or None where it is none of this register."""
    payload = _unsign(text, SHEET_KEY_PREFIX)
    if payload is None:
        return None
    department_id, exported_on, heading, *task_ids = payload
    return SheetKey(department_id, datetime.date.fromisoformat(exported_on), heading, tuple(task_ids))


def parse_column_key(text: str) -> WorkbookColumn | None:
    """Return the column that a cell of the hidden row names."""
    name = text.strip().removeprefix(COLUMN_KEY_PREFIX)
    return WorkbookColumn(name) if text.strip().startswith(COLUMN_KEY_PREFIX) and name in list(WorkbookColumn) else None


def _sign(payload: list) -> str:
    return Signer(salt=_SALT).sign(json.dumps(payload, separators=(",", ":")))


def _unsign(text: str, prefix: str) -> list | None:
    text = text.strip()
    if not text.startswith(prefix):
        return None
    try:
        return json.loads(Signer(salt=_SALT).unsign(text.removeprefix(prefix)))
    except BadSignature:
        return None
