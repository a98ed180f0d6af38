"""Delivery of mails, each once, from any number of machines.

A mail is a row that is claimed before it is handed to the mail server and marked as sent after. Who finds it claimed
leaves it alone; a sender that crashed in between loses its claim after LEASE. A server that cannot be reached gives
the claim back at once, and the next run sends.
"""

import datetime
import logging
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.workdays import is_working_day, last_working_day
from meetings.jobs import job
from meetings.models import Account, Mailing, MailKind, MailState, Task, TaskLog
from meetings.permissions import responsible_accounts
from meetings.tasks.services.reminders import find_reminded
from meetings.tasks.signals import reminders_recorded

from .digest import Digest, compose_digest, compose_digests
from .mails import digest_mail, reminder_mail

logger = logging.getLogger(__name__)

# Longer than handing over one mail can take (settings.EMAIL_TIMEOUT for each step of the conversation).
LEASE = datetime.timedelta(minutes=10)

# What a server says about one mail, or what keeps one mail from being written; the others may still go.
MAIL_ERRORS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


class DeliveryError(Exception):
    """Raised where a job could not send a mail, with what the mail server said."""


class MailServerUnavailableError(Exception):
    """Raised where the mail server cannot be reached or refuses the login."""


@dataclass(slots=True)
class DeliveryReport:
    """What a run did. The names are those of accounts."""

    sent: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    without_address: list[str] = field(default_factory=list)
    # Sent before, or just now being sent by another run.
    skipped: int = 0
    waiting: int = 0
    problem: str = ""


def send_reminders(day: datetime.date) -> DeliveryReport:
    """Send the waiting reminders by hand, and the digests of ``day``.

    On a day that is no working day nobody gets a new digest; only what could not be sent on the last working day goes.
    """
    report = DeliveryReport()
    _deliver_all([*_plan_reminders(day), *_plan_digests(day, report)], report)
    return report


@receiver(reminders_recorded)
def enqueue_reminders(entries: Mapping[TaskLog, set[int]], has_mails: bool, **_of_signal: Any) -> None:
    """Let the worker send the mails of the reminders by hand of one act."""
    if has_mails:
        deliver_reminders.enqueue(next(iter(entries)).pk)


@job(gettext_lazy("Send the mails of a reminder"))
def deliver_reminders(entry_id: int) -> None:
    """Send the reminders by hand of one log entry, or of its batch, but those sent.

    Raises DeliveryError where one could not be sent: the job is tried again, and `send_reminders` sends it, too.
    """
    report = DeliveryReport()
    _deliver_all(_plan_reminders(timezone.localdate(), entry_id=entry_id), report)
    if report.problem or report.refused:
        raise DeliveryError(report.problem or "; ".join(f"{name}: {reason}" for name, reason in report.refused))
    if Mailing.objects.about_reminder(entry_id).filter(state=MailState.CLAIMED).exists():
        # A sender has it in hand now, or was killed with it: the next attempt will see.
        raise DeliveryError(_("A mail is being sent by another run."))


# --- what there is to send ----------------------------------------------------------------------------

ComposeMail = Callable[[], EmailMultiAlternatives]
# With the moment before what the mail tells was looked up.
MailPlan = tuple[Mailing, datetime.datetime, ComposeMail]


def _plan_digests(day: datetime.date, report: DeliveryReport) -> list[MailPlan]:
    """Plan the digests to send; all rows are written before the first mail is sent."""
    if is_working_day(day):
        # The new ones repeat what those of earlier days tell.
        Mailing.objects.filter(kind=MailKind.DIGEST, day__lt=day).give_up()
        digests: list[tuple[Digest, Mailing | None]] = [(digest, None) for digest in compose_digests(day)]
    else:
        unsent = Mailing.objects.sendable(timezone.now()).filter(kind=MailKind.DIGEST, day=last_working_day(day))
        composed = [
            (compose_digest(mailing.account, day), mailing) for mailing in unsent.select_related("account__person")
        ]
        digests = [(digest, mailing) for digest, mailing in composed if digest is not None]
    plans: list[MailPlan] = []
    for digest, mailing in digests:
        if not digest.account.email:
            report.without_address.append(str(digest.account))
            continue
        mailing = mailing or Mailing.objects.get_or_create_digest(digest.account, day)
        if mailing.state in (MailState.SENT, MailState.SUPERSEDED):
            report.skipped += 1
        else:
            plans.append((mailing, digest.composed_at, partial(digest_mail, mailing, digest)))
    return plans


