"""Forms of a task's page, one for each service of the lifecycle."""

from typing import Any, ClassVar

from django import forms
from django.http import Http404
from django.urls import reverse_lazy
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.types import StrOrPromise
from meetings.deadlines import Deadline
from meetings.errors import ServiceError
from meetings.models import DeadlineKind, Milestone, Outcome, Person
from meetings.tasks.services.extensions import parse_meaning, parse_new_deadline, require_later
from meetings.tasks.services.reviews import MAX_INTERVAL_DAYS, MAX_INTERVAL_MONTHS
from meetings.ui.fields import DayField, IdField, SelectField, TextField
from meetings.ui.file_fields import MultipleFileField
from meetings.ui.widgets import SearchSelect, offered_choices

from .update import TaskForm, department_field


def decision_buttons(accept: StrOrPromise, refuse: StrOrPromise) -> tuple[tuple[str, StrOrPromise, str], ...]:
    """Return the buttons of a decision."""
    return ("accept", accept, "btn-success"), ("refuse", refuse, "btn-outline")


class TaskActionForm(TaskForm):
    """A form of one action on one task."""

    marks_optional = True
    title: StrOrPromise
    success_message: StrOrPromise
    # Whether part of the action failed; ``success_message`` says which.
    is_incomplete = False
    # The service's name for the note.
    note_as = "note"
    # The label of the submit button.
    verb: StrOrPromise
    # The decisions with label and style; without any, there is one button, the verb.
    buttons: tuple[tuple[str, StrOrPromise, str], ...] = ()
    # Fields that are not passed to the service.
    UNSENT_FIELDS = ("version", "understood", "instruction", "evidence", "milestone")

    def __init__(self, *args: Any, action: str, **options: Any) -> None:
        super().__init__(*args, auto_id=f"{action}-%s", **options)
        self.action = action

    def arguments(self) -> dict[str, Any]:
        """Return what was typed, as the service's arguments; for a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in self.UNSENT_FIELDS}
        if "note" in data:
            data[self.note_as] = data.pop("note")
        return {"task_id": self.task.pk, "version": self.cleaned_data["version"], "actor": self.account, **data}

    def add_service_error(self, error: ServiceError) -> None:
        """Ask to choose files again, too: no browser sends them a second time."""
        super().add_service_error(error)
        self._add_error_about_files()

    def full_clean(self) -> None:
        super().full_clean()
        if self.errors:
            self._add_error_about_files()

    def _add_error_about_files(self) -> None:
        message = _("The files were not kept. Choose them again before you save.")
        if self.files and message not in self.errors.get("files", ()):
            self.add_error("files", message)


class ClosureRequestForm(TaskActionForm):
    title = gettext_lazy("Ask for closure")
    verb = gettext_lazy("Submit the request")
    success_message = gettext_lazy("Saved: the closure waits for a decision.")
    note_as = "summary"

    note = TextField(label=gettext_lazy("What was done"), rows=4)
    files: Any = MultipleFileField(label=gettext_lazy("Evidence"), required=False)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Effective on"))


class DecisionForm(TaskActionForm):
    """One reason for either decision; the button says which one it is."""

    marks_optional = False  # the help tells which decision needs the reason
    accepted_message: StrOrPromise
    refused_message: StrOrPromise
    field_classes: ClassVar = {"effective_on": "field-line"}

    note = TextField(
        label=gettext_lazy("Reason"), required=False, rows=2, help_text=gettext_lazy("Needed only to send it back.")
    )
    effective_on = DayField(label=gettext_lazy("Effective on"))

    @property
    def is_accepted(self) -> bool:
        """Whether the button that was pressed consents."""
        return self.data.get("decision") == "accept"

    @property
    def success_message(self) -> StrOrPromise:  # type: ignore[override]  # known once a button was pressed
        """Say which of the two was done."""
        return self.accepted_message if self.is_accepted else self.refused_message


class ClosureDecisionForm(DecisionForm):
    title = gettext_lazy("Decide on the closure")
    accepted_message = gettext_lazy("The closure is accepted.")
    refused_message = gettext_lazy("The request for closure is sent back.")
    buttons = decision_buttons(gettext_lazy("Accept and close"), gettext_lazy("Send back"))


class ExtensionDecisionForm(DecisionForm):
    title = gettext_lazy("Decide on the later deadline")
    accepted_message = gettext_lazy("The later deadline is granted.")
    refused_message = gettext_lazy("The later deadline is refused: the present one stays.")
    note_as = "reason"
    note = TextField(
        label=gettext_lazy("Reason"), rows=2, help_text=gettext_lazy("Stands in the log, whatever is decided.")
    )
    buttons = decision_buttons(gettext_lazy("Grant the later deadline"), gettext_lazy("Refuse the later deadline"))


class ExtensionRequestForm(TaskActionForm):
    """An extension request; ``understood`` is the reading that was shown."""

    title = gettext_lazy("Ask for a later deadline")
    verb = gettext_lazy("Submit the request")
    success_message = gettext_lazy("Saved: the later deadline waits for a decision. Until then the present one counts.")

    deadline_text = TextField(
        label=gettext_lazy("New deadline, as it is to be printed"),
        max_length=500,
        help_text=gettext_lazy("Such as 2024.6, 2024年12月底前 or 2024-12-31."),
    )
    deadline_text.widget.attrs |= {
        "hx-get": reverse_lazy("deadline_reading"),
        "hx-trigger": "input changed delay:400ms",
        "hx-include": "closest form",
        "hx-params": "deadline_text, effective_on",
        "hx-target": "next .preview",
    }
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = TextField(label=gettext_lazy("Why more time is needed"), rows=3)
    progress = TextField(label=gettext_lazy("Progress so far"), rows=3)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Effective on"))

    def clean(self) -> dict[str, Any]:
        """Ask for a second look at the reading.

        A day that is no later deadline is refused at once, without a second look.
        """
        data = super().clean() or {}
        text = self.data.get("deadline_text", "")
        reading = parse_new_deadline(text, data.get("effective_on") or self.today) if text.strip() else None
        if reading is None or reading.deadline.due_date is None:
            return data
        try:
            require_later(self.task, reading.deadline.due_date)
        except ServiceError as error:
            self.add_service_error(error)
        else:
            self.ask_for_second_look("deadline_text", *describe_understanding(reading.deadline))
        return data


class SettleDeadlineForm(TaskActionForm):
    """What an undecided deadline means, looked at twice."""

    title = gettext_lazy("Settle the deadline")
    verb = gettext_lazy("Settle the deadline")
    success_message = gettext_lazy("Saved: the deadline is settled.")
    note_as = "reason"

    meaning = TextField(
        label=gettext_lazy("Understand it as"),
        max_length=500,
        help_text=gettext_lazy("Such as 2024.6, 2024年12月底前, 持续推进 or 每季度. The printed text stays."),
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)
    note = TextField(label=gettext_lazy("Reason"), rows=2)
    effective_on = DayField(label=gettext_lazy("Effective on"))

    def clean(self) -> dict[str, Any]:
        """Ask for a second look at the reading, unless it cannot be read at all."""
        data = super().clean() or {}
        deadline = parse_meaning(self.task, data["meaning"]).deadline if data.get("meaning") else None
        if deadline is not None and deadline.kind.value != DeadlineKind.UNDECIDED:
            self.ask_for_second_look("meaning", *describe_understanding(deadline))
        return data


def describe_understanding(deadline: Deadline) -> tuple[str, str]:
    """Return a reading's key, and the sentence that asks whether it is right."""
    if deadline.due_date is None:
        kind = DeadlineKind(deadline.kind.value)
        message = _("Understood as: %(kind)s. If that is right, send the form again.") % {"kind": kind.label}
        return kind.value, message
    message = _("Understood as: until %(day)s. If that is right, send the form again.")
    return deadline.due_date.isoformat(), message % {"day": date_format(deadline.due_date, "DATE_FORMAT")}


