"""Marks on tasks for a draft's open problems, with the same sentences.

A mark holds the code, the value and the details, so that it can be shown in either language years later.
"""

from collections.abc import Iterable

from meetings.core.text import fold_text
from meetings.deadlines import ProblemCode as DoubtCode
from meetings.display.import_issues import Mark
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import ParsedRow
from meetings.models import ImportIssueColumn

from .matching import NameMatch


def build_task_issues(
    row: ParsedRow, issues: Iterable[ParserIssue], open_matches: Iterable[tuple[str, NameMatch]]
) -> list[Mark]:
    """Return the marks of ``row``'s tasks for open problems and open names.

    One column has a code once (the database's constraint); the values of several such problems are listed in one mark.
    """
    marks: dict[tuple[str, str], Mark] = {}
    marks_of_row = [_build_task_issue(row, problem) for problem in issues]
    marks_of_row += [
        Mark(_issue_column(column), str(match.code), match.name, match.parameters) for column, match in open_matches
    ]
    for mark in marks_of_row:
        existing = marks.setdefault((mark.column, mark.code), mark)
        if existing is not mark and mark.value not in existing.value.split("、"):
            existing.value = f"{existing.value}、{mark.value}"
    return list(marks.values())


def _build_task_issue(row: ParsedRow, issue: ParserIssue) -> Mark:
    doubt = issue.deadline_problem
    if doubt is None:
        return Mark(_issue_column(issue.column), str(issue.code), issue.value, dict(issue.parameters))
    parameters = {"offered": doubt.offered.isoformat()} if doubt.offered else {}
    value = "、".join(list_date_texts(row)) if doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS else doubt.value
    return Mark(ImportIssueColumn.DEADLINE, str(doubt.code), value, parameters)


def list_date_texts(row: ParsedRow) -> list[str]:
    """Return the texts of a row's single dates, each once, in order."""
    texts = list(
        dict.fromkeys(
            deadline.text for task in row.tasks for deadline in (*task.milestones, task.deadline) if deadline.text
        )
    )
    # A task that could not be given one of the dates has the whole cell as its text.
    return [text for text in texts if not any(o != text and fold_text(o) in fold_text(text) for o in texts)]


def _issue_column(column: str) -> str:
    return column if column in ImportIssueColumn.values else ImportIssueColumn.OTHER
