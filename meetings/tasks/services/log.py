"""Write the logs: append an entry, rebuild TaskState, sync the Task columns.

Nothing else writes a log.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import ENDED_STATUSES, ExtensionEvent, extension_transition
from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.errors import InvalidTransitionError
from meetings.locking import check_version
from meetings.models import (
    Account,
    Batch,
    BatchSource,
    ChangeKind,
    ChangeLog,
    Consent,
    Department,
    EntryKind,
    ExtensionRequest,
    Meeting,
    Milestone,
    Person,
    Suggestion,
    Task,
    TaskLog,
    TaskState,
    calculate_hash,
)
from meetings.models.log import CLAIMED, CURRENT_COLUMNS, STATE_CHANGES
from meetings.models.task import TaskQuerySet
from meetings.tasks.signals import entries_recorded

from .back_dating_rules import claim_day

Changes = dict[str, dict[str, Any]]


def lock_task(task_id: int, version: int, others: TaskQuerySet | None = None) -> Task:
    """Lock the task against other writers until the transaction ends; return it.

    ``others`` are tasks that the caller changes, too: all are locked in one order, which avoids deadlocks.
    Raises ConflictError on an older version, and InvalidTransitionError where it was joined into another task.
    """
    if others is not None:
        all_of_them = Task.objects.filter(Q(pk=task_id) | Q(pk__in=others.values("pk"))).order_by("pk")
        list(all_of_them.select_for_update(of=("self",)).values_list("pk"))
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
    """Append an entry to the task's log, rebuild its intervals, sync its columns."""
    entry = TaskLog(
        kind=kind, effective_on=effective_on, changes=changes, note=note, is_report=is_report, department=department
    )
    return write_planned_entry(task, claim_day(entry, actor), actor, recorded_at)


def write_planned_entry(
    task: Task, entry: TaskLog, actor: Account | None, recorded_at: datetime.datetime | None = None
) -> TaskLog:
    """Append an unsaved entry planned for ``task``, as `write_entry` does."""
    log, batch = list(task.log.order_by("sequence")), None
    if CLAIMED in entry.changes and actor is not None:
        batch = Batch.objects.create(made_by=actor, source=BatchSource.BACK_DATED, consent=Consent.ASKED)
    _complete_entry(task, entry, log, actor, recorded_at or timezone.now(), batch)
    entry.save(force_insert=True)
    entries_recorded.send(TaskLog, entries=[entry])
    copy_current_state(task, TaskState.objects.rebuild({task.pk: log})[task.pk])
    # Unchanged texts need no new pinyin.
    task.save(update_fields={"version", *CURRENT_COLUMNS} if STATE_CHANGES.issuperset(entry.changes) else None)
    _lapse_extensions([entry])
    return entry


def write_entries(
    planned: Mapping[Task, Sequence[TaskLog]], *, actor: Account | None, batch: Batch | None = None
) -> None:
    """Append the unsaved entries of many tasks, by a fixed number of queries.

    The tasks are locked by the transaction, and their logs were prefetched since.
    """
    now = timezone.now()
    logs = {task.pk: list(task.log.all()) for task in planned}
    for task, entries in planned.items():
        for entry in entries:
            _complete_entry(task, entry, logs[task.pk], actor, now, batch)
    created = TaskLog.objects.bulk_create(entry for entries in planned.values() for entry in entries)
    entries_recorded.send(TaskLog, entries=created)
    if batch is not None and any(CLAIMED in entry.changes for entry in created):
        batch.consent = Consent.ASKED
        batch.save(update_fields=["consent"])
    states = TaskState.objects.rebuild(logs)
    changed: set[str] = set()
    for task in planned:
        before = {name: getattr(task, name) for name in CURRENT_COLUMNS}
        copy_current_state(task, states[task.pk])
        changed.update(name for name, value in before.items() if getattr(task, name) != value)
    # Copied inside the database: `bulk_update` would send each value of each task.
    last = TaskLog.objects.filter(task=OuterRef("pk")).order_by("-sequence").values("sequence")[:1]
    present = TaskState.objects.filter(task=OuterRef("pk"), until__isnull=True)
    columns = {name: Subquery(present.values(name)) for name in sorted(changed)}
    Task.objects.filter(pk__in=[task.pk for task in planned]).update(version=Subquery(last), **columns)
    _lapse_extensions(created)


