"""What a fill-in workbook carries out of sight, so that it is known again when it comes back.

A sheet has one hidden row, which says what each column is and in its last cell whose sheet it is, and one hidden
column with a key for every task. Keys are signed (`django.core.signing`): what another register wrote, or a hand, is
no key. Both stand in cells, for cells are what every spreadsheet program keeps when it saves a file again.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.signing import BadSignature, Signer

from meetings.exports.workbook import cell_text

_SIGNER = "meetings.fill_in"
# Stands before every key, so that a reader finds the hidden row and column wherever they have been moved to.
ROW_MARK, SHEET_MARK, COLUMN_MARK = "cnas-row:", "cnas-sheet:", "cnas-column:"


class FillInColumn(StrEnum):
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


OPEN_COLUMNS = (FillInColumn.PROGRESS, FillInColumn.NEW_STATUS, FillInColumn.DAY, FillInColumn.REASON)
LOCKED_COLUMNS = tuple(column for column in FillInColumn if column not in OPEN_COLUMNS)


@dataclass(frozen=True, slots=True)
class RowKey:
    """Which task a row is about, and what its locked cells held when it was written.

    ``entered`` is when the task's first entry was recorded (microseconds): it never changes, and tells a task from
    another one that got its number after a backup was restored. ``digests`` are one for each of `LOCKED_COLUMNS`.
    """

    task_id: int
    version: int
    department_id: int
    entered: int
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetKey:
    """Whose sheet it is, when it was written, the digest of what stands above the table, and the tasks in order."""

    department_id: int
    written_on: datetime.date
    heading: str
    task_ids: tuple[int, ...]


def digest(text: str) -> str:
    """Return a short name for what a locked cell holds; blanks at the end of a line, which programs drop, are none."""
    lines = [line.rstrip() for line in cell_text(text).strip().split("\n")]
    return hashlib.blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def moment(recorded_at: datetime.datetime) -> int:
    """Return the moment of a task's first entry as a key writes it."""
    return int(recorded_at.timestamp() * 1_000_000)


def written_row_key(key: RowKey) -> str:
    """Return the text of the hidden cell of a row."""
    return ROW_MARK + _signed([key.task_id, key.version, key.department_id, key.entered, "".join(key.digests)])


def written_sheet_key(key: SheetKey) -> str:
    """Return the text of the last cell of the hidden row."""
    return SHEET_MARK + _signed([key.department_id, key.written_on.isoformat(), key.heading, *key.task_ids])


def written_column_key(column: FillInColumn) -> str:
    """Return the text of the hidden row's cell above a column."""
    return COLUMN_MARK + column.value


def row_key_of(text: str) -> RowKey | None:
    """Return the key that a hidden cell holds, or none where it is no key of this register."""
    said = _said(text, ROW_MARK)
    if said is None:
        return None
    task_id, version, department_id, entered, digests = said
    size = len(digest(""))
    return RowKey(task_id, version, department_id, entered, tuple(_parts(digests, size)))


def sheet_key_of(text: str) -> SheetKey | None:
    """Return what the hidden row says about its sheet, or none where it is of no sheet of this register."""
    said = _said(text, SHEET_MARK)
    if said is None:
        return None
    department_id, written_on, heading, *task_ids = said
    return SheetKey(department_id, datetime.date.fromisoformat(written_on), heading, tuple(task_ids))


def column_of(text: str) -> FillInColumn | None:
    """Return the column that a cell of the hidden row names."""
    name = text.strip().removeprefix(COLUMN_MARK)
    return FillInColumn(name) if text.strip().startswith(COLUMN_MARK) and name in list(FillInColumn) else None


def _parts(text: str, size: int) -> Sequence[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _signed(said: list) -> str:
    return Signer(salt=_SIGNER).sign(json.dumps(said, separators=(",", ":")))


def _said(text: str, mark: str) -> list | None:
    text = text.strip()
    if not text.startswith(mark):
        return None
    try:
        return json.loads(Signer(salt=_SIGNER).unsign(text.removeprefix(mark)))
    except BadSignature:
        return None
