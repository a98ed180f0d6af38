"""Reading of an entry into a row of the minutes, with its doubts."""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import tidy_text
from meetings.deadlines import Deadline, DeadlineKind, Reading, read_cell, read_row_deadlines
from meetings.minutes.documents.model import SOFT_BREAK, Cell
from meetings.minutes.parser.issues import ParserIssue

from .cells import (
    ParsedDepartment,
    ParsedDepartments,
    is_nobody,
    is_run_together,
    parse_departments,
    parse_leaders,
    parse_sources,
    separate_people,
)
from .column_headers import Column, Role, is_task_header
from .coverage import fold_row, is_covered
from .ordinals import Part, leading_ordinal, split_numbered_parts
from .person_names import collapse_spaced_names
from .printed_names import is_doubtful_leader, is_doubtful_office, without_others
from .row_numbers import EntryNumber
from .schema import ParsedRow, ParsedTask
from .table_entries import DUTIES, TableEntry, TableRow

_UNDATED = Deadline("", DeadlineKind.UNDECIDED)
_PEOPLE_IN_HEAD = re.compile(r"责任人|负责人|联系人")


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """What the reading of a row needs to know of the whole document."""

    columns: frozenset[Column]
    issued_on: datetime.date | None
    held_on: datetime.date | None
    is_first_lead: bool
    year: int | None = None


@dataclass(slots=True)
class _TaskGroup:
    """The tasks of one 工作任务 cell, with the table rows it covers."""

    rows: list[TableRow]
    lead_in: str
    parts: tuple[Part, ...]

    def cells(self, column: Column) -> list[Cell]:
        return list(dict.fromkeys(cell for row in self.rows for _, cell in row.cells.get(column, ())))


