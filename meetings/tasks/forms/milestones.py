"""What people type about a task's milestones: when one was met, or that it was not."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from meetings.models import Milestone
from meetings.tasks.forms.update import day_field
from meetings.tasks.forms.workflow import TaskActionForm, department_field, textarea_field


class MilestoneForm(TaskActionForm):
    """A form about one of the task's milestones: of those met, or of the others."""

    IS_MET: bool

    milestone = forms.ModelChoiceField(
        label=gettext_lazy("Milestone"),
        queryset=Milestone.objects.none(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["milestone"].queryset = self.task.milestones.filter(met_on__isnull=not self.IS_MET)


class MeetMilestoneForm(MilestoneForm):
    """Which milestone is met, on which day, and what is to be said of it."""

    IS_MET = False

    note = textarea_field(gettext_lazy("What was done"), rows=2, required=False)
    department = department_field()
    effective_on = day_field(label=gettext_lazy("Met on"))


class ReopenMilestoneForm(MilestoneForm):
    """Which milestone was not met after all, and why."""

    IS_MET = True

    note = textarea_field(gettext_lazy("Reason"), rows=2)
    effective_on = day_field(label=gettext_lazy("Effective on"))
