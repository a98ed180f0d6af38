"""Open problems as marks on tasks, and the sentence of a mark: the same one that the draft said.

A mark keeps the code, the value and the details, so that it can be said in either language years later.
"""

from __future__ import annotations

from collections.abc import Iterable

from meetings.deadlines import ProblemCode as DoubtCode
from meetings.display.import_issues import Mark
from meetings.minutes.parser.issues import Problem
from meetings.minutes.parser.schema import Row
from meetings.minutes.parser.text import folded
from meetings.models import ConfirmationColumn

from .matching import NameMatch


def marks_of(row: Row, problems: Iterable[Problem], questions: Iterable[tuple[str, NameMatch]]) -> list[Mark]:
    """Return the marks that ``row``'s tasks get of its open problems and of the names (with columns) still in question.

    One column has a code once (the database's constraint); the values of several such problems are listed in one mark.
    """
    marks: dict[tuple[str, str], Mark] = {}
    found = [_mark_of_problem(row, problem) for problem in problems]
    found += [Mark(_column(column), str(match.code), match.name, match.parameters) for column, match in questions]
    for mark in found:
        known = marks.setdefault((mark.column, mark.code), mark)
        if known is not mark and mark.value not in known.value.split("、"):
            known.value = f"{known.value}、{mark.value}"
    return list(marks.values())


def _mark_of_problem(row: Row, problem: Problem) -> Mark:
    doubt = problem.doubt
    if doubt is None:
        return Mark(_column(problem.column), str(problem.code), problem.value, dict(problem.parameters))
    parameters = {"offered": doubt.offered.isoformat()} if doubt.offered else {}
    value = "、".join(dates_of(row)) if doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS else doubt.value
    return Mark(ConfirmationColumn.DEADLINE, str(doubt.code), value, parameters)


def dates_of(row: Row) -> list[str]:
    """Return the texts of the single dates of a row's tasks, each once, in the order of the first that says it."""
    texts = list(
        dict.fromkeys(
            deadline.text for task in row.tasks for deadline in (*task.milestones, task.deadline) if deadline.text
        )
    )
    # A task that could not be given one of the dates has the whole cell as its text.
    return [text for text in texts if not any(o != text and folded(o) in folded(text) for o in texts)]


def _column(column: str) -> str:
    return column if column in ConfirmationColumn.values else ConfirmationColumn.OTHER
