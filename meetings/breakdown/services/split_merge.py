"""Tasks of one row: order, split and merge. What was printed stays in their logs."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import ENDED_STATUSES
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import (
    Account,
    Department,
    DepartmentRole,
    EntryKind,
    Evidence,
    ImportIssue,
    Instruction,
    Milestone,
    Status,
    Task,
    TaskLog,
)
from meetings.models.task import FURTHER_TEXTS
from meetings.permissions import require_secretariat
from meetings.tasks.services.assignments import assignments_to_json, get_assignments, replace_assignments
from meetings.tasks.services.creation import create_task
from meetings.tasks.services.log import (
    compare_values,
    deadline_columns,
    deadline_from_json,
    deadline_to_json,
    diff_values,
    iso,
    lock_task,
    milestone_to_json,
    write_entry,
)
from meetings.tasks.services.validators import clean_reason, find_start, last_state_change_day, status_changes

from .ordering import join_texts, lock_table, lock_tasks, log_task_change, place_tasks, swap_with_neighbour


@transaction.atomic
def move_task(*, task_id: int, up: bool, actor: Account, version_token: str | None = None) -> None:
    """Exchange a task with the one above or below. Raises a ServiceError."""
    require_secretariat(actor)
    task = Task.objects.standing().select_related("suggestion").get(pk=task_id)
    lock_table(task.suggestion.meeting_id, version_token)
    tasks = lock_tasks(task.suggestion)
    swapped, _task, _neighbour = swap_with_neighbour(tasks, task_id, up)
    _renumber_tasks(swapped, [task.number for task in tasks], actor=actor)


@transaction.atomic
def split_task(
    *,
    task_id: int,
    version: int,
    text: str,
    new_text: str,
    reason: str,
    actor: Account,
    version_token: str | None = None,
) -> Task:
    """Split a task: the new one below has the same people, deadline and state.

    The new one is entered with the issue of the minutes, as the first was; where the first is no longer as it was
    entered, an entry of the day on which it last changed tells how both stand. Raises a subclass of ServiceError: also
    while a closure or an extension is requested, which is of the whole task.
    """
    require_secretariat(actor)
    task = lock_task(task_id, version)
    lock_table(task.suggestion.meeting_id, version_token)
    reason = clean_reason(reason)
    _require_no_pending_request(task)
    for field, value in (("text", text), ("new_text", new_text)):
        if not value.strip():
            raise InvalidInputError(_("Write what each of the two tasks is."), field=field)
    siblings = lock_tasks(task.suggestion)
    old_text = task.text
    at = next(place for place, sibling in enumerate(siblings) if sibling.pk == task.pk)
    following = siblings[at + 1 :]
    _renumber_tasks(following, [sibling.number + 1 for sibling in following], actor=actor, note=reason)
    new = _create_copy(task, text=new_text.strip(), number=task.number + 1, actor=actor)
    _copy_state(task, new, old_text, actor=actor, reason=reason)
    for issue in task.import_issues.filter(answer__isnull=True):
        ImportIssue.objects.create(
            task=new, column=issue.column, code=issue.code, value=issue.value, parameters=issue.parameters
        )
    task.text = text.strip()
    changes = diff_values({"text": (old_text, task.text), "split_off": (None, new.text)})
    log_task_change(task, actor=actor, changes=changes, note=reason)
    return new


def _create_copy(task: Task, *, text: str, number: int, actor: Account) -> Task:
    entered = task.log.get(sequence=1).changes
    departments, leaders = get_assignments(task)
    return create_task(
        suggestion=task.suggestion,
        number=number,
        text=text,
        deadline=deadline_from_json(entered["deadline"]["new"]),
        departments=departments,
        leaders=leaders,
        milestones=[deadline_from_json(milestone) for milestone in entered["milestones"]["new"] or ()],
        review_interval_months=entered["review_interval_months"]["new"],
        review_interval_days=entered.get("review_interval_days", {}).get("new"),
        actor=actor,
        **{name: getattr(task, name) for name in FURTHER_TEXTS},
    )


def _copy_state(task: Task, new: Task, old_text: str, *, actor: Account, reason: str) -> TaskLog:
    """Let ``new`` stand as ``task`` does, from the day on which that last changed."""
    now, then = _state_to_json(task), _state_to_json(new)
    new.milestones.all().delete()
    Milestone.objects.bulk_create(
        Milestone(task=new, position=each.position, met_on=each.met_on, **deadline_columns(each.deadline))
        for each in task.milestones.all()
    )
    changes = compare_values(then, now)
    if task.next_review is not None and task.next_review != new.next_review:
        changes["next_review"] = {"old": iso(new.next_review), "new": iso(task.next_review)}
    first_day = last_state_change_day(task) if changes.keys() - {"next_review"} else timezone.localdate()
    return write_entry(
        new,
        actor=actor,
        kind=EntryKind.ARRANGED,
        effective_on=first_day,
        changes={"split_from": {"old": None, "new": old_text}, **changes},
        note=reason,
    )


def _state_to_json(task: Task) -> dict[str, Any]:
    """Return what makes up the present state of a task, as entries hold it. One query."""
    return {
        "status": str(task.status),
        "deadline": deadline_to_json(task.deadline),
        "milestones": [milestone_to_json(milestone) for milestone in task.milestones.order_by("position")],
        "extension": {"count": task.extension_count, "days": task.extension_days},
        "review_interval_months": task.review_interval_months,
        "review_interval_days": task.review_interval_days,
    }


@transaction.atomic
def merge_tasks(
    *,
    task_id: int,
    version: int,
    other_id: int,
    other_version: int,
    text: str,
    reason: str,
    actor: Account,
    version_token: str | None = None,
) -> Task:
    """Merge two tasks of a row; the other's page redirects to this one, its log stays.

    The first one's deadline counts; departments (each in its most answerable role), leaders, evidence and
    instructions are those of both. Raises a subclass of ServiceError: where one of them has ended, a closure is
    requested, or something about the other waits for an answer.
    """
    require_secretariat(actor)
    task = lock_task(task_id, version, others=Task.objects.filter(pk=other_id))
    other = lock_task(other_id, other_version)
    lock_table(task.suggestion.meeting_id, version_token)
    reason = clean_reason(reason)
    if task.pk == other.pk or task.suggestion_id != other.suggestion_id:
        raise InvalidInputError(_("Choose another task of the same row."), field="other")
    for one in (task, other):
        if one.status in ENDED_STATUSES:
            raise InvalidTransitionError(_("“%(task)s” has ended. Reopen it first, then join.") % {"task": one.text})
        if one.status == Status.CLOSURE_REQUESTED:
            raise InvalidTransitionError(
                _("Closure of “%(task)s” is being asked for. Decide that first.") % {"task": one.text}
            )
    _require_nothing_pending(other)
    if not text.strip():
        raise InvalidInputError(_("Write what the task is."), field="text")
    parts, other_parts = assignments_to_json(*get_assignments(task)), assignments_to_json(*get_assignments(other))
    old_text, other_text = task.text, other.text
    _merge_assignments(task, other)
    changes = diff_values(
        {
            "joined": (None, other_text),
            "joined_deadline": (deadline_to_json(other.deadline), deadline_to_json(task.deadline)),
            "text": (old_text, text.strip()),
            **{
                name: (getattr(task, name), join_texts(getattr(task, name), getattr(other, name)))
                for name in FURTHER_TEXTS
            },
            **{name: (parts[name], new) for name, new in assignments_to_json(*get_assignments(task)).items()},
        }
    )
    if other.status == Status.IN_PROGRESS:
        changes |= status_changes(task, find_start(task))
    _mark_merged(other, task, other_parts, text.strip(), actor=actor, reason=reason)
    task.text = text.strip()
    for name in changes.keys() & set(FURTHER_TEXTS):
        setattr(task, name, changes[name]["new"])
    log_task_change(task, actor=actor, changes=changes, note=reason)
    remaining = lock_tasks(task.suggestion)
    following = [sibling for sibling in remaining if sibling.number > other.number]
    _renumber_tasks(following, [sibling.number - 1 for sibling in following], actor=actor, note=reason)
    task.refresh_from_db()
    return task


def _merge_assignments(task: Task, other: Task) -> None:
    roles: dict[Department, list[str]] = {}
    for department, role in (*get_assignments(task)[0], *get_assignments(other)[0]):
        roles.setdefault(department, []).append(role)
    leaders = dict.fromkeys((*get_assignments(task)[1], *get_assignments(other)[1]))
    departments = [
        (department, str(min(own_roles, key=DepartmentRole.values.index))) for department, own_roles in roles.items()
    ]
    replace_assignments({task: (departments, list(leaders))})


def _mark_merged(
    other: Task, task: Task, assignments: dict[str, list], text: str, *, actor: Account, reason: str
) -> None:
    """Mark ``other`` as merged; what belongs to it goes on with ``task``."""
    changes = diff_values({"joined_into": (None, text), **{name: (old, []) for name, old in assignments.items()}})
    replace_assignments({other: ([], [])})
    log_task_change(other, actor=actor, changes=changes, note=reason)
    Evidence.objects.filter(task=other).update(task=task)
    Instruction.objects.filter(task=other).update(task=task)
    other.joined_into = task
    other.save()
    other.states.all().delete()
    # What was joined into the other is joined into what that is joined into.
    other.joined.update(joined_into=task)


def _require_no_pending_request(task: Task) -> None:
    if task.status == Status.CLOSURE_REQUESTED:
        raise InvalidTransitionError(
            _("Closure of “%(task)s” is being asked for. Decide that first.") % {"task": task.text}
        )
    if task.extension_requests.waiting().exists():
        raise InvalidTransitionError(
            _("A later deadline of “%(task)s” is being asked for. Decide that first.") % {"task": task.text}
        )


def _require_nothing_pending(task: Task) -> None:
    _require_no_pending_request(task)
    if task.instructions.filter(answer__isnull=True).exists():
        raise InvalidTransitionError(
            _("An instruction on “%(task)s” has not been answered. Answer it first.") % {"task": task.text}
        )
    if task.import_issues.filter(answer__isnull=True).exists():
        raise InvalidTransitionError(
            _("Something about “%(task)s” is still to be confirmed. Confirm it first.") % {"task": task.text}
        )


def _renumber_tasks(tasks: Sequence[Task], numbers: Sequence[int], *, actor: Account, note: str = "") -> None:
    """Renumber ``tasks`` of one row; each changed number gets an entry."""
    renumbered = [(task, task.number, number) for task, number in zip(tasks, numbers, strict=True)]
    renumbered = [(task, old, number) for task, old, number in renumbered if old != number]
    place_tasks([(task, task.suggestion, number) for task, _old, number in renumbered])
    for task, old, number in renumbered:
        log_task_change(task, actor=actor, changes=diff_values({"task_number": (old, number)}), note=note)