class RowParser:
    """Parser of one entry; ``position`` is its place in the minutes' rows, from 1."""

    def __init__(self, entry: TableEntry, position: int, context: DocumentContext) -> None:
        self._entry = entry
        self._position = position
        self._context = context
        self.problems: list[ParserIssue] = []
        self.prefixed_names: list[str] = []

    def row(self, number: EntryNumber, task_texts: dict[Cell, str]) -> ParsedRow:
        """Return the row; ``task_texts`` are those of `parse_numbers`."""
        suggestion = number.suggestion
        groups = self._groups(suggestion, task_texts)
        tasks = [task for group in groups for task in self._tasks(group)]
        self._report_shared_names(groups, Column.DEPARTMENTS, ProblemCode.DEPARTMENTS_OF_SEVERAL_TASKS)
        self._report_shared_names(groups, Column.LEADERS, ProblemCode.LEADERS_OF_SEVERAL_TASKS)
        if not any(part.text for group in groups for part in group.parts):
            self._report(Column.TASKS, "", ProblemCode.NO_TASK)
        if any(row.is_hidden for row in self._entry.rows):
            self._report(Column.TASKS, (tasks[0].text if tasks else suggestion or "")[:40], ProblemCode.HIDDEN_ROW)
        aspect = " / ".join(filter(None, (self._entry.section, self._entry.aspect)))
        row = ParsedRow(
            number=number.number,
            aspect=aspect or None,
            suggestion=suggestion,
            lead_in="\n".join(group.lead_in for group in groups if group.lead_in),
            tasks=tuple(tasks),
            sources=parse_sources(self._entry.text(Column.SOURCES)),
            remarks="\n".join([*self._remarks(), *([f"序号：{number.unread}"] if number.unread else [])]),
            origin=self._entry.origin,
        )
        unsaid = "\n".join(self._texts_not_read(row))
        return replace(row, remarks="\n".join(filter(None, (row.remarks, unsaid)))) if unsaid else row

    def _report(self, column: Column, value: str, code: ProblemCode, **parameters: int) -> None:
        issue = ParserIssue(self._position, str(column), value, code, parameters)
        if issue not in self.problems:
            self.problems.append(issue)

    # --- tasks ------------------------------------------------------------------------------------

    def _groups(self, suggestion: str | None, task_texts: dict[Cell, str]) -> list[_TaskGroup]:
        if Column.TASKS not in self._context.columns:
            return [_TaskGroup(self._entry.rows, "", (Part(None, suggestion or ""),))]
        groups: dict[tuple[Cell, ...], _TaskGroup] = {}
        for row in self._entry.rows:
            cells = tuple(cell for _, cell in row.cells.get(Column.TASKS, ()))
            if cells and cells in groups:
                groups[cells].rows.append(row)
                continue
            text = "\n".join(task_texts.get(cell) or tidy_text(cell.text) for cell in cells)
            text = text or _coarser_task(row)
            before = [part.number for group in groups.values() for part in group.parts]
            goes_on = before == list(range(1, len(before) + 1)) and leading_ordinal(text)
            first = len(before) + 1 if before and goes_on and goes_on.number == len(before) + 1 else 1
            lead_in, parts = split_numbered_parts(text, first)
            groups[cells] = _TaskGroup([row], lead_in, parts)
        filled = [group for group in groups.values() if any(part.text for part in group.parts)]
        if not filled and not any(row.has(column) for row in self._entry.rows for column in DUTIES):
            return []
        return filled or list(groups.values())[:1]

    def _tasks(self, group: _TaskGroup) -> Iterator[ParsedTask]:
        departments = self._departments(group)
        leaders = self._leaders(group)
        readings = self._deadlines(group)
        for at, part in enumerate(group.parts):
            yield ParsedTask(
                part.number,
                part.text,
                departments[at],
                leaders[at],
                readings[at].deadline,
                readings[at].milestones,
            )

    def _report_shared_names(self, groups: Sequence[_TaskGroup], column: Column, code: ProblemCode) -> None:
        """Report several names in a row of several tasks, for a person to assign."""
        tasks: dict[Cell, int] = {}
        for group in groups:
            for cell in group.cells(column):
                tasks[cell] = tasks.get(cell, 0) + len(group.parts)
        for group in groups:
            cells = group.cells(column)
            if len(group.parts) > 1 and self._split_per_task(cells, len(group.parts)):
                continue
            count = max((tasks[cell] for cell in cells), default=0)
            names = self._names(group, column)
            if count > 1 and len(names) > 1:
                self._report(column, "、".join(names), code, names=len(names), tasks=count)
                return

    def _names(self, group: _TaskGroup, column: Column) -> list[str]:
        if column is Column.LEADERS:
            return list(dict.fromkeys(name for cell in group.cells(column) for name in parse_leaders(cell.raw_text)))
        return [department.name for department in self._cell_departments(group).names]

    @staticmethod
    def _split_per_task(cells: Sequence[Cell], count: int) -> list[str] | None:
        """Split a cell that numbers its names as the row numbers its tasks."""
        if len(cells) != 1:
            return None
        lead_in, parts = split_numbered_parts(cells[0].raw_text.replace(SOFT_BREAK, "\n"))
        return [part.text for part in parts] if len(parts) == count > 1 and not lead_in else None

    def _cell_departments(self, group: _TaskGroup, raw_text: str | None = None) -> ParsedDepartments:
        """Return the departments of the group's rows, with their columns' roles."""
        names: dict[str, ParsedDepartment] = {}
        others = ""
        people: list[str] = []
        carried: list[str] = []
        for row in group.rows:
            columns = row.cells.get(Column.DEPARTMENTS, ())
            has_lead = any(header.role is Role.LEAD for header, _ in columns)
            for header, cell in columns:
                names_people = bool(_PEOPLE_IN_HEAD.search(header.text))
                text = cell.raw_text if raw_text is None else raw_text
                read = parse_departments(
                    collapse_spaced_names(text) if names_people else text,
                    header.role or Role.RESPONSIBLE,
                    is_first_lead=self._context.is_first_lead and not has_lead,
                )
                read = separate_people(read, are_expected=names_people)
                for department in read.names:
                    names.setdefault(department.name, department)
                others = others or read.others
                people.extend(read.people)
                carried.extend(read.prefixed_names)
        return ParsedDepartments(tuple(names.values()), others, tuple(carried), tuple(dict.fromkeys(people)))

    def _departments(self, group: _TaskGroup) -> list[tuple[ParsedDepartment, ...]]:
        count = len(group.parts)
        if Column.DEPARTMENTS not in self._context.columns:
            return [()] * count
        cells = group.cells(Column.DEPARTMENTS)
        read = self._cell_departments(group)
        self.prefixed_names.extend(read.prefixed_names)
        if not read.names and not any(is_nobody(cell.raw_text) for cell in cells):
            self._report(Column.DEPARTMENTS, "", ProblemCode.NO_DEPARTMENT)
        if read.others:
            self._report(Column.DEPARTMENTS, read.others, ProblemCode.UNNAMED_DEPARTMENTS)
        for name in (department.name for department in read.names if is_doubtful_office(department.name)):
            self._report(Column.DEPARTMENTS, name, ProblemCode.DOUBTFUL_NAME)
        headers = {head.text for row in group.rows for head, _ in row.cells.get(Column.DEPARTMENTS, ())}
        if read.people and not any(_PEOPLE_IN_HEAD.search(head) for head in headers):
            self._report(Column.DEPARTMENTS, "、".join(read.people), ProblemCode.PERSON_AMONG_DEPARTMENTS)
        if pieces := self._split_per_task(cells, count):
            return [self._cell_departments(group, piece).names for piece in pieces]
        return [read.names] * count

    def _leaders(self, group: _TaskGroup) -> list[tuple[str, ...]]:
        """Return the leaders of each task: its own if the cell numbers them, else all."""
        cells = group.cells(Column.LEADERS)
        names = tuple(self._names(group, Column.LEADERS))
        for name in names:
            if is_run_together(name):
                self._report(Column.LEADERS, name, ProblemCode.NAMES_RUN_TOGETHER)
            elif is_doubtful_leader(name):
                self._report(Column.LEADERS, name, ProblemCode.DOUBTFUL_NAME)
        for piece in (each for cell in cells for each in re.split(r"[、，,；;\s]", cell.text)):
            if without_others(piece) != piece:
                self._report(Column.LEADERS, piece, ProblemCode.DOUBTFUL_NAME)
        if not names and Column.LEADERS not in self._context.columns:
            headers = [head for row in group.rows for head, _ in row.cells.get(Column.DEPARTMENTS, ())]
            if any(_PEOPLE_IN_HEAD.search(head.text) for head in headers):  # 责任单位及责任人 names both
                names = self._cell_departments(group).people
        if pieces := self._split_per_task(cells, len(group.parts)):
            return [parse_leaders(piece) for piece in pieces]
        return [names] * len(group.parts)

    def _deadlines(self, group: _TaskGroup) -> list[Reading]:
        texts = [part.text for part in group.parts]
        if Column.DEADLINE not in self._context.columns:
            return [Reading(_UNDATED)] * len(texts)
        cells = group.cells(Column.DEADLINE)
        days: dict[str, Any] = {"issued_on": self._context.issued_on, "held_on": self._context.held_on}
        year = self._context.year
        if len(cells) == 1 and (reading := _parse_excel_date(cells[0], days)):
            readings = [reading] * len(texts)
        else:
            text = "\n".join(tidy_text(cell.text) if SOFT_BREAK in cell.raw_text else cell.raw_text for cell in cells)
            numeric = len(cells) == 1 and isinstance(cells[0].value, float)
            readings = list(read_row_deadlines(text.strip(), texts, numeric=numeric, year=year, **days))
        for doubt in dict.fromkeys(reading.problem for reading in readings if reading.problem):
            issue = ParserIssue(self._position, "deadline", doubt.value, ProblemCode.DEADLINE, deadline_problem=doubt)
            if not any(other.deadline_problem and other.deadline_problem.code is doubt.code for other in self.problems):
                self.problems.append(issue)
        return [
            replace(
                reading,
                deadline=_tidy_deadline(reading.deadline),
                milestones=tuple(_tidy_deadline(milestone) for milestone in reading.milestones),
            )
            for reading in readings
        ]

    # --- remarks ----------------------------------------------------------------------------------

    def _remarks(self) -> Iterator[str]:
        """Return the remarks, and unknown columns with their heads, so nothing is lost."""
        visited: set[Cell] = set()
        for row in self._entry.rows:
            for header, cell in row.cells.get(Column.REMARKS, ()):
                if cell in visited or is_nobody(cell.text):
                    continue
                visited.add(cell)
                text = tidy_text(cell.text)
                yield text if header.is_remark or not header.text else f"{header.text}：{text}"

    def _texts_not_read(self, row: ParsedRow) -> Iterator[str]:
        """Yield what no field has of the row's cells, each with its head."""
        read_text = fold_row(row, self.problems)
        cells = {
            cell: header
            for table_row in self._entry.rows
            for headed_cells in table_row.cells.values()
            for header, cell in headed_cells
        }
        for cell, header in cells.items():
            text = tidy_text(cell.text)
            forms = (text, cell.raw_text.replace(SOFT_BREAK, "\n"))
            if (
                header.column is not Column.NUMBER
                and not is_nobody(text)
                and not any(is_covered(form, read_text) for form in forms)
            ):
                yield f"{header.text}：{text}" if header.text else text


def _coarser_task(row: TableRow) -> str:
    """Return 工作任务 for a row whose 具体措施 is blank, instead of as the aspect."""
    cells = (pair for column in (Column.ASPECT, Column.SUGGESTION) for pair in row.cells.get(column, ()))
    texts = [tidy_text(cell.text) for head, cell in cells if is_task_header(head)]
    return texts[-1] if texts else ""


def _tidy_deadline(deadline: Deadline) -> Deadline:
    return replace(deadline, text=tidy_text(deadline.text))


def _parse_excel_date(cell: Cell, days: dict) -> Reading | None:
    """Return the reading of a date or serial number; None for text and others."""
    if isinstance(cell.value, datetime.date):
        reading = read_cell(cell.value, number_format="yyyy-mm-dd", **days)
    elif isinstance(cell.value, float) and cell.value.is_integer():
        reading = read_cell(int(cell.value), **days)
    else:
        return None
    return replace(reading, deadline=replace(reading.deadline, text=cell.text))
