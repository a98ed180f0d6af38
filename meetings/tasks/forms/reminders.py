"""The form of a reminder by hand."""

from typing import Any

from django.utils.translation import gettext as _, gettext_lazy, ngettext

from meetings import permissions
from meetings.display.fields import join_items
from meetings.jobs.heartbeat import is_any_alive
from meetings.models import Mailing
from meetings.ui.fields import TextField

from .workflow import TaskActionForm


class ReminderForm(TaskActionForm):
    title = gettext_lazy("Remind the departments")
    verb = gettext_lazy("Send the reminder")
    note_as = "message"

    note = TextField(label=gettext_lazy("What they are reminded of"), rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reached = [str(account) for account in permissions.responsible_accounts(self.task) if account.email]
        if reached:
            self.fields["note"].help_text = _("Goes by e-mail to: %(names)s.") % {"names": join_items(reached)}
        else:
            self.fields["note"].help_text = _(
                "No liaison or head of these departments has an e-mail address. The reminder stands in the log alone."
            )

    @property
    def is_incomplete(self) -> bool:  # type: ignore[override]  # known once there are mails
        """Whether there is no mail, or nothing that sends it."""
        return not (self._mail_count() and is_any_alive())

    @property
    def success_message(self) -> str:  # type: ignore[override]  # the same
        """Say what becomes of the mails."""
        if not (number := self._mail_count()):
            return _("Saved: the reminder is in the log. Nobody there has an e-mail address, so no mail is sent.")
        if not is_any_alive():
            return _("Saved: the reminder is in the log. Its mails wait, for nothing sends mails at present.")
        return ngettext(
            "Saved: the reminder is in the log, and its mail is being sent. The log says when it has gone.",
            "Saved: the reminder is in the log, and its %(number)d mails are being sent. The log says when they have "
            "gone.",
            number,
        ) % {"number": number}

    def _mail_count(self) -> int:
        return Mailing.objects.filter(entry=self.result).count()
