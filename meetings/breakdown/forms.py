"""Forms of a meeting's settings, and of splitting and merging rows of its table."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from meetings.breakdown.services.ordering import join_texts, table_version_token
from meetings.breakdown.services.suggestions import MAX_NUMBER
from meetings.breakdown.table_actions import TABLE_ACTIONS
from meetings.core.as_of import InvalidAsOfError, parse_date
from meetings.locking import check_version, require_present
from meetings.models import Account, Aspect, Meeting, Suggestion, Task
from meetings.ui.fields import IdField, TextField, VersionField
from meetings.ui.forms import ServiceForm


class LeaderAgreementForm(ServiceForm):
    """Whether a supervising leader agrees before a task of the meeting is closed."""

    agrees = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)


class NextMeetingForm(ServiceForm):
    """The day of the next meeting."""

    held_on = forms.CharField(
        label=gettext_lazy("Day of the next meeting"),
        help_text=gettext_lazy(
            "Open tasks that are due at the next meeting, and have no day yet, get this day. It is no extension."
        ),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )

    def clean_held_on(self) -> datetime.date:
        """Return the day, or say in the words of every page's ``as_of`` why there is none."""
        try:
            return parse_date(self.cleaned_data["held_on"])
        except InvalidAsOfError as error:
            raise forms.ValidationError(str(error)) from error


_UNKNOWN_ACTION = gettext_lazy("The page asked for something that does not exist. Nothing was changed.")


class TableActionForm(ServiceForm):
    """A small form of the table's page: action, part of the table, values."""

    VERSION_FIELD = "seen"

    action = forms.ChoiceField(
        choices=[(name, name) for name in TABLE_ACTIONS],
        error_messages={"required": _UNKNOWN_ACTION, "invalid_choice": _UNKNOWN_ACTION},
    )
    seen = forms.CharField(required=False)
    aspect = IdField(required=False)
    suggestion = IdField(required=False)
    task = IdField(required=False)
    title = TextField(required=False)
    note = TextField(required=False)
    way = forms.CharField(required=False)
    to = IdField(required=False)
    within = forms.CharField(required=False)

    def run(self, meeting: Meeting, *, actor: Account) -> Any:
        """Run the action; raises ConflictError for a part that is gone, ServiceError."""
        data, action = self.cleaned_data, TABLE_ACTIONS[self.cleaned_data["action"]]
        values = {
            "title": data["title"],
            "reason": data["note"],
            "up": data["way"] == "up",
            "aspect_id": data["to"],
            "within_aspects": data["within"] == "aspects",
        }
        parts: dict[str, QuerySet[Any]] = {
            "": Meeting.objects.all(),
            "aspect": meeting.aspects.all(),
            "suggestion": meeting.suggestions.all(),
            "task": Task.objects.standing().filter(suggestion__meeting=meeting),
        }
        pk = data[action.part] if action.part else meeting.pk
        require_present(
            parts[action.part].filter(pk=pk).exists(),
            gettext("What you wanted to change is not there any more. Look at the table as it is now."),
        )
        arguments = {name: values[name] for name in action.arguments}
        of_part = {f"{action.part or 'meeting'}_id": pk}
        return action.service(**of_part, **arguments, actor=actor, version_token=data["seen"])

    @property
    def message(self) -> str:
        """The message of success; renumbering returned how many rows have changed."""
        message = TABLE_ACTIONS[self.cleaned_data["action"]].message
        return message % {"number": self.result} if isinstance(self.result, int) else str(message)

    @property
    def anchor(self) -> str:
        """Where the part stands on the page, if it still does."""
        name, part = self.cleaned_data["action"], TABLE_ACTIONS[self.cleaned_data["action"]].part
        if isinstance(self.result, Aspect):
            return f"#aspect-{self.result.pk}"
        return f"#{part}-{self.cleaned_data[part]}" if part and not name.startswith("remove") else ""


