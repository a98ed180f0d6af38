"""The form of a reminder by hand."""

from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.display.fields import join_items
from meetings.models import Mailing, MailState
from meetings.ui.fields import TextField

from .workflow import TaskActionForm


class ReminderForm(TaskActionForm):
    title = gettext_lazy("Remind the departments")
    note_as = "message"

    note = TextField(label=gettext_lazy("What they are reminded of"), rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reached = [str(account) for account in permissions.responsible_accounts(self.task) if account.email]
        if reached:
            self.fields["note"].help_text = _("Goes by e-mail at once to: %(names)s.") % {"names": join_items(reached)}
        else:
            self.fields["note"].help_text = _(
                "No liaison or head of these departments has an e-mail address. The reminder stands in the log alone."
            )

    @property
    def is_incomplete(self) -> bool:  # type: ignore[override]  # known once the mails were handed over
        """Whether not all mails are sent, or there are none."""
        return self._mail_states() != {MailState.SENT}

    @property
    def success_message(self) -> str:  # type: ignore[override]  # the same
        """Say what became of the mails."""
        if not (states := self._mail_states()):
            return _("Saved: the reminder is in the log. Nobody there has an e-mail address, so no mail is sent.")
        if states != {MailState.SENT}:
            return _("Saved: the reminder is in the log. Mails of it wait, for the mail server has not taken them.")
        return _("Saved: the reminder is in the log, and its mails are sent.")

    def _mail_states(self) -> set[str]:
        return set(Mailing.objects.filter(entry=self.result).values_list("state", flat=True))
