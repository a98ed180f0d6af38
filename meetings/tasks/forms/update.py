"""The base of forms about one task, and the quick update."""

import datetime
from functools import cache, partial
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from meetings import permissions
from meetings.core.lifecycle import Step, transitions_from
from meetings.display.fields import label
from meetings.locking import check_version
from meetings.models import Account, Department, Status, Task
from meetings.tasks.display import review_interval_text
from meetings.tasks.services.back_dating_rules import first_free_day
from meetings.tasks.services.validators import last_state_change_day
from meetings.ui.fields import DayField, SelectField, TextField
from meetings.ui.forms import ServiceForm


def department_field() -> forms.ModelChoiceField:
    """Return a field for the department reported for; the form sets its choices."""
    return forms.ModelChoiceField(
        label=gettext_lazy("On behalf of"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def describe_first_free_day(first: datetime.date) -> str:
    """Say what becomes of an entry for a day before ``first``."""
    return _("For days before %(first)s it counts from today, and from that day once the secretariat consents.") % {
        "first": date_format(first, "DATE_FORMAT")
    }


def _describe_days(task: Task, account: Account) -> str:
    """Say from which days on an entry counts. One query."""
    first, earliest = first_free_day(account), _describe_earliest_days(task)
    # Where every allowed day counts at once, there is nothing more to say.
    if not first or first <= task.suggestion.meeting.issued_on:
        return earliest
    two_sentences = pgettext("two sentences", "%(first)s %(second)s")
    return two_sentences % {"first": earliest, "second": describe_first_free_day(first)}


def _describe_earliest_days(task: Task) -> str:
    issued, last = date_format(task.suggestion.meeting.issued_on, "DATE_FORMAT"), format_last_state_change(task)
    if issued == last:
        return _("From %(issued)s on.") % {"issued": issued}
    return _("Progress counts from %(issued)s on, a change of status from %(last)s on.") % {
        "issued": issued,
        "last": last,
    }


def format_last_state_change(task: Task) -> str:
    """Return the day before which no change of state may count."""
    return date_format(last_state_change_day(task) or task.suggestion.meeting.issued_on, "DATE_FORMAT")


class TaskForm(ServiceForm):
    """A form about a ``task`` of today, filled in by ``account``."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        account: Account,
        task: Task,
        initial: dict[str, Any] | None = None,
        auto_id: str = "id_%s",
    ) -> None:
        self.account, self.task, self.today = account, task, timezone.localdate()
        initial = {"version": task.version, "effective_on": self.today, **(initial or {})}
        super().__init__(data, files, auto_id=auto_id, initial=initial)
        if "effective_on" in self.fields:
            self.fields["effective_on"].widget.attrs |= {
                "min": task.suggestion.meeting.issued_on.isoformat(),
                "max": self.today.isoformat(),
            }
            if (first := first_free_day(account)) is not None:
                self.fields["effective_on"].help_text = describe_first_free_day(first)
        if "department" in self.fields:
            self._set_department_choices(self.fields["department"])

    def _set_department_choices(self, field: Any) -> None:
        departments = permissions.reporting_departments(self.account, self.task)
        may_stay_empty = permissions.is_secretariat(self.account)
        field.queryset = Department.objects.filter(pk__in=[department.pk for department in departments])
        field.choices = [("", _("Nobody in particular") if may_stay_empty else _("Choose"))] + [
            (department.pk, department.name) for department in departments
        ]
        if not may_stay_empty and len(departments) == 1:
            # One department: nothing to choose.
            field.initial = departments[0]
            field.widget = field.hidden_widget()

    def check_version(self) -> None:
        """Raise ConflictError where another change may be why the form is invalid."""
        version = self.cleaned_data.get("version")
        check_version(version, self.task.version, newer_entries=lambda: self.task.log.recorded_after(version or 0))


class UpdateTaskForm(TaskForm):
    """Status, progress, effective day and next review of one task."""

    field_order = ("status", "department", "note", "effective_on", "next_review")
    field_classes: ClassVar = dict.fromkeys({"status", "department", "effective_on", "next_review"}, "field-half")

    # The status when the form was opened, so that an untouched field is never taken for a change.
    status_was = forms.CharField(required=False, widget=forms.HiddenInput)
    status = SelectField(label=label("status"), required=False)
    note = TextField(label=gettext_lazy("Progress, or the reason"), required=False, rows=4)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Progress day"))
    next_review = DayField(label=label("next_review"), required=False)

    def __init__(self, data: QueryDict | None = None, *, account: Account, task: Task, **options: Any) -> None:
        if data is not None and "close" in data:
            # The button «close», which overrides the chosen status.
            data = data.copy()
            data["status"] = Status.CLOSED.value
        initial = {"status": task.day_status, "status_was": task.day_status}
        super().__init__(data, account=account, task=task, initial=initial, **options)
        steps = transitions_from(task.day_status, permissions.roles_of(account, task))
        self.has_close_button = any(step.step is Step.CLOSE for step in steps)
        self.fields["status"].choices = [(task.day_status, Status(task.day_status).label)] + [
            (step.target.value, Status(step.target).label) for step in steps
        ]
        if any(step.step is Step.START for step in steps):
            self.fields["note"].help_text = _("Progress starts the task. Why it has not begun is said in a comment.")
        # Said before somebody writes up what is past; a save that is taken does not ask for it.
        self.fields["effective_on"].help_text = lazy(cache(partial(_describe_days, task, account)), str)()
        if not permissions.is_secretariat(account) or task.day_next_due or not task.is_open:
            del self.fields["next_review"]
        else:
            assert task.day_next_review is not None  # as every open task without a due day has one
            self.fields["next_review"].help_text = _(
                "Due for review on %(day)s. Left empty, the next one counts from the effective day of a report: "
                "%(interval)s."
            ) % {
                "day": date_format(task.day_next_review, "DATE_FORMAT"),
                "interval": review_interval_text(task),
            }

    def arguments(self) -> dict[str, Any]:
        """Return what was typed, as the service's arguments; for a valid form."""
        names = ("version", "effective_on", "note", "next_review", "department")
        data = {name: self.cleaned_data.get(name) for name in names}
        return {**data, "status": self.cleaned_data["status"] or None}

    @property
    def next_statuses(self) -> list[tuple[str, str]]:
        """Value and label of each status that the task can be given."""
        return [choice for choice in self.fields["status"].choices if choice[0] != self.task.day_status]

    @property
    def can_close(self) -> bool:
        """Whether the task can be closed by it."""
        return Status.CLOSED in dict(self.next_statuses)

    def rebase(self, version: int | str) -> None:
        """Put the data on ``version``; an unchanged or impossible status is reset."""
        data = self.data.copy()
        if data.get("status") == data.get("status_was") or data.get("status") not in dict(
            self.fields["status"].choices
        ):
            data["status"] = self.task.day_status
        data["status_was"] = self.task.day_status
        self.data = data
        super().rebase(version)
