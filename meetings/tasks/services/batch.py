"""批量办理: many tasks changed in one transaction, by the rules for one.

A batch is a list of `TaskChange`, at most one for each task, each with its own note, status, day and department. A
batch made in the list has the same for all its tasks (`build_task_changes`); a workbook has other values in each row::

    TaskChange(task_id=…, version=…, effective_on=…, note=…, status=…, department=…)

A status that is to stay is left out (``None``); the present one is refused: nothing would change.

`plan_batch` writes nothing and returns which rows will change into what and which cannot, each with the message of the
service that refused; `run_batch` plans again with all rows locked, writes those that can be changed as one `Batch`, and
returns the others with their messages. A row of another version than the change's was changed meanwhile: it is left
alone and named, and does not hold up the rest. `batch_undo.undo_batch` takes a batch back.

Who may run one: whoever may report on a task, for the tasks they may report on. A liaison's batch is as good as a
liaison's quick updates, row by row; departments, leaders and review days are the secretariat's.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from meetings.errors import ConflictError, InvalidInputError, InvalidTransitionError, ServiceError
from meetings.locking import check_version
from meetings.models import (
    Account,
    Batch,
    BatchSource,
    Department,
    Milestone,
    Person,
    Status,
    Task,
    TaskLog,
)
from meetings.models.prepared import load_related, prefetch_prepared
from meetings.models.task import LISTED_PARTS, TaskQuerySet

from .assignments import Assignments, get_assignments, replace_assignments
from .batch_plan import REPLACE_ALL, Assignment, BatchResult, PlannedRow, TaskChange
from .corrections import plan_assignments
from .implied_changes import apply_planned_entries, find_implied_changes
from .log import write_entries
from .reminders import plan_reminder
from .status import plan_update

# A larger batch would lock the register for too long; a filter makes it smaller.
MAX_ROWS = 2000

Assignee = TypeVar("Assignee", Department, Person)
Version = TypeVar("Version", int, int | None)


class NothingToChangeError(ServiceError):
    """Raised where none of the rows can be changed; ``rows`` say why."""

    status_code = 409

    def __init__(self, rows: list[PlannedRow]) -> None:
        super().__init__(_("None of these tasks can be changed so. The reasons stand beside them."))
        self.rows = rows


class DuplicateBatchError(ServiceError):
    """Raised where the same batch was sent before; ``batch`` is the first one."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(_("This was done already, so nothing was changed a second time."))
        self.batch = batch


def check_selection(versions: dict[int, Version]) -> dict[int, Version]:
    """Return the versions of the selected tasks; refuse none, or too many."""
    if not versions:
        raise InvalidInputError(_("Choose at least one task."))
    if len(versions) > MAX_ROWS:
        raise InvalidInputError(_("At most %(most)d tasks at a time. Choose fewer.") % {"most": MAX_ROWS})
    return versions


def build_task_changes(versions: Mapping[int, int | None], **values: Any) -> list[TaskChange]:
    """Return the same change for each task of ``versions`` (id and version seen)."""
    return [TaskChange(task_id=task_id, version=version, **values) for task_id, version in versions.items()]


def plan_batch(*, changes: Iterable[TaskChange], actor: Account, after: Iterable[PlannedRow] = ()) -> list[PlannedRow]:
    """Validate each change; return the planned rows in input order. Six queries.

    Writes nothing. ``after`` are planned rows, of the same tasks, that are to be written before these. Raises
    InvalidInputError where there is nothing to do, too much at once, or a task that is not in the register.
    """
    return _plan_rows(Task.objects.all(), list(changes), actor, after)


@transaction.atomic
def run_batch(*, changes: Iterable[TaskChange], actor: Account, **about: Any) -> BatchResult:
    """Plan and write ``changes`` as one batch; ``about`` goes to `run_planned_batch`.

    Raises as `plan_batch`; NothingToChangeError where no row can be changed, and DuplicateBatchError where the same was
    sent twice.
    """
    rows = _plan_rows(Task.objects.select_for_update(of=("self",)), list(changes), actor)
    return run_planned_batch(rows=rows, actor=actor, **about)


