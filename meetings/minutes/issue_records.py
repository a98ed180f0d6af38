"""Import issues for a draft's open problems, with the same sentences.

An issue holds the code, the value and the details, so that it can be shown in either language years later.
"""

from meetings.core.issue_codes import ProblemCode
from meetings.core.text import fold_text
from meetings.deadlines import ProblemCode as DoubtCode
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import ParsedRow
from meetings.models import ImportIssue, ImportIssueColumn

from .draft import Draft


def build_row_issues(draft: Draft, at: int) -> list[ImportIssue]:
    """Return the unsaved issues of row ``at``: open problems, and names in question.

    One column has a code once (the database's constraint); the values of several such problems are listed in one.
    """
    row, problems = draft.rows[at - 1].row, list(draft.rows[at - 1].problems)
    if draft.is_manual and any(not task.departments for task in row.tasks):
        problems.append(ParserIssue(at, "departments", "", ProblemCode.NO_DEPARTMENT))
    issues: dict[tuple[str, str], ImportIssue] = {}
    issues_of_row = [_build_task_issue(row, problem) for problem in problems]
    issues_of_row += [
        ImportIssue(column=_issue_column(column), code=str(match.code), value=match.name, parameters=match.parameters)
        for match in draft.matches.open()
        for position, column in dict.fromkeys(draft.matches.places[match.key])
        if position == at
    ]
    for issue in issues_of_row:
        existing = issues.setdefault((issue.column, issue.code), issue)
        if existing is not issue and issue.value not in existing.value.split("、"):
            existing.value = f"{existing.value}、{issue.value}"
    return list(issues.values())


def _build_task_issue(row: ParsedRow, issue: ParserIssue) -> ImportIssue:
    doubt = issue.deadline_problem
    if doubt is None:
        parameters = dict(issue.parameters)
        return ImportIssue(
            column=_issue_column(issue.column), code=str(issue.code), value=issue.value, parameters=parameters
        )
    value = "、".join(_list_date_texts(row)) if doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS else doubt.value
    offered = {"offered": doubt.offered.isoformat()} if doubt.offered else {}
    return ImportIssue(column=ImportIssueColumn.DEADLINE, code=str(doubt.code), value=value, parameters=offered)


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
