"""The printed deadline of a task, and its milestones, corrected."""

from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from meetings.deadlines import Deadline, DeadlineKind, Reading
from meetings.display.deadline_messages import deadline_problem_message
from meetings.display.fields import label
from meetings.errors import ServiceError
from meetings.models import Task
from meetings.tasks.display import describe_deadline
from meetings.tasks.services.deadline_corrections import DeadlineInput, format_milestone, parse_deadline_input
from meetings.ui.fields import TextField
from meetings.ui.forms import TrackedForm


def reading_key(read: Reading) -> str:
    """Return what tells one reading from another, so that none is taken unseen."""
    deadlines = (read.deadline, *read.milestones)
    return " ".join(each.due_date.isoformat() if each.due_date else each.kind.value for each in deadlines)


def describe_reading(read: Reading) -> list[str]:
    """Describe how a deadline and its milestones are read, and what is doubtful."""
    descriptions = [describe_deadline(read.deadline)]
    descriptions += [
        _("Milestone: %(milestone)s") % {"milestone": _format_milestone(milestone)} for milestone in read.milestones
    ]
    if read.problem:
        descriptions.append(deadline_problem_message(read.problem))
    return descriptions


def _format_milestone(milestone: Deadline) -> str:
    if milestone.due_date is None:
        return _("%(text)s (no day)") % {"text": milestone.text}
    day = date_format(milestone.due_date, "DATE_FORMAT")
    return _("%(text)s (until %(day)s)") % {"text": format_milestone(milestone), "day": day}


class DeadlineForm(TrackedForm):
    """A deadline as printed, its meaning where it is misread, and its milestones.

    ``understood`` is the reading that was shown. One query for the milestones of ``task``, where not prefetched.
    """

    TRACKED_FIELDS = ("deadline_text", "milestones")
    field_classes = {"milestones": "wide"}

    deadline_text = TextField(label=gettext_lazy("Deadline as printed"), required=False, rows=1, max_length=500)
    meaning = TextField(
        label=gettext_lazy("Understand it as"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Only where the printed text is read wrongly: such as 2024.6 or 每季度."),
    )
    milestones = TextField(
        label=label("milestones"),
        required=False,
        rows=1,
        help_text=gettext_lazy("One a line, each with its day or period. Dates in the deadline become milestones."),
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, task: Task, prefix: str | None = None, auto_id: str = "edit-%s") -> None:
        self.task = task
        prefetch_related_objects([task], "milestones")
        lines = [format_milestone(milestone.deadline) for milestone in task.milestones.all()]
        initial = {"deadline_text": task.deadline_text, "milestones": "\n".join(lines), "meaning": ""}
        super().__init__(data, prefix=prefix, auto_id=auto_id, initial=initial)
        self.fields["milestones"].widget.attrs["rows"] = max(1, len(lines))

    @property
    def has_corrections(self) -> bool:
        """Whether anything about the deadline was changed."""
        return bool(self.current_value("meaning")) or any(self.is_changed(name) for name in self.TRACKED_FIELDS)

    @property
    def value(self) -> DeadlineInput:
        """What was typed, as the services take it."""
        milestones = self.current_value("milestones").split("\n") if self.is_changed("milestones") else None
        return DeadlineInput(self.current_value("deadline_text"), self.current_value("meaning"), milestones)

    @property
    def reading(self) -> Reading:
        """How what stands in the fields is read."""
        return parse_deadline_input(self.task, self.value)

    @property
    def descriptions(self) -> list[str]:
        """The reading in words."""
        return describe_reading(self.reading)

    @property
    def key(self) -> str:
        """The reading that the next sending has to have shown."""
        return self.current_value("understood") if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        """Ask for a second look at the reading, unless it cannot be read at all."""
        data = super().clean() or {}
        if not self.has_corrections:
            return data
        read = self.reading
        if read.deadline.kind != DeadlineKind.UNDECIDED and all(each.due_date for each in read.milestones):
            message = _("Look at how this is understood. If it is right, send the form again.")
            self.ask_for_second_look("deadline_text", reading_key(read), message)
        return data

    def add_service_error(self, error: ServiceError) -> None:
        self.add_error(error.field if error.field in self.fields else "deadline_text", error.message)
