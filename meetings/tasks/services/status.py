"""Services on progress, status, review days and milestones."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_REPORT, ENDED_STATUSES, ActorRole, Step
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import Account, Department, EntryKind, Milestone, Status, Task, TaskLog

from .back_dating_rules import claim_day, counted_day
from .batch_plan import TaskChange
from .log import Changes, iso, lock_task, milestone_to_json, write_entry, write_planned_entry
from .validators import (
    check_agreement,
    check_day,
    check_department,
    check_no_later_report,
    check_open_on,
    check_review,
    clean_reason,
    find_allowed_transition,
    find_start,
    require_role,
    status_changes,
)


@transaction.atomic
def update_task(
    *, task_id: int, version: int, actor: Account, steps: frozenset[Step] | None = None, **update: Any
) -> TaskLog:
    """Record progress or a reason (``note``), a new ``status``, a ``next_review``.

    ``update`` are values of a `TaskChange`. The first progress starts a task. A ``next_review`` is the secretariat's to
    set, for open tasks without a due date, and holds until the next report. ``steps``: refuse any other change of
    status, and none. Raises ServiceError when the lifecycle, the log, the account's role or the version forbids it, or
    when nothing is given.
    """
    task = lock_task(task_id, version)
    return write_planned_entry(task, plan_update(task, TaskChange(task_id=task_id, **update), actor, steps), actor)


def plan_update(task: Task, change: TaskChange, actor: Account, steps: frozenset[Step] | None = None) -> TaskLog:
    """Return the entry of `update_task` without writing; raises as that does."""
    actor_roles = _require_reporter(actor, task)
    note, status, effective_on = change.note.strip(), change.status, change.effective_on
    transition = None
    if not change.keeps_status:
        transition = find_allowed_transition(task, status, note, actor_roles, steps)
    if transition is not None:
        check_agreement(task, transition)
    changes = status_changes(task, transition)
    is_report = bool(note) and (transition.is_report if transition else True)
    if change.next_review is not None:
        check_review(task, transition, change.next_review, effective_on, actor)
        changes["next_review"] = {"old": iso(task.next_review), "new": iso(change.next_review)}
    if not note and not changes:
        raise InvalidInputError(_("Write what has been done, or change the status or the review day."), field="note")
    department = check_department(actor, task, change.department)
    check_day(task, effective_on, transition is not None)
    if is_report and transition is None:
        check_open_on(task, effective_on)
    if transition is not None and transition.target in ENDED_STATUSES:
        check_no_later_report(task, effective_on)
    if transition and status not in (None, task.status):
        kind = EntryKind.STATUS
    else:
        kind = EntryKind.PROGRESS if note and not change.keeps_status else EntryKind.REVIEW
    entry = TaskLog(
        kind=kind, effective_on=effective_on, changes=changes, note=note, is_report=is_report, department=department
    )
    return claim_day(entry, actor)


def reopen_task(*, reason: str, **update_kwargs: Any) -> TaskLog:
    """Reopen a closed or terminated task to «in progress»."""
    return update_task(status=Status.IN_PROGRESS, note=reason, steps=frozenset({Step.REOPEN}), **update_kwargs)


def terminate_task(*, reason: str, **update_kwargs: Any) -> TaskLog:
    """Terminate an open task: it will not be done."""
    return update_task(status=Status.TERMINATED, note=reason, steps=frozenset({Step.TERMINATE}), **update_kwargs)


@transaction.atomic
def meet_milestone(
    *,
    milestone_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    note: str = "",
    department: Department | None = None,
) -> TaskLog:
    """Record that a milestone was met; raises as `update_task`, or if it was met.

    It starts a task, as the first progress does; its ``note`` tells of progress.
    """
    task = _lock_milestone_task(milestone_id, version, actor)
    milestone = task.milestones.get(pk=milestone_id)
    if milestone.met_on is not None:
        raise InvalidTransitionError(_("This milestone is met already. Open the task again to see by whom and when."))
    department = check_department(actor, task, department)
    check_day(task, effective_on, True)
    check_open_on(task, effective_on)
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.MILESTONE,
        effective_on=effective_on,
        note=note.strip(),
        is_report=bool(note.strip()),
        department=department,
        changes={
            **status_changes(task, find_start(task)),
            **_set_met_day(task, milestone, counted_day(actor, effective_on)),
        },
    )


@transaction.atomic
def reopen_milestone(
    *,
    milestone_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    reason: str,
) -> TaskLog:
    """Reopen a met milestone, for ``reason``, from ``effective_on`` on."""
    task = _lock_milestone_task(milestone_id, version, actor)
    milestone = task.milestones.get(pk=milestone_id)
    if milestone.met_on is None:
        raise InvalidTransitionError(_("This milestone is not met, so there is nothing to take back."))
    reason = clean_reason(reason)
    check_day(task, effective_on, True)
    check_open_on(task, effective_on)
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.MILESTONE,
        effective_on=effective_on,
        note=reason,
        changes=_set_met_day(task, milestone, None),
    )


def _lock_milestone_task(milestone_id: int, version: int, actor: Account) -> Task:
    task = lock_task(Milestone.objects.values_list("task_id", flat=True).get(pk=milestone_id), version)
    _require_reporter(actor, task)
    return task


def _require_reporter(actor: Account, task: Task) -> frozenset[ActorRole]:
    message = _("Only the secretariat and the liaisons of a task's departments may update it.")
    return require_role(actor, task, CAN_REPORT, message)


def _set_met_day(task: Task, milestone: Milestone, day: datetime.date | None) -> Changes:
    """Set the day on which ``milestone`` was met; return the changes."""
    old = [milestone_to_json(each) for each in task.milestones.all()]
    milestone.met_on = day
    milestone.save(update_fields=["met_on"])
    return {"milestones": {"old": old, "new": [milestone_to_json(each) for each in task.milestones.all()]}}
