"""The forms of a draft: a row, its tasks, and what stands around the table.

What is entered is read by the grammars that read the file. An unchanged field retains its value: reading a name twice
need not give the same name. What is copied from a printed row is understood as that prints it: a text that numbers
several tasks becomes these tasks, and departments, leaders or a deadline entered for a task are those of the tasks
below it that have none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from meetings.deadlines import DeadlineProblem, read_deadline
from meetings.display.fields import FIELDS
from meetings.errors import InvalidInputError
from meetings.minutes.parser.cells import ParsedDepartment, parse_departments, parse_leaders, parse_sources
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.person_names import ParsedPerson, can_be_name, is_capacity, is_name
from meetings.minutes.parser.schema import ParsedMeeting, ParsedRow, ParsedTask
from meetings.ui.fields import DayField

from .row_edits import RowEdit, share_entered_values

_ROLE_LABELS = {Role.LEAD: "牵头", Role.SUPPORTING: "配合"}


# --- values as text and back ----------------------------------------------------------------------


def format_departments(departments: Sequence[ParsedDepartment]) -> str:
    """Return departments as a cell prints them: 技术部、国际部（配合）."""
    return "、".join(
        f"{department.name}（{_ROLE_LABELS[department.role]}）" if department.role in _ROLE_LABELS else department.name
        for department in departments
    )


def format_names(names: Sequence[str]) -> str:
    """Return leaders as a cell prints them."""
    return "、".join(names)


def format_people(people: Sequence[ParsedPerson]) -> str:
    """Return people as a cell of sources prints them, a line each."""
    return "\n".join(f"{person.capacity} {person.name}" if person.capacity else person.name for person in people)


def parse_people(text: str) -> tuple[ParsedPerson, ...]:
    """Return the people of a form's lines, as `format_people` writes them.

    What stands before a name is its capacity, which may hold commas, where a cell would be two people. Any other line
    is read as a cell.
    """
    people: list[ParsedPerson] = []
    for line in text.split("\n"):
        capacity, _blank, name = line.strip().rpartition(" ")
        names_somebody = is_name(name) or (is_capacity(capacity) and can_be_name(name))
        if capacity and names_somebody and not any(map(is_name, re.split(r"[\s、，,；;/]+", capacity))):
            people.append(ParsedPerson(name, capacity))
        else:
            people.extend(parse_sources(line))
    return tuple(dict.fromkeys(people))


def _parse_responsible(text: str) -> tuple[ParsedDepartment, ...]:
    return parse_departments(text, Role.RESPONSIBLE).names


def _parse_number(text: str) -> int | None:
    if not re.fullmatch("[0-9]{0,5}", text):
        message = gettext("“%(value)s” is not the number of a row. Write a whole number, or nothing.")
        raise forms.ValidationError(message % {"value": text[:40]})
    return int(text) if text else None


# --- fields ---------------------------------------------------------------------------------------


class LinesField(forms.CharField):
    """Text whose lines are stripped; empty lines and NUL characters go.

    It shows a value as ``format`` writes it, and reads it with ``parse``. How long the text may be is said where the
    draft is accepted.
    """

    def __init__(
        self,
        format: Callable[[Any], str] = str,
        parse: Callable[[str], Any] | None = None,
        *,
        rows: int = 0,
        attrs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.format, self.parse = format, parse
        attrs = {"class": "form-control", **(attrs or {})}
        widget = forms.Textarea({**attrs, "rows": rows}) if rows else forms.TextInput(attrs)
        super().__init__(required=False, widget=widget, **options)

    def prepare_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return "" if value is None else self.format(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def to_python(self, value: Any) -> str | None:
        lines = re.split(r"\r\n?|\n", (super().to_python(value) or "").replace("\0", ""))
        return "\n".join(line.strip() for line in lines if line.strip()) or self.empty_value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.parse(text) if self.parse else text


class MetadataDayField(DayField):
    """A day around the table; its message, shown above the fields, quotes the value."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            message = gettext("“%(value)s” is not a day. Write it as year, month and day, such as 2023-12-31.")
            raise forms.ValidationError(message % {"value": value[:40]}) from None


class RowFields(forms.Form):
    """The fields of a row, but for those of its tasks."""

    number = LinesField(parse=_parse_number)
    aspect = LinesField(empty_value=None)
    suggestion = LinesField(empty_value=None)
    lead_in = LinesField()
    sources = LinesField(format_people, parse_people)
    remarks = LinesField()


class TaskFields(forms.Form):
    """The fields of one task of a row; the prefix is its place."""

    text = LinesField()
    departments = LinesField(format_departments, _parse_responsible)
    leaders = LinesField(format_names, parse_leaders)
    deadline = LinesField(lambda deadline: deadline.text)
    meaning = LinesField()
    milestones = LinesField(lambda milestones: "\n".join(milestone.text for milestone in milestones))


