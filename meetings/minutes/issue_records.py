"""Marks on tasks for a draft's open problems, with the same sentences.

A mark holds the code, the value and the details, so that it can be shown in either language years later.
"""

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import fold_text
from meetings.deadlines import ProblemCode as DoubtCode
from meetings.display.import_issues import Mark
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import ParsedRow
from meetings.models import ImportIssueColumn

from .draft import Draft


def build_row_issues(draft: Draft, at: int) -> list[Mark]:
    """Return the marks of row ``at``: open problems, and names in question.

    One column has a code once (the database's constraint); the values of several such problems are listed in one mark.
    """
    row, problems = draft.rows[at - 1].row, list(draft.rows[at - 1].problems)
    if draft.is_manual and any(not task.departments for task in row.tasks):
        problems.append(ParserIssue(at, "departments", "", ProblemCode.NO_DEPARTMENT))
    marks: dict[tuple[str, str], Mark] = {}
    marks_of_row = [_build_task_issue(row, problem) for problem in problems]
    marks_of_row += [
        Mark(_issue_column(column), str(match.code), match.name, match.parameters)
        for match in draft.matches.open()
        for position, column in dict.fromkeys(draft.matches.places[match.key])
        if position == at
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
    value = "、".join(_list_date_texts(row)) if doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS else doubt.value
    return Mark(ImportIssueColumn.DEADLINE, str(doubt.code), value, parameters)


def _list_date_texts(row: ParsedRow) -> list[str]:
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
