"""Checks of the services, each with a message of why and what to do instead.

They read the log by ``task.log.all()``, so that a batch with a prefetched log follows the same rules without a query
for each row. Undone entries are ignored (`meetings.models.log.exclude_undone`).
"""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.dates import add_months
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES, ActorRole, Step, Transition, find_transition
from meetings.display.fields import format_day
from meetings.errors import InvalidDateError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import Account, Department, Status, Task, is_agreed, needs_agreement
from meetings.models.log import exclude_undone

from .log import Changes

# How far ahead a review may be set, in calendar months, where the task's own interval is not longer.
MAX_REVIEW_MONTHS = 12


def require_role(actor: Account, task: Task, allowed_roles: frozenset[ActorRole], message: str) -> frozenset[ActorRole]:
    """Return the actor's roles on ``task``; raise PermissionDeniedError without one.

    It is raised with ``message`` where none of them is among ``allowed_roles``.
    """
    actor_roles = permissions.roles_of(actor, task)
    if not actor_roles & allowed_roles:
        raise PermissionDeniedError(message)
    return actor_roles


def clean_reason(reason: str) -> str:
    """Return the reason stripped; raises InvalidInputError where it is empty."""
    if not reason.strip():
        raise InvalidInputError(_("Say why."), field="note")
    return reason.strip()


def find_start(task: Task) -> Transition | None:
    """Return the transition of a first progress; None where the task has begun."""
    return find_transition(Status.NOT_STARTED, Status.IN_PROGRESS) if task.status == Status.NOT_STARTED else None


def status_changes(task: Task, transition: Transition | None) -> Changes:
    """Return the transition as the log's ``changes``; empty for None."""
    return {"status": {"old": task.status, "new": transition.target.value}} if transition else {}


def find_allowed_transition(
    task: Task, status: str | None, note: str, actor_roles: frozenset[ActorRole], steps: frozenset[Step] | None = None
) -> Transition | None:
    """Return the requested transition, or that of the first progress; None: none.

    With ``steps`` it has to be one of these: who reopens a task that is open has not reported progress.
    """
    if steps is None and (status is None or status == task.status):
        return find_start(task) if note else None
    target = status or ""
    transition = find_transition(task.status, target)
    if transition is None or (steps is not None and transition.step not in steps):
        raise InvalidTransitionError(
            _("A task that is “%(from)s” cannot become “%(to)s”.")
            % {"from": Status(task.status).label, "to": Status(target).label if target in Status else target},
            field="status",
        )
    if not transition.takers & actor_roles:
        raise PermissionDeniedError(
            _("Your account may not make this task “%(to)s”.") % {"to": Status(target).label}, field="status"
        )
    if transition.needs_reason and not note:
        raise InvalidInputError(
            _("Say why the task becomes “%(to)s”.") % {"to": Status(target).label},
            field="note",
        )
    return transition


def check_agreement(task: Task, transition: Transition) -> None:
    """Refuse to close a task that a leader has to agree to first and has not."""
    if not transition.needs_agreement or not needs_agreement(task):
        return
    if task.status != Status.CLOSURE_REQUESTED:
        raise InvalidTransitionError(
            _("Of this meeting no task is closed before a supervising leader agrees. Ask for closure first."),
            field="status",
        )
    if not is_agreed(task):
        raise InvalidTransitionError(
            _("A supervising leader has to agree first. The task is waiting in that leader's inbox."), field="status"
        )


def check_no_later_report(task: Task, effective_on: datetime.date) -> None:
    """Refuse to end a task on a day before a report on it."""
    last = max(
        (entry.effective_on for entry in exclude_undone(task.log.all()) if entry.is_report), default=effective_on
    )
    if last > effective_on:
        raise InvalidDateError(
            _(
                "There is progress of %(last)s in the log, so the task cannot have ended on %(day)s. "
                "Choose that day or later."
            )
            % {"last": format_day(last), "day": format_day(effective_on)},
            field="effective_on",
        )


