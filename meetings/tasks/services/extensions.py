"""Extensions: requested and decided with reasons; a decision moves the deadline."""

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.lifecycle import (
    OPEN_STATUSES,
    ExtensionEvent,
    ExtensionState,
    ExtensionTransition,
    extension_transition,
)
from meetings.deadlines import Deadline, DeadlineKind, Reading, read_deadline
from meetings.display.fields import format_day
from meetings.errors import InvalidDateError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import Account, Department, EntryKind, ExtensionRequest, Status, Task, TaskLog
from meetings.permissions import require_secretariat
from meetings.tasks.services.log import Changes

from .log import deadline_columns, deadline_to_json, diff_review_interval, lock_task, write_entry
from .status import update_task
from .validators import check_day, clean_reason


def parse_new_deadline(text: str, today: datetime.date | None = None) -> Reading:
    """Parse the ``text`` of a new deadline as if it were issued ``today``.

    «年底前» in a request of 2026 is the end of 2026, whenever the minutes were issued.
    """
    return read_deadline(text.strip(), issued_on=today or timezone.localdate(), held_on=None)


@transaction.atomic
def request_extension(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    progress: str,
    deadline_text: str,
    effective_on: datetime.date,
    department: Department | None = None,
) -> ExtensionRequest:
    """Request an extension, with the progress as a report of its own.

    ``deadline_text`` is read by `parse_new_deadline` and has to name a day after the present deadline. Raises a
    subclass of ServiceError: also where the task has no due date, or another request is open.
    """
    task = lock_task(task_id, version)
    _check_transition(actor, task, extension_transition(ExtensionEvent.REQUEST))
    if task.extension_requests.waiting().exists():
        raise InvalidTransitionError(_("A later deadline has been asked for already and is not decided yet."))
    if not reason.strip():
        raise InvalidInputError(_("Say why the work needs more time."), field="reason")
    if not progress.strip():
        raise InvalidInputError(_("Say what has been done so far."), field="progress")
    deadline = parse_later_deadline(task, deadline_text, effective_on)
    report = update_task(
        task_id=task_id,
        version=version,
        actor=actor,
        effective_on=effective_on,
        note=progress,
        department=department,
    )
    task.refresh_from_db()
    assert task.due_date is not None  # parse_later_deadline refuses all others
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.EXTENSION,
        effective_on=effective_on,
        note=reason.strip(),
        department=report.department,
        changes={"asked_deadline": {"old": deadline_to_json(task.deadline), "new": deadline_to_json(deadline)}},
    )
    return ExtensionRequest.objects.create(
        task=task,
        asked=entry,
        reason=reason.strip(),
        progress=progress.strip(),
        due_date_before=task.due_date,
        **deadline_columns(deadline),
    )


def grant_extension(*, reason: str, **decision_kwargs: Any) -> TaskLog:
    """Grant the open extension request; see `_decide_extension`."""
    return _decide_extension(ExtensionEvent.GRANT, reason=reason, **decision_kwargs)


def refuse_extension(*, reason: str, **decision_kwargs: Any) -> TaskLog:
    """Refuse the open extension request; see `_decide_extension`."""
    return _decide_extension(ExtensionEvent.REFUSE, reason=reason, **decision_kwargs)


@transaction.atomic
def _decide_extension(
    event: ExtensionEvent,
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    effective_on: datetime.date,
) -> TaskLog:
    """Decide the task's open extension request. Raises ServiceError without one.

    Granting moves the deadline from ``effective_on`` on, and updates count and days gained; the original stays.
    """
    task = lock_task(task_id, version)
    transition = extension_transition(event)
    _check_transition(actor, task, transition)
    extension_request = (
        task.extension_requests.select_related("asked").filter(status=ExtensionState.REQUESTED.value).first()
    )
    if extension_request is None:
        raise InvalidTransitionError(_("No later deadline is being asked for, so there is nothing to decide."))
    reason = clean_reason(reason)
    check_day(task, effective_on, event == ExtensionEvent.GRANT)
    if effective_on < extension_request.asked.effective_on:
        raise InvalidDateError(
            _("The later deadline was asked for on %(day)s. Choose that day or later.")
            % {"day": format_day(extension_request.asked.effective_on)},
            field="effective_on",
        )
    requested_deadline = deadline_to_json(extension_request.deadline)
    changes: Changes
    if event == ExtensionEvent.GRANT:
        gained = require_later(task, extension_request.due_date)
        old = {"count": task.extension_count, "days": task.extension_days}
        new = {"count": old["count"] + 1, "days": old["days"] + gained}
        kind = EntryKind.DEADLINE
        changes = {
            "deadline": {"old": deadline_to_json(task.deadline), "new": requested_deadline},
            "extension": {"old": old, "new": new},
        }
    else:
        kind, changes = EntryKind.EXTENSION, {"refused_deadline": {"old": None, "new": requested_deadline}}
    entry = write_entry(task, actor=actor, kind=kind, effective_on=effective_on, note=reason, changes=changes)
    extension_request.status, extension_request.decided = transition.target.value, entry
    extension_request.save(update_fields=["status", "decided"])
    return entry