class OnBehalfOfLeaderForm(TaskActionForm):
    """A form in a leader's name: one's own, or one that the secretariat names."""

    leader = forms.ModelChoiceField(
        label=gettext_lazy("On the word of"),
        queryset=Person.objects.none(),
        required=False,
        widget=SearchSelect(),
    )
    field_order = ("leader",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        leaders = [part.person for part in self.task.task_leaders.all()]
        if not permissions.is_secretariat(self.account) or len(leaders) == 1:
            del self.fields["leader"]
        else:
            self.fields["leader"].queryset = Person.objects.filter(pk__in=[person.pk for person in leaders])
            self.fields["leader"].choices = offered_choices(leaders, empty=_("Choose"))


class AgreementForm(OnBehalfOfLeaderForm, DecisionForm):
    title = gettext_lazy("Record what the leader says")
    accepted_message = gettext_lazy("The closure is agreed to; the secretariat decides next.")
    refused_message = ClosureDecisionForm.refused_message
    buttons = decision_buttons(gettext_lazy("Agree to the closure"), gettext_lazy("Send back"))

    note = TextField(
        label=gettext_lazy("Remark, or the reason"),
        required=False,
        rows=2,
        help_text=gettext_lazy("Needed to send it back, and where the secretariat records what the leader says."),
    )


class CommentForm(TaskActionForm):
    title = gettext_lazy("Comment")
    verb = gettext_lazy("Add the comment")
    success_message = gettext_lazy("Saved: the comment is in the log.")

    text = TextField(label=gettext_lazy("Comment"), rows=2)


class AddEvidenceForm(TaskActionForm):
    title = gettext_lazy("Add evidence")
    verb = gettext_lazy("Add the files")
    success_message = gettext_lazy("Saved: the files are in the list of evidence.")

    files: Any = MultipleFileField(label=gettext_lazy("Files"))
    note = TextField(label=gettext_lazy("What they show"), required=False, rows=2)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Effective on"))


class DeleteEvidenceForm(TaskActionForm):
    title = gettext_lazy("Delete a file")
    verb = gettext_lazy("Delete the file")
    success_message = gettext_lazy("The file is deleted. That it was here stays in the log.")

    evidence = IdField()
    reason = TextField(label=gettext_lazy("Reason"), required=False, max_length=500)

    def arguments(self) -> dict[str, Any]:
        """Name the file instead of the task; raises Http404 where it is another task's."""
        evidence = permissions.deletable_evidence(self.account, self.cleaned_data["evidence"], self.today)
        return replace_task_id(super().arguments(), evidence, "evidence_id")


def replace_task_id(arguments: dict[str, Any], part: Any, name: str) -> dict[str, Any]:
    """Replace the task by a ``part`` of it; raises Http404 for another task's."""
    if part.task_id != arguments.pop("task_id"):
        raise Http404
    return {**arguments, name: part.pk}


class ReviewForm(TaskActionForm):
    title = gettext_lazy("Reviewed, nothing new")
    verb = gettext_lazy("Record the review")
    success_message = gettext_lazy("Saved: the next review counts from this one.")

    department = department_field()
    effective_on = DayField(label=gettext_lazy("Effective on"))


class ReviewIntervalForm(TaskActionForm):
    title = gettext_lazy("Change how often it is reviewed")
    verb = gettext_lazy("Change the interval")
    success_message = gettext_lazy("Saved: how often the task is reviewed.")
    note_as = "reason"

    months = forms.IntegerField(
        label=gettext_lazy("Months between reviews"),
        required=False,
        min_value=1,
        max_value=MAX_INTERVAL_MONTHS,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("or days between reviews"),
        required=False,
        min_value=1,
        max_value=MAX_INTERVAL_DAYS,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    note = TextField(label=gettext_lazy("Reason"), rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        days = self.task.review_interval_days
        self.initial["days"], self.initial["months"] = days, None if days else self.task.review_interval_months


class ReasonForm(TaskActionForm):
    """A step that needs nothing but its reason and its day."""

    note_as = "reason"

    note = TextField(label=gettext_lazy("Reason"), rows=3)
    effective_on = DayField(label=gettext_lazy("Effective on"))


class TerminateForm(ReasonForm):
    title = gettext_lazy("Terminate the task")
    verb = gettext_lazy("Terminate the task")
    success_message = gettext_lazy("Saved: the task is terminated.")


class ReopenForm(ReasonForm):
    title = gettext_lazy("Reopen the task")
    verb = gettext_lazy("Reopen the task")
    success_message = gettext_lazy("Saved: the task is open again.")


class OutcomeForm(TaskActionForm):
    title = gettext_lazy("Record what became of the suggestion")
    verb = gettext_lazy("Record the outcome")
    success_message = gettext_lazy("Saved: the outcome stands with each task of the suggestion.")

    outcome = SelectField(label=gettext_lazy("What became of the suggestion"), choices=Outcome.choices)
    reply = TextField(label=gettext_lazy("Reply to the people who made it"), rows=4)


class MilestoneForm(TaskActionForm):
    """A form about one of the task's milestones: of those met, or of the others."""

    IS_MET: bool

    milestone = forms.ModelChoiceField(
        label=gettext_lazy("Milestone"),
        queryset=Milestone.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["milestone"].queryset = self.task.milestones.filter(met_on__isnull=not self.IS_MET)

    def arguments(self) -> dict[str, Any]:
        """Name the milestone instead of the task."""
        return replace_task_id(super().arguments(), self.cleaned_data["milestone"], "milestone_id")


class MeetMilestoneForm(MilestoneForm):
    title = gettext_lazy("A milestone is met")
    verb = gettext_lazy("Record that it is met")
    success_message = gettext_lazy("Saved: the milestone is met. The task is as late as its next one.")

    IS_MET = False
    note = TextField(label=gettext_lazy("What was done"), required=False, rows=2)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Met on"))


class ReopenMilestoneForm(MilestoneForm):
    title = gettext_lazy("A milestone was not met after all")
    verb = gettext_lazy("Record that it is not met")
    success_message = gettext_lazy("Saved: the milestone is not met, and the task is as late as it again.")
    note_as = "reason"

    IS_MET = True
    note = TextField(label=gettext_lazy("Reason"), rows=2)
    effective_on = DayField(label=gettext_lazy("Effective on"))