@transaction.atomic
def run_planned_batch(
    *,
    rows: list[PlannedRow],
    actor: Account,
    source: BatchSource = BatchSource.LIST,
    note: str = "",
    file_name: str = "",
    file_sha256: str = "",
) -> BatchResult:
    """Run a batch with rows planned while the transaction locked their tasks.

    ``note`` is about the batch as a whole.
    """
    changed = [row for row in rows if row.entries]
    if not changed:
        before = _find_duplicate_batch(rows, actor)
        raise DuplicateBatchError(before) if before else NothingToChangeError(rows)
    batch = Batch.objects.create(
        made_by=actor, source=source, note=note.strip(), file_name=file_name, file_sha256=file_sha256
    )
    replace_assignments({row.task: row.parts for row in changed if row.parts is not None})
    write_entries({row.task: row.entries for row in changed}, actor=actor, batch=batch)
    return BatchResult(batch, changed, [row for row in rows if not row.entries])


def _plan_rows(
    tasks: TaskQuerySet, changes: list[TaskChange], actor: Account, after: Iterable[PlannedRow] = ()
) -> list[PlannedRow]:
    """Plan the ``changes`` of ``tasks``, which have all loaded that the rules need."""
    ids = {change.task_id: change.version for change in changes}
    if len(ids) < len(changes):
        raise InvalidInputError(_("Two rows are about the same task. Leave one of them out."))
    check_selection(ids)
    rows = list(tasks.filter(pk__in=ids).order_by("pk").select_related("suggestion__meeting"))
    parts = ("departments", "leaders") if any(change.places for change in changes) else ("departments",)
    load_related(
        rows,
        prefetch_prepared("milestones", Milestone.objects.all),
        prefetch_prepared("log", _find_log),
        *(LISTED_PARTS[part]() for part in parts),
    )
    by_id = {task.pk: task for task in rows}
    if len(by_id) < len(ids):
        raise InvalidInputError(_("A task that was chosen is not in the register. Choose the tasks again."))
    foreseen = [row for row in after if row.task.pk in by_id]
    for row in foreseen:
        apply_planned_entries(by_id[row.task.pk], row.entries)
    if foreseen:
        changes = [_settle_status(by_id[change.task_id], change) for change in changes]
    planned = [_plan_row(by_id[change.task_id], change, actor) for change in changes]
    implied = find_implied_changes({row.task: row.entries for row in planned if row.entries})
    return [replace(row, changes=implied.get(row.task, {})) for row in planned]


def _find_log() -> QuerySet[TaskLog]:
    return TaskLog.objects.select_related("actor", "department").order_by("sequence")


def _settle_status(task: Task, change: TaskChange) -> TaskChange:
    """Return the change without a status that an earlier row has already set."""
    if change.status not in (task.status, Status.IN_PROGRESS):
        return change
    words = dict.fromkeys(text for text in (change.progress, change.note) if text)
    return replace(change, status=None, progress="", note="\n".join(words))


def _plan_row(task: Task, change: TaskChange, actor: Account) -> PlannedRow:
    """Plan one change without what is there already; refuse where nothing is left."""
    try:
        check_version(
            change.version,
            task.version,
            newer_entries=lambda: [entry for entry in task.log.all() if entry.sequence > (change.version or 0)],
            message=_("It was changed meanwhile. Look at it, and choose it again."),
        )
    except ConflictError as refusal:
        return PlannedRow(task, change, refusal=refusal)
    entries: list[TaskLog] = []
    assignments = None
    no_change_error: ServiceError | None = None
    try:
        if task.joined_into_id is not None:
            raise InvalidTransitionError(_("It was joined into another task and is no task of its own any more."))
        if change.reminds:
            entries.append(plan_reminder(task, actor=actor, message=change.note, department=change.department))
        if change.has_update:
            no_change_error = _find_no_change_error(task, change)
            if no_change_error is None:
                entries += _plan_updates(task, change, actor)
        if change.places:
            departments, leaders = _apply_assignments(task, change)
            if (departments, leaders) == get_assignments(task):
                no_change_error = no_change_error or InvalidInputError(_("Nothing differs from what is there."))
            else:
                entries.append(
                    plan_assignments(task, actor=actor, reason=change.note, departments=departments, leaders=leaders)
                )
                assignments = departments, leaders
    except ServiceError as refusal:
        return PlannedRow(task, change, refusal=refusal)
    if not entries:
        return PlannedRow(task, change, refusal=no_change_error or InvalidInputError(_("Say what is to be changed.")))
    return PlannedRow(task, change, tuple(entries), assignments)


