"""The printed deadline of a task, and its milestones, corrected."""

from __future__ import annotations

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.deadlines import Deadline, DeadlineKind
from meetings.display.deadline_messages import deadline_problem_message
from meetings.errors import ServiceError
from meetings.models import MAX_TEXT_LENGTH, Task
from meetings.tasks.display import describe_deadline
from meetings.tasks.forms.printed import ConflictAwareFormMixin, PrintedField
from meetings.tasks.services.deadline_corrections import (
    DeadlineInput,
    ParsedDeadline,
    format_milestone,
    parse_deadline_input,
)


def reading_key(read: ParsedDeadline) -> str:
    """Return what tells one reading from another, so that none is taken unseen."""
    deadlines = (read.deadline, *read.milestones)
    return " ".join(each.due_date.isoformat() if each.due_date else each.kind.value for each in deadlines)


def describe_reading(read: ParsedDeadline) -> list[str]:
    """Say how a deadline and its milestones are read: a sentence each, and what is doubtful about it."""
    sentences = [describe_deadline(read.deadline)]
    sentences += [
        _("Milestone: %(milestone)s") % {"milestone": _format_milestone(milestone)} for milestone in read.milestones
    ]
    if read.problem:
        sentences.append(deadline_problem_message(read.problem))
    return sentences


def _format_milestone(milestone: Deadline) -> str:
    if milestone.due_date is None:
        return _("%(text)s (no day)") % {"text": milestone.text}
    day = date_format(milestone.due_date, "DATE_FORMAT")
    return _("%(text)s (until %(day)s)") % {"text": format_milestone(milestone), "day": day}


class DeadlineForm(ConflictAwareFormMixin, forms.Form):
    """A deadline typed as printed, what it means where it is read wrongly, and its milestones.

    ``understood`` is the reading that was shown. One query for the milestones of ``task``, where not prefetched.
    """

    TRACKED_FIELDS = ("deadline_text", "milestones")

    deadline_text = PrintedField(label=gettext_lazy("Deadline as printed"), max_length=500)
    meaning = PrintedField(
        label=gettext_lazy("Understand it as"),
        max_length=500,
        is_multiline=False,
        help_text=gettext_lazy("Only where the printed text is read wrongly: such as 2024.6 or 每季度."),
    )
    milestones = PrintedField(
        label=gettext_lazy("Milestones"),
        max_length=MAX_TEXT_LENGTH,
        help_text=gettext_lazy("One a line, each with its day or period. Dates in the deadline become milestones."),
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, task: Task, prefix: str | None = None, auto_id: str = "edit-%s") -> None:
        self.task, self.others = task, {}
        prefetch_related_objects([task], "milestones")
        lines = [format_milestone(milestone.deadline) for milestone in task.milestones.all()]
        initial = {"deadline_text": task.deadline_text, "milestones": "\n".join(lines), "meaning": ""}
        super().__init__(data, prefix=prefix, auto_id=auto_id, initial=initial)
        self.fields["milestones"].widget.attrs["rows"] = max(1, len(lines))

    @property
    def has_corrections(self) -> bool:
        """Whether anything about the deadline was changed."""
        return bool(self.typed("meaning")) or any(self.is_changed(name) for name in self.TRACKED_FIELDS)

    @property
    def value(self) -> DeadlineInput:
        """What was typed, as the verbs take it."""
        milestones = self.typed("milestones").split("\n") if self.is_changed("milestones") else None
        return DeadlineInput(self.typed("deadline_text"), self.typed("meaning"), milestones)

    @property
    def reading(self) -> ParsedDeadline:
        """How what stands in the fields is read."""
        return parse_deadline_input(self.task, self.value)

    @property
    def sentences(self) -> list[str]:
        """The reading in words."""
        return describe_reading(self.reading)

    @property
    def key(self) -> str:
        """What the next sending has to say was seen: what was seen already, or, unsent, nothing."""
        return self.typed("understood") if self.is_bound else ""

    def clean(self) -> dict:
        """Ask for a second look where the reading that is there now was not shown when the form was sent.

        What cannot be read is the verb's to refuse, at once.
        """
        data = super().clean()
        if not self.has_corrections:
            return data
        read = self.reading
        if read.deadline.kind == DeadlineKind.UNDECIDED or read.unreadable_milestones:
            return data
        if data.get("understood") != reading_key(read):
            # So that the second sending says it was seen.
            self.data = self.data.copy()
            self.data[self.add_prefix("understood")] = reading_key(read)
            self.add_error("deadline_text", _("Look at how this is understood. If it is right, send the form again."))
        return data

    def add_service_error(self, error: ServiceError) -> None:
        """Put the sentence beside the field it is about."""
        self.add_error(error.field if error.field in self.fields else "deadline_text", error.message)
