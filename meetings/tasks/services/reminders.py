"""催办 by hand: the secretariat reminds the departments of a task."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import Account, EntryKind, Mailing, MailKind, TaskLog
from meetings.permissions import require_secretariat
from meetings.tasks.signals import reminders_recorded

from .log import lock_task, write_entry


@transaction.atomic
def remind_departments(*, task_id: int, version: int, actor: Account, message: str) -> TaskLog:
    """Remind the departments answering for a task; return the entry.

    The mails to liaisons and heads are sent by a job (`meetings.notifications.delivery`). Raises ServiceError for an
    ended task, and for everybody else than the secretariat.
    """
    task = lock_task(task_id, version)
    require_secretariat(actor)
    message = message.strip()
    today = timezone.localdate()
    if not message:
        raise InvalidInputError(_("Write what the departments are to be reminded of."), field="note")
    if not task.is_open:
        raise InvalidTransitionError(_("The task has ended, so there is nothing to remind anybody of."))
    entry = write_entry(task, actor=actor, kind=EntryKind.REMINDER, effective_on=today, note=message, changes={})
    mailings = Mailing.objects.bulk_create(
        Mailing(account=account, kind=MailKind.REMINDER, day=today, entry=entry)
        for account in permissions.responsible_accounts(task)
        if account.email
    )
    if mailings:
        reminders_recorded.send(sender=remind_departments, entry=entry)
    return entry