def _complete_entry(
    task: Task,
    entry: TaskLog,
    log: list[TaskLog],
    actor: Account | None,
    recorded_at: datetime.datetime,
    batch: Batch | None = None,
) -> None:
    """Append the unsaved entry to the task's ``log`` in memory; raise the version.

    The log is ordered by sequence.
    """
    task.version += 1
    entry.task, entry.sequence = task, task.version
    entry.actor, entry.recorded_at, entry.batch = actor, recorded_at, batch
    entry.hash = calculate_hash(entry, log[-1].hash if log else str(task.stable_id))
    log.append(entry)


def _lapse_extensions(entries: Sequence[TaskLog]) -> None:
    """Let extension requests of tasks that ``entries`` end lapse. One query, if any."""
    ending = [entry for entry in entries if entry.changes.get("status", {}).get("new") in ENDED_STATUSES]
    if not ending:
        return
    entry = TaskLog.objects.filter(pk__in=[entry.pk for entry in ending], task=OuterRef("task")).values("pk")
    open_requests = ExtensionRequest.objects.waiting().filter(task__in=[entry.task_id for entry in ending])
    lapsed = extension_transition(ExtensionEvent.LAPSE).target
    open_requests.update(status=lapsed.value, decided=Subquery(entry))


def log_change(
    subject: Meeting | Department | Person | Account,
    *,
    kind: ChangeKind,
    actor: Account | None,
    changes: Changes | None = None,
    part: str = "",
    note: str = "",
) -> ChangeLog:
    """Append a change of ``subject``, or of a ``part`` of it, to its change log."""
    about: dict[str, Any] = {str(subject._meta.model_name): subject}
    return ChangeLog.objects.create(
        **about, kind=kind, actor=actor, part=part, note=note.strip(), changes=changes or {}
    )


def copy_current_state(task: Task, state: TaskState) -> None:
    """Copy the last interval into the columns of ``task``, without saving."""
    for name in CURRENT_COLUMNS:
        setattr(task, name, getattr(state, name))


def deadline_columns(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline as values for the columns of `DeadlineFields`."""
    return {
        "deadline_text": deadline.text,
        "deadline_kind": deadline.kind.value,
        "deadline_precision": deadline.precision.value if deadline.precision else "",
        "due_date": deadline.due_date,
    }


def diff_values(pairs: Mapping[str, tuple[object, object]]) -> Changes:
    """Return the ``pairs`` of old and new that differ as the log's ``changes``."""
    return {name: {"old": old, "new": new} for name, (old, new) in pairs.items() if old != new}


def diff_review_interval(task: Task, months: int | None, days: int | None) -> Changes:
    """Return a change of the review interval (``days`` or ``months``) as ``changes``."""
    return diff_values(
        {
            "review_interval_months": (task.review_interval_months, months or task.review_interval_months),
            "review_interval_days": (task.review_interval_days, days),
        }
    )


def compare_values(old: Mapping[str, object], new: Mapping[str, object]) -> Changes:
    """Return the values of ``old`` that differ in ``new`` as ``changes``."""
    return diff_values({name: (value, new[name]) for name, value in old.items()})


def apply_texts(instance: Task | Suggestion, values: dict[str, str | None]) -> Changes:
    """Set the ``values`` that are not None and differ, unsaved; return the changes."""
    new = {name: value.strip() for name, value in values.items() if value is not None}
    changes = diff_values({name: (getattr(instance, name), value) for name, value in new.items()})
    for name in changes:
        setattr(instance, name, new[name])
    return changes


def deadline_to_json(deadline: Deadline) -> dict[str, Any]:
    """Serialize a deadline for the log's ``changes``."""
    return {
        "text": deadline.text,
        "kind": deadline.kind.value,
        "precision": deadline.precision.value if deadline.precision else None,
        "due_date": iso(deadline.due_date),
    }


def deadline_from_json(value: dict[str, Any]) -> Deadline:
    """Deserialize what `deadline_to_json` wrote, without the review interval."""
    return Deadline(
        text=value["text"],
        kind=DeadlineKind(value["kind"]),
        due_date=datetime.date.fromisoformat(value["due_date"]) if value["due_date"] else None,
        precision=Precision(value["precision"]) if value["precision"] else None,
    )


def milestone_to_json(milestone: Milestone) -> dict[str, Any]:
    """Serialize a milestone for the log's ``changes``."""
    return {**deadline_to_json(milestone.deadline), "met_on": iso(milestone.met_on)}


def iso(day: datetime.date | None) -> str | None:
    """Return a day in ISO format, or None."""
    return day.isoformat() if day else None
