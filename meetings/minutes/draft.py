"""A draft as values: the facts, rows and open problems of one file, on the way to the register.

What a person does to a row changes its problems by one rule: a problem is open until it is confirmed, or until the
column it is about is changed; what was typed is read again and may be doubtful anew.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import Deadline, DeadlineKind, DeadlineProblem, Precision, read_deadline
from meetings.deadlines import ProblemCode as DoubtCode
from meetings.minutes.parser.issues import Problem
from meetings.minutes.parser.schema import Meeting, Row, Task

from .form_codec import TypedRow
from .json_codec import NOWHERE, ReadMinutes
from .matching import Matches, match_names

#: The problems that ask which of several names belongs to which of several tasks, and the column each is about.
SEVERAL = {
    ProblemCode.DEPARTMENTS_OF_SEVERAL_TASKS: "departments",
    ProblemCode.LEADERS_OF_SEVERAL_TASKS: "leaders",
}
_UNDATED = Deadline("", DeadlineKind.UNDECIDED)
EMPTY_TASK = Task(None, "", (), (), _UNDATED)
EMPTY_ROW = Row(None, None, None, "", (EMPTY_TASK,), (), "", NOWHERE)


@dataclass(frozen=True, slots=True)
class DraftedRow:
    """A row of a draft with its open problems, and the cells it was read from. ``pk`` is that of its `DraftRow`."""

    row: Row
    problems: tuple[Problem, ...] = ()
    source: tuple[str, ...] = ()
    pk: int | None = None
    version: int = 1


@dataclass(frozen=True)
class Draft:
    """A file on its way into the register. ``problems`` are those of no single row; ``choices``: see `match_names`."""

    facts: Meeting
    rows: tuple[DraftedRow, ...]
    problems: tuple[Problem, ...]
    choices: dict[str, str]

    @cached_property
    def matches(self) -> Matches:
        """Whom the printed names mean; asks the register once."""
        return match_names(self.facts, [drafted.row for drafted in self.rows], self.choices)

    @property
    def open_count(self) -> int:
        """How many problems and questions wait for an answer."""
        return len(self.problems) + sum(len(row.problems) for row in self.rows) + len(self.matches.open())


def draft_of(read: ReadMinutes) -> Draft:
    """Return the draft that a file gives by itself."""
    rows = tuple(
        DraftedRow(
            row,
            tuple(problem for problem in read.minutes.problems if problem.row == position),
            read.sources[position - 1] if position <= len(read.sources) else (),
        )
        for position, row in enumerate(read.minutes.rows, start=1)
    )
    whole = tuple(problem for problem in read.minutes.problems if problem.row is None)
    return Draft(read.minutes.meeting, rows, whole, {})


# --- problems after a change ----------------------------------------------------------------------


def problems_after(before: Sequence[Problem], typed: TypedRow) -> tuple[Problem, ...]:
    """Return the open problems of a row whose open problems were ``before``, once it is as ``typed``."""
    kept = [problem for problem in before if problem.column not in typed.changed]
    row = typed.row
    for code, column in SEVERAL.items():
        was_open = any(problem.code is code for problem in before)
        if column in typed.changed and was_open and (problem := several(row, code)):
            kept.append(problem)
    if "departments" in typed.changed and any(not task.departments for task in row.tasks):
        kept.append(Problem(None, "departments", "", ProblemCode.NO_DEPARTMENT))
    kept.extend(problem_of_doubt(doubt) for doubt in typed.doubts)
    return _distinct(kept)


def several(row: Row, code: ProblemCode) -> Problem | None:
    """Return the problem ``code`` of `SEVERAL` where the row has it: every one of several tasks has the same names."""
    column = SEVERAL[code]
    names = [
        tuple(task.leaders) if column == "leaders" else tuple(each.name for each in task.departments)
        for task in row.tasks
    ]
    if len(names) < 2 or len(names[0]) < 2 or len(set(names)) > 1:
        return None
    return Problem(None, column, "、".join(names[0]), code, {"names": len(names[0]), "tasks": len(names)})


def problem_of_doubt(doubt: DeadlineProblem) -> Problem:
    """Return a doubt about a deadline as a problem of a row."""
    return Problem(None, "deadline", doubt.value, ProblemCode.DEADLINE, doubt=doubt)


def _distinct(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for problem in problems:
        if problem not in found:
            found.append(problem)
    return tuple(found)


# --- answers --------------------------------------------------------------------------------------


def with_offered_day(drafted: DraftedRow, problem: Problem) -> Row:
    """Return the row with the day that ``problem``'s doubt offers, for each task whose deadline the doubt is about."""
    doubt = problem.doubt
    texts_in_doubt = [task for task in drafted.row.tasks if doubt.value in task.deadline.text]
    tasks = tuple(
        replace(
            task,
            deadline=Deadline(task.deadline.text, DeadlineKind.DATED, doubt.offered, Precision.DAY),
        )
        if task in texts_in_doubt or not texts_in_doubt
        else task
        for task in drafted.row.tasks
    )
    return replace(drafted.row, tasks=tasks)


