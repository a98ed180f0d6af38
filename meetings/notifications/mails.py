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
        subject %= values
        return _mail(mailing, digest.account, subject, "digest", {"digest": digest, "day": digest.day})


def reminder_mail(mailing: Mailing, task: Task, day: datetime.date) -> EmailMultiAlternatives:
    """Return the mail of a reminder by hand; ``task`` is that of ``day``."""
    with translation.override(language_of(mailing.account)):
        subject = _("Reminder: %(task)s") % {"task": task.text}
        return _mail(mailing, mailing.account, subject, "reminder", {"task": task, "entry": mailing.entry, "day": day})


def host_name() -> str:
    """Return the register's host name, for message and event IDs."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def _mail(
    mailing: Mailing, account: Account, subject: str, template: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    context = {**context, "account": account, "base_url": settings.BASE_URL, "language": translation.get_language()}
    mail = Mail(
        # A task's text may hold line breaks, a header must not.
        subject=Truncator(" ".join(subject.split())).chars(SUBJECT_LENGTH),
        body=render_to_string(f"meetings/notifications/{template}.txt", context),
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
