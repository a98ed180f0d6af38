"""催办 by hand: the secretariat reminds the departments of a task."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import ANSWERABLE_ROLES, Account, Department, EntryKind, Mailing, MailKind, Task, TaskLog
from meetings.permissions import require_secretariat
from meetings.tasks.signals import reminders_recorded

from .log import lock_task, write_planned_entry


@transaction.atomic
def remind_departments(*, task_id: int, version: int, actor: Account, message: str) -> TaskLog:
    """Remind the departments answering for a task; return the entry.

    The mails to liaisons and heads are sent by a job (`meetings.notifications.delivery`). Raises ServiceError for an
    ended task, and for everybody else than the secretariat.
    """
    task = lock_task(task_id, version)
    entry = write_planned_entry(task, plan_reminder(task, actor=actor, message=message), actor)
    plan_mails([entry])
    return entry


def plan_reminder(task: Task, *, actor: Account, message: str, department: Department | None = None) -> TaskLog:
    """Return the entry of a reminder of ``department``, or all, without writing.

    Raises as `remind_departments`, and for a department that does not answer for the task.
    """
    require_secretariat(actor)
    if not message.strip():
        raise InvalidInputError(_("Write what the departments are to be reminded of."), field="note")
    if not task.is_open:
        raise InvalidTransitionError(_("The task has ended, so there is nothing to remind anybody of."))
    answering = [part.department_id for part in task.task_departments.all() if part.role in ANSWERABLE_ROLES]
    if department is not None and department.pk not in answering:
        raise InvalidTransitionError(
            _("%(department)s does not answer for it, so it is not reminded.") % {"department": department}
        )
    return TaskLog(
        kind=EntryKind.REMINDER,
        effective_on=timezone.localdate(),
        note=message.strip(),
        department=department,
        changes={},
    )


def plan_mails(entries: Sequence[TaskLog]) -> None:
    """Plan one mail about ``entries`` for each liaison and head with an address.

    The entries are of one act. Each mail refers to the first entry that its reader answers for. There is none about
    the demonstration.
    """
    asked = find_reminded([entry for entry in entries if not entry.task.suggestion.meeting.is_demonstration])
    mailings = []
    for account, own in permissions.responsible_accounts(set().union(*asked.values())).items():
        entry = next((entry for entry, departments in asked.items() if departments & own), None)
        if entry is not None and account.email:
            mailings.append(Mailing(account=account, kind=MailKind.REMINDER, day=entry.effective_on, entry=entry))
    Mailing.objects.bulk_create(mailings)
    if asked:
        reminders_recorded.send(sender=plan_mails, entries=asked, has_mails=bool(mailings))


def find_reminded(entries: Sequence[TaskLog]) -> dict[TaskLog, set[int]]:
    """Return the departments that each of the reminders ``entries`` is for, by id."""
    answering = permissions.answering_department_ids([entry.task for entry in entries])
    return {entry: {entry.department_id} if entry.department_id else answering[entry.task_id] for entry in entries}