def _find_no_change_error(task: Task, change: TaskChange) -> ServiceError | None:
    if change.status != task.status or change.next_review is not None:
        return None
    return InvalidTransitionError(
        _("The task is “%(status)s” already.") % {"status": Status(task.status).label}, field="status"
    )


def _plan_updates(task: Task, change: TaskChange, actor: Account) -> list[TaskLog]:
    """Plan the update, and before it an entry for the progress where needed.

    That is the progress, which alone is the report then; where the note says it already, it is only the start of a task
    that has not begun.
    """
    progress = change.progress.strip()
    is_noted = progress == change.note.strip()
    if not progress or (is_noted and task.status != Status.NOT_STARTED):
        return [_plan_update(task, change, actor)]
    note, status = ("", Status.IN_PROGRESS) if is_noted else (progress, None)
    first_entry = plan_update(task, replace(change, note=note, status=status, next_review=None), actor)
    started = copy(task)
    started.status = first_entry.changes["status"]["new"] if "status" in first_entry.changes else task.status
    update = _plan_update(started, change, actor)
    update.is_report = update.is_report and is_noted
    return [first_entry, update]


def _plan_update(task: Task, change: TaskChange, actor: Account) -> TaskLog:
    if not change.places or change.status:
        return plan_update(task, change, actor)
    # The note is only the reason of the assignment.
    entry = plan_update(task, replace(change, note=""), actor)
    entry.note = change.note.strip()
    return entry


def _apply_assignments(task: Task, change: TaskChange) -> Assignments:
    departments, leaders = get_assignments(task)
    if change.place_department is not None:
        departments = apply_assignment(departments, change.place_department)
    if change.place_leader is not None:
        leaders = [
            person for person, _role in apply_assignment([(person, "") for person in leaders], change.place_leader)
        ]
    return departments, leaders


def apply_assignment(parts: Sequence[tuple[Assignee, str]], assignment: Assignment) -> list[tuple[Assignee, str]]:
    """Return ``parts`` (with roles, in order) after the assignment; may refuse."""
    new: Any = assignment.part
    role, replaces = assignment.role, assignment.replaces
    if replaces == REPLACE_ALL:
        return [(new, role)]
    if replaces is None:
        if any(part == new for part, _role in parts):
            return [(part, role if part == new else own_role) for part, own_role in parts]
        return [*parts, (new, role)]
    if all(part != replaces for part, _role in parts):
        raise InvalidTransitionError(_("%(name)s has no part in it.") % {"name": replaces})
    return [(new if part == replaces else part, own_role) for part, own_role in parts if part != new or new == replaces]


def _find_duplicate_batch(rows: list[PlannedRow], actor: Account) -> Batch | None:
    """Return the actor's batch that did the same to the stale rows, or None."""
    batch_ids: set[int | None] = set()
    for row in rows:
        if isinstance(row.refusal, ConflictError):
            first = row.refusal.newer_entries[0]
            status = first.changes.get("status", {}).get("new")
            is_same = first.actor_id == actor.pk and first.note == row.change.note.strip()
            batch_ids.add(first.batch_id if is_same and row.change.status in (None, status) else None)
    batch_id = batch_ids.pop() if len(batch_ids) == 1 else None
    return Batch.objects.get(pk=batch_id) if batch_id else None
