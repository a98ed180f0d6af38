"""Whom a reminder reaches: by the inbox, by mail, by a group robot, or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from meetings import permissions
from meetings.display.fields import join_items, join_sentences
from meetings.jobs.heartbeat import is_any_alive
from meetings.models import ANSWERABLE_ROLES, Account, Department, Mailing, MailKind, MailState, Robot, Role, Task

MAX_NAMES = 10
_SAVED_ALONE = gettext_lazy("Saved: the reminder is in the log. Nothing is sent from the demonstration.")


@dataclass(frozen=True, slots=True)
class ReminderRecipients:
    """Who has it in the ``inbox``, who is ``mailed``, and where it reaches ``nobody``.

    ``posted`` are the departments with a group robot. Nothing ``is_sent`` about the demonstration.
    """

    inbox: list[Account]
    mailed: list[Account]
    nobody: list[Department]
    is_sent: bool = True
    posted: tuple[Department, ...] = ()

    def describe(self) -> str:
        """Say whom the reminder is going to reach."""
        sentences = self._describe_inbox()
        if not self.is_sent:
            sentences.append(_("Nothing is sent from the demonstration."))
        elif self.mailed:
            sentences += self._describe_mailed()
        elif self.inbox:
            sentences.append(_("None of them has an e-mail address, so no mail is sent."))
        elif not self.posted:
            sentences.append(
                _(
                    "No liaison or head of these departments has an e-mail address. "
                    "The reminder stands in the log alone."
                )
            )
        return join_sentences([*sentences, *self._describe_posted(), *self._describe_nobody()])

    def describe_outcome(self, mail_count: int) -> str:
        """Say what has become of the reminder, of which there are ``mail_count`` mails."""
        sentences = [_describe_mails(mail_count) if self.is_sent else str(_SAVED_ALONE)]
        if mail_count and not _prints_mails():
            sentences += self._describe_mailed()
            if are_mails_stuck():
                sentences.append(_("Mails of earlier reminders still wait: the mail server has not taken them."))
        return join_sentences([*sentences, *self._describe_inbox(), *self._describe_posted(), *self._describe_nobody()])

    def _describe_mailed(self) -> list[str]:
        if _prints_mails():
            return [_("No mail server is set up (EMAIL_URL), so no mail is sent.")]
        return [_("Goes by e-mail to: %(names)s.") % {"names": _join_names(self.mailed)}]

    def _describe_posted(self) -> list[str]:
        if not self.posted:
            return []
        return [_("Goes to the group robots of: %(departments)s.") % {"departments": _join_names(self.posted)}]

    def _describe_inbox(self) -> list[str]:
        if not self.inbox:
            return []
        return [_("In the inbox, until they report, of: %(names)s.") % {"names": _join_names(self.inbox)}]

    def _describe_nobody(self) -> list[str]:
        if not self.nobody:
            return []
        message = _("Nobody can be reached in: %(departments)s. There is no liaison, and no head with an address.")
        return [message % {"departments": _join_names(self.nobody)}]


def find_recipients(tasks: Iterable[Task], department: Department | None = None) -> ReminderRecipients:
    """Return whom a reminder of ``tasks`` reaches, be it of one ``department`` alone.

    At most four queries, where the departments of the tasks are prefetched.
    """
    tasks = list(tasks)
    departments = [department] if department else _answering_departments(tasks)
    asked = {department.pk for department in departments}
    outside = [task for task in tasks if not task.suggestion.meeting.is_demonstration]
    mailed_about = {department.pk for department in _answering_departments(outside)}
    accounts = permissions.responsible_accounts(asked)
    # A head gets only mail: an inbox shows the departments that an account reports for.
    liaisons = {account: _own_of(account) & asked for account in accounts if account.role == Role.LIAISON}
    inbox = [account for account, own in liaisons.items() if own]
    mailed = [account for account, own in accounts.items() if account.email and own & mailed_about]
    with_robot = set(Robot.objects.filter(department__in=mailed_about).values_list("department", flat=True)) & asked
    posted = tuple(each for each in departments if each.pk in with_robot)
    reached = with_robot.union(*liaisons.values(), *(accounts[account] & mailed_about for account in mailed))
    nobody = [each for each in departments if each.pk not in reached]
    return ReminderRecipients(inbox, mailed, nobody, bool(outside) or not tasks, posted)


def _answering_departments(tasks: Iterable[Task]) -> list[Department]:
    parts = (part for task in tasks for part in task.task_departments.all() if part.role in ANSWERABLE_ROLES)
    return list(dict.fromkeys(part.department for part in parts))


def _own_of(account: Account) -> set[int]:
    return {department.pk for department in account.departments.all()}


def count_mails(entry_id: int) -> int:
    """Return the number of mails of the reminder that this entry belongs to."""
    return Mailing.objects.about_reminder(entry_id).count()


def is_mail_sent() -> bool:
    """Return whether mails are sent: a worker runs and the mail server accepts them."""
    return is_any_alive() and not _prints_mails() and not are_mails_stuck()


def are_mails_stuck() -> bool:
    """Return whether mails of reminders wait that the mail server has not accepted."""
    return Mailing.objects.filter(kind=MailKind.REMINDER, state=MailState.WAITING).exclude(problem="").exists()


def _describe_mails(number: int) -> str:
    if not number:
        return _("Saved: the reminder is in the log. Nobody there has an e-mail address, so no mail is sent.")
    if _prints_mails():
        return _("Saved: the reminder is in the log. No mail server is set up (EMAIL_URL), so no mail is sent.")
    if not is_any_alive():
        return _("Saved: the reminder is in the log. Its mails wait, for nothing sends mails at present.")
    return ngettext(
        "Saved: the reminder is in the log, and its mail is being sent. The log says when it has gone.",
        "Saved: the reminder is in the log, and its %(number)d mails are being sent. The log says when they have gone.",
        number,
    ) % {"number": number}


def _prints_mails() -> bool:
    return settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend"


def _join_names(rows: Iterable[Account | Department]) -> str:
    names = [str(row) for row in rows]
    return join_items(names[:MAX_NAMES]) + ("…" if len(names) > MAX_NAMES else "")