def _plan_reminders(day: datetime.date, *, entry_id: int | None = None) -> list[MailPlan]:
    """Plan the reminders by hand, all or those of one entry.

    Those of tasks that have ended meanwhile are given up, and those of tasks that were joined into others: their
    departments are the others' now.
    """
    composed_at = timezone.now()
    unsent = Mailing.objects.sendable(composed_at).filter(kind=MailKind.REMINDER, account__is_active=True)
    if entry_id is not None:
        unsent = unsent.about_reminder(entry_id)
    plans: list[MailPlan] = []
    for mailing in unsent.select_related("account", "entry__actor").order_by("pk"):
        assert mailing.entry is not None  # the constraint mailing_reminder_has_an_entry
        of_day = max(day, mailing.day)
        reminded = [entry.task_id for entry in _reminders_for(mailing.account, mailing.entry)]
        tasks = list(
            Task.objects.on(of_day)
            .outside_demonstration()
            .open()
            .for_listing()
            .filter(pk__in=reminded)
            .in_printed_order()
        )
        if not tasks:
            Mailing.objects.filter(pk=mailing.pk).give_up()
        elif mailing.account.email:
            plans.append((mailing, composed_at, partial(reminder_mail, mailing, tasks, of_day)))
    return plans


def _reminders_for(account: Account, entry: TaskLog) -> list[TaskLog]:
    """Return the reminders of the act of ``entry`` that are for ``account``."""
    if entry.batch_id is None:
        return [entry]
    asked = find_reminded(list(TaskLog.objects.filter(batch=entry.batch_id).select_related("task")))
    own = responsible_accounts(set().union(*asked.values())).get(account, set())
    return [reminder for reminder, departments in asked.items() if departments & own]


# --- sending -----------------------------------------------------------------------------------------


def _deliver_all(plans: list[MailPlan], report: DeliveryReport) -> None:
    """Send all over one connection, until the server cannot be reached."""
    connection = get_connection()
    try:
        for number, plan in enumerate(plans):
            report.waiting = len(plans) - number
            _deliver(plan, connection, report)
        report.waiting = 0
    except MailServerUnavailableError as down:
        report.problem = str(down)
    finally:
        _close(connection)


def _deliver(plan: MailPlan, connection: BaseEmailBackend, report: DeliveryReport) -> None:
    """Send one mail if nobody else does.

    Raises MailServerUnavailableError, with the claim given back.
    """
    mailing, composed_at, compose_mail = plan
    claim = Mailing.objects.claim(mailing.pk, LEASE)
    if claim is None:
        report.skipped += 1
        return
    name = str(mailing.account)
    try:
        mail = compose_mail()
        connection.open()
        connection.send_messages([mail])
    except MAIL_ERRORS as refusal:
        reason = " ".join(str(refusal).split())
        Mailing.objects.release(claim, reason)
        report.refused.append((name, reason))
        _close(connection)
    except OSError as problem:  # all of smtplib's errors are such, too
        reason = " ".join(str(problem).split()) or type(problem).__name__
        Mailing.objects.release(claim, reason)
        raise MailServerUnavailableError(reason) from problem
    else:
        Mailing.objects.record_sent(
            claim,
            composed_at=composed_at,
            address=mail.to[0],
            subject=str(mail.subject),
            body=str(mail.body),
            message_id=mail.extra_headers["Message-ID"],
        )
        report.sent.append(name)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:
        # It was gone already; what had been sent is recorded.
        logger.info("The mail server closed the connection first.")