def check_review(
    task: Task,
    transition: Transition | None,
    next_review: datetime.date,
    effective_on: datetime.date,
    actor: Account,
) -> None:
    """Refuse a review day by others than the secretariat, unneeded, or not later."""
    if not permissions.is_secretariat(actor):
        raise PermissionDeniedError(_("Only the secretariat sets the review day."), field="next_review")
    status = transition.target if transition else task.status
    if status not in OPEN_STATUSES:
        raise InvalidTransitionError(
            _("A task that has ended has no review. Leave the review day empty."), field="next_review"
        )
    if task.due_date or any(milestone.due_date and not milestone.met_on for milestone in task.milestones.all()):
        raise InvalidTransitionError(
            _("This task has a due date, so it needs no review. Leave the review day empty."), field="next_review"
        )
    if next_review <= effective_on:
        raise InvalidDateError(
            _("The next review must come after %(day)s, the day this entry is effective on.")
            % {"day": format_day(effective_on)},
            field="next_review",
        )
    # A review far in the future would hide the task (docs/domain.md, Nothing can hide).
    latest = add_months(effective_on, max(MAX_REVIEW_MONTHS, task.review_interval_months))
    if next_review > latest:
        raise InvalidDateError(
            _("The next review may be on %(latest)s at the latest. Choose that day or an earlier one.")
            % {"latest": format_day(latest)},
            field="next_review",
        )


def check_department(actor: Account, task: Task, department: Department | None) -> Department | None:
    """Return the department reported for: the named, or the liaison's only one.

    Refuses a department that is not the account's, and none where a liaison has several.
    """
    own_departments = permissions.reporting_departments(actor, task)
    if department is not None and department not in own_departments:
        raise PermissionDeniedError(
            _("Your account does not report for %(department)s.") % {"department": department}, field="department"
        )
    if department is not None or permissions.is_secretariat(actor):
        return department
    if len(own_departments) > 1:
        raise InvalidInputError(_("Say which department you report for."), field="department")
    return own_departments[0] if own_departments else None


def check_day(task: Task, effective_on: datetime.date, is_state_change: bool) -> None:
    """Refuse a day before the issue or the last change of state, or to come."""
    issued_on = task.suggestion.meeting.issued_on
    if effective_on > timezone.localdate():
        raise InvalidDateError(
            _("%(day)s is still to come. Choose today or an earlier day.") % {"day": format_day(effective_on)},
            field="effective_on",
        )
    if effective_on < issued_on:
        raise InvalidDateError(
            _("The minutes were issued on %(issued)s; nothing can have happened on %(day)s. Choose a later day.")
            % {"issued": format_day(issued_on), "day": format_day(effective_on)},
            field="effective_on",
        )
    if not is_state_change:
        return
    last = last_state_change_day(task)
    if effective_on < last:
        raise InvalidDateError(
            _("The task last changed on %(last)s; another change cannot count from %(day)s. Choose that day or later.")
            % {"last": format_day(last), "day": format_day(effective_on)},
            field="effective_on",
        )


def last_state_change_day(task: Task) -> datetime.date:
    """Return the day of the task's last change of state. One query."""
    days = [entry.effective_on for entry in exclude_undone(task.log.all()) if entry.is_state_change]
    return max(days) if days else task.suggestion.meeting.issued_on


def check_open_on(task: Task, day: datetime.date) -> None:
    """Refuse progress for a day on which the task had ended; it may be put in before."""
    happened = sorted(exclude_undone(task.log.all()), key=lambda entry: (entry.effective_on, entry.sequence))
    reached = [entry for entry in happened if "status" in entry.changes and entry.effective_on <= day]
    status = reached[-1].changes["status"]["new"] if reached else task.status
    if status in ENDED_STATUSES:
        raise InvalidTransitionError(
            _("On %(day)s the task was “%(status)s”. Choose an earlier day, or reopen the task first.")
            % {"day": format_day(day), "status": Status(status).label},
            field="effective_on",
        )
