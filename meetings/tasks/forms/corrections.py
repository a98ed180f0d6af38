"""What people type to correct a task, or to answer what an import left open. Forms read and explain; verbs decide.

A form of this module carries what each field was when it was opened (``was-…``), so that only what somebody changed
is said, and a save that comes too late does not put back what another person has corrected.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.deadlines import Deadline, DeadlineKind
from meetings.display.deadline_messages import deadline_problem_message
from meetings.errors import ServiceError
from meetings.models import MAX_TEXT_LENGTH, Department, DepartmentRole, ImportIssueColumn, Person, Task
from meetings.tasks.display import describe_deadline
from meetings.tasks.import_issues import IssueGroup
from meetings.tasks.services.deadline_corrections import (
    DeadlineInput,
    ParsedDeadline,
    check_correctable,
    format_milestone,
    parse_deadline_input,
)
from meetings.tasks.services.import_issues import Correction
from meetings.tasks.services.validators import last_state_change_day
from meetings.ui.widgets import SearchSelect, offered_choices

from .update import day_field
from .workflow import TaskActionForm, textarea_field


def normalize_line_ends(text: str) -> str:
    """Return ``text`` with the line ends the register keeps; browsers send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class PrintedField(forms.CharField):
    """A text as the table prints it."""

    def __init__(self, *, rows: int = 1, is_multiline: bool = True, **options) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if is_multiline else forms.TextInput()
        widget.attrs |= {"class": "form-control", "autocomplete": "off"}
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: str | None) -> str:
        return normalize_line_ends(super().to_python(value))


class ConflictAwareFormMixin:
    """A form that knows what its fields ``REMEMBERED`` were when it was opened."""

    TRACKED_FIELDS: tuple[str, ...] = ()
    # What another person has made of fields that this one changed too, once a save came too late.
    others: dict[str, str]

    def base_value(self, name: str) -> str:
        """Return what the field was when the form was opened."""
        sent = self.data.get(f"was-{self.add_prefix(name)}") if self.is_bound else None
        return normalize_line_ends(self.initial.get(name) or "" if sent is None else sent)

    def typed(self, name: str) -> str:
        """Return what stands in the field."""
        sent = self.data.get(self.add_prefix(name)) if self.is_bound else None
        return self.base_value(name) if sent is None else normalize_line_ends(sent)

    def is_changed(self, name: str) -> bool:
        """Whether somebody typed something else into the field than was there."""
        return self.typed(name) != self.base_value(name)

    @property
    def base_value_fields(self) -> list[tuple[str, str]]:
        """The hidden fields that tell the next sending what was there."""
        return [(f"was-{self.add_prefix(name)}", self.base_value(name)) for name in self.TRACKED_FIELDS]

    def merge_with_current(self, data: QueryDict) -> dict[str, str]:
        """Put what is there now into ``data`` for the fields left alone; return it for those changed by both."""
        conflicts = {}
        for name in self.TRACKED_FIELDS:
            now = normalize_line_ends(self.initial.get(name) or "")
            if not self.is_changed(name):
                data[self.add_prefix(name)] = now
            elif self.base_value(name) != now:
                conflicts[name] = now
            data[f"was-{self.add_prefix(name)}"] = now
        return conflicts


# --- a deadline -----------------------------------------------------------------------------------


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

    def explain(self, error: ServiceError) -> None:
        """Put the sentence beside the field it is about."""
        self.add_error(error.field if error.field in self.fields else "deadline_text", error.message)


# --- departments and leaders ----------------------------------------------------------------------


class DepartmentRowForm(forms.Form):
    """One row of a task's departments: whom, and in which role. All rows send the same names."""

    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False, widget=SearchSelect)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=DepartmentRole.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class LeaderRowForm(forms.Form):
    """One row of a task's leaders."""

    leader = forms.ChoiceField(label=gettext_lazy("Supervising leader"), required=False, widget=SearchSelect)


MAX_ROWS = 200


@dataclass(slots=True)
class AssignmentRows:
    """The rows of one kind as they stand in the form: each a list of what its controls say, the first whom it names.

    ``focus`` is the id of the control to go on with, after a button of a row was pressed.
    """

    kind: str
    values: list[list[str]]
    choices: list
    form: type[forms.Form]
    focus: str = ""

    def rearrange(self, verb: str, place: int) -> None:
        """Do what the button of the row at ``place`` (0 for the first) says; nothing, where there is no such row."""
        if verb == "add" and len(self.values) < MAX_ROWS:
            self.values.append(self._empty_row)
            self.focus = f"{self.kind}-{len(self.values) - 1}-{self._name}"
        elif verb == "remove" and 0 <= place < len(self.values):
            del self.values[place]
            self.focus = f"{self.kind}-{min(place, len(self.values))}-{self._name}"
        elif verb in ("up", "down"):
            other = place + (-1 if verb == "up" else 1)
            if 0 <= place < len(self.values) and 0 <= other < len(self.values):
                self.values[place], self.values[other] = self.values[other], self.values[place]
                self.focus = f"{self.kind}-{other}-{self._name}"

    @property
    def chosen(self) -> list[list[str]]:
        """The rows that name somebody."""
        return [row for row in self.values if row[0]]

    @property
    def _name(self) -> str:
        return next(iter(self.form.base_fields))

    @property
    def _empty_row(self) -> list[str]:
        return ["", DepartmentRole.RESPONSIBLE.value] if len(self.form.base_fields) > 1 else [""]

    @property
    def row_forms(self) -> list[forms.Form]:
        """The rows as forms, an empty one behind them to go on with."""
        rows = []
        for place, values in enumerate(
            [*self.values, self._empty_row] if all(map(_names_somebody, self.values)) else self.values
        ):
            initial = dict(zip(self.form.base_fields, values, strict=False))
            row = self.form(auto_id=f"{self.kind}-{place}-%s", initial=initial)
            row.fields[self._name].choices = self.choices
            if self.focus == row[self._name].auto_id:
                row.fields[self._name].widget.attrs["autofocus"] = True
            rows.append(row)
        return rows


def _names_somebody(row: list[str]) -> bool:
    return bool(row[0])


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
        offered = {str(pk) for pk, _label in _flatten_choices(getattr(self, kind).choices)}
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

    def explain(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside what it is about."""
        if error.field in self.part_errors:
            self.part_errors[error.field].append(error.message)
        elif error.field in ("deadline_text", "milestones"):
            self.deadline.explain(error)
        else:
            super().explain(error)

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
        names = {str(pk): str(label) for pk, label in _flatten_choices(getattr(self, kind).choices)}
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


def _flatten_choices(choices) -> list[tuple]:
    """Return grouped choices without their groups."""
    flat = []
    for value, label in choices:
        flat += label if isinstance(label, (list, tuple)) else [(value, label)]
    return [(value, label) for value, label in flat if value != ""]


# --- what an import left open ---------------------------------------------------------------------


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
        offered = {str(pk) for pk, _label in _flatten_choices(share.other.field.choices)}
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

    def explain(self, error: ServiceError) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        if error.field in ("deadline_text", "milestones") and len(self.deadlines) == 1:
            self.deadlines[0].explain(error)
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
