"""Forms of milestones: met on a day, or not met after all."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from meetings.models import Milestone
from meetings.ui.fields import DayField, TextField

from .update import department_field
from .workflow import TaskActionForm, replace_task_id


class MilestoneForm(TaskActionForm):
    """A form about one of the task's milestones: of those met, or of the others."""

    IS_MET: bool
    UNSENT_FIELDS = ("version", "milestone")

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
    """Which milestone is met, on which day, with a note."""

    title = gettext_lazy("A milestone is met")
    success_message = gettext_lazy("Saved: the milestone is met. The task is as late as its next one.")

    IS_MET = False
    note = TextField(label=gettext_lazy("What was done"), required=False, rows=2)
    department = department_field()
    effective_on = DayField(label=gettext_lazy("Met on"))


class ReopenMilestoneForm(MilestoneForm):
    """Which milestone was not met after all, and why."""

    title = gettext_lazy("A milestone was not met after all")
    success_message = gettext_lazy("Saved: the milestone is not met, and the task is as late as it again.")
    note_as = "reason"

    IS_MET = True
    note = TextField(label=gettext_lazy("Reason"), rows=2)
    effective_on = DayField(label=gettext_lazy("Effective on"))
