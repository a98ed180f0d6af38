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
from meetings.display.deadline_messages import deadline_problem_sentence
from meetings.errors import Refused
from meetings.models import LONGEST_TEXT, ConfirmationColumn, Department, DepartmentRole, Person, Task
from meetings.tasks.display import understood
from meetings.tasks.import_issues import Question
from meetings.tasks.services.deadline_corrections import (
    DeadlineAsTyped,
    TypedDeadline,
    check_correctable,
    milestone_line,
    read_typed_deadline,
)
from meetings.tasks.services.import_issues import Correction
from meetings.tasks.services.validators import last_change_of_state
from meetings.ui.widgets import SearchSelect, offered_choices

from .update import day_field
from .workflow import TaskActionForm, words_field


def one_line_end(text: str) -> str:
    """Return ``text`` with the line ends the register keeps; browsers send others."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class PrintedField(forms.CharField):
    """A text as the table prints it."""

    def __init__(self, *, rows: int = 1, lines: bool = True, **options) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if lines else forms.TextInput()
        widget.attrs |= {"class": "form-control", "autocomplete": "off"}
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: str | None) -> str:
        return one_line_end(super().to_python(value))


class Remembering:
    """A form that knows what its fields ``REMEMBERED`` were when it was opened."""

    REMEMBERED: tuple[str, ...] = ()
    # What another person has made of fields that this one changed too, once a save came too late.
    others: dict[str, str]

    def was(self, name: str) -> str:
        """Return what the field was when the form was opened."""
        sent = self.data.get(f"was-{self.add_prefix(name)}") if self.is_bound else None
        return one_line_end(self.initial.get(name) or "" if sent is None else sent)

    def typed(self, name: str) -> str:
        """Return what stands in the field."""
        sent = self.data.get(self.add_prefix(name)) if self.is_bound else None
        return self.was(name) if sent is None else one_line_end(sent)

    def is_changed(self, name: str) -> bool:
        """Whether somebody typed something else into the field than was there."""
        return self.typed(name) != self.was(name)

    @property
    def remembered(self) -> list[tuple[str, str]]:
        """The hidden fields that tell the next sending what was there."""
        return [(f"was-{self.add_prefix(name)}", self.was(name)) for name in self.REMEMBERED]

    def caught_up(self, data: QueryDict) -> dict[str, str]:
        """Put what is there now into ``data`` for the fields left alone; return it for those changed by both."""
        both = {}
        for name in self.REMEMBERED:
            now = one_line_end(self.initial.get(name) or "")
            if not self.is_changed(name):
                data[self.add_prefix(name)] = now
            elif self.was(name) != now:
                both[name] = now
            data[f"was-{self.add_prefix(name)}"] = now
        return both


# --- a deadline -----------------------------------------------------------------------------------


def reading_key(read: DeadlineAsTyped) -> str:
    """Return what tells one reading from another, so that none is taken unseen."""
    deadlines = (read.deadline, *read.milestones)
    return " ".join(each.due_date.isoformat() if each.due_date else each.kind.value for each in deadlines)


def reading_in_words(read: DeadlineAsTyped) -> list[str]:
    """Say how a deadline and its milestones are read: a sentence each, and what is doubtful about it."""
    sentences = [understood(read.deadline)]
    sentences += [
        _("Milestone: %(milestone)s") % {"milestone": _milestone_in_words(milestone)} for milestone in read.milestones
    ]
    if read.problem:
        sentences.append(deadline_problem_sentence(read.problem))
    return sentences


def _milestone_in_words(milestone: Deadline) -> str:
    if milestone.due_date is None:
        return _("%(text)s (no day)") % {"text": milestone.text}
    day = date_format(milestone.due_date, "DATE_FORMAT")
    return _("%(text)s (until %(day)s)") % {"text": milestone_line(milestone), "day": day}


class DeadlineForm(Remembering, forms.Form):
    """A deadline typed as printed, what it means where it is read wrongly, and its milestones.

    ``understood`` is the reading that was shown. One query for the milestones of ``task``, where not prefetched.
    """

    REMEMBERED = ("deadline_text", "milestones")

    deadline_text = PrintedField(label=gettext_lazy("Deadline as printed"), max_length=500)
    meaning = PrintedField(
        label=gettext_lazy("Understand it as"),
        max_length=500,
        lines=False,
        help_text=gettext_lazy("Only where the printed text is read wrongly: such as 2024.6 or 每季度."),
    )
    milestones = PrintedField(
        label=gettext_lazy("Milestones"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("One a line, each with its day or period. Dates in the deadline become milestones."),
    )
    understood = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, task: Task, prefix: str | None = None, auto_id: str = "edit-%s") -> None:
        self.task, self.others = task, {}
        prefetch_related_objects([task], "milestones")
        lines = [milestone_line(milestone.deadline) for milestone in task.milestones.all()]
        initial = {"deadline_text": task.deadline_text, "milestones": "\n".join(lines), "meaning": ""}
        super().__init__(data, prefix=prefix, auto_id=auto_id, initial=initial)
        self.fields["milestones"].widget.attrs["rows"] = max(1, len(lines))

    @property
    def says_something(self) -> bool:
        """Whether anything about the deadline was changed."""
        return bool(self.typed("meaning")) or any(self.is_changed(name) for name in self.REMEMBERED)

    @property
    def value(self) -> TypedDeadline:
        """What was typed, as the verbs take it."""
        milestones = self.typed("milestones").split("\n") if self.is_changed("milestones") else None
        return TypedDeadline(self.typed("deadline_text"), self.typed("meaning"), milestones)

    @property
    def reading(self) -> DeadlineAsTyped:
        """How what stands in the fields is read."""
        return read_typed_deadline(self.task, self.value)

    @property
    def sentences(self) -> list[str]:
        """The reading in words."""
        return reading_in_words(self.reading)

    @property
    def key(self) -> str:
        """What the next sending has to say was seen: what was seen already, or, unsent, nothing."""
        return self.typed("understood") if self.is_bound else ""

    def clean(self) -> dict:
        """Ask for a second look where the reading that is there now was not shown when the form was sent.

        What cannot be read is the verb's to refuse, at once.
        """
        data = super().clean()
        if not self.says_something:
            return data
        read = self.reading
        if read.deadline.kind == DeadlineKind.UNDECIDED or read.doubtful:
            return data
        if data.get("understood") != reading_key(read):
            # So that the second sending says it was seen.
            self.data = self.data.copy()
            self.data[self.add_prefix("understood")] = reading_key(read)
            self.add_error("deadline_text", _("Look at how this is understood. If it is right, send the form again."))
        return data

    def explain(self, refused: Refused) -> None:
        """Put the sentence beside the field it is about."""
        self.add_error(refused.field if refused.field in self.fields else "deadline_text", refused.sentence)


# --- departments and leaders ----------------------------------------------------------------------


class PartRow(forms.Form):
    """One row of a task's departments: whom, and in which role. All rows send the same names."""

    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False, widget=SearchSelect)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=DepartmentRole.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class LeaderRow(forms.Form):
    """One row of a task's leaders."""

    leader = forms.ChoiceField(label=gettext_lazy("Supervising leader"), required=False, widget=SearchSelect)


