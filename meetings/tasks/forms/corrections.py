"""What people type to correct a task. Forms read and explain; services decide."""

from typing import Any

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.text import parse_id
from meetings.display.fields import join_items, label
from meetings.errors import ServiceError
from meetings.models import Account, Department, Person, Task
from meetings.models.task import TASK_TEXTS
from meetings.tasks.forms.assignments import (
    AssignmentsField,
    DepartmentRowForm,
    LeaderRowForm,
    rows_from_text,
    rows_to_text,
)
from meetings.tasks.forms.deadlines import DeadlineForm
from meetings.tasks.services.deadline_corrections import check_correctable
from meetings.ui.fields import DayField, TextField
from meetings.ui.forms import TrackedForm

from .update import TaskForm, format_last_state_change

TEXTS = (*TASK_TEXTS, "suggestion_text", "lead_in")
ASSIGNMENTS = ("departments", "leaders")


class EditTaskForm(TaskForm, TrackedForm):
    """Everything that can be corrected about one task, with one reason."""

    TRACKED_FIELDS = (*TEXTS, *ASSIGNMENTS)
    field_classes = dict.fromkeys(ASSIGNMENTS, "part-rows")

    suggestion_text = TextField(label=label("suggestion"), required=False, rows=3)
    lead_in = TextField(
        label=label("lead_in"),
        required=False,
        rows=1,
        help_text=gettext_lazy("What the table prints before the first numbered task."),
    )
    departments = AssignmentsField(DepartmentRowForm, label=label("departments"))
    leaders = AssignmentsField(LeaderRowForm, label=label("leaders"))
    effective_on = DayField(label=gettext_lazy("The corrected deadline counts from"), required=False)
    note = TextField(label=gettext_lazy("Reason"))
    note.widget.attrs["list"] = "usual-reasons"

    def __init__(self, data: QueryDict | None = None, *, account: Account, task: Task) -> None:
        departments, leaders = task.task_departments.all(), task.task_leaders.all()
        initial = {
            **{name: getattr(task, name) for name in TASK_TEXTS},
            "suggestion_text": task.suggestion.text,
            "lead_in": task.suggestion.lead_in,
            "departments": rows_to_text((str(part.department_id), part.role) for part in departments),
            "leaders": rows_to_text((str(part.person_id),) for part in leaders),
        }
        super().__init__(data, account=account, task=task, initial=initial, auto_id="edit-%s")
        # What was printed first, by the field's name; the page says.
        self.originals: dict[str, str] = {}
        for name in TEXTS:
            attrs = self.fields[name].widget.attrs
            attrs["rows"] = max(attrs["rows"], min(8, len(initial[name]) // 55 + 1))
        self.fields["effective_on"].help_text = _("%(last)s or later; the days before keep showing the old one.") % {
            "last": format_last_state_change(task)
        }
        own_departments, own_leaders = (
            [part.department_id for part in departments],
            [part.person_id for part in leaders],
        )
        self.fields["departments"].offer(Department.objects.selectable(own_departments), empty=_("Nobody"))
        self.fields["leaders"].offer(Person.objects.selectable_as_leaders(own_leaders), empty=_("Nobody"))
        self.deadline = DeadlineForm(data, task=task)
        self.deadline_lock_reason = ""
        try:
            check_correctable(task)
        except ServiceError as error:
            self.deadline_lock_reason = error.message

    @property
    def task_texts(self) -> list[BoundField]:
        """The fields of the task's own texts."""
        return [self[name] for name in TASK_TEXTS]

    @property
    def _assignments(self) -> dict[str, AssignmentsField]:
        return {name: field for name, field in self.fields.items() if isinstance(field, AssignmentsField)}

    def rearrange(self, do: str) -> None:
        """Do what a button of a row says: ``add``, ``remove:kind:place`` and so on."""
        verb, kind, place = [*do.split(":"), "", ""][:3]
        if kind in self._assignments:
            at = parse_id(place)
            rows = self._assignments[kind].widget.rearrange(self.current_value(kind), verb, -1 if at is None else at)
            self.data = self.data.copy()
            self.set_value(self.data, kind, rows)
        # Nothing is saved, so nothing is wrong.
        self.forget_errors()
        self.deadline.forget_errors()

    def is_valid(self) -> bool:
        of_deadline = not self._has_deadline_changes or self.deadline.is_valid()
        return super().is_valid() and of_deadline

    @property
    def status_code(self) -> int:
        if self.service_error is None and self._has_deadline_changes:
            return max(super().status_code, self.deadline.status_code)
        return super().status_code

    @property
    def _has_deadline_changes(self) -> bool:
        return not self.deadline_lock_reason and self.deadline.has_corrections

    @property
    def corrections(self) -> dict[str, Any]:
        """What was changed, as the service takes it; goes with a valid form."""
        data = self.cleaned_data
        return {
            "texts": {name: data[name] for name in TEXTS if self.is_changed(name)},
            **{name: data[name] if self.is_changed(name) else None for name in ASSIGNMENTS},
            "deadline": self.deadline.value if self._has_deadline_changes else None,
            "effective_on": data["effective_on"] or self.today,
        }

    def add_service_error(self, error: ServiceError) -> None:
        if error.field in self.deadline.fields:
            self.service_error = error
            self.deadline.add_service_error(error)
        else:
            super().add_service_error(error)

    def rebase(self, version: int | str) -> None:
        """Put what was typed on ``version``, with the deadline's fields."""
        super().rebase(version)
        if not self.deadline_lock_reason:
            self.deadline.data = self.data
            self.deadline.rebase(version)
            self.data = self.deadline.data

    def set_value(self, data: QueryDict, name: str, value: str) -> None:
        if name in self._assignments:
            self._assignments[name].widget.set_value(data, value)
        else:
            super().set_value(data, name, value)

    def describe_value(self, name: str, value: str) -> str:
        if name not in self._assignments:
            return value
        rows = rows_from_text(value)
        offered = self._assignments[name].find_offered(row[0] for row in rows)
        return join_items(str(offered.get(row[0], row[0])) for row in rows)


EditTaskForm.base_fields |= {
    name: TextField(label=label(name), required=False, rows=3 if name == "text" else 1) for name in TASK_TEXTS
}
