"""What people type to correct a task. Forms read and explain; verbs decide."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.errors import ServiceError
from meetings.models import MAX_TEXT_LENGTH, Department, Person, Task
from meetings.tasks.forms.assignments import AssignmentRows, DepartmentRowForm, LeaderRowForm, flatten_choices
from meetings.tasks.forms.deadlines import DeadlineForm
from meetings.tasks.forms.printed import ConflictAwareFormMixin, PrintedField
from meetings.tasks.services.deadline_corrections import check_correctable
from meetings.tasks.services.validators import last_state_change_day
from meetings.ui.widgets import offered_choices

from .update import day_field
from .workflow import TaskActionForm


class EditTaskForm(ConflictAwareFormMixin, TaskActionForm):
    """Everything that can be corrected about one task, with one reason."""

    TRACKED_FIELDS = ("text", "remarks", "suggestion_text", "lead_in")
    TEXTS = TRACKED_FIELDS

    text = PrintedField(label=gettext_lazy("Task"), max_length=MAX_TEXT_LENGTH, rows=3)
    remarks = PrintedField(label=gettext_lazy("Remarks"), max_length=MAX_TEXT_LENGTH, rows=1)
    suggestion_text = PrintedField(label=gettext_lazy("Suggestion"), max_length=MAX_TEXT_LENGTH, rows=3)
    lead_in = PrintedField(
        label=gettext_lazy("Lead-in"),
        max_length=MAX_TEXT_LENGTH,
        rows=1,
        help_text=gettext_lazy("What the table prints before the first numbered task."),
    )
    effective_on = day_field(label=gettext_lazy("The corrected deadline counts from"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_TEXT_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "usual-reasons", "autocomplete": "off"}),
    )

    def __init__(self, data=None, *, account, task: Task, today: datetime.date) -> None:
        super().__init__(data, action="edit", account=account, task=task, today=today)
        self.others: dict[str, str] = {}
        self.initial |= {
            "text": task.text,
            "remarks": task.remarks,
            "suggestion_text": task.suggestion.text,
            "lead_in": task.suggestion.lead_in,
        }
        for name in ("text", "remarks", "suggestion_text", "lead_in"):
            widget = self.fields[name].widget
            widget.attrs["rows"] = max(widget.attrs["rows"], min(8, len(self.initial[name]) // 55 + 1))
        # Not required: the browser would not let go of the form to move a row.
        self.fields["note"].widget.is_required = False
        self.fields["effective_on"].help_text = _("%(last)s or later; the days before keep showing the old one.") % {
            "last": date_format(last_state_change_day(task), "DATE_FORMAT")
        }
        self.deadline = DeadlineForm(data, task=task)
        self.deadline_lock_reason = ""
        try:
            check_correctable(task)
        except ServiceError as error:
            self.deadline_lock_reason = error.message
        self.part_errors: dict[str, list[str]] = {"departments": [], "leaders": []}
        self.departments, self.leaders = self._rows()

    def _rows(self) -> tuple[AssignmentRows, AssignmentRows]:
        departments = [[str(part.department_id), part.role] for part in self.task.task_departments.all()]
        leaders = [[str(part.person_id)] for part in self.task.task_leaders.all()]
        own = ([row[0] for row in departments], [row[0] for row in leaders])
        self.initial |= {"departments": _rows_to_text(departments), "leaders": _rows_to_text(leaders)}
        if self.is_bound and "department" in self.data:
            chosen, roles = self.data.getlist("department"), self.data.getlist("role")
            departments = [list(row) for row in zip(chosen, roles, strict=False)]
        if self.is_bound and "leader" in self.data:
            leaders = [[pk] for pk in self.data.getlist("leader")]
        nobody = _("Nobody")
        return (
            AssignmentRows(
                "departments",
                _strip_trailing_empty(departments),
                offered_choices(Department.objects.offered(own[0]), empty=nobody),
                DepartmentRowForm,
            ),
            AssignmentRows(
                "leaders",
                _strip_trailing_empty(leaders),
                offered_choices(Person.objects.selectable_as_leaders(own[1]), empty=nobody),
                LeaderRowForm,
            ),
        )

    def rearrange(self, do: str) -> None:
        """Do what a button of a row says: add, remove, up or down, of which kind, at which place."""
        verb, _colon, where = do.partition(":")
        kind, _colon, place = where.partition(":")
        if kind in ("departments", "leaders"):
            getattr(self, kind).rearrange(verb, int(place) if place.isdecimal() and len(place) < 5 else -1)

    def is_valid(self) -> bool:
        """Whether all that was typed can be given to the verb."""
        of_deadline = not self._has_deadline_changes or self.deadline.is_valid()
        return super().is_valid() and of_deadline and not any(self.part_errors.values())

    @property
    def _has_deadline_changes(self) -> bool:
        return not self.deadline_lock_reason and self.deadline.has_corrections

    def clean(self) -> dict:
        """Take the chosen rows; each has to be one that is offered."""
        data = super().clean()
        data["departments"] = self._clean_rows("departments", Department.objects.all())
        data["leaders"] = self._clean_rows("leaders", Person.objects.all())
        return data

    def _clean_rows(self, kind: str, known) -> list | None:
        values = getattr(self, kind).chosen
        if _rows_to_text(values) == self.base_value(kind):
            return None
        offered = {str(pk) for pk, _label in flatten_choices(getattr(self, kind).choices)}
        unknown = [row[0] for row in values if row[0] not in offered]
        if unknown:
            self.part_errors[kind].append(_("“%(value)s” is not in the list. Choose again.") % {"value": unknown[0]})
            return None
        rows = known.in_bulk([int(row[0]) for row in values])
        found = [(rows[int(row[0])], *row[1:]) for row in values]
        return found if kind == "departments" else [person for (person,) in found]

    @property
    def base_value_fields(self) -> list[tuple[str, str]]:
        """The hidden fields, those of the deadline and of the rows included."""
        rows = [(f"was-{kind}", self.base_value(kind)) for kind in ("departments", "leaders")]
        return [
            *super().base_value_fields,
            *rows,
            *([] if self.deadline_lock_reason else self.deadline.base_value_fields),
        ]

    @property
    def corrections(self) -> dict:
        """What was changed, as the verb takes it; goes with a valid form."""
        data = self.cleaned_data
        return {
            "texts": {name: data[name] for name in self.TEXTS if self.is_changed(name)},
            "departments": data["departments"],
            "leaders": data["leaders"],
            "deadline": self.deadline.value if self._has_deadline_changes else None,
            "effective_on": data["effective_on"] or self.today,
        }

    def add_service_error(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside what it is about."""
        if error.field in self.part_errors:
            self.part_errors[error.field].append(error.message)
        elif error.field in ("deadline_text", "milestones"):
            self.deadline.add_service_error(error)
        else:
            super().add_service_error(error)

    def rebased(self) -> EditTaskForm:
        """Return the form on the version that is there now: with what was typed, and for the rest what is there."""
        data = self.data.copy()
        data["version"] = str(self.task.version)
        conflicts = self.merge_with_current(data)
        of_deadline = self.deadline.merge_with_current(data)
        for kind, names in (("departments", ("department", "role")), ("leaders", ("leader",))):
            now = self.initial[kind]
            if _rows_to_text(getattr(self, kind).chosen) == self.base_value(kind):
                for at, name in enumerate(names):
                    data.setlist(name, [row[at] for row in _rows_from_text(now)])
            elif self.base_value(kind) != now:
                conflicts[kind] = self._names(kind, now)
            data[f"was-{kind}"] = now
        form = type(self)(data, account=self.account, task=self.task, today=self.today)
        form.others, form.deadline.others = conflicts, of_deadline
        form.is_valid()
        return form

    def _names(self, kind: str, rows: str) -> str:
        names = {str(pk): str(label) for pk, label in flatten_choices(getattr(self, kind).choices)}
        # Translators: what stands between the items of a list.
        return _(", ").join(names.get(row[0], row[0]) for row in _rows_from_text(rows))


def _strip_trailing_empty(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows without the empty ones at the end; one in between keeps its place for the buttons."""
    while rows and not rows[-1][0]:
        rows = rows[:-1]
    return rows


def _rows_to_text(rows: Sequence[Sequence[str]]) -> str:
    return " ".join(":".join(row) for row in rows)


def _rows_from_text(text: str) -> list[list[str]]:
    return [row.split(":") for row in text.split()]
