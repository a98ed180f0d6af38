"""What people type to answer what an import left open."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from meetings.errors import ServiceError
from meetings.models import Department, DepartmentRole, ImportIssueColumn, Person, Task
from meetings.tasks.forms.deadlines import DeadlineForm
from meetings.tasks.import_issues import IssueGroup
from meetings.tasks.services.deadline_corrections import DeadlineInput
from meetings.tasks.services.import_issues import Correction
from meetings.ui.fields import TextField, VersionField
from meetings.ui.forms import ServiceForm
from meetings.ui.widgets import OfferedChoices, OfferedField

# It is right as it stands; the day that the question offers is; something else is.
RIGHT, OFFERED, WRONG = DECISIONS = ("right", "offered", "wrong")


class IssueForm(ServiceForm):
    """The answer to one question (`IssueGroup`), with corrections of its tasks."""

    decision = forms.ChoiceField(choices=[(name, name) for name in DECISIONS], widget=forms.HiddenInput)
    note = TextField(label=gettext_lazy("Reason, or how you know"), rows=2)
    # Where the question stands: on its task's page, or on a page of the queue.
    on = forms.CharField(required=False, widget=forms.HiddenInput)
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, issue: IssueGroup) -> None:
        super().__init__(data, auto_id=f"{issue.anchor}-%s")
        self.issue = issue
        self.deadlines: list[DeadlineForm] = []
        self.corrects = data is None or data.get("decision") == WRONG
        self.fields["note"].required = self.corrects
        for task in issue.tasks:
            self.fields[f"version-{task.pk}"] = VersionField()
        match issue.first.column:
            case ImportIssueColumn.DEADLINE:
                self.deadlines = [
                    DeadlineForm(data, task=task, prefix=f"task-{task.pk}", auto_id=f"{issue.anchor}-%s")
                    for task in issue.tasks
                ]
            case ImportIssueColumn.DEPARTMENTS:
                self._add_assignments(_department_names, Department.objects.selectable())
            case ImportIssueColumn.LEADERS:
                self._add_assignments(_leader_names, Person.objects.selectable_as_leaders())

    def _add_assignments(self, names_of: Callable[[Task], dict[str, str]], offered: QuerySet) -> None:
        names: dict[str, str] = {}
        for task in self.issue.tasks:
            names |= names_of(task)
        choices: Iterable[Any] = OfferedChoices(offered, empty=_("Nobody else")) if self.corrects else []
        for task in self.issue.tasks:
            self.fields[f"task-{task.pk}"] = forms.MultipleChoiceField(
                choices=list(names.items()),
                initial=list(names_of(task)),
                required=False,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            )
            self.fields[f"task-{task.pk}-other"] = OfferedField(label=_("And"), choices=choices, required=False)

    @property
    def assignments(self) -> list[tuple[Task, forms.BoundField, forms.BoundField]]:
        """Of each task its departments or leaders, and the field of another one."""
        tasks = [task for task in self.issue.tasks if f"task-{task.pk}" in self.fields]
        return [(task, self[f"task-{task.pk}"], self[f"task-{task.pk}-other"]) for task in tasks]

    def is_valid(self) -> bool:
        deadlines = [form.is_valid() for form in self.deadlines if self.corrects and form.has_corrections]
        return super().is_valid() and all(deadlines)

    def arguments(self) -> dict[str, Any]:
        """Return the answer as the service's arguments; goes with a valid form."""
        data, tasks = self.cleaned_data, self.issue.tasks
        arguments: dict[str, Any] = {
            "issue_ids": [issue.pk for issue in self.issue.issues],
            # The versions of the tasks that the person had before their eyes.
            "versions": {task.pk: data[f"version-{task.pk}"] for task in tasks},
        }
        if data["decision"] == WRONG:
            corrections = self._corrections if self.issue.is_correctable_in_place else {}
            return {**arguments, "note": data["note"], "corrections": corrections}
        if data["decision"] == OFFERED and self.issue.offered:
            # The printed text stays.
            day = self.issue.offered.isoformat()
            corrections = {task.pk: Correction(deadline=DeadlineInput(task.deadline_text, day)) for task in tasks}
            return {**arguments, "note": _("The day that the question offered."), "corrections": corrections}
        return arguments

    @property
    def _corrections(self) -> dict[int, Correction]:
        if self.deadlines:
            return {
                form.task.pk: Correction(deadline=form.value if form.has_corrections else None)
                for form in self.deadlines
            }
        return {task.pk: self._build_correction(task) for task, _parts, _other in self.assignments}

    def _build_correction(self, task: Task) -> Correction:
        chosen, other = self.cleaned_data[f"task-{task.pk}"], self.cleaned_data[f"task-{task.pk}-other"]
        ids = [int(pk) for pk in dict.fromkeys([*chosen, *([other] if other else [])])]
        if self.issue.first.column == ImportIssueColumn.LEADERS:
            people = Person.objects.in_bulk(ids)
            return Correction(leaders=[people[pk] for pk in ids])
        roles = {part.department_id: part.role for each in self.issue.tasks for part in each.task_departments.all()}
        roles |= {part.department_id: part.role for part in task.task_departments.all()}
        departments = Department.objects.in_bulk(ids)
        return Correction(departments=[(departments[pk], roles.get(pk, DepartmentRole.RESPONSIBLE)) for pk in ids])

    def add_service_error(self, error: ServiceError) -> None:
        if error.field in ("deadline_text", "milestones") and len(self.deadlines) == 1:
            self.service_error = error
            self.deadlines[0].add_service_error(error)
        else:
            super().add_service_error(error)

    def rebase(self, version: int | str) -> None:
        """Do nothing: the page shows the present versions, and the data stays."""

    @property
    def status_code(self) -> int:
        if self.service_error is not None:
            return super().status_code
        return max(super().status_code, 200, *(form.status_code for form in self.deadlines))


def _department_names(task: Task) -> dict[str, str]:
    return {str(part.department_id): part.department.name for part in task.task_departments.all()}


def _leader_names(task: Task) -> dict[str, str]:
    return {str(part.person_id): str(part.person) for part in task.task_leaders.all()}
