"""What people type. Forms read and explain; the verbs of `meetings.tasks.services` decide and write."""

from __future__ import annotations

import datetime

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import permissions
from meetings.errors import ServiceError
from meetings.models import MAX_TEXT_LENGTH, Account, Department, Status, Task
from meetings.tasks.services.validators import last_state_change_day


def day_field(**options) -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        error_messages={"invalid": gettext_lazy("This is not a day. Write it as 2023-12-31.")},
        **options,
    )


class UpdateTaskForm(forms.Form):
    """Status, progress, effective day and next review of one task, as ``account`` may change them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    # What the status was when the form was opened, so that leaving it alone is never taken for a change.
    status_was = forms.CharField(required=False, widget=forms.HiddenInput)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    note = forms.CharField(
        label=gettext_lazy("Progress, or the reason"),
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("On behalf of"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    effective_on = day_field(label=gettext_lazy("Effective on"))
    next_review = day_field(label=gettext_lazy("Next review"), required=False)

    def __init__(self, *args, account: Account, task: Task, today: datetime.date, **kwargs) -> None:
        """``task`` comes from `access.writable_task` for ``today``: its state is the one the form starts from."""
        initial = {
            "version": task.version,
            "status": task.day_status,
            "status_was": task.day_status,
            "effective_on": today,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.task = task
        steps = permissions.available_transitions(account, task, task.day_status)
        self.fields["status"].choices = [(task.day_status, Status(task.day_status).label)] + [
            (step.target.value, Status(step.target).label) for step in steps
        ]
        self.fields["effective_on"].widget.attrs |= {
            "min": task.suggestion.meeting.issued_on.isoformat(),
            "max": today.isoformat(),
        }
        self.fields["effective_on"].help_text = self._day_help()
        self._set_department_choices(
            permissions.reporting_departments(account, task), permissions.is_secretariat(account)
        )
        if not permissions.is_secretariat(account) or task.day_next_due or not task.is_open:
            del self.fields["next_review"]
        else:
            self.fields["next_review"].help_text = self._review_help()

    @property
    def can_close(self) -> bool:
        """Whether the task can be closed by it."""
        return any(value == Status.CLOSED != self.task.day_status for value, _label in self.fields["status"].choices)

    def _set_department_choices(self, departments: list[Department], may_stay_empty: bool) -> None:
        field = self.fields["department"]
        field.queryset = Department.objects.filter(pk__in=[department.pk for department in departments])
        field.choices = [("", _("Nobody in particular") if may_stay_empty else _("Choose"))] + [
            (department.pk, department.name) for department in departments
        ]
        if not may_stay_empty and len(departments) == 1:
            field.initial = departments[0]
            field.widget = field.hidden_widget()

    def _day_help(self) -> str:
        """Say, before somebody writes up what is past, from which days it may count."""
        return _("Progress counts from %(issued)s or later, a change of status from %(last)s or later.") % {
            "issued": date_format(self.task.suggestion.meeting.issued_on, "DATE_FORMAT"),
            "last": date_format(last_state_change_day(self.task), "DATE_FORMAT"),
        }

    def _review_help(self) -> str:
        return _(
            "Due for review on %(day)s. Left empty, a report moves it on by %(months)d months from the effective day."
        ) % {
            "day": date_format(self.task.day_next_review, "DATE_FORMAT"),
            "months": self.task.review_interval_months,
        }

    def add_service_error(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        self.add_error(error.field if error.field in self.fields else None, error.message)
