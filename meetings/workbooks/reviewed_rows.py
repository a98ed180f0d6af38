"""What a review of a workbook says of its rows: their states, findings and differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from meetings.models import Department, Task, TaskLog
from meetings.tasks.services.batch_plan import PlannedRow, TaskChange
from meetings.workbooks.parser import WorkbookRow

FILE, REGISTER = "file", "register"


class RowState(StrEnum):
    """What becomes of a row."""

    UNCHANGED = "unchanged"
    CHANGES = "changes"
    # The task was changed here since the workbook was written; somebody has to choose.
    CONFLICT = "stale"
    INVALID = "wrong"
    # The very same is in the register already.
    RECORDED = "known"
    # Whatever it says, it cannot be taken over.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said about a place of the workbook: where, in which column, what stands there, one sentence."""

    sheet: str
    place: str
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that changes something: what holds now, and what will; ``note``: how it was read, if not as typed."""

    reference: str
    column: str
    old: str
    new: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """One row of the workbook beside its task. ``place`` is its position in the upload's content, from 0.

    ``since`` are the entries recorded after the workbook was written, oldest first. ``is_harmless``: none of them is
    about what the row says, so the file's is chosen unless somebody chooses otherwise. ``planned`` is what the verbs
    would make of the ``wish``.
    """

    place: int
    read: WorkbookRow
    state: RowState
    task: Task | None = None
    department: Department | None = None
    wish: TaskChange | None = None
    planned_row: PlannedRow | None = None
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()
    since: tuple[TaskLog, ...] = ()
    is_harmless: bool = False
    choice: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether accepting would write it."""
        return self.state is RowState.CHANGES or (self.state is RowState.CONFLICT and self.choice == FILE)

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to choose before it can be taken or left."""
        return self.state is RowState.CONFLICT and not self.choice


@dataclass(frozen=True, slots=True)
class WorkbookReview:
    """A whole workbook beside the register: the rows, and what is said of the rest."""

    rows: tuple[ReviewedRow, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = field(default=())

    def of(self, *states: RowState) -> list[ReviewedRow]:
        """Return the rows in one of ``states``."""
        return [row for row in self.rows if row.state in states]

    @property
    def taken(self) -> list[ReviewedRow]:
        """The rows that accepting would write."""
        return [row for row in self.rows if row.is_taken]

    @property
    def left_out(self) -> list[ReviewedRow]:
        """The rows that say something which accepting would not write, and nobody has chosen so."""
        return [row for row in self.rows if row.is_undecided or row.state in (RowState.INVALID, RowState.REFUSED)]
