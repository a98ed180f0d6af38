"""What people type on a task's page besides the quick update: one form for each verb of the lifecycle.

Forms read and explain; the verbs decide and write. Each carries the version of the task it was opened on.
"""

from __future__ import annotations

import datetime

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.core.file_types import ALL_ENDINGS, ENDINGS, IMAGE_ENDINGS, TEXT_ENDINGS
from meetings.deadlines import Deadline
from meetings.errors import ServiceError
from meetings.models import MAX_TEXT_LENGTH, Account, DeadlineKind, Department, Outcome, Person, Task
from meetings.tasks.services.extensions import parse_meaning, parse_new_deadline, require_later
from meetings.tasks.services.reviews import MAX_INTERVAL_MONTHS
from meetings.ui.widgets import SearchSelect, offered_choices

from .update import day_field


def textarea_field(label, *, rows: int = 3, required: bool = True, help_text="") -> forms.CharField:
    """Return a field for some sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_TEXT_LENGTH,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"}),
    )


class MultipleFileInput(forms.ClearableFileInput):
    """The browser's own choice of files, several at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class MultipleFileField(forms.FileField):
    """Any number of files; their types and sizes are the verb's to judge."""

    def __init__(self, **options) -> None:
        super().__init__(
            widget=MultipleFileInput(
                attrs={
                    "class": "form-control",
                    "multiple": True,
                    "accept": ",".join(f".{ending}" for ending in ALL_ENDINGS),
                }
            ),
            **options,
        )

    def clean(self, data, initial=None):
        """Return a list; empty files are left to the verb, whose sentence names them."""
        files = [file for file in (data if isinstance(data, (list, tuple)) else [data]) if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


def file_limits() -> str:
    """Say, before anybody chooses a file, what is taken."""
    return _(
        "At most %(number)d files of %(limit)d MB each: %(documents)s; pictures (%(pictures)s); text (%(texts)s). "
        "Nothing with macros, no archives."
    ) % {
        "number": settings.EVIDENCE_MAX_FILES,
        "limit": settings.EVIDENCE_MAX_MEGABYTES,
        "documents": " ".join(ENDINGS),
        "pictures": " ".join(IMAGE_ENDINGS),
        "texts": " ".join(TEXT_ENDINGS),
    }


class TaskActionForm(forms.Form):
    """A form of one action on one task. ``task`` comes from `access` for ``today``; ``account`` is who types."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, *, action: str, account: Account, task: Task, today: datetime.date):
        super().__init__(data, files, auto_id=f"{action}-%s", initial={"version": task.version, "effective_on": today})
        self.action, self.account, self.task, self.today = action, account, task, today
        if "effective_on" in self.fields:
            self.fields["effective_on"].widget.attrs |= {
                "min": task.suggestion.meeting.issued_on.isoformat(),
                "max": today.isoformat(),
            }
        if "department" in self.fields:
            self._set_department_choices()

    def _set_department_choices(self) -> None:
        departments = permissions.reporting_departments(self.account, self.task)
        may_stay_empty = permissions.is_secretariat(self.account)
        field = self.fields["department"]
        if len(departments) == 1 and not may_stay_empty:
            # There is nothing to choose, and the verb knows.
            del self.fields["department"]
            self.only_department = departments[0]
            return
        field.queryset = Department.objects.filter(pk__in=[department.pk for department in departments])
        field.choices = [("", _("Nobody in particular") if may_stay_empty else _("Choose"))] + [
            (department.pk, department.name) for department in departments
        ]

    only_department: Department | None = None

    @property
    def department(self) -> Department | None:
        """On behalf of which department; goes with a valid form."""
        return self.cleaned_data.get("department") or self.only_department

    @property
    def has_lost_files(self) -> bool:
        """Whether files came with it, which no browser sends a second time by itself."""
        return bool(self.files)

    @property
    def has_files(self) -> bool:
        """Whether the form has to be sent in parts."""
        return self.is_multipart()

    def add_service_error(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


def department_field() -> forms.ModelChoiceField:
    """Return a field for the department on whose behalf somebody writes; the form offers those there are."""
    return forms.ModelChoiceField(
        label=gettext_lazy("On behalf of"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class ClosureRequestForm(TaskActionForm):
    """The wish for closure, with what was done and what shows it."""

    note = textarea_field(gettext_lazy("What was done"), rows=4)
    files = MultipleFileField(label=gettext_lazy("Evidence"), required=False)
    department = department_field()
    effective_on = day_field(label=gettext_lazy("Effective on"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = file_limits()


class DecisionForm(TaskActionForm):
    """One reason for either decision; which one it is says the button."""

    note = textarea_field(gettext_lazy("Reason"), required=False)
    effective_on = day_field(label=gettext_lazy("Effective on"))


class ExtensionRequestForm(TaskActionForm):
    """The wish for a later deadline. ``understood`` is the reading that was shown, so that none is taken unseen."""

    deadline_text = forms.CharField(
        label=gettext_lazy("New deadline, as it is to be printed"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=gettext_lazy("Such as 2024.6, 2024年12月底前 or 2024-12-31."),
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = textarea_field(gettext_lazy("Why more time is needed"))
    progress = textarea_field(gettext_lazy("Progress so far"))
    department = department_field()
    effective_on = day_field(label=gettext_lazy("Effective on"))

    def _read(self, asked_on: datetime.date | None):
        """Return how what was typed is read on the day it is asked for, as the verb does; none where nothing was."""
        text = self.data.get("deadline_text", "")
        return parse_new_deadline(text, asked_on or self.today) if text.strip() else None

    def clean(self) -> dict:
        """Ask for a second look where the reading that is there now was not shown when the form was sent.

        A day that is no later deadline is refused at once: nobody looks twice at what cannot be.
        """
        data = super().clean()
        reading = self._read(data.get("effective_on"))
        due = reading.deadline.due_date if reading else None
        if due is None:
            return data
        try:
            require_later(self.task, due)
        except ServiceError as error:
            self.add_service_error(error)
            return data
        if data.get("understood") != due.isoformat():
            # So that the second sending says it was seen.
            self.data = self.data.copy()
            self.data["understood"] = due.isoformat()
            self.add_error(
                "deadline_text",
                _("Understood as: until %(day)s. If that is right, send the form again.")
                % {"day": date_format(due, "DATE_FORMAT")},
            )
        return data


class SettleDeadlineForm(TaskActionForm):
    """What an undecided deadline means, looked at twice."""

    meaning = forms.CharField(
        label=gettext_lazy("Understand it as"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=gettext_lazy("Such as 2024.6, 2024年12月底前, 持续推进 or 每季度. The printed text stays."),
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    note = textarea_field(gettext_lazy("Reason"), rows=2)
    effective_on = day_field(label=gettext_lazy("Effective on"))

    def clean(self) -> dict:
        """Ask for a second look, as `ExtensionRequestForm` does; what cannot be read is the verb's to refuse."""
        data = super().clean()
        deadline = parse_meaning(self.task, data["meaning"]).deadline if data.get("meaning") else None
        if deadline is None or deadline.kind == DeadlineKind.UNDECIDED:
            return data
        key = deadline.due_date.isoformat() if deadline.due_date else deadline.kind.value
        if data.get("understood") != key:
            self.data = self.data.copy()
            self.data["understood"] = key
            self.add_error("meaning", self._confirmation_message(deadline))
        return data

    def _confirmation_message(self, deadline: Deadline) -> str:
        if deadline.due_date is None:
            return _("Understood as: %(kind)s. If that is right, send the form again.") % {
                "kind": DeadlineKind(deadline.kind.value).label
            }
        return _("Understood as: until %(day)s. If that is right, send the form again.") % {
            "day": date_format(deadline.due_date, "DATE_FORMAT")
        }


class OnBehalfOfLeaderForm(TaskActionForm):
    """A form that speaks for a leader: the account's own person, or the one the secretariat names."""

    leader = forms.ModelChoiceField(
        label=gettext_lazy("On the word of"),
        queryset=Person.objects.none(),
        required=False,
        widget=SearchSelect(),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        leaders = [part.person for part in self.task.task_leaders.all()]
        if not permissions.is_secretariat(self.account) or len(leaders) == 1:
            del self.fields["leader"]
        else:
            self.fields["leader"].queryset = Person.objects.filter(pk__in=[person.pk for person in leaders])
            self.fields["leader"].choices = offered_choices(leaders, empty=_("Choose"))


class AgreementForm(OnBehalfOfLeaderForm):
    """A leader's word about a closure."""

    note = textarea_field(gettext_lazy("Remark, or the reason"), required=False)
    effective_on = day_field(label=gettext_lazy("Effective on"))
    field_order = ("leader",)


class InstructionForm(OnBehalfOfLeaderForm):
    """An instruction."""

    text = textarea_field(gettext_lazy("Instruction"))
    effective_on = day_field(label=gettext_lazy("Effective on"))
    field_order = ("leader",)


class InstructionAnswerForm(TaskActionForm):
    """The answer to an instruction."""

    instruction = forms.IntegerField(widget=forms.HiddenInput)
    note = textarea_field(gettext_lazy("Answer"))
    department = department_field()
    effective_on = day_field(label=gettext_lazy("Effective on"))


class CommentForm(TaskActionForm):
    """A comment."""

    text = textarea_field(gettext_lazy("Comment"), rows=2)


class ReminderForm(TaskActionForm):
    """A reminder by hand, and whom it reaches."""

    note = textarea_field(gettext_lazy("What they are reminded of"), rows=2)

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        reached = [str(account) for account in permissions.responsible_accounts(self.task) if account.email]
        if reached:
            # Translators: what stands between the items of a list.
            self.fields["note"].help_text = _("Goes by e-mail at once to: %(names)s.") % {
                "names": _(", ").join(reached)
            }
        else:
            self.fields["note"].help_text = _(
                "No liaison or head of these departments has an e-mail address. The reminder stands in the log alone."
            )


class AddEvidenceForm(TaskActionForm):
    """Files, and what they show."""

    files = MultipleFileField(label=gettext_lazy("Files"))
    note = textarea_field(gettext_lazy("What they show"), rows=2, required=False)
    department = department_field()
    effective_on = day_field(label=gettext_lazy("Effective on"))

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = file_limits()


class DeleteEvidenceForm(TaskActionForm):
    """Which file, and why."""

    evidence = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class ReviewForm(TaskActionForm):
    """«Reviewed, nothing new.»"""

    department = department_field()
    effective_on = day_field(label=gettext_lazy("Effective on"))


class ReviewIntervalForm(TaskActionForm):
    """How often the task is reviewed."""

    months = forms.IntegerField(
        label=gettext_lazy("Months between reviews"),
        min_value=1,
        max_value=MAX_INTERVAL_MONTHS,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    note = textarea_field(gettext_lazy("Reason"), rows=2)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["months"] = self.task.review_interval_months


class ReasonForm(TaskActionForm):
    """A step that needs nothing but its reason and its day."""

    note = textarea_field(gettext_lazy("Reason"))
    effective_on = day_field(label=gettext_lazy("Effective on"))


class OutcomeForm(TaskActionForm):
    """What became of the suggestion."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of the suggestion"),
        choices=Outcome.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reply = textarea_field(gettext_lazy("Reply to the people who made it"), rows=4)
