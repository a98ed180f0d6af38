"""A row of a breakdown table as the parser returns it."""

from __future__ import annotations

from meetings.deadlines import Deadline, DeadlineKind
from meetings.minutes.parser.cells import ParsedDepartment as Printed
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.person_names import ParsedPerson as PrintedPerson
from meetings.minutes.parser.schema import ParsedRow, ParsedTask

ONGOING = Deadline("持续跟踪", DeadlineKind.ONGOING)


def row(*, departments=("技术部",), leaders=(), sources=()) -> ParsedRow:
    printed = tuple(Printed(name, Role.RESPONSIBLE) for name in departments)
    people = tuple(PrintedPerson(name, capacity) for name, capacity in sources)
    task = ParsedTask(None, "办理", printed, tuple(leaders), ONGOING)
    return ParsedRow(1, None, "建议", "", (task,), people, "")
