"""The forms of reminders by hand, of one task and of several, and of taking over."""

from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy

from meetings.display.fields import join_sentences
from meetings.models import Account, Department
from meetings.tasks.reminder_recipients import ReminderRecipients, count_mails, find_recipients, is_mail_sent
from meetings.tasks.services.batch_plan import TaskChange
from meetings.tasks.services.chasing import build_reminders
from meetings.ui.fields import IdField, TextField
from meetings.ui.forms import ServiceForm

from .batch import SelectionForm
from .workflow import TaskActionForm


def usual_words(*, reports: bool = True, acknowledges: bool = False) -> str:
    """Return what a reminder says unless something else is typed."""
    # The log is a Chinese document, whatever language the page was in.
    with translation.override(settings.LANGUAGE_CODE):
        sentences = [_("Please take over the tasks that you have not taken over yet.")] if acknowledges else []
        if reports or not sentences:
            sentences.append(_("Please report progress. Where a day was missed, say why and what comes next."))
        return join_sentences(sentences)


class ReminderForm(TaskActionForm):
    title = gettext_lazy("Remind the departments")
    verb = gettext_lazy("Send the reminder")
    note_as = "message"

    note = TextField(label=gettext_lazy("What they are reminded of"), rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["note"] = usual_words()
        self.fields["note"].help_text = self.recipients.describe()

    @cached_property
    def recipients(self) -> ReminderRecipients:
        """Whom it reaches."""
        return find_recipients([self.task])

    @property
    def is_incomplete(self) -> bool:  # type: ignore[override]  # known once there are mails
        """Whether there is no mail, nothing that sends it, or a department left out."""
        return not (count_mails(self.result.pk) and is_mail_sent()) or bool(self.recipients.nobody)

    @property
    def success_message(self) -> str:  # type: ignore[override]  # the same
        """Say what becomes of the reminder."""
        return self.recipients.describe_outcome(count_mails(self.result.pk))


class AcknowledgementForm(ServiceForm):
    """Which departments take over their tasks of which meeting."""

    meeting_id = IdField()
    departments = forms.TypedMultipleChoiceField(coerce=int, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["departments"].choices = [(pk, pk) for pk in Department.objects.values_list("pk", flat=True)]


class ReminderBatchForm(SelectionForm):
    """A reminder of the tasks ``selected``, to one ``department`` or to all."""

    department = forms.ModelChoiceField(Department.objects.all(), required=False, widget=forms.HiddenInput)
    note = TextField(label=gettext_lazy("What they are reminded of"), rows=2)

    def __init__(self, *args: Any, account: Account, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account = account
        self.initial.setdefault("note", usual_words())

    def changes(self) -> list[TaskChange]:
        """Return the reminder of each task; for a valid form."""
        data = self.cleaned_data
        return build_reminders(self.versions, message=data["note"], department=data["department"])