LONGEST_LIST = 200


@dataclass(slots=True)
class Rows:
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
        if verb == "add" and len(self.values) < LONGEST_LIST:
            self.values.append(self._spare)
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
    def _spare(self) -> list[str]:
        return ["", DepartmentRole.RESPONSIBLE.value] if len(self.form.base_fields) > 1 else [""]

    @property
    def filled(self) -> list[forms.Form]:
        """The rows as forms, an empty one behind them to go on with."""
        rows = []
        for place, values in enumerate([*self.values, self._spare] if all(map(_names, self.values)) else self.values):
            initial = dict(zip(self.form.base_fields, values, strict=False))
            row = self.form(auto_id=f"{self.kind}-{place}-%s", initial=initial)
            row.fields[self._name].choices = self.choices
            if self.focus == row[self._name].auto_id:
                row.fields[self._name].widget.attrs["autofocus"] = True
            rows.append(row)
        return rows


def _names(row: list[str]) -> bool:
    return bool(row[0])


class EditTaskForm(Remembering, TaskActionForm):
    """Everything that can be corrected about one task, with one reason."""

    REMEMBERED = ("text", "remarks", "suggestion_text", "lead_in")
    TEXTS = REMEMBERED

    text = PrintedField(label=gettext_lazy("Task"), max_length=LONGEST_TEXT, rows=3)
    remarks = PrintedField(label=gettext_lazy("Remarks"), max_length=LONGEST_TEXT, rows=1)
    suggestion_text = PrintedField(label=gettext_lazy("Suggestion"), max_length=LONGEST_TEXT, rows=3)
    lead_in = PrintedField(
        label=gettext_lazy("Lead-in"),
        max_length=LONGEST_TEXT,
        rows=1,
        help_text=gettext_lazy("What the table prints before the first numbered task."),
    )
    effective_on = day_field(label=gettext_lazy("The corrected deadline counts from"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_TEXT,
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
            "last": date_format(last_change_of_state(task), "DATE_FORMAT")
        }
        self.deadline = DeadlineForm(data, task=task)
        self.fixed_deadline = ""
        try:
            check_correctable(task)
        except Refused as refused:
            self.fixed_deadline = refused.sentence
        self.part_errors: dict[str, list[str]] = {"departments": [], "leaders": []}
        self.departments, self.leaders = self._rows()

    def _rows(self) -> tuple[Rows, Rows]:
        departments = [[str(part.department_id), part.role] for part in self.task.task_departments.all()]
        leaders = [[str(part.person_id)] for part in self.task.task_leaders.all()]
        own = ([row[0] for row in departments], [row[0] for row in leaders])
        self.initial |= {"departments": _as_text(departments), "leaders": _as_text(leaders)}
        if self.is_bound and "department" in self.data:
            chosen, roles = self.data.getlist("department"), self.data.getlist("role")
            departments = [list(row) for row in zip(chosen, roles, strict=False)]
        if self.is_bound and "leader" in self.data:
            leaders = [[pk] for pk in self.data.getlist("leader")]
        nobody = _("Nobody")
        return (
            Rows(
                "departments",
                _without_end(departments),
                offered_choices(Department.objects.offered(own[0]), empty=nobody),
                PartRow,
            ),
            Rows(
                "leaders",
                _without_end(leaders),
                offered_choices(Person.objects.offered_as_leaders(own[1]), empty=nobody),
                LeaderRow,
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
        of_deadline = not self._corrects_deadline or self.deadline.is_valid()
        return super().is_valid() and of_deadline and not any(self.part_errors.values())

    @property
    def _corrects_deadline(self) -> bool:
        return not self.fixed_deadline and self.deadline.says_something

    def clean(self) -> dict:
        """Take the chosen rows; each has to be one that is offered."""
        data = super().clean()
        data["departments"] = self._chosen("departments", Department.objects.all())
        data["leaders"] = self._chosen("leaders", Person.objects.all())
        return data

    def _chosen(self, kind: str, known) -> list | None:
        values = getattr(self, kind).chosen
        if _as_text(values) == self.was(kind):
            return None
        offered = {str(pk) for pk, _label in _flat(getattr(self, kind).choices)}
        unknown = [row[0] for row in values if row[0] not in offered]
        if unknown:
            self.part_errors[kind].append(_("“%(value)s” is not in the list. Choose again.") % {"value": unknown[0]})
            return None
        rows = known.in_bulk([int(row[0]) for row in values])
        found = [(rows[int(row[0])], *row[1:]) for row in values]
        return found if kind == "departments" else [person for (person,) in found]

    @property
    def remembered(self) -> list[tuple[str, str]]:
        """The hidden fields, those of the deadline and of the rows included."""
        rows = [(f"was-{kind}", self.was(kind)) for kind in ("departments", "leaders")]
        return [*super().remembered, *rows, *([] if self.fixed_deadline else self.deadline.remembered)]

    @property
    def corrections(self) -> dict:
        """What was changed, as the verb takes it; goes with a valid form."""
        said = self.cleaned_data
        return {
            "texts": {name: said[name] for name in self.TEXTS if self.is_changed(name)},
            "departments": said["departments"],
            "leaders": said["leaders"],
            "deadline": self.deadline.value if self._corrects_deadline else None,
            "effective_on": said["effective_on"] or self.today,
        }

    def explain(self, refused: Refused) -> None:
        """Put the sentence of a verb that refused beside what it is about."""
        if refused.field in self.part_errors:
            self.part_errors[refused.field].append(refused.sentence)
        elif refused.field in ("deadline_text", "milestones"):
            self.deadline.explain(refused)
        else:
            super().explain(refused)

    def newer(self) -> EditTaskForm:
        """Return the form on the version that is there now: with what was typed, and for the rest what is there."""
        data = self.data.copy()
        data["version"] = str(self.task.version)
        both = self.caught_up(data)
        of_deadline = self.deadline.caught_up(data)
        for kind, names in (("departments", ("department", "role")), ("leaders", ("leader",))):
            now = self.initial[kind]
            if _as_text(getattr(self, kind).chosen) == self.was(kind):
                for at, name in enumerate(names):
                    data.setlist(name, [row[at] for row in _as_rows(now)])
            elif self.was(kind) != now:
                both[kind] = self._names(kind, now)
            data[f"was-{kind}"] = now
        form = type(self)(data, account=self.account, task=self.task, today=self.today)
        form.others, form.deadline.others = both, of_deadline
        form.is_valid()
        return form

    def _names(self, kind: str, rows: str) -> str:
        names = {str(pk): str(label) for pk, label in _flat(getattr(self, kind).choices)}
        # Translators: what stands between the items of a list.
        return _(", ").join(names.get(row[0], row[0]) for row in _as_rows(rows))


def _without_end(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows without the empty ones at the end; one in between keeps its place for the buttons."""
    while rows and not rows[-1][0]:
        rows = rows[:-1]
    return rows


def _as_text(rows: Sequence[Sequence[str]]) -> str:
    return " ".join(":".join(row) for row in rows)


def _as_rows(text: str) -> list[list[str]]:
    return [row.split(":") for row in text.split()]


def _flat(choices) -> list[tuple]:
    """Return grouped choices without their groups."""
    flat = []
    for value, label in choices:
        flat += label if isinstance(label, (list, tuple)) else [(value, label)]
    return [(value, label) for value, label in flat if value != ""]


# --- what an import left open ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """What one task gets of a row's departments or leaders: id, name and whether it has it; and another one."""

    task: Task
    name: str
    options: list[tuple[str, str, bool]]
    other: forms.BoundField


class OtherForm(forms.Form):
    """One more than the row prints."""

    other = forms.ChoiceField(required=False, widget=SearchSelect)


class QuestionForm(forms.Form):
    """What is right instead of what a question's tasks say now. ``question`` comes from `access`."""

    note = words_field(gettext_lazy("Reason, or how you know"), rows=2)

    def __init__(self, data=None, *, question: Question) -> None:
        super().__init__(data, auto_id=f"{question.anchor}-%s")
        self.question = question
        self.deadlines: list[DeadlineForm] = []
        self.shares: list[Share] = []
        match question.first.column:
            case ConfirmationColumn.DEADLINE:
                self.deadlines = [
                    DeadlineForm(data, task=task, prefix=f"task-{task.pk}", auto_id=f"{question.anchor}-%s")
                    for task in question.tasks
                ]
            case ConfirmationColumn.DEPARTMENTS:
                self._offer(_departments_of, Department.objects.offered())
            case ConfirmationColumn.LEADERS:
                self._offer(_leaders_of, Person.objects.offered_as_leaders())

    def _offer(self, parts_of: Callable[[Task], dict[str, str]], offered) -> None:
        printed: dict[str, str] = {}
        for task in self.question.tasks:
            printed |= parts_of(task)
        choices = offered_choices(offered, empty=_("Nobody else"))
        for task in self.question.tasks:
            name = f"task-{task.pk}"
            own = set(self.data.getlist(name)) if self.is_bound else set(parts_of(task))
            other = OtherForm(self.data if self.is_bound else None, prefix=name, auto_id=f"{self.question.anchor}-%s")
            other.fields["other"].choices = choices
            options = [(pk, label, pk in own) for pk, label in printed.items()]
            self.shares.append(Share(task, name, options, other["other"]))

    def is_valid(self) -> bool:
        """Whether all that was typed can be given to the verb."""
        deadlines = [form.is_valid() for form in self.deadlines if form.says_something]
        return super().is_valid() and all(deadlines)

    @property
    def corrections(self) -> dict[int, Correction]:
        """What is right instead, by the task's id; goes with a valid form."""
        if self.deadlines:
            return {
                form.task.pk: Correction(deadline=form.value if form.says_something else None)
                for form in self.deadlines
            }
        return {share.task.pk: self._of(share) for share in self.shares}

    def _of(self, share: Share) -> Correction:
        offered = {str(pk) for pk, _label in _flat(share.other.field.choices)}
        chosen = [pk for pk, _label, is_own in share.options if is_own]
        other = self.data.get(share.other.html_name, "")
        if other in offered and other not in chosen:
            chosen.append(other)
        ids = [int(pk) for pk in chosen]
        if self.question.first.column == ConfirmationColumn.LEADERS:
            people = Person.objects.in_bulk(ids)
            return Correction(leaders=[people[pk] for pk in ids])
        roles = {part.department_id: part.role for task in self.question.tasks for part in task.task_departments.all()}
        roles |= {part.department_id: part.role for part in share.task.task_departments.all()}
        departments = Department.objects.in_bulk(ids)
        return Correction(departments=[(departments[pk], roles.get(pk, DepartmentRole.RESPONSIBLE)) for pk in ids])

    def explain(self, refused: Refused) -> None:
        """Put the sentence of a verb that refused beside the field it is about."""
        if refused.field in ("deadline_text", "milestones") and len(self.deadlines) == 1:
            self.deadlines[0].explain(refused)
        else:
            self.add_error("note" if refused.field == "note" else None, refused.sentence)


def with_offered_day(question: Question) -> dict[int, Correction]:
    """Return the corrections that give the day a question offers to its tasks; the printed text stays."""
    day = question.offered.isoformat()
    return {task.pk: Correction(deadline=TypedDeadline(task.deadline_text, day)) for task in question.tasks}


def _departments_of(task: Task) -> dict[str, str]:
    return {str(part.department_id): part.department.name for part in task.task_departments.all()}


def _leaders_of(task: Task) -> dict[str, str]:
    return {str(part.person_id): str(part.person) for part in task.task_leaders.all()}