class TableForm(ServiceForm):
    """A form about a part of a breakdown table, with the table's version."""

    VERSION_FIELD = "seen"
    field_order = ["text", "lead_in", "new_text", "new_number", "go", "note"]
    # What the services call what the fields are for.
    ARGUMENTS = {"seen": "version_token", "note": "reason", "go": "task_ids", "other": "other_id"}

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    note = TextField(
        label=gettext_lazy("Why"),
        max_length=1000,
        help_text=gettext_lazy("The old and the new stay in the log, with this reason."),
    )

    def __init__(self, data: QueryDict | None, *, meeting: Meeting, initial: dict[str, Any]) -> None:
        # The versions that are there now, by the fields that carry them.
        self.versions = {"seen": table_version_token(meeting)}
        self.versions |= {name: value for name, value in initial.items() if name.endswith("version")}
        super().__init__(data, initial={**initial, **self.versions})

    def check_version(self) -> None:
        """Raise ConflictError where the table is another one by now."""
        check_version(self.data.get("seen", ""), self.versions["seen"])

    def rebase(self, version: int | str) -> None:
        """Put the data on the present versions of the table and of its tasks."""
        self.data = self.data.copy()
        self.data.update({name: str(value) for name, value in self.versions.items()})
        self.full_clean()

    @property
    def arguments(self) -> dict[str, Any]:
        """What was sent, as the service takes it."""
        return {self.ARGUMENTS.get(name, name): value for name, value in self.cleaned_data.items()}


_NOT_A_NUMBER = gettext_lazy("Write the number of the new row as a whole number, or leave it empty.")


class SplitSuggestionForm(TableForm):
    """Which tasks of a row go to a new one, and what each suggests."""

    field_classes = {"new_number": "narrow"}

    text = TextField(label=gettext_lazy("This row suggests"), rows=3)
    new_text = TextField(label=gettext_lazy("The new row suggests"), rows=3)
    new_number = forms.IntegerField(
        label=gettext_lazy("Number of the new row"),
        required=False,
        min_value=0,
        max_value=MAX_NUMBER,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _NOT_A_NUMBER),
        widget=forms.TextInput({"class": "form-control", "inputmode": "numeric", "maxlength": 5}),
    )
    go = forms.TypedMultipleChoiceField(
        label=gettext_lazy("These tasks go to the new row"),
        help_text=gettext_lazy("The new row stands below, under the same aspect and with the same sources."),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )

    def __init__(self, data: QueryDict | None, *, suggestion: Suggestion) -> None:
        super().__init__(data, meeting=suggestion.meeting, initial={"text": suggestion.text})
        tasks = suggestion.tasks.standing().order_by("number")
        self.fields["go"].choices = [(task.pk, f"({task.number}) {task.text}") for task in tasks]


class MergeSuggestionsForm(TableForm):
    """What a row suggests once another one has come to it."""

    other = IdField()
    text = TextField(label=gettext_lazy("The one row suggests"), rows=4, required=False)
    lead_in = TextField(label=gettext_lazy("Lead-in of the tasks"), rows=2, required=False)

    def __init__(self, data: QueryDict | None, *, suggestion: Suggestion, other: Suggestion) -> None:
        text, lead_in = join_texts(suggestion.text, other.text), join_texts(suggestion.lead_in, other.lead_in)
        initial = {"other": other.pk, "text": text, "lead_in": lead_in}
        super().__init__(data, meeting=suggestion.meeting, initial=initial)


class SplitTaskForm(TableForm):
    """What each of the two tasks is that one becomes."""

    version = VersionField()
    text = TextField(label=gettext_lazy("This task is"), rows=3)
    new_text = TextField(
        label=gettext_lazy("The new task is"),
        rows=3,
        help_text=gettext_lazy(
            "The new task stands below with the same departments, leaders, deadline and status. "
            "Reports, evidence and instructions stay with this one."
        ),
    )

    def __init__(self, data: QueryDict | None, *, task: Task) -> None:
        super().__init__(data, meeting=task.suggestion.meeting, initial={"version": task.version, "text": task.text})


class MergeTasksForm(TableForm):
    """What the one task is that two of a row become."""

    version = VersionField()
    other = IdField()
    other_version = VersionField()
    text = TextField(label=gettext_lazy("The one task is"), rows=4)

    def __init__(self, data: QueryDict | None, *, task: Task, other: Task) -> None:
        initial = {"version": task.version, "other": other.pk, "other_version": other.version}
        meeting = task.suggestion.meeting
        super().__init__(data, meeting=meeting, initial={**initial, "text": f"{task.text}；{other.text}"})

    def clean_other(self) -> int:
        """Return the other task, which has to be one of the same row."""
        if self.cleaned_data["other"] != self.initial["other"]:
            raise forms.ValidationError(gettext("Choose another task of the same row."))
        return self.cleaned_data["other"]

    def check_version(self) -> None:
        """Raise ConflictError for a changed table, unless the other task is missing."""
        if "other" not in self.errors:
            super().check_version()
