"""Reviews of tasks without a due date, and their intervals."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_REPORT
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import Account, Department, EntryKind, TaskLog
from meetings.permissions import require_secretariat

from .log import diff_review_interval, lock_task, write_entry
from .validators import check_day, check_department, check_open_on, clean_reason, require_role

MAX_INTERVAL_MONTHS = 60
# Longer intervals are given in months.
MAX_INTERVAL_DAYS = 92


@transaction.atomic
def review_without_news(
    *,
    task_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    department: Department | None = None,
) -> TaskLog:
    """Record a review without news: a report, from which the next review counts.

    It does not start the task: nothing was done. Raises ServiceError: also for a task with a due date, which is not
    reviewed.
    """
    task = lock_task(task_id, version)
    require_role(
        actor, task, CAN_REPORT, _("Only the secretariat and the liaisons of a task's departments may review it.")
    )
    if task.next_review is None:
        raise InvalidTransitionError(_("Only an open task without a due date is reviewed. Report progress instead."))
    department = check_department(actor, task, department)
    check_day(task, effective_on, False)
    check_open_on(task, effective_on)
    # The log is a Chinese document, whatever language the page was in.
    with translation.override(settings.LANGUAGE_CODE):
        note = _("Reviewed: there is nothing new.")
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.REVIEW,
        effective_on=effective_on,
        note=note,
        is_report=True,
        department=department,
        changes={},
    )


@transaction.atomic
def set_review_interval(
    *, task_id: int, version: int, actor: Account, reason: str, months: int | None = None, days: int | None = None
) -> TaskLog:
    """Set the task's review interval in ``months`` or ``days``, from today on.

    Raises ServiceError: also where both are given, or neither.
    """
    task = lock_task(task_id, version)
    require_secretariat(actor)
    if task.next_review is None:
        raise InvalidTransitionError(_("Only an open task without a due date is reviewed. Report progress instead."))
    if (months is None) == (days is None):
        raise InvalidInputError(_("Write either a number of months or a number of days."), field="months")
    if months is not None and not 1 <= months <= MAX_INTERVAL_MONTHS:
        raise InvalidInputError(
            _("Write a number of months from 1 to %(longest)d.") % {"longest": MAX_INTERVAL_MONTHS}, field="months"
        )
    if days is not None and not 1 <= days <= MAX_INTERVAL_DAYS:
        raise InvalidInputError(
            _("Write a number of days from 1 to %(longest)d.") % {"longest": MAX_INTERVAL_DAYS}, field="days"
        )
    changes = diff_review_interval(task, months, days)
    if not changes:
        raise InvalidInputError(_("Nothing differs from what is there."), field="months" if months else "days")
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.REVIEW,
        effective_on=timezone.localdate(),
        note=clean_reason(reason),
        changes=changes,
    )