@transaction.atomic
def resolve_deadline(
    *,
    task_id: int,
    version: int,
    actor: Account,
    meaning: str,
    reason: str,
    effective_on: datetime.date,
) -> TaskLog:
    """Settle an undecided deadline by a ``meaning`` that can be read.

    No extension: nothing was promised yet. The printed text stays, and the original stays undecided; from
    ``effective_on`` on the task has the meaning's kind and day. Raises ServiceError.
    """
    task = lock_task(task_id, version)
    require_secretariat(actor)
    if task.deadline_kind != DeadlineKind.UNDECIDED or task.status not in OPEN_STATUSES:
        raise InvalidTransitionError(
            _("Only the undecided deadline of an open task is settled; others move by an extension.")
        )
    if not meaning.strip():
        raise InvalidInputError(_("Write what the deadline means."), field="meaning")
    reason = clean_reason(reason)
    reading = parse_meaning(task, meaning)
    if reading.deadline.kind == DeadlineKind.UNDECIDED or reading.milestones:
        raise InvalidInputError(
            _("“%(text)s” is not clear either. Write one day or period, or how often the task is reviewed.")
            % {"text": meaning.strip()},
            field="meaning",
        )
    check_day(task, effective_on, True)
    understood = {**deadline_to_json(reading.deadline), "text": task.deadline_text}
    changes: Changes = {"deadline": {"old": deadline_to_json(task.deadline), "new": understood}}
    return write_deadline_entry(
        task, reading.deadline, actor=actor, effective_on=effective_on, note=reason, changes=changes
    )


def write_deadline_entry(task: Task, deadline: Deadline, *, changes: Changes, **entry: Any) -> TaskLog:
    """Write the entry of another ``deadline``, with the review interval it names."""
    if deadline.kind == DeadlineKind.RECURRING:
        changes |= diff_review_interval(task, deadline.review_months, deadline.review_days)
    return write_entry(task, kind=EntryKind.DEADLINE, changes=changes, **entry)


def parse_meaning(task: Task, meaning: str) -> Reading:
    """Parse ``meaning`` as a deadline printed with the minutes, not of today."""
    meeting = task.suggestion.meeting
    return read_deadline(meaning.strip(), issued_on=meeting.issued_on, held_on=meeting.held_on)


def parse_later_deadline(task: Task, text: str, today: datetime.date) -> Deadline:
    """Return the one dated deadline of ``text``; refuse where it names none.

    ``today`` is the day of the request (Asia/Shanghai).
    """
    if task.due_date is None:
        raise InvalidTransitionError(_("This task has no due date that could be moved."))
    if not text.strip():
        raise InvalidInputError(_("Write the new deadline."), field="deadline_text")
    reading = parse_new_deadline(text, today)
    if reading.deadline.kind != DeadlineKind.DATED or reading.milestones:
        raise InvalidInputError(
            _("“%(text)s” does not name one day or period. Write one, such as 2024.6 or 2024年12月底前.")
            % {"text": text.strip()},
            field="deadline_text",
        )
    require_later(task, reading.deadline.due_date)
    return reading.deadline


def require_later(task: Task, day: datetime.date | None) -> int:
    """Return the days from the present deadline to ``day``; refuse an earlier one."""
    if task.due_date is None or day is None or day <= task.due_date:
        raise InvalidInputError(
            _("%(new)s is not later than the present deadline. Write a later one.") % {"new": day and format_day(day)},
            field="deadline_text",
        )
    return (day - task.due_date).days


def _check_transition(actor: Account, task: Task, transition: ExtensionTransition) -> None:
    if not permissions.roles_of(actor, task) & transition.takers:
        raise PermissionDeniedError(_("Your account may not do this to this task."))
    if task.status not in transition.task_statuses:
        raise InvalidTransitionError(
            _("The task is “%(status)s”, so its deadline is not moved.") % {"status": Status(task.status).label}
        )