class MetadataFields(forms.Form):
    """What stands around the table."""

    field_classes = {"title": "wide", "breakdown_title": "wide", "attendees": "wide"}

    title = LinesField(label=gettext_lazy("Title of the meeting"), attrs={"maxlength": 200}, empty_value=None)
    document_number = LinesField(label=FIELDS["document_number"].label, attrs={"maxlength": 100}, empty_value=None)
    issued_on = MetadataDayField(label=FIELDS["issued_on"].label, required=False)
    held_on = MetadataDayField(label=FIELDS["held_on"].label, required=False)
    place = LinesField(label=FIELDS["place"].label, attrs={"maxlength": 200}, empty_value=None)
    body = LinesField(label=FIELDS["body"].label, attrs={"maxlength": 200, "list": "bodies"}, empty_value=None)
    host = LinesField(label=FIELDS["host"].label, attrs={"maxlength": 200}, empty_value=None)
    chair = LinesField(label=FIELDS["chair"].label, attrs={"maxlength": 50}, empty_value=None)
    overall_lead = LinesField(label=FIELDS["overall_lead"].label, attrs={"maxlength": 50}, empty_value=None)
    leads = LinesField(
        format_names,
        parse_leaders,
        label=FIELDS["leads"].label,
        attrs={"maxlength": 1000},
        help_text=gettext_lazy("In printed order, for example: 肖良、张朝华"),
    )
    breakdown_title = LinesField(label=FIELDS["breakdown_title"].label, attrs={"maxlength": 200}, empty_value=None)
    attendees = LinesField(
        format_people,
        parse_people,
        label=FIELDS["attendees"].label,
        rows=6,
        help_text=gettext_lazy("A line each, the capacity before the name."),
    )


def format_fields(form: type[forms.Form], of: ParsedRow | ParsedTask | ParsedMeeting) -> dict[str, str]:
    """Return the texts of a form's fields for what it is about."""
    values = {name: field.prepare_value(getattr(of, name, None)) for name, field in form.base_fields.items()}
    return {name: "" if value is None else str(value) for name, value in values.items()}


# --- what was sent --------------------------------------------------------------------------------


def parse_row_form(row: ParsedRow, form_data: Mapping[str, str], metadata: ParsedMeeting) -> RowEdit:
    """Return ``row`` with the values of its form; a missing field stays.

    Left-out years and the like are read against the days of ``metadata``. Raises InvalidInputError for a number that
    is none.
    """
    edit = RowEdit(row)
    for at, task in enumerate(row.tasks):
        values = _parse_changes(TaskFields, form_data, task, prefix=f"task-{at}")
        edit.deadline_problems += _parse_deadlines(values, task, metadata)
        edit.changed |= {"tasks" if name == "text" else "deadline" if name == "milestones" else name for name in values}
        edit.tasks[at] = replace(task, **values)
    values = _parse_changes(RowFields, form_data, row)
    edit.base = replace(row, **values)
    share_entered_values(row, edit, metadata)
    edit.changed |= {*values, *edit.shared}
    return edit


def _parse_deadlines(values: dict[str, Any], task: ParsedTask, metadata: ParsedMeeting) -> list[DeadlineProblem]:
    """Parse the deadline and milestones among ``values``; return what is doubtful."""
    days: dict[str, Any] = {"issued_on": metadata.issued_on, "held_on": metadata.held_on}
    lines, meaning = values.pop("milestones", None), values.pop("meaning", "")
    doubts: list[DeadlineProblem | None] = []
    if "deadline" in values:
        reading = read_deadline(values["deadline"], **days)
        values["deadline"], doubts = reading.deadline, [reading.problem]
        if reading.milestones:
            values["milestones"] = reading.milestones
    if meaning:
        # The printed text stays what it was; only what it is understood to mean is another.
        reading = read_deadline(meaning, **days)
        values["deadline"] = replace(reading.deadline, text=values.get("deadline", task.deadline).text)
        doubts = [reading.problem]
    if lines is not None:
        readings = [read_deadline(line, **days) for line in lines.split("\n") if line]
        values["milestones"] = tuple(reading.deadline for reading in readings)
        doubts += [reading.problem for reading in readings]
    return [doubt for doubt in doubts if doubt is not None]


def parse_metadata_form(metadata: ParsedMeeting, form_data: Mapping[str, str]) -> ParsedMeeting:
    """Return ``metadata`` with its form's values; raises InvalidInputError."""
    return replace(metadata, **_parse_changes(MetadataFields, form_data, metadata))


def _parse_changes(
    form_class: type[forms.Form],
    form_data: Mapping[str, str],
    of: ParsedRow | ParsedTask | ParsedMeeting,
    prefix: str | None = None,
) -> dict[str, Any]:
    """Return the values that were sent and are others than those of ``of``."""
    initial = {name: getattr(of, name, None) for name in form_class.base_fields}
    form = form_class(form_data, initial=initial, prefix=prefix)
    for name, errors in form.errors.items():
        raise InvalidInputError(str(errors[0]), field=name)
    return {name: form.cleaned_data[name] for name in form.changed_data if form.add_prefix(name) in form.data}