def dates_to_share(row: Row) -> list[Deadline]:
    """Return the single dates of a row, each once, in the order of the calendar: what its tasks may be given."""
    found: dict[str, Deadline] = {}
    for task in row.tasks:
        for deadline in (*task.milestones, task.deadline):
            if deadline.text and "\n" not in deadline.text:
                found.setdefault(deadline.text, deadline)
    return sorted(found.values(), key=lambda deadline: deadline.due_date or datetime.date.max)


def with_dates(row: Row, shares: Sequence[Sequence[int]]) -> Row:
    """Return the row with its dates given out: per task the places in `dates_to_share` that are its.

    The last of a task's dates is its deadline, those before are milestones (DESIGN.md, Several dates in a row).
    A task without any keeps what it has.
    """
    dates = dates_to_share(row)
    tasks = []
    for task, share in zip(row.tasks, shares, strict=True):
        own = [dates[at] for at in sorted(set(share)) if 0 <= at < len(dates)]
        tasks.append(replace(task, deadline=own[-1], milestones=tuple(own[:-1])) if own else task)
    return replace(row, tasks=tuple(tasks))


def names_to_share(row: Row, column: str) -> list[str]:
    """Return the departments or leaders of a row's tasks, each once, in printed order."""
    if column == "leaders":
        return list(dict.fromkeys(name for task in row.tasks for name in task.leaders))
    return list(dict.fromkeys(each.name for task in row.tasks for each in task.departments))


def with_names(row: Row, column: str, shares: Sequence[Sequence[str]]) -> Row:
    """Return the row with its departments or leaders given out: per task the names that are its."""
    tasks = []
    for task, share in zip(row.tasks, shares, strict=True):
        if column == "leaders":
            tasks.append(replace(task, leaders=tuple(n for n in names_to_share(row, column) if n in share)))
        else:
            known = {each.name: each for other in row.tasks for each in other.departments}
            known |= {each.name: each for each in task.departments}
            tasks.append(replace(task, departments=tuple(known[n] for n in names_to_share(row, column) if n in share)))
    return replace(row, tasks=tuple(tasks))


# --- rows apart and together ----------------------------------------------------------------------


def split(drafted: DraftedRow, after: int) -> tuple[DraftedRow, DraftedRow]:
    """Return two rows: the first keeps ``after`` tasks, the second has the rest under the same aspect and sources."""
    row = drafted.row
    first = replace(row, tasks=renumbered(row.tasks[:after]))
    second = replace(
        EMPTY_ROW, aspect=row.aspect, sources=row.sources, tasks=renumbered(row.tasks[after:]), origin=row.origin
    )
    kept = replace(drafted, row=first, problems=_still_open(first, drafted.problems))
    return kept, DraftedRow(second, _still_open(second, drafted.problems), drafted.source)


def join(one: DraftedRow, other: DraftedRow) -> DraftedRow:
    """Return one row with the tasks of both; texts are put below one another, sources and cells are kept once."""
    first, second = one.row, other.row
    row = replace(
        first,
        suggestion="\n".join(dict.fromkeys(filter(None, (first.suggestion, second.suggestion)))) or None,
        lead_in="\n".join(dict.fromkeys(filter(None, (first.lead_in, second.lead_in)))),
        tasks=renumbered((*first.tasks, *second.tasks)),
        sources=tuple(dict.fromkeys((*first.sources, *second.sources))),
        remarks="\n".join(dict.fromkeys(filter(None, (first.remarks, second.remarks)))),
    )
    cells = tuple(dict.fromkeys((*one.source, *other.source)))
    return replace(one, row=row, problems=_distinct((*one.problems, *other.problems)), source=cells)


def renumbered(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Return the tasks numbered from 1, a single one without a number."""
    if len(tasks) == 1:
        return (replace(tasks[0], number=None),)
    return tuple(replace(task, number=number) for number, task in enumerate(tasks, start=1))


def _still_open(row: Row, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Of problems about several tasks those that the row still has; all others as they are."""
    kept = []
    for problem in problems:
        if problem.code in SEVERAL:
            if now := several(row, problem.code):
                kept.append(now)
        elif not (problem.doubt and problem.doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS and len(row.tasks) < 2):
            kept.append(problem)
    return tuple(kept)


# --- other days -----------------------------------------------------------------------------------


def with_days(drafted: DraftedRow, before: Meeting, after: Meeting) -> DraftedRow:
    """Return the row with the deadlines that hang on the issue day or the meeting's day read against the new ones.

    A deadline that somebody understood otherwise than the grammar does stays as it is.
    """
    tasks, gone, come = [], [], []
    for task in drafted.row.tasks:
        old, new = (
            read_deadline(task.deadline.text, issued_on=facts.issued_on, held_on=facts.held_on)
            for facts in (before, after)
        )
        if task.deadline == old.deadline and old != new:
            milestones = new.milestones if task.milestones == old.milestones else task.milestones
            task = replace(task, deadline=new.deadline, milestones=milestones)
            gone.append(old.problem)
            come.append(new.problem)
        tasks.append(task)
    problems = [problem for problem in drafted.problems if problem.doubt is None or problem.doubt not in gone]
    problems += [problem_of_doubt(doubt) for doubt in come if doubt is not None]
    return replace(drafted, row=replace(drafted.row, tasks=tuple(tasks)), problems=_distinct(problems))
