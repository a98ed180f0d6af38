"""A row's values as the text of a form, and back: what is typed is read by the grammars that read the file.

A field left as it was shown keeps its value: reading a name twice need not give the same name.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from meetings.deadlines import Deadline, DeadlineProblem, read_deadline
from meetings.errors import Incomplete
from meetings.minutes.parser.cells import Department, read_departments, read_leaders, read_sources
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.person_names import Person, is_capacity, is_name, may_be_name
from meetings.minutes.parser.schema import Meeting, Row, Task

from .json_codec import FACTS

_ROLE_WORDS = {Role.LEAD: "牵头", Role.SUPPORTING: "配合"}
_LARGEST_NUMBER = 99_999


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as somebody typed it: its new values, the columns that changed, and what is doubtful in new deadlines."""

    row: Row
    changed: frozenset[str] = frozenset()
    doubts: tuple[DeadlineProblem, ...] = field(default=())


# --- values as text -------------------------------------------------------------------------------


def shown_departments(departments: Sequence[Department]) -> str:
    """Return departments as a cell prints them: 技术部、国际部（配合）."""
    return "、".join(
        f"{department.name}（{_ROLE_WORDS[department.role]}）" if department.role in _ROLE_WORDS else department.name
        for department in departments
    )


def shown_leaders(leaders: Sequence[str]) -> str:
    """Return leaders as a cell prints them."""
    return "、".join(leaders)


def shown_people(people: Sequence[Person]) -> str:
    """Return people as a cell of sources prints them: a line each, the capacity before the name."""
    return "\n".join(f"{person.capacity} {person.name}" if person.capacity else person.name for person in people)


def shown_milestones(milestones: Sequence[Deadline]) -> str:
    """Return milestones a line each, as printed."""
    return "\n".join(milestone.text for milestone in milestones)


# --- text as values -------------------------------------------------------------------------------


def row_as_typed(row: Row, typed: Mapping[str, str], facts: Meeting) -> TypedRow:
    """Return ``row`` with what was ``typed`` in the fields of its form; a field that is not there stays.

    Left-out years and the like are read against the days of ``facts``. Raises Incomplete for a number that is none.
    """
    text = {name: _tidied(value) for name, value in typed.items()}
    changed: set[str] = set()
    doubts: list[DeadlineProblem] = []
    tasks = []
    for at, task in enumerate(row.tasks):
        own = {
            name.removeprefix(f"task-{at}-"): value for name, value in text.items() if name.startswith(f"task-{at}-")
        }
        new, columns, of_task = _task_as_typed(task, own, facts)
        changed |= columns
        doubts.extend(doubt for doubt in of_task if doubt not in doubts)
        tasks.append(new)
    values = {"tasks": tuple(tasks)}
    for name in ("aspect", "suggestion", "lead_in", "remarks"):
        if name in text and text[name] != (getattr(row, name) or ""):
            values[name] = text[name] or (None if name in ("aspect", "suggestion") else "")
            changed.add(name)
    if "number" in text and (number := _number(text["number"])) != row.number:
        values["number"] = number
        changed.add("number")
    if "sources" in text and text["sources"] != shown_people(row.sources):
        values["sources"] = read_people(text["sources"])
        changed.add("sources")
    return TypedRow(replace(row, **values), frozenset(changed), tuple(doubts))


def _task_as_typed(
    task: Task, text: Mapping[str, str], facts: Meeting
) -> tuple[Task, set[str], tuple[DeadlineProblem, ...]]:
    values = {}
    if "text" in text and text["text"] != task.text:
        values["text"] = text["text"]
    if "departments" in text and text["departments"] != shown_departments(task.departments):
        values["departments"] = read_departments(text["departments"], Role.RESPONSIBLE).names
    if "leaders" in text and text["leaders"] != shown_leaders(task.leaders):
        values["leaders"] = read_leaders(text["leaders"])
    columns = {"tasks" if name == "text" else name for name in values}
    days = {"issued_on": facts.issued_on, "held_on": facts.held_on}
    doubts: list[DeadlineProblem | None] = []
    if "deadline" in text and text["deadline"] != task.deadline.text:
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
    if "milestones" in text and text["milestones"] != shown_milestones(task.milestones):
        readings = [read_deadline(line, **days) for line in text["milestones"].split("\n") if line]
        values["milestones"] = tuple(reading.deadline for reading in readings)
        doubts.extend(reading.problem for reading in readings)
    if {"deadline", "milestones"} & values.keys():
        columns = (columns - {"milestones"}) | {"deadline"}
    return replace(task, **values), columns, tuple(doubt for doubt in doubts if doubt is not None)


def facts_as_typed(facts: Meeting, typed: Mapping[str, str]) -> Meeting:
    """Return ``facts`` with what was ``typed``; raises Incomplete for a day that is none."""
    text = {name: _tidied(value) for name, value in typed.items()}
    values = {}
    for name in FACTS:
        if name in text:
            values[name] = _day(name, text[name]) if name.endswith("_on") else text[name] or None
    if "leads" in text and text["leads"] != shown_leaders(facts.leads):
        values["leads"] = read_leaders(text["leads"])
    if "attendees" in text and text["attendees"] != shown_people(facts.attendees):
        values["attendees"] = read_people(text["attendees"])
    return replace(facts, **values)


def read_people(typed: str) -> tuple[Person, ...]:
    """Return the people of a form's lines, as `shown_people` writes them: what stands before a name is its capacity.

    A capacity may hold commas then, which part two people where a cell is read. Any other line is read as a cell.
    """
    found: list[Person] = []
    for line in typed.split("\n"):
        capacity, _blank, name = line.strip().rpartition(" ")
        names_somebody = is_name(name) or (is_capacity(capacity) and may_be_name(name))
        if capacity and names_somebody and not any(map(is_name, re.split(r"[\s、，,；;/]+", capacity))):
            found.append(Person(name, capacity))
        else:
            found.extend(read_sources(line))
    return tuple(dict.fromkeys(found))


def _tidied(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _number(text: str) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= _LARGEST_NUMBER:
        return int(text)
    raise Incomplete(
        _("“%(value)s” is not the number of a row. Write a whole number, or nothing.") % {"value": text[:40]},
        field="number",
    )


def _day(name: str, text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Incomplete(
            _("“%(value)s” is not a day. Write it as year, month and day, such as 2023-12-31.") % {"value": text[:40]},
            field=name,
        ) from None
