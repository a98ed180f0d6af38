"""What people type to answer what an import left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.errors import ServiceError
from meetings.models import Department, DepartmentRole, ImportIssueColumn, Person, Task
from meetings.tasks.forms.assignments import flatten_choices
from meetings.tasks.forms.deadlines import DeadlineForm
from meetings.tasks.forms.workflow import textarea_field
from meetings.tasks.import_issues import IssueGroup
from meetings.tasks.services.deadline_corrections import DeadlineInput
from meetings.tasks.services.import_issues import Correction
from meetings.ui.widgets import SearchSelect, offered_choices


@dataclass(frozen=True, slots=True)
class TaskAssignments:
    """What one task gets of a row's departments or leaders: id, name and whether it has it; and another one."""

    task: Task
    name: str
    options: list[tuple[str, str, bool]]
    other: forms.BoundField


class ExtraAssignmentForm(forms.Form):
    """One more than the row prints."""

    other = forms.ChoiceField(required=False, widget=SearchSelect)


class IssueForm(forms.Form):
    """What is right instead of what a question's tasks say now. ``question`` comes from `access`."""

    note = textarea_field(gettext_lazy("Reason, or how you know"), rows=2)

    def __init__(self, data=None, *, issue: IssueGroup) -> None:
        super().__init__(data, auto_id=f"{issue.anchor}-%s")
        self.issue = issue
        self.deadlines: list[DeadlineForm] = []
        self.assignments: list[TaskAssignments] = []
        match issue.first.column:
            case ImportIssueColumn.DEADLINE:
                self.deadlines = [
                    DeadlineForm(data, task=task, prefix=f"task-{task.pk}", auto_id=f"{issue.anchor}-%s")
                    for task in issue.tasks
                ]
            case ImportIssueColumn.DEPARTMENTS:
                self._add_assignments(_department_names, Department.objects.offered())
            case ImportIssueColumn.LEADERS:
                self._add_assignments(_leader_names, Person.objects.selectable_as_leaders())

    def _add_assignments(self, parts_of: Callable[[Task], dict[str, str]], offered) -> None:
        printed: dict[str, str] = {}
        for task in self.issue.tasks:
            printed |= parts_of(task)
        choices = offered_choices(offered, empty=_("Nobody else"))
        for task in self.issue.tasks:
            name = f"task-{task.pk}"
            own = set(self.data.getlist(name)) if self.is_bound else set(parts_of(task))
            other = ExtraAssignmentForm(
                self.data if self.is_bound else None, prefix=name, auto_id=f"{self.issue.anchor}-%s"
            )
            other.fields["other"].choices = choices
            options = [(pk, label, pk in own) for pk, label in printed.items()]
            self.assignments.append(TaskAssignments(task, name, options, other["other"]))

    def is_valid(self) -> bool:
        """Whether all that was typed can be given to the verb."""
        deadlines = [form.is_valid() for form in self.deadlines if form.has_corrections]
        return super().is_valid() and all(deadlines)

    @property
    def corrections(self) -> dict[int, Correction]:
        """What is right instead, by the task's id; goes with a valid form."""
        if self.deadlines:
            return {
                form.task.pk: Correction(deadline=form.value if form.has_corrections else None)
                for form in self.deadlines
            }
        return {share.task.pk: self._build_correction(share) for share in self.assignments}

    def _build_correction(self, share: TaskAssignments) -> Correction:
        offered = {str(pk) for pk, _label in flatten_choices(share.other.field.choices)}
        chosen = [pk for pk, _label, is_own in share.options if is_own]
        other = self.data.get(share.other.html_name, "")
        if other in offered and other not in chosen:
            chosen.append(other)
        ids = [int(pk) for pk in chosen]
        if self.issue.first.column == ImportIssueColumn.LEADERS:
            people = Person.objects.in_bulk(ids)
            return Correction(leaders=[people[pk] for pk in ids])
        roles = {part.department_id: part.role for task in self.issue.tasks for part in task.task_departments.all()}
        roles |= {part.department_id: part.role for part in share.task.task_departments.all()}
        departments = Department.objects.in_bulk(ids)
        return Correction(departments=[(departments[pk], roles.get(pk, DepartmentRole.RESPONSIBLE)) for pk in ids])

    def add_service_error(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        if error.field in ("deadline_text", "milestones") and len(self.deadlines) == 1:
            self.deadlines[0].add_service_error(error)
        else:
            self.add_error("note" if error.field == "note" else None, error.message)


def build_offered_day_corrections(issue: IssueGroup) -> dict[int, Correction]:
    """Return the corrections that give the day a question offers to its tasks; the printed text stays."""
    day = issue.offered.isoformat()
    return {task.pk: Correction(deadline=DeadlineInput(task.deadline_text, day)) for task in issue.tasks}


def _department_names(task: Task) -> dict[str, str]:
    return {str(part.department_id): part.department.name for part in task.task_departments.all()}


def _leader_names(task: Task) -> dict[str, str]:
    return {str(part.person_id): str(part.person) for part in task.task_leaders.all()}
