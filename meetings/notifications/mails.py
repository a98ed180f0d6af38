"""Subject, text and HTML of mails in the reader's language."""

import datetime
from email.header import Header
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext

from meetings.models import Account, Mailing, Task

from .digest import Digest, language_of

SUBJECT_LENGTH = 120


class Mail(EmailMultiAlternatives):
    """A mail whose subject begins in the line of the header's name.

    Django encodes it into words of 75 letters, which leave no room for the name: some programs show no subject then.
    """

    def message(self) -> Any:
        """Return the mail as it is sent."""
        message = super().message()
        del message["Subject"]
        Message.__setitem__(message, "Subject", Header(str(self.subject), header_name="Subject"))
        return message


def digest_mail(mailing: Mailing, digest: Digest) -> EmailMultiAlternatives:
    """Return the mail of a digest."""
    with translation.override(language_of(digest.account)):
        context = {"digest": digest, "day": digest.day}
        return _mail(mailing, digest.account, digest_subject(digest), "digest", context)


def digest_subject(digest: Digest) -> str:
    """Say how many things a digest tells of, and how many are new."""
    values = {"number": digest.total, "new": digest.new_total, "day": date_format(digest.day, "DATE_FORMAT")}
    subject = ngettext(
        "%(number)d thing needs your attention in the task register, %(day)s",
        "%(number)d things need your attention in the task register, %(day)s",
        digest.total,
    )
    if digest.new_total:
        subject = ngettext(
            "%(number)d thing needs your attention in the task register, %(new)d of them new, %(day)s",
            "%(number)d things need your attention in the task register, %(new)d of them new, %(day)s",
            digest.total,
        )
    return subject % values


def reminder_mail(mailing: Mailing, tasks: list[Task], day: datetime.date) -> EmailMultiAlternatives:
    """Return the mail of a reminder by hand; ``tasks`` are those of ``day``."""
    with translation.override(language_of(mailing.account)):
        context = {"tasks": tasks, "entry": mailing.entry, "day": day}
        return _mail(mailing, mailing.account, reminder_subject(tasks), "reminder", context)


def reminder_subject(tasks: list[Task]) -> str:
    """Say of which task, or of how many, a reminder is."""
    if len(tasks) > 1:
        return _("Reminder of %(number)d tasks: %(task)s") % {"number": len(tasks), "task": tasks[0].text}
    return _("Reminder: %(task)s") % {"task": tasks[0].text}


def shorten_subject(subject: str) -> str:
    """Return ``subject`` on one line: a task's text may hold line breaks."""
    return Truncator(" ".join(subject.split())).chars(SUBJECT_LENGTH)


def render_text(template: str, context: dict[str, Any]) -> str:
    """Return the plain text of a mail, which is a robot's message, too."""
    return render_to_string(f"meetings/notifications/{template}.txt", {"base_url": settings.BASE_URL, **context})


def host_name() -> str:
    """Return the register's host name, for message and event IDs."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def _mail(
    mailing: Mailing, account: Account, subject: str, template: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    context = {**context, "account": account, "base_url": settings.BASE_URL, "language": translation.get_language()}
    mail = Mail(
        subject=shorten_subject(subject),
        body=render_text(template, context),
        to=[account.email],
        headers={
            # The same for each attempt, so that mail programs show one mail even where a crash made it two.
            "Message-ID": f"<{mailing.kind}.{mailing.pk}.{mailing.day:%Y%m%d}@{host_name()}>",
            # Keeps holiday notices from being sent back.
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string(f"meetings/notifications/{template}.html", context), "text/html")
    return mail
