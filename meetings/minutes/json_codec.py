"""What was read, as JSON and back: for a draft that outlives the browser, and across the border of a process.

Knows no database and no Django. `to_json` in ``minutes`` is the contract of the command; this is the house's own form,
which keeps what that leaves out (codes of problems, the rhythm of a deadline, where a row stands in the file).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import Deadline, DeadlineKind, DeadlineProblem, Precision
from meetings.deadlines import ProblemCode as DoubtCode
from meetings.minutes.documents.model import SOFT_BREAK, Cell, Table
from meetings.minutes.parser.cells import Department
from meetings.minutes.parser.column_headers import Role, head_rows
from meetings.minutes.parser.issues import Problem
from meetings.minutes.parser.person_names import Person
from meetings.minutes.parser.schema import Meeting, Minutes, Origin, Row, Task

from .documents import Document

Json = dict[str, Any]

#: A cell of the file beyond this length is shown with its beginning only.
LONGEST_SOURCE_CELL = 5_000


@dataclass(frozen=True, slots=True)
class ReadMinutes:
    """A file read, ready to become a draft: ``format`` as `documents.detect` names it, a list of cells per row."""

    format: str
    minutes: Minutes
    sources: tuple[tuple[str, ...], ...] = field(default=())


def source_cells(document: Document, origin: Origin) -> tuple[str, ...]:
    """Return the printed cells that the row at ``origin`` was read from, each once, in the order of the page."""
    tables = list(document.tables)
    rows: list[Sequence[Cell]] = []
    if 0 < origin.table <= len(tables):
        own = tables[origin.table - 1]
        if origin.first_row <= origin.last_row:
            rows.extend(_rows_without_heads(own, origin.first_row, origin.last_row))
        else:
            # A page cut the row: its end stands in the next table, counted from there.
            rows.extend(_rows_without_heads(own, origin.first_row, len(own.rows)))
            if origin.table < len(tables):
                rows.extend(_rows_without_heads(tables[origin.table], 1, origin.last_row))
    distinct = dict.fromkeys(cell for row in rows for cell in row if not cell.is_blank)
    return tuple(cell.printed.replace(SOFT_BREAK, "\n").strip()[:LONGEST_SOURCE_CELL] for cell in distinct)


def _rows_without_heads(table: Table, first: int, last: int) -> list[Sequence[Cell]]:
    """Return the rows from ``first`` to ``last`` (1 for the table's first) but for heads repeated among them."""
    heads = {at for head in head_rows(table) for at in range(head.first, head.last + 1)}
    return [table.rows[at] for at in range(first - 1, min(last, len(table.rows))) if at not in heads]


def written_reading(read: ReadMinutes) -> Json:
    """Return everything that was read as JSON holds it."""
    return {
        "format": read.format,
        "facts": written_facts(read.minutes.meeting),
        "rows": [{**written_row(row), "origin": _origin(row.origin)} for row in read.minutes.rows],
        "problems": [written_problem(problem) for problem in read.minutes.problems],
        "sources": [list(cells) for cells in read.sources],
    }


def reading_from(written: Json) -> ReadMinutes:
    """The reverse of `written_reading`."""
    rows = tuple(replace(row_from(row), origin=Origin(*row["origin"])) for row in written["rows"])
    problems = tuple(problem_from(problem) for problem in written["problems"])
    minutes = Minutes(facts_from(written["facts"]), rows, problems)
    return ReadMinutes(written["format"], minutes, tuple(tuple(cells) for cells in written["sources"]))


# --- the meeting ----------------------------------------------------------------------------------

_DAYS = ("held_on", "issued_on")
FACTS = (
    "title",
    "body",
    "breakdown_title",
    "document_number",
    "held_on",
    "issued_on",
    "place",
    "host",
    "chair",
    "overall_lead",
)


def written_facts(meeting: Meeting) -> Json:
    """Return what stands around the table as JSON holds it."""
    facts = {name: getattr(meeting, name) for name in FACTS}
    facts.update({name: facts[name].isoformat() for name in _DAYS if facts[name]})
    return {**facts, "leads": list(meeting.leads), "attendees": _written_people(meeting.attendees)}


def facts_from(written: Json) -> Meeting:
    """The reverse of `written_facts`; what is missing is what the file does not say."""
    facts = {name: written.get(name) for name in FACTS}
    facts.update({name: _day_from(facts[name]) for name in _DAYS})
    return Meeting(**facts, leads=tuple(written.get("leads", ())), attendees=_people_from(written.get("attendees", ())))


# --- a row ----------------------------------------------------------------------------------------


def written_row(row: Row) -> Json:
    """Return a row as JSON holds it, without its place in the file."""
    return {
        "number": row.number,
        "aspect": row.aspect,
        "suggestion": row.suggestion,
        "lead_in": row.lead_in,
        "tasks": [
            {
                "number": task.number,
                "text": task.text,
                "departments": [{"name": each.name, "role": str(each.role)} for each in task.departments],
                "leaders": list(task.leaders),
                "deadline": written_deadline(task.deadline),
                "milestones": [written_deadline(milestone) for milestone in task.milestones],
            }
            for task in row.tasks
        ],
        "sources": _written_people(row.sources),
        "remarks": row.remarks,
    }


def row_from(written: Json) -> Row:
    """The reverse of `written_row`; the place in the file is nowhere."""
    return Row(
        number=written["number"],
        aspect=written["aspect"],
        suggestion=written["suggestion"],
        lead_in=written["lead_in"],
        tasks=tuple(
            Task(
                number=task["number"],
                text=task["text"],
                departments=tuple(Department(each["name"], Role(each["role"])) for each in task["departments"]),
                leaders=tuple(task["leaders"]),
                deadline=deadline_from(task["deadline"]),
                milestones=tuple(deadline_from(milestone) for milestone in task["milestones"]),
            )
            for task in written["tasks"]
        ),
        sources=_people_from(written["sources"]),
        remarks=written["remarks"],
        origin=NOWHERE,
    )


NOWHERE = Origin(0, 0, 0)


def written_deadline(deadline: Deadline) -> Json:
    """Return a deadline as JSON holds it."""
    return {
        "text": deadline.text,
        "kind": str(deadline.kind),
        "due_date": deadline.due_date.isoformat() if deadline.due_date else None,
        "precision": str(deadline.precision) if deadline.precision else None,
        "review_months": deadline.review_months,
    }


def deadline_from(written: Json) -> Deadline:
    """The reverse of `written_deadline`."""
    return Deadline(
        text=written["text"],
        kind=DeadlineKind(written["kind"]),
        due_date=_day_from(written["due_date"]),
        precision=Precision(written["precision"]) if written["precision"] else None,
        review_months=written["review_months"],
    )


# --- problems -------------------------------------------------------------------------------------


def written_problem(problem: Problem) -> Json:
    """Return a problem as JSON holds it."""
    doubt = problem.doubt
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "code": str(problem.code),
        "parameters": dict(problem.parameters),
        "doubt": doubt
        and {
            "code": str(doubt.code),
            "value": doubt.value,
            "offered": doubt.offered.isoformat() if doubt.offered else None,
        },
    }


def problem_from(written: Json) -> Problem:
    """The reverse of `written_problem`."""
    doubt = written["doubt"]
    return Problem(
        row=written["row"],
        column=written["column"],
        value=written["value"],
        code=ProblemCode(written["code"]),
        parameters=written["parameters"],
        doubt=doubt and DeadlineProblem(DoubtCode(doubt["code"]), doubt["value"], _day_from(doubt["offered"])),
    )


def _written_people(people: Iterable[Person]) -> list[Json]:
    return [{"name": person.name, "capacity": person.capacity} for person in people]


def _people_from(written: Iterable[Json]) -> tuple[Person, ...]:
    return tuple(Person(person["name"], person["capacity"]) for person in written)


def _origin(origin: Origin) -> list[int]:
    return [origin.table, origin.first_row, origin.last_row]


def _day_from(written: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(written) if written else None
