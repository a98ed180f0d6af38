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
from meetings.minutes.parser.cells import ParsedDepartment
from meetings.minutes.parser.column_headers import Role, find_header_rows
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.person_names import ParsedPerson
from meetings.minutes.parser.schema import Origin, ParsedMeeting, ParsedMinutes, ParsedRow, ParsedTask

from .documents import Document

Json = dict[str, Any]

#: A cell of the file beyond this length is shown with its beginning only.
MAX_SOURCE_CELL_LENGTH = 5_000


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file read, ready to become a draft: ``format`` as `documents.detect` names it, a list of cells per row."""

    format: str
    minutes: ParsedMinutes
    sources: tuple[tuple[str, ...], ...] = field(default=())


def collect_source_cells(document: Document, origin: Origin) -> tuple[str, ...]:
    """Return the printed cells that the row at ``origin`` was read from, each once, in the order of the page."""
    tables = list(document.tables)
    rows: list[Sequence[Cell]] = []
    if 0 < origin.table <= len(tables):
        own = tables[origin.table - 1]
        if origin.first_row <= origin.last_row:
            rows.extend(_rows_without_headers(own, origin.first_row, origin.last_row))
        else:
            # A page cut the row: its end stands in the next table, counted from there.
            rows.extend(_rows_without_headers(own, origin.first_row, len(own.rows)))
            if origin.table < len(tables):
                rows.extend(_rows_without_headers(tables[origin.table], 1, origin.last_row))
    distinct = dict.fromkeys(cell for row in rows for cell in row if not cell.is_blank)
    return tuple(cell.printed.replace(SOFT_BREAK, "\n").strip()[:MAX_SOURCE_CELL_LENGTH] for cell in distinct)


def _rows_without_headers(table: Table, first: int, last: int) -> list[Sequence[Cell]]:
    """Return the rows from ``first`` to ``last`` (1 for the table's first) but for heads repeated among them."""
    headers = {at for head in find_header_rows(table) for at in range(head.first, head.last + 1)}
    return [table.rows[at] for at in range(first - 1, min(last, len(table.rows))) if at not in headers]


def parsed_file_to_json(parsed: ParsedFile) -> Json:
    """Return everything that was read as JSON holds it."""
    return {
        "format": parsed.format,
        "facts": metadata_to_json(parsed.minutes.meeting),
        "rows": [{**row_to_json(row), "origin": _origin_to_json(row.origin)} for row in parsed.minutes.rows],
        "problems": [issue_to_json(problem) for problem in parsed.minutes.problems],
        "sources": [list(cells) for cells in parsed.sources],
    }


def parsed_file_from_json(data: Json) -> ParsedFile:
    """The reverse of `parsed_file_to_json`."""
    rows = tuple(replace(row_from_json(row), origin=Origin(*row["origin"])) for row in data["rows"])
    issues = tuple(issue_from_json(problem) for problem in data["problems"])
    minutes = ParsedMinutes(metadata_from_json(data["facts"]), rows, issues)
    return ParsedFile(data["format"], minutes, tuple(tuple(cells) for cells in data["sources"]))


# --- the meeting ----------------------------------------------------------------------------------

_DAY_FIELDS = ("held_on", "issued_on")
METADATA_FIELDS = (
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


def metadata_to_json(meeting: ParsedMeeting) -> Json:
    """Return what stands around the table as JSON holds it."""
    metadata = {name: getattr(meeting, name) for name in METADATA_FIELDS}
    metadata.update({name: metadata[name].isoformat() for name in _DAY_FIELDS if metadata[name]})
    return {**metadata, "leads": list(meeting.leads), "attendees": _people_to_json(meeting.attendees)}


def metadata_from_json(data: Json) -> ParsedMeeting:
    """The reverse of `metadata_to_json`; what is missing is what the file does not say."""
    metadata = {name: data.get(name) for name in METADATA_FIELDS}
    metadata.update({name: _day_from_json(metadata[name]) for name in _DAY_FIELDS})
    return ParsedMeeting(
        **metadata, leads=tuple(data.get("leads", ())), attendees=_people_from_json(data.get("attendees", ()))
    )


# --- a row ----------------------------------------------------------------------------------------


def row_to_json(row: ParsedRow) -> Json:
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
                "deadline": deadline_to_json(task.deadline),
                "milestones": [deadline_to_json(milestone) for milestone in task.milestones],
            }
            for task in row.tasks
        ],
        "sources": _people_to_json(row.sources),
        "remarks": row.remarks,
    }


def row_from_json(data: Json) -> ParsedRow:
    """The reverse of `row_to_json`; the place in the file is nowhere."""
    return ParsedRow(
        number=data["number"],
        aspect=data["aspect"],
        suggestion=data["suggestion"],
        lead_in=data["lead_in"],
        tasks=tuple(
            ParsedTask(
                number=task["number"],
                text=task["text"],
                departments=tuple(ParsedDepartment(each["name"], Role(each["role"])) for each in task["departments"]),
                leaders=tuple(task["leaders"]),
                deadline=deadline_from_json(task["deadline"]),
                milestones=tuple(deadline_from_json(milestone) for milestone in task["milestones"]),
            )
            for task in data["tasks"]
        ),
        sources=_people_from_json(data["sources"]),
        remarks=data["remarks"],
        origin=UNKNOWN_ORIGIN,
    )


UNKNOWN_ORIGIN = Origin(0, 0, 0)


def deadline_to_json(deadline: Deadline) -> Json:
    """Return a deadline as JSON holds it."""
    return {
        "text": deadline.text,
        "kind": str(deadline.kind),
        "due_date": deadline.due_date.isoformat() if deadline.due_date else None,
        "precision": str(deadline.precision) if deadline.precision else None,
        "review_months": deadline.review_months,
    }


def deadline_from_json(data: Json) -> Deadline:
    """The reverse of `deadline_to_json`."""
    return Deadline(
        text=data["text"],
        kind=DeadlineKind(data["kind"]),
        due_date=_day_from_json(data["due_date"]),
        precision=Precision(data["precision"]) if data["precision"] else None,
        review_months=data["review_months"],
    )


# --- problems -------------------------------------------------------------------------------------


def issue_to_json(issue: ParserIssue) -> Json:
    """Return a problem as JSON holds it."""
    doubt = issue.deadline_problem
    return {
        "row": issue.row,
        "column": issue.column,
        "value": issue.value,
        "code": str(issue.code),
        "parameters": dict(issue.parameters),
        "doubt": doubt
        and {
            "code": str(doubt.code),
            "value": doubt.value,
            "offered": doubt.offered.isoformat() if doubt.offered else None,
        },
    }


def issue_from_json(data: Json) -> ParserIssue:
    """The reverse of `issue_to_json`."""
    doubt = data["doubt"]
    return ParserIssue(
        row=data["row"],
        column=data["column"],
        value=data["value"],
        code=ProblemCode(data["code"]),
        parameters=data["parameters"],
        deadline_problem=doubt
        and DeadlineProblem(DoubtCode(doubt["code"]), doubt["value"], _day_from_json(doubt["offered"])),
    )


def _people_to_json(people: Iterable[ParsedPerson]) -> list[Json]:
    return [{"name": person.name, "capacity": person.capacity} for person in people]


def _people_from_json(data: Iterable[Json]) -> tuple[ParsedPerson, ...]:
    return tuple(ParsedPerson(person["name"], person["capacity"]) for person in data)


def _origin_to_json(origin: Origin) -> list[int]:
    return [origin.table, origin.first_row, origin.last_row]


def _day_from_json(data: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(data) if data else None
