"""What every verb does in the end: write an entry, rebuild the intervals, copy the present state into the task."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.core.lifecycle import ExtensionEvent, ExtensionState, extension_transition
from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.errors import InvalidTransitionError
from meetings.locking import check_version
from meetings.models import (
    Account,
    Department,
    EntryKind,
    Milestone,
    Person,
    Suggestion,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
    TaskState,
)
from meetings.models.log import CURRENT_COLUMNS

Changes = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """An entry that a verb would write: all its rules hold, nothing is written yet.

    ``ends_task``: an open wish for a later deadline lapses with it.
    """

    kind: EntryKind
    effective_on: datetime.date
    changes: Changes = field(default_factory=dict)
    note: str = ""
    is_report: bool = False
    department: Department | None = None
    ends_task: bool = False


def lock_task(task_id: int, version: int) -> Task:
    """Return the task, held against other writers until the transaction ends.

    Raises ConflictError on an older version, and InvalidTransitionError where it was joined into another task.
    """
    task = Task.objects.select_for_update(of=("self",)).select_related("suggestion__meeting").get(pk=task_id)
    if task.joined_into_id is not None:
        raise InvalidTransitionError(
            _("This task was joined into “%(task)s”. Work on that one.") % {"task": task.joined_into}
        )
    check_version(version, task.version, newer_entries=lambda: task.log.recorded_after(version))
    return task


def write_entry(
    task: Task,
    *,
    actor: Account | None,
    kind: EntryKind,
    effective_on: datetime.date,
    changes: Changes,
    note: str = "",
    is_report: bool = False,
    department: Department | None = None,
    recorded_at: datetime.datetime | None = None,
) -> TaskLog:
    """Write the next entry of ``task``'s log, rebuild its intervals and copy the last one into the task."""
    entry = TaskLog.objects.create(
        task=task,
        sequence=task.version + 1,
        kind=kind,
        effective_on=effective_on,
        recorded_at=recorded_at or timezone.now(),
        actor=actor,
        department=department,
        is_report=is_report,
        note=note,
        changes=changes,
    )
    task.version = entry.sequence
    copy_current_state(task, TaskState.objects.rebuild([task.pk])[task.pk])
    task.save()
    return entry


def lapse_extension(task: Task, entry: TaskLog) -> None:
    """Let the open wish for a later deadline lapse, where there is one: ``entry`` has ended the task."""
    transition = extension_transition(ExtensionEvent.LAPSE)
    task.extension_requests.filter(status=ExtensionState.REQUESTED.value).update(
        status=transition.target.value, decided=entry
    )


def write_planned_entry(task: Task, planned: PlannedEntry, actor: Account) -> TaskLog:
    """Write what was planned for ``task``, as `write_entry` does."""
    entry = write_entry(
        task,
        actor=actor,
        kind=planned.kind,
        effective_on=planned.effective_on,
        note=planned.note,
        is_report=planned.is_report,
        department=planned.department,
        changes=planned.changes,
    )
    if planned.ends_task:
        lapse_extension(task, entry)
    return entry


def copy_current_state(task: Task, state: TaskState) -> None:
    """Repeat the last interval in the columns of ``task``; saving is the caller's."""
    for name in CURRENT_COLUMNS:
        setattr(task, name, getattr(state, name))


def replace_assignments(task: Task, departments: Sequence[tuple[Department, str]], leaders: Sequence[Person]) -> None:
    """Give ``task`` these departments (with roles) and leaders, in this order, instead of those it has."""
    task.task_departments.all().delete()
    task.task_leaders.all().delete()
    TaskDepartment.objects.bulk_create(
        TaskDepartment(task=task, department=department, role=role, position=position)
        for position, (department, role) in enumerate(departments, start=1)
    )
    TaskLeader.objects.bulk_create(
        TaskLeader(task=task, person=person, position=position) for position, person in enumerate(leaders, start=1)
    )


def deadline_columns(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline as the columns of `DeadlineFields` hold it."""
    return {
        "deadline_text": deadline.text,
        "deadline_kind": deadline.kind.value,
        "deadline_precision": deadline.precision.value if deadline.precision else "",
        "due_date": deadline.due_date,
    }


def apply_texts(instance: Task | Suggestion, values: dict[str, str | None]) -> Changes:
    """Set the fields of ``values`` that are not None and differ; return what changed. Saving is the caller's."""
    changes: Changes = {}
    for name, value in values.items():
        old = getattr(instance, name)
        if value is not None and value.strip() != old:
            setattr(instance, name, value.strip())
            changes[name] = {"old": old, "new": value.strip()}
    return changes


def deadline_to_json(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline as the log's ``changes`` hold it."""
    return {
        "text": deadline.text,
        "kind": deadline.kind.value,
        "precision": deadline.precision.value if deadline.precision else None,
        "due_date": iso(deadline.due_date),
    }


def deadline_from_json(value: dict[str, Any]) -> Deadline:
    """Return the deadline that `deadline_to_json` wrote; the rhythm of a recurring one is not in it."""
    return Deadline(
        text=value["text"],
        kind=DeadlineKind(value["kind"]),
        due_date=datetime.date.fromisoformat(value["due_date"]) if value["due_date"] else None,
        precision=Precision(value["precision"]) if value["precision"] else None,
    )


def milestone_to_json(milestone: Milestone) -> dict[str, Any]:
    """Return a milestone as the log's ``changes`` hold it."""
    return {**deadline_to_json(milestone.deadline), "met_on": iso(milestone.met_on)}


DepartmentAssignments = Sequence[tuple[Department, str]]
Assignments = tuple[DepartmentAssignments, Sequence[Person]]


def get_assignments(task: Task) -> Assignments:
    """Return the task's departments with their roles and its leaders, in order; two queries unless prefetched."""
    departments = [(part.department, part.role) for part in _related_rows(task, "task_departments", "department")]
    return departments, [part.person for part in _related_rows(task, "task_leaders", "person")]


def _related_rows(task: Task, parts: str, other: str) -> QuerySet[Any]:
    known = getattr(task, "_prefetched_objects_cache", {})
    return getattr(task, parts).all() if parts in known else getattr(task, parts).select_related(other)


def assignments_to_json(departments: DepartmentAssignments, leaders: Sequence[Person]) -> dict[str, list]:
    """Return departments and leaders as the log's ``changes`` hold them."""
    return {
        "departments": [{"name": department.name, "role": str(role)} for department, role in departments],
        "leaders": [person.name for person in leaders],
    }


def iso(day: datetime.date | None) -> str | None:
    """Return a day as JSON holds it."""
    return day.isoformat() if day else None


def format_day(day: datetime.date) -> str:
    """Return a day as the reader's language writes it."""
    return date_format(day, "DATE_FORMAT")
