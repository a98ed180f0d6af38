"""Conversion of a row's values to a form's texts and back.

What is entered is read by the grammars that read the file. An unchanged field retains its value: reading a name twice
need not give the same name. What is copied from a printed row is understood as that prints it: a text that numbers
several tasks becomes these tasks, and departments, leaders or a deadline entered for a task are those of the tasks
below it that have none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms

from meetings.deadlines import Deadline, DeadlineProblem, read_deadline
from meetings.errors import InvalidInputError
from meetings.minutes.parser.cells import ParsedDepartment, parse_departments, parse_leaders, parse_sources
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.person_names import ParsedPerson, can_be_name, is_capacity, is_name
from meetings.minutes.parser.schema import METADATA_FIELDS, ParsedMeeting, ParsedRow, ParsedTask

from .draft_forms import MetadataFields, RowFields, TaskFields
from .shared_values import share_entered_values

_ROLE_LABELS = {Role.LEAD: "牵头", Role.SUPPORTING: "配合"}


@dataclass(frozen=True, slots=True)
class ParsedRowForm:
    """A row from a form: its values, the changed columns, doubts about deadlines.

    ``shared`` are the columns that were entered once for several tasks.
    """

    row: ParsedRow
    changed: frozenset[str] = frozenset()
    deadline_problems: tuple[DeadlineProblem, ...] = field(default=())
    shared: frozenset[str] = frozenset()


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


def format_milestones(milestones: Sequence[Deadline]) -> str:
    """Return milestones a line each, as printed."""
    return "\n".join(milestone.text for milestone in milestones)


def format_row(row: ParsedRow) -> dict[str, str]:
    """Return the fields of a row's form, but for those of its tasks."""
    return {
        "number": "" if row.number is None else str(row.number),
        "aspect": row.aspect or "",
        "suggestion": row.suggestion or "",
        "lead_in": row.lead_in,
        "sources": format_people(row.sources),
        "remarks": row.remarks,
    }


def format_task(task: ParsedTask) -> dict[str, str]:
    """Return the fields of a task in its row's form."""
    return {
        "text": task.text,
        "departments": format_departments(task.departments),
        "leaders": format_names(task.leaders),
        "deadline": task.deadline.text,
        "meaning": "",
        "milestones": format_milestones(task.milestones),
    }


def format_metadata(metadata: ParsedMeeting) -> dict[str, str]:
    """Return the fields of the form of what stands around the table."""
    return {
        **{name: str(getattr(metadata, name) or "") for name in METADATA_FIELDS},
        "leads": format_names(metadata.leads),
        "attendees": format_people(metadata.attendees),
    }


# --- text as values -------------------------------------------------------------------------------


def parse_row_form(row: ParsedRow, form_data: Mapping[str, str], metadata: ParsedMeeting) -> ParsedRowForm:
    """Return ``row`` with the values of its form; a missing field stays.

    Left-out years and the like are read against the days of ``metadata``. Raises InvalidInputError for a number that
    is none.
    """
    changed: set[str] = set()
    doubts: list[DeadlineProblem] = []
    tasks: list[ParsedTask] = []
    for at, task in enumerate(row.tasks):
        new, columns, of_task = _parse_task_form(task, TaskFields(form_data, prefix=f"task-{at}"), metadata)
        changed |= columns
        doubts.extend(of_task)
        tasks.append(new)
    parsers = {"aspect": _or_none, "suggestion": _or_none, "sources": parse_people}
    values = _parse_changes(RowFields(form_data), format_row(row), parsers)
    changed |= values.keys()
    parsed_row, shared = share_entered_values(row, replace(row, **values, tasks=tuple(tasks)), metadata)
    doubts = list(dict.fromkeys([*doubts, *shared.deadline_problems]))
    return ParsedRowForm(parsed_row, frozenset(changed | shared.columns), tuple(doubts), frozenset(shared.columns))


def _parse_task_form(
    task: ParsedTask, form: TaskFields, metadata: ParsedMeeting
) -> tuple[ParsedTask, set[str], tuple[DeadlineProblem, ...]]:
    parsers = {"departments": _parse_responsible, "leaders": parse_leaders}
    text = _parse_changes(form, format_task(task), parsers)
    values: dict[str, Any] = {name: text[name] for name in ("text", "departments", "leaders") if name in text}
    columns = {"tasks" if name == "text" else name for name in values}
    days: dict[str, Any] = {"issued_on": metadata.issued_on, "held_on": metadata.held_on}
    doubts: list[DeadlineProblem | None] = []
    if "deadline" in text:
        reading = read_deadline(text["deadline"], **days)
        values["deadline"] = reading.deadline
        doubts.append(reading.problem)
        if reading.milestones:
            values["milestones"] = reading.milestones
    if text.get("meaning"):
        # The printed text stays what it was; only what it is understood to mean is another.
        reading = read_deadline(text["meaning"], **days)
        values["deadline"] = replace(reading.deadline, text=values.get("deadline", task.deadline).text)
        doubts = [reading.problem]
    if "milestones" in text:
        readings = [read_deadline(line, **days) for line in text["milestones"].split("\n") if line]
        values["milestones"] = tuple(reading.deadline for reading in readings)
        doubts.extend(reading.problem for reading in readings)
    if {"deadline", "milestones"} & values.keys():
        columns = (columns - {"milestones"}) | {"deadline"}
    return replace(task, **values), columns, tuple(doubt for doubt in doubts if doubt is not None)


def parse_metadata_form(metadata: ParsedMeeting, form_data: Mapping[str, str]) -> ParsedMeeting:
    """Return ``metadata`` with its form's values; raises InvalidInputError."""
    parsers = dict.fromkeys(METADATA_FIELDS, _or_none) | {"leads": parse_leaders, "attendees": parse_people}
    return replace(metadata, **_parse_changes(MetadataFields(form_data), format_metadata(metadata), parsers))


def _parse_changes(
    form: forms.Form, before: Mapping[str, str], parsers: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    """Return the values that were sent and are not those ``before``, parsed."""
    for name, errors in form.errors.items():
        raise InvalidInputError(str(errors[0]), field=name)
    return {
        name: parsers[name](value) if name in parsers else value
        for name, value in form.cleaned_data.items()
        if form.add_prefix(name) in form.data and ("" if value is None else str(value)) != before[name]
    }


def _or_none(value: Any) -> Any:
    return value or None


def _parse_responsible(text: str) -> tuple[ParsedDepartment, ...]:
    return parse_departments(text, Role.RESPONSIBLE).names


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
