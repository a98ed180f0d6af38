"""Progress, status, review days and milestones: what moves a task through its life."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.lifecycle import ENDED_STATUSES, REPORTERS, Step, find_transition
from meetings.errors import ImpossibleStep, Incomplete, NotAllowed
from meetings.models import Account, Department, EntryKind, Milestone, Status, Task, TaskLog

from .log import Changes, PlannedEntry, iso, locked_task, write_entry, write_planned, written_milestone
from .validators import (
    check_agreement,
    check_day,
    check_department,
    check_nothing_after,
    check_open_on,
    check_review,
    find_allowed_transition,
    required_reason,
)


@transaction.atomic
def update_task(
    *,
    task_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    note: str = "",
    status: str | None = None,
    next_review: datetime.date | None = None,
    department: Department | None = None,
    steps: frozenset[Step] | None = None,
    today: datetime.date | None = None,
) -> TaskLog:
    """Record what one form says at once: progress or a reason (``note``), a new ``status``, the ``next_review``.

    The first progress starts a task. A ``next_review`` is the secretariat's to set, for open tasks without a due
    date, and holds until the next report. ``steps``: refuse any other change of status,
    and none. Raises a subclass of Refused when the lifecycle, the log, the account's role or the version forbids it,
    or when nothing is said.
    """
    task = locked_task(task_id, version)
    planned = plan_update(
        task,
        actor=actor,
        effective_on=effective_on,
        note=note,
        status=status,
        next_review=next_review,
        department=department,
        steps=steps,
        today=today,
    )
    return write_planned(task, planned, actor)


def plan_update(
    task: Task,
    *,
    actor: Account,
    effective_on: datetime.date,
    note: str = "",
    status: str | None = None,
    next_review: datetime.date | None = None,
    department: Department | None = None,
    steps: frozenset[Step] | None = None,
    today: datetime.date | None = None,
) -> PlannedEntry:
    """Return the entry that `update_task` would write for ``task`` as it stands; raises what that raises."""
    takers = permissions.takers_of(actor, task)
    if not takers & REPORTERS:
        raise NotAllowed(_("Only the secretariat and the liaisons of a task's departments may update it."))
    note = note.strip()
    changes: Changes = {}
    transition = find_allowed_transition(task, status, note, takers, steps)
    if transition is not None:
        check_agreement(task, transition)
        changes["status"] = {"old": task.status, "new": transition.target.value}
    is_report = bool(note) and (transition.is_report if transition else True)
    if next_review is not None:
        check_review(task, transition, next_review, effective_on, actor)
        changes["next_review"] = {"old": iso(task.next_review), "new": iso(next_review)}
    if not note and not changes:
        raise Incomplete(_("Write what has been done, or change the status or the review day."), field="note")
    department = check_department(actor, task, department)
    check_day(task, effective_on, transition is not None, today)
    if is_report and transition is None:
        check_open_on(task, effective_on)
    ends = transition is not None and transition.target in ENDED_STATUSES
    if ends:
        check_nothing_after(task, effective_on)
    if transition and status not in (None, task.status):
        kind = EntryKind.STATUS
    else:
        kind = EntryKind.PROGRESS if note else EntryKind.REVIEW
    return PlannedEntry(kind, effective_on, changes, note, is_report, department, ends)


def report_progress(*, note: str, **of_update: Any) -> TaskLog:
    """Record progress; see `update_task`."""
    return update_task(note=note, **of_update)


def change_status(*, status: str, **of_update: Any) -> TaskLog:
    """Change the status along the lifecycle's table; see `update_task`."""
    return update_task(status=status, **of_update)


def close(*, reason: str, **of_update: Any) -> TaskLog:
    """Close a task, directly or on the departments' request; the reason is kept as its last report."""
    steps = frozenset({Step.CLOSE, Step.ACCEPT_CLOSURE})
    return update_task(status=Status.CLOSED, note=reason, steps=steps, **of_update)


def reopen(*, reason: str, **of_update: Any) -> TaskLog:
    """Reopen a closed or terminated task to «in progress»."""
    return update_task(status=Status.IN_PROGRESS, note=reason, steps=frozenset({Step.REOPEN}), **of_update)


def terminate(*, reason: str, **of_update: Any) -> TaskLog:
    """Terminate an open task: it will not be done."""
    return update_task(status=Status.TERMINATED, note=reason, steps=frozenset({Step.TERMINATE}), **of_update)


@transaction.atomic
def meet_milestone(
    *,
    milestone_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    note: str = "",
    department: Department | None = None,
    today: datetime.date | None = None,
) -> TaskLog:
    """Record that a milestone was met on ``effective_on``; raises as `update_task`, and where it is met already.

    It starts a task, as the first progress does; what is said with it (``note``) tells of progress.
    """
    task = _task_of_milestone(milestone_id, version, actor)
    milestone = task.milestones.get(pk=milestone_id)
    if milestone.met_on is not None:
        raise ImpossibleStep(_("This milestone is met already. Open the task again to see by whom and when."))
    department = check_department(actor, task, department)
    check_day(task, effective_on, True, today)
    check_open_on(task, effective_on)
    started = find_transition(task.status, Status.IN_PROGRESS) if task.status == Status.NOT_STARTED else None
    changes = {"status": {"old": task.status, "new": started.target.value}} if started else {}
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.MILESTONE,
        effective_on=effective_on,
        note=note.strip(),
        is_report=bool(note.strip()),
        department=department,
        changes={**changes, **_met(task, milestone, effective_on)},
    )


@transaction.atomic
def reopen_milestone(
    *,
    milestone_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    reason: str,
    today: datetime.date | None = None,
) -> TaskLog:
    """Take back that a milestone was met: it was not, after all, for ``reason``; from ``effective_on`` on it counts."""
    task = _task_of_milestone(milestone_id, version, actor)
    milestone = task.milestones.get(pk=milestone_id)
    if milestone.met_on is None:
        raise ImpossibleStep(_("This milestone is not met, so there is nothing to take back."))
    reason = required_reason(reason)
    check_day(task, effective_on, True, today)
    check_open_on(task, effective_on)
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.MILESTONE,
        effective_on=effective_on,
        note=reason,
        changes=_met(task, milestone, None),
    )


def _task_of_milestone(milestone_id: int, version: int, actor: Account) -> Task:
    task = locked_task(Milestone.objects.values_list("task_id", flat=True).get(pk=milestone_id), version)
    if not permissions.takers_of(actor, task) & REPORTERS:
        raise NotAllowed(_("Only the secretariat and the liaisons of a task's departments may update it."))
    return task


def _met(task: Task, milestone: Milestone, day: datetime.date | None) -> Changes:
    """Set the day on which ``milestone`` was met, and return what that changes."""
    old = [written_milestone(each) for each in task.milestones.all()]
    milestone.met_on = day
    milestone.save(update_fields=["met_on"])
    return {"milestones": {"old": old, "new": [written_milestone(each) for each in task.milestones.all()]}}
