"""The plan of a batch: the changes asked for, and the result for each row."""

import datetime
from dataclasses import dataclass, field

from meetings.errors import ServiceError
from meetings.models import Batch, Department, DepartmentRole, Person, Task, TaskLog

from .assignments import Assignments
from .log import Changes

# The value of `Assignment.replaces` that replaces all present ones.
REPLACE_ALL = "everybody"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A department or leader to assign: added, or in the place of one or all.

    ``role`` is that of a department; whoever takes another's place takes that one's role.
    """

    part: Department | Person
    role: str = DepartmentRole.RESPONSIBLE
    replaces: Department | Person | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """A change of one task; ``version`` is the one the person saw, None: any.

    ``note`` has the meaning it has in `update_task` and, with an assignment, is its reason too; with an assignment and
    no status it is that alone, and no report. ``department`` is the one on whose behalf progress is told.
    ``reminds``: it is a reminder of ``department``, or of all that answer for the task, in the words of the note.
    ``keeps_status``: the note says why nothing was done, so it does not start the task. ``progress`` is told before the
    change of status, in an entry of its own that starts the task and is the report; of words that are the note's too
    only the start is an entry of its own.
    """

    task_id: int
    effective_on: datetime.date
    version: int | None = None
    note: str = ""
    status: str | None = None
    reminds: bool = False
    keeps_status: bool = False
    progress: str = ""
    next_review: datetime.date | None = None
    department: Department | None = None
    place_department: Assignment | None = None
    place_leader: Assignment | None = None

    @property
    def has_update(self) -> bool:
        """Whether it asks for an update of progress, status or review."""
        reports = self.note.strip() and not self.places and not self.reminds
        return bool(self.status or self.next_review or reports)

    @property
    def places(self) -> bool:
        """Whether it asks for other departments or leaders."""
        return self.place_department is not None or self.place_leader is not None


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """The plan of one change: the unsaved ``entries`` to write, or its ``refusal``.

    ``parts`` are the departments and leaders the task would have, None where they stay; ``changes`` what else becomes
    of the task that no entry says (`find_implied_changes`).
    """

    task: Task
    change: TaskChange
    entries: tuple[TaskLog, ...] = ()
    parts: Assignments | None = None
    refusal: ServiceError | None = None
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The batch written, the rows it ``changed``, and those ``refused``."""

    batch: Batch
    changed: list[PlannedRow]
    refused: list[PlannedRow]
