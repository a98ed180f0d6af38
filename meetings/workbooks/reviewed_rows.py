"""Results of a review: states of rows, findings and differences."""

from dataclasses import dataclass, field
from enum import StrEnum

from meetings.errors import ServiceError
from meetings.models import Department, Status, Task, TaskLog
from meetings.tasks.services.batch_plan import PlannedRow, TaskChange
from meetings.tasks.services.evidence import CheckedFile

from .format import WorkbookColumn
from .messages import Notice, column_name
from .parser import WorkbookCell, WorkbookRow

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
    """A message about a place of the workbook: where, which column, which value."""

    sheet: str
    place: str
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that changes something, old and new; ``note``: how it was read."""

    reference: str
    column: str
    old: str
    new: str
    note: str = ""


@dataclass(slots=True)
class Offer:
    """A comment's ``text`` or a picture's ``file`` at an open cell, to be taken over.

    ``key`` names it among the upload's decisions; ``refusal``: why it cannot be taken.
    """

    key: str
    notice: Notice
    text: str
    file: CheckedFile | None
    is_taken: bool
    refusal: str = ""

    @property
    def digest(self) -> str:
        """By which a picture is recognised."""
        return self.file[3] if self.file else ""

    def refuse(self, error: ServiceError) -> None:
        """Say why it is not taken."""
        self.is_taken, self.refusal = False, error.message


@dataclass(slots=True)
class ReviewedRow:
    """One row beside its task; ``place`` is its position in the upload, from 0.

    ``later_entries`` were recorded after the workbook was written, oldest first. ``is_harmless``: none of them is about
    the row's values, so the file's is chosen unless somebody chooses otherwise. ``planned_row`` is what the services
    would make of the ``change``; ``statuses`` are those the department may choose, ``asked_status`` the one it chose,
    and ``corrected`` what the file has in cells that were corrected on the page. ``fillers`` are cells whose words tell
    nothing, read as empty ones. ``offers`` lie at its open cells; ``evidence`` is the entry of those pictures that are
    taken, with their files.
    """

    place: int
    parsed: WorkbookRow
    task: Task | None
    department: Department | None
    state: RowState = RowState.UNCHANGED
    change: TaskChange | None = None
    planned_row: PlannedRow | None = None
    differences: list[Difference] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    later_entries: list[TaskLog] = field(default_factory=list)
    is_harmless: bool = False
    choice: str = ""
    statuses: tuple[Status, ...] = ()
    asked_status: str | None = None
    corrected: dict[WorkbookColumn, str] = field(default_factory=dict)
    fillers: dict[WorkbookColumn, WorkbookCell] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    evidence: tuple[TaskLog, list[CheckedFile]] | None = None

    def reject(self, message: str, column: WorkbookColumn | None = None, state: RowState = RowState.INVALID) -> None:
        """Put the row into ``state`` for what is wrong in a column, or with all of it."""
        self.state = state
        cell = self.parsed.open_cells.get(column) if column else None
        # Of a row as a whole all that was typed is shown, for it may have to be typed again.
        value = cell.text if cell else "；".join(text for _column, text in self.parsed.filled_cells)
        place = cell.reference if cell and cell.reference else str(self.parsed.row)
        self.findings.append(Finding(self.parsed.sheet, place, column_name(column), value, message))

    @property
    def is_accepted(self) -> bool:
        """Whether accepting would write it."""
        return self.state is RowState.CHANGES or (self.state is RowState.CONFLICT and self.choice == FILE)

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to choose before it can be taken or left."""
        return self.state is RowState.CONFLICT and not self.choice


@dataclass(frozen=True, slots=True)
class WorkbookReview:
    """A whole workbook beside the register: rows, findings and notes."""

    rows: tuple[ReviewedRow, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = field(default=())

    def of(self, *states: RowState) -> list[ReviewedRow]:
        """Return the rows in one of ``states``."""
        return [row for row in self.rows if row.state in states]

    @property
    def offers(self) -> list[tuple[ReviewedRow, Offer]]:
        """What could be taken over beside the cells' text, with its row."""
        return [(row, offer) for row in self.rows for offer in row.offers]

    @property
    def accepted(self) -> list[ReviewedRow]:
        """The rows that accepting would write."""
        return [row for row in self.rows if row.is_accepted]

    @property
    def unaccepted(self) -> list[ReviewedRow]:
        """The filled-in rows that accepting would not write, without anybody's choice."""
        return [row for row in self.rows if row.is_undecided or row.state in (RowState.INVALID, RowState.REFUSED)]
