"""The messages of import issues: codes in, a sentence in the active language out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_lazy, gettext_noop

from meetings.core.issue_codes import ProblemCode, QuestionCode
from meetings.deadlines import DeadlineProblem, ProblemCode as DoubtCode
from meetings.display.deadline_messages import deadline_problem_message

if TYPE_CHECKING:
    from meetings.models import ImportIssue

_PROBLEMS = {
    ProblemCode.DEPARTMENTS_OF_SEVERAL_TASKS: gettext_lazy(
        "As printed, the row has %(tasks)d tasks and %(names)d departments; all of them are set for every task. "
        "Please confirm which belongs to which."
    ),
    ProblemCode.LEADERS_OF_SEVERAL_TASKS: gettext_lazy(
        "As printed, the row has %(tasks)d tasks and %(names)d leaders; all of them are set for every task. "
        "Please confirm which belongs to which."
    ),
    ProblemCode.NO_DEPARTMENT: gettext_lazy("No responsible department is printed in this row."),
    ProblemCode.UNNAMED_DEPARTMENTS: gettext_lazy("“%(value)s” means further departments that are not named."),
    ProblemCode.PERSON_AMONG_DEPARTMENTS: gettext_lazy(
        "“%(value)s” stands among the departments but looks like a person."
    ),
    ProblemCode.CARRIED_PREFIX: gettext_lazy(
        "%(count)d departments were read with the level printed before the first of their list: %(value)s. "
        "Please confirm."
    ),
    ProblemCode.NAMES_RUN_TOGETHER: gettext_lazy("“%(value)s” may be two names without anything between them."),
    ProblemCode.DOUBTFUL_NAME: gettext_lazy("“%(value)s” does not read as one name. Please check who is meant."),
    ProblemCode.NO_TASK: gettext_lazy("No task is printed in this row."),
    ProblemCode.HIDDEN_ROW: gettext_lazy(
        "The sheet hides this row (“%(value)s”). Please confirm that it belongs to the table."
    ),
    ProblemCode.TASKS_FROM_SUGGESTIONS: gettext_lazy(
        "The table has no column of tasks; the text of each suggestion was taken as its task."
    ),
    ProblemCode.HIDDEN_SHEET: gettext_lazy("The hidden sheet “%(value)s” has a task table too, which was left out."),
    ProblemCode.NO_TEXT: gettext_lazy(
        "These cells hold a formula without its result, an error or a picture, and were taken for empty: %(value)s. "
        "Enter what they should say."
    ),
    ProblemCode.TABLE_LEFT_OUT: gettext_lazy("A further table was not read: “%(value)s”."),
    ProblemCode.UNREAD_NUMBER: gettext_lazy("Printed as a number but not a whole one: %(value)s."),
    ProblemCode.NUMBERS_JUMP: gettext_lazy(
        "The rows are not numbered one by one: %(value)s. Please check that none is missing."
    ),
    ProblemCode.DOUBTFUL_SCAN: gettext_lazy(
        "The scan is hard to read here: “%(value)s”. Please compare it with the picture."
    ),
    ProblemCode.NO_TITLE: gettext_lazy("The file does not say which meeting this is."),
    ProblemCode.NO_ISSUE_DAY: gettext_lazy("The file does not say on which day it was issued."),
    ProblemCode.YEAR_OF_MEETING: gettext_lazy(
        "The meeting's day “%(value)s” is printed without a year, which was taken from the issue day."
    ),
    ProblemCode.YEAR_OF_TITLE: gettext_lazy(
        "The deadlines of %(count)d rows are printed without a year; %(year)d was taken from “%(value)s”. "
        "Please confirm."
    ),
    ProblemCode.ROWS_LEFT_OUT: gettext_lazy(
        "%(count)d rows of the table were taken for notes or totals, not for tasks: %(value)s."
    ),
    ProblemCode.ASPECTS_DIFFER: gettext_lazy(
        "The minutes speak of %(claimed)d aspects, the table has %(found)d (“%(value)s”)."
    ),
    ProblemCode.SUGGESTIONS_DIFFER: gettext_lazy(
        "The minutes speak of %(claimed)d items, the table has %(found)d (“%(value)s”)."
    ),
}


_MISSING = {
    "suggestion": gettext_lazy("The table has no column of suggestions."),
    "departments": gettext_lazy("The table has no column of responsible departments."),
    "leaders": gettext_lazy("The table has no column of supervising leaders."),
    "deadline": gettext_lazy("The table has no column of deadlines."),
    "sources": gettext_lazy("The table has no column that says who made the suggestion."),
}


_BY_CELLS = {
    "departments": gettext_lazy(
        "The head “%(value)s” does not say what its column holds; by its cells it was taken for responsible "
        "departments. Please confirm."
    ),
    "leaders": gettext_lazy(
        "The head “%(value)s” does not say what its column holds; by its cells it was taken for supervising leaders. "
        "Please confirm."
    ),
    "deadline": gettext_lazy(
        "The head “%(value)s” does not say what its column holds; by its cells it was taken for deadlines. "
        "Please confirm."
    ),
}


def problem_message(code: ProblemCode, column: str, value: str, parameters: Mapping[str, Any]) -> str:
    """Return the problem in one sentence or two, in the active language."""
    if code is ProblemCode.MISSING_COLUMN:
        return str(_MISSING[column])
    text = _BY_CELLS[column] if code is ProblemCode.COLUMN_BY_CELLS else _PROBLEMS[code]
    return str(text) % {**parameters, "value": value}


_QUESTIONS = {
    QuestionCode.DEPARTMENT_LIKE_KNOWN: gettext_noop(
        "“%(value)s” is not in the register, but looks like %(known)s. Say whether it is the same department."
    ),
    QuestionCode.PERSON_LIKE_KNOWN: gettext_noop(
        "“%(value)s” is not in the register, but looks like %(known)s. Say whether it is the same person."
    ),
    QuestionCode.SEVERAL_PEOPLE: gettext_noop(
        "The register knows several people named “%(value)s” (%(known)s). Say who is meant."
    ),
}


def question_message(code: str, value: str, parameters: dict[str, str]) -> str:
    """Return the question of ``code`` with ``parameters``, in the active language."""
    return gettext(_QUESTIONS[QuestionCode(code)]) % {"known": "", **parameters, "value": value}


def issue_message(issue: ImportIssue) -> str:
    """Say in the active language what an import issue leaves open."""
    if issue.column == "deadline" and issue.code in set(DoubtCode):
        offered = issue.parameters.get("offered")
        day = datetime.date.fromisoformat(offered) if offered else None
        return deadline_problem_message(DeadlineProblem(DoubtCode(issue.code), issue.value, day))
    if issue.code in set(QuestionCode):
        return question_message(issue.code, issue.value, issue.parameters)
    if issue.code in set(ProblemCode):
        return problem_message(ProblemCode(issue.code), issue.column, issue.value, issue.parameters)
    return gettext("The printed table leaves this open: %(value)s.") % {"value": issue.value}
