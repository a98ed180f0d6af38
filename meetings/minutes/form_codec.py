"""Conversion of a row's values to a form's texts and back.

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

from meetings.deadlines import DeadlineProblem, read_deadline
from meetings.errors import InvalidInputError
from meetings.minutes.parser.cells import ParsedDepartment, parse_departments, parse_leaders, parse_sources
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.person_names import ParsedPerson, can_be_name, is_capacity, is_name
from meetings.minutes.parser.schema import METADATA_FIELDS, ParsedMeeting, ParsedRow, ParsedTask

from .draft_forms import MetadataFields, RowFields, TaskFields
from .row_edits import RowEdit, share_entered_values

_ROLE_LABELS = {Role.LEAD: "牵头", Role.SUPPORTING: "配合"}


# --- values as text -------------------------------------------------------------------------------


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


_FORMATS: dict[str, Callable[[Any], str]] = {
    "departments": format_departments,
    "leaders": format_names,
    "leads": format_names,
    "sources": format_people,
    "attendees": format_people,
    "deadline": lambda deadline: deadline.text,
    "milestones": lambda milestones: "\n".join(milestone.text for milestone in milestones),
}


def format_fields(form: type[forms.Form], of: ParsedRow | ParsedTask | ParsedMeeting) -> dict[str, str]:
    """Return the texts of a form's fields for what it is about."""
    values = {name: getattr(of, name, None) for name in form.base_fields}
    return {name: "" if value is None else _FORMATS.get(name, str)(value) for name, value in values.items()}


# --- text as values -------------------------------------------------------------------------------


def parse_row_form(row: ParsedRow, form_data: Mapping[str, str], metadata: ParsedMeeting) -> RowEdit:
    """Return ``row`` with the values of its form; a missing field stays.

    Left-out years and the like are read against the days of ``metadata``. Raises InvalidInputError for a number that
    is none.
    """
    edit = RowEdit(row)
    for at, task in enumerate(row.tasks):
        values = _parse_changes(TaskFields(form_data, prefix=f"task-{at}"), task)
        edit.deadline_problems += _parse_deadlines(values, task, metadata)
        edit.changed |= {"tasks" if name == "text" else "deadline" if name == "milestones" else name for name in values}
        edit.tasks[at] = replace(task, **values)
    values = _parse_changes(RowFields(form_data), row)
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
    return replace(metadata, **_parse_changes(MetadataFields(form_data), metadata))


def _parse_changes(form: forms.Form, of: ParsedRow | ParsedTask | ParsedMeeting) -> dict[str, Any]:
    """Return the values that were sent and are not those there before, parsed."""
    for name, errors in form.errors.items():
        raise InvalidInputError(str(errors[0]), field=name)
    before = format_fields(type(form), of)
    return {
        name: _PARSERS[name](value) if name in _PARSERS else value
        for name, value in form.cleaned_data.items()
        if form.add_prefix(name) in form.data and ("" if value is None else str(value)) != before[name]
    }


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


_PARSERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("aspect", "suggestion", *METADATA_FIELDS), lambda value: value or None),
    "departments": lambda text: parse_departments(text, Role.RESPONSIBLE).names,
    "leaders": parse_leaders,
    "leads": parse_leaders,
    "sources": parse_people,
    "attendees": parse_people,
}
