"""A later deadline: asked for with a reason, decided with a reason; until then the task is as late as it was."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES, WishStep, WishTransition, wish_transition
from meetings.deadlines import DeadlineKind, Reading, read_deadline
from meetings.errors import ImpossibleDay, ImpossibleStep, Incomplete, NotAllowed
from meetings.models import Account, Department, EntryKind, ExtensionRequest, Status, Task, TaskLog

from .log import deadline_columns, locked_task, write_entry, written_day, written_deadline
from .status import update_task
from .validators import check_day, require_secretariat, required_reason


def read_new_deadline(text: str, today: datetime.date | None = None) -> Reading:
    """Return how the ``text`` of a new deadline is read: as if it were issued ``today`` (Asia/Shanghai).

    «年底前» in a wish of 2026 is the end of 2026, whenever the minutes were issued.
    """
    return read_deadline(text.strip(), issued_on=today or timezone.localdate(), held_on=None)


@transaction.atomic
def ask_for_extension(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    progress: str,
    deadline_text: str,
    effective_on: datetime.date,
    department: Department | None = None,
    today: datetime.date | None = None,
) -> ExtensionRequest:
    """Ask for a later deadline. The progress so far is a report of its own; the wish is a second entry.

    ``deadline_text`` is read by `read_new_deadline` and has to name a day after the present deadline. Raises a
    subclass of Refused: also where the task has no due date, or another wish is still open.
    """
    task = locked_task(task_id, version)
    _check_step(actor, task, wish_transition(WishStep.ASK))
    if task.extension_requests.waiting().exists():
        raise ImpossibleStep(_("A later deadline has been asked for already and is not decided yet."))
    if not reason.strip():
        raise Incomplete(_("Say why the work needs more time."), field="reason")
    if not progress.strip():
        raise Incomplete(_("Say what has been done so far."), field="progress")
    deadline = checked_deadline(task, deadline_text, effective_on)
    report = update_task(
        task_id=task_id,
        version=version,
        actor=actor,
        effective_on=effective_on,
        note=progress,
        department=department,
        today=today,
    )
    task.refresh_from_db()
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.EXTENSION,
        effective_on=effective_on,
        note=reason.strip(),
        department=report.department,
        changes={"asked_deadline": {"old": written_deadline(task.deadline), "new": written_deadline(deadline)}},
    )
    return ExtensionRequest.objects.create(
        task=task,
        asked=entry,
        reason=reason.strip(),
        progress=progress.strip(),
        due_date_before=task.due_date,
        **deadline_columns(deadline),
    )


def grant_extension(*, reason: str, **of_decision: Any) -> TaskLog:
    """Grant the later deadline that was asked for; see `_decide`."""
    return _decide(WishStep.GRANT, reason=reason, **of_decision)


def refuse_extension(*, reason: str, **of_decision: Any) -> TaskLog:
    """Refuse the later deadline that was asked for; see `_decide`."""
    return _decide(WishStep.REFUSE, reason=reason, **of_decision)


@transaction.atomic
def _decide(
    step: WishStep,
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    effective_on: datetime.date,
    today: datetime.date | None = None,
) -> TaskLog:
    """Decide the open wish of the task. Raises a subclass of Refused: where there is none (any more), among others.

    Granting moves the deadline from ``effective_on`` on, and count and days gained with it; the original stays.
    """
    task = locked_task(task_id, version)
    transition = wish_transition(step)
    _check_step(actor, task, transition)
    wish = task.extension_requests.select_related("asked").filter(status=transition.source.value).first()
    if wish is None:
        raise ImpossibleStep(_("No later deadline is being asked for, so there is nothing to decide."))
    reason = required_reason(reason)
    check_day(task, effective_on, step == WishStep.GRANT, today)
    if effective_on < wish.asked.effective_on:
        raise ImpossibleDay(
            _("The later deadline was asked for on %(day)s. Choose that day or later.")
            % {"day": written_day(wish.asked.effective_on)},
            field="effective_on",
        )
    asked = written_deadline(wish.deadline)
    if step == WishStep.GRANT:
        require_later(task, wish.due_date)
        old = {"count": task.extension_count, "days": task.extension_days}
        new = {"count": old["count"] + 1, "days": old["days"] + (wish.due_date - task.due_date).days}
        kind = EntryKind.DEADLINE
        changes = {
            "deadline": {"old": written_deadline(task.deadline), "new": asked},
            "extension": {"old": old, "new": new},
        }
    else:
        kind, changes = EntryKind.EXTENSION, {"refused_deadline": {"old": None, "new": asked}}
    entry = write_entry(task, actor=actor, kind=kind, effective_on=effective_on, note=reason, changes=changes)
    wish.status, wish.decided = transition.target.value, entry
    wish.save(update_fields=["status", "decided"])
    return entry


@transaction.atomic
def settle_deadline(
    *,
    task_id: int,
    version: int,
    actor: Account,
    meaning: str,
    reason: str,
    effective_on: datetime.date,
    today: datetime.date | None = None,
) -> TaskLog:
    """Say what a printed deadline that could not be read means, in words that can be: ``meaning``.

    No extension: nothing was promised yet. The printed text stays, and the original stays undecided; from
    ``effective_on`` on the task has the meaning's kind and day. Raises a subclass of Refused.
    """
    task = locked_task(task_id, version)
    require_secretariat(actor)
    if task.deadline_kind != DeadlineKind.UNDECIDED or task.status not in OPEN_STATUSES:
        raise ImpossibleStep(_("Only the undecided deadline of an open task is settled; others move by an extension."))
    if not meaning.strip():
        raise Incomplete(_("Write what the deadline means."), field="meaning")
    reason = required_reason(reason)
    reading = read_meaning(task, meaning)
    if reading.deadline.kind == DeadlineKind.UNDECIDED or reading.milestones:
        raise Incomplete(
            _("“%(text)s” is not clear either. Write one day or period, or how often the task is reviewed.")
            % {"text": meaning.strip()},
            field="meaning",
        )
    check_day(task, effective_on, True, today)
    understood = {**written_deadline(reading.deadline), "text": task.deadline_text}
    changes = {"deadline": {"old": written_deadline(task.deadline), "new": understood}}
    months = reading.deadline.review_months
    if months is not None and months != task.review_interval_months:
        changes["review_interval_months"] = {"old": task.review_interval_months, "new": months}
    return write_entry(
        task, actor=actor, kind=EntryKind.DEADLINE, effective_on=effective_on, note=reason, changes=changes
    )


def read_meaning(task: Task, meaning: str) -> Reading:
    """Return how ``meaning`` is read for a deadline printed with the minutes: from their issue, not from today."""
    meeting = task.suggestion.meeting
    return read_deadline(meaning.strip(), issued_on=meeting.issued_on, held_on=meeting.held_on)


def checked_deadline(task: Task, text: str, today: datetime.date):
    """Return the one dated deadline that ``text`` names; raises Incomplete about the form's field where it names none.

    ``today`` is the day the wish is made on (Asia/Shanghai).
    """
    if task.due_date is None:
        raise ImpossibleStep(_("This task has no due date that could be moved."))
    if not text.strip():
        raise Incomplete(_("Write the new deadline."), field="deadline_text")
    reading = read_new_deadline(text, today)
    if reading.deadline.kind != DeadlineKind.DATED or reading.milestones:
        raise Incomplete(
            _("“%(text)s” does not name one day or period. Write one, such as 2024.6 or 2024年12月底前.")
            % {"text": text.strip()},
            field="deadline_text",
        )
    require_later(task, reading.deadline.due_date)
    return reading.deadline


def require_later(task: Task, day: datetime.date) -> None:
    """Raise Incomplete, about the form's field, where ``day`` is not after the task's present deadline."""
    if task.due_date is None or day <= task.due_date:
        raise Incomplete(
            _("%(new)s is not later than the present deadline. Write a later one.") % {"new": written_day(day)},
            field="deadline_text",
        )


def _check_step(actor: Account, task: Task, transition: WishTransition) -> None:
    if not permissions.takers_of(actor, task) & transition.takers:
        raise NotAllowed(_("Your account may not do this to this task."))
    if task.status not in transition.task_statuses:
        raise ImpossibleStep(
            _("The task is “%(status)s”, so its deadline is not moved.") % {"status": Status(task.status).label}
        )
