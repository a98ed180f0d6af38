"""The form of a batch: what to change, and the versions seen."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from meetings import permissions
from meetings.core.lifecycle import TRANSITIONS, ActorRole
from meetings.core.types import StrOrPromise
from meetings.display.fields import label
from meetings.models import Account, Department, DepartmentRole, Person, Status
from meetings.tasks.services.batch import build_task_changes
from meetings.tasks.services.batch_plan import REPLACE_ALL, Assignment, PlannedRow, TaskChange
from meetings.ui.fields import DayField, SelectField, TextField
from meetings.ui.forms import ServiceForm
from meetings.ui.widgets import SearchChoiceField

# The acts on several tasks, each with its fields; without a choice all fields are shown.
ACTS: dict[str, tuple[StrOrPromise, tuple[str, ...]]] = {
    "progress": (gettext_lazy("Status and progress"), ("status", "note", "effective_on")),
    "review": (label("next_review"), ("next_review", "note", "effective_on")),
    "department": (label("departments"), ("place_department", "department_role", "instead_of_department", "note")),
    "leader": (label("leaders"), ("place_leader", "instead_of_leader", "note")),
}
_SELECTION_PATTERN = re.compile(r"\d{1,9}:\d{1,9}( \d{1,9}:\d{1,9})*", re.ASCII)
ADD = ""


def format_selection(versions: dict[int, int]) -> str:
    """Return the tasks (id and version) as the text of one hidden field."""
    return " ".join(f"{task_id}:{version}" for task_id, version in versions.items())


class SelectionForm(ServiceForm):
    """A form about the tasks ``selected``, which are ids with the versions seen."""

    selected = forms.CharField(widget=forms.HiddenInput)

    @property
    def versions(self) -> dict[int, int]:
        """The selected tasks with the versions seen; empty for an invalid field."""
        selection = str(self["selected"].value() or "")
        if not _SELECTION_PATTERN.fullmatch(selection):
            return {}
        pairs = (pair.split(":") for pair in selection.split(" "))
        return {int(task_id): int(version) for task_id, version in pairs}

    def clean_selected(self) -> str:
        if not self.versions:
            raise forms.ValidationError(_("Choose at least one task."))
        return self.cleaned_data["selected"]


class BatchForm(SelectionForm):
    """A change of the tasks ``selected``."""

    act = forms.CharField(required=False, widget=forms.HiddenInput)
    status = SelectField(label=label("status"), required=False)
    note = TextField(
        label=gettext_lazy("Progress, or the reason"),
        required=False,
        rows=3,
        help_text=gettext_lazy(
            "The same words for each task: with a status the reason or what was done, with departments and leaders "
            "why; by themselves they are progress."
        ),
    )
    department = SearchChoiceField(
        label=gettext_lazy("On behalf of"), queryset=Department.objects.none(), required=False
    )
    effective_on = DayField(
        label=gettext_lazy("Effective on"), help_text=gettext_lazy("Departments and leaders change from today on.")
    )
    next_review = DayField(
        label=label("next_review"),
        required=False,
        help_text=gettext_lazy("For open tasks without a due date; holds until the next report."),
    )
    place_department = SearchChoiceField(
        label=gettext_lazy("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("Leave as they are"),
    )
    department_role = SelectField(
        label=gettext_lazy("Role"),
        choices=DepartmentRole.choices,
        initial=DepartmentRole.RESPONSIBLE,
        required=False,
        help_text=gettext_lazy("Whoever takes one other's place takes that one's role."),
    )
    instead_of_department = SelectField(label=gettext_lazy("In whose place"), required=False)
    place_leader = SearchChoiceField(
        label=label("leader"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=gettext_lazy("Leave as they are"),
    )
    instead_of_leader = SelectField(label=gettext_lazy("In whose place"), required=False)

    SECRETARIAT_FIELDS = (
        "next_review",
        "place_department",
        "department_role",
        "instead_of_department",
        "place_leader",
        "instead_of_leader",
    )
    # Shown side by side.
    field_classes = dict.fromkeys({"effective_on", *SECRETARIAT_FIELDS} - {"place_department"}, "batch-half")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acts: list[tuple[str, StrOrPromise]] = []
        is_secretariat, today = permissions.is_secretariat(account), timezone.localdate()
        self.fields["status"].choices = [("", _("Leave as it is")), *_status_choices(is_secretariat)]
        self.fields["effective_on"].initial = today
        self.fields["effective_on"].widget.attrs["max"] = today.isoformat()
        if is_secretariat:
            del self.fields["department"]
            self.acts = [(name, title) for name, (title, _fields) in ACTS.items()]
            self._keep_fields_of_act()
            self._set_assignment_choices()
            return
        for name in self.SECRETARIAT_FIELDS:
            del self.fields[name]
        self.fields["effective_on"].help_text = ""
        own = Department.objects.selectable().filter(pk__in=account.department_ids)
        if len(account.department_ids) > 1:
            self.fields["department"].queryset = own
        else:
            del self.fields["department"]

    def _keep_fields_of_act(self) -> None:
        """Keep only the fields of the chosen act, with labels to match."""
        if (act := self["act"].value()) not in ACTS:
            return
        wanted = ACTS[act][1]
        self.fields = {name: self.fields[name] for name in ("selected", "act", *wanted)}
        for name in ("note", "effective_on"):
            if name in self.fields:
                self.fields[name].help_text = ""
        if self.initial.get("status"):
            # The status is chosen: what is left to say is why.
            self.fields["note"].widget.attrs["autofocus"] = True
        if act != "progress":
            self.fields["note"].label = _("Reason")
            self.fields[wanted[0]].required = True
            if act in ("department", "leader"):
                self.fields[wanted[0]].empty_label = _("Choose")
                self.fields["note"].required = True

    def _set_assignment_choices(self) -> None:
        ids = list(self.versions)
        for kind, offered, there in (
            ("department", Department.objects, Department.objects.filter(task_departments__task__in=ids)),
            ("leader", Person.objects, Person.objects.filter(task_leaders__task__in=ids)),
        ):
            if f"place_{kind}" not in self.fields:
                continue
            self.fields[f"place_{kind}"].queryset = offered.selectable()
            self.fields[f"instead_of_{kind}"].choices = [
                (ADD, _("Nobody's: beside those who are there")),
                (REPLACE_ALL, _("All who are there")),
                *((str(row.pk), str(row)) for row in there.distinct()),
            ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        field_names = ("status", "note", "next_review", "place_department", "place_leader")
        if not any(data.get(name) for name in field_names) and not self.errors:
            raise forms.ValidationError(_("Say what is to be changed."))
        places = data.get("place_department") or data.get("place_leader")
        if places and not (data.get("note") or "").strip():
            self.add_error("note", _("Say why."))
        return data

    def changes(self) -> list[TaskChange]:
        """Return what is to become of each task; for a valid form."""
        data = self.cleaned_data
        return build_task_changes(
            self.versions,
            effective_on=data.get("effective_on") or timezone.localdate(),
            note=data["note"],
            status=data.get("status") or None,
            next_review=data.get("next_review"),
            department=data.get("department"),
            place_department=self._build_assignment(
                "department", data.get("department_role") or DepartmentRole.RESPONSIBLE
            ),
            place_leader=self._build_assignment("leader", ""),
        )

    def _build_assignment(self, kind: str, role: str) -> Assignment | None:
        part, instead_of = self.cleaned_data.get(f"place_{kind}"), self.cleaned_data.get(f"instead_of_{kind}")
        if part is None:
            return None
        if instead_of in ("", None, REPLACE_ALL):
            return Assignment(part, role, instead_of or None)
        return Assignment(part, role, type(part).objects.get(pk=instead_of))

    def add_common_error(self, rows: list[PlannedRow]) -> None:
        """Show a reason that refuses every row beside the field it is about."""
        reasons = {(row.refusal.field, row.refusal.message) for row in rows if row.refusal is not None}
        if len(reasons) == 1 and not any(row.entries for row in rows):
            ((name, message),) = reasons
            if name in self.fields:
                self.add_error(name, message)


def _status_choices(is_secretariat: bool) -> list[tuple[str, StrOrPromise]]:
    """Return the statuses that somebody may set at all, in the order of a task's life."""
    takers = {ActorRole.SECRETARIAT} if is_secretariat else {ActorRole.ANSWERABLE_LIAISON, ActorRole.ANY_LIAISON}
    targets = {transition.target for transition in TRANSITIONS if transition.takers & takers}
    return [
        (status.value, str(status.label)) for status in Status if status.value in {str(target) for target in targets}
    ]
