"""Who may see and do what; the only way a view gets hold of an object (DESIGN.md, Roles).

Everyone signed in reads everything, so the reading forms ask only that the object exists on the day; the writing
forms answer «forbidden» to everybody else than those who may write.
"""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from .lifecycle import Taker, Transition, transitions_from
from .models import (
    ANSWERABLE_ROLES,
    Account,
    ConfirmationMark,
    Department,
    Meeting,
    Milestone,
    Role,
    Task,
)


def readable_tasks(account: Account, day: datetime.date):
    """Return the tasks ``account`` may read, as they stood at the end of ``day`` (Asia/Shanghai)."""
    return Task.objects.on(day) if account.is_authenticated else Task.objects.none()


def readable_task(account: Account, pk: int, day: datetime.date) -> Task:
    """Return the task as it stood on ``day``; raises Http404 where there was none."""
    tasks = readable_tasks(account, day).with_last_report().for_listing()
    return get_object_or_404(tasks, pk=pk)


def readable_meetings(account: Account, day: datetime.date):
    """Return the meetings ``account`` may read whose minutes were issued by ``day`` (Asia/Shanghai)."""
    return Meeting.objects.issued_by(day) if account.is_authenticated else Meeting.objects.none()


def readable_meeting(account: Account, pk: int, day: datetime.date) -> Meeting:
    """Return the meeting; raises Http404 where there was none on ``day``."""
    return get_object_or_404(readable_meetings(account, day).select_related("chair", "overall_lead"), pk=pk)


def writable_task(account: Account, pk: int, day: datetime.date) -> Task:
    """Return the task for reporting on it; raises Http404, or PermissionDenied where ``account`` may only read."""
    task = readable_task(account, pk, day)
    if not takers_of(account, task):
        raise PermissionDenied(_("Only the secretariat and the liaisons of a task's departments may update it."))
    return task


def markable_confirmation(account: Account, pk: int) -> ConfirmationMark:
    """Return the open mark for confirming it; raises Http404, or PermissionDenied for all but the secretariat."""
    require_secretariat(account)
    return get_object_or_404(ConfirmationMark.objects.select_related("task"), pk=pk, answer__isnull=True)


def markable_milestone(account: Account, pk: int, day: datetime.date) -> Milestone:
    """Return the milestone for marking it met; raises as `writable_task` does."""
    milestone = get_object_or_404(Milestone, pk=pk)
    writable_task(account, milestone.task_id, day)
    return milestone


def require_secretariat(account: Account) -> None:
    """Raise PermissionDenied for everybody else than the secretariat."""
    if not is_secretariat(account):
        raise PermissionDenied(_("Only the secretariat may do this."))


def is_secretariat(account: Account) -> bool:
    """Whether this account writes everything and decides."""
    return account.is_active and account.role == Role.SECRETARIAT


def takers_of(account: Account, task: Task) -> frozenset[Taker]:
    """Return what ``account`` is to ``task`` with regard to the lifecycle; empty: a reader.

    Costs a query for a liaison's departments and, where they are not prefetched, one for the task's.
    """
    if is_secretariat(account):
        return frozenset({Taker.SECRETARIAT})
    if not account.is_active or account.role != Role.LIAISON:
        return frozenset()
    own = set(account.departments.values_list("pk", flat=True))
    roles = {part.role for part in task.task_departments.all() if part.department_id in own}
    takers = set()
    if roles:
        takers.add(Taker.ANY_LIAISON)
    if roles.intersection(ANSWERABLE_ROLES):
        takers.add(Taker.ANSWERABLE_LIAISON)
    return frozenset(takers)


def open_steps(account: Account, task: Task, status: str) -> tuple[Transition, ...]:
    """Return the changes of status ``account`` may make to ``task`` from ``status``."""
    return transitions_from(status, takers_of(account, task))


def departments_spoken_for(account: Account, task: Task) -> list[Department]:
    """Return the departments of ``task`` on whose behalf ``account`` may report, in printed order.

    The secretariat may report for each; costs what `takers_of` does.
    """
    departments = [part.department for part in task.task_departments.all()]
    if is_secretariat(account):
        return departments
    if not account.is_active or account.role != Role.LIAISON:
        return []
    own = set(account.departments.values_list("pk", flat=True))
    return [department for department in departments if department.pk in own]


def own_scope(account: Account) -> dict[str, list[str]]:
    """Return the list's parameters that narrow it to what is the account's own; empty: everything is.

    A leader's own are the tasks they supervise, a liaison's those their departments answer for.
    """
    if account.role == Role.LEADER and account.person_id:
        return {"leader": [str(account.person_id)]}
    if account.role == Role.LIAISON:
        return {"department": [str(pk) for pk in account.departments.values_list("pk", flat=True)]}
    return {}
