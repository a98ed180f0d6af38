"""The sentences for what reading finds: codes in, a sentence in the active language out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from meetings.minutes.documents import Unreadable, UnreadableDocument
from meetings.tasks.deadline_messages import deadline_problem_sentence

from .issues import Problem, ProblemCode

_PROBLEMS = {
    ProblemCode.DEPARTMENTS_OF_SEVERAL_TASKS: gettext_lazy(
        "The row has %(tasks)d tasks and %(names)d departments; all of them are set for every task. "
        "Please confirm which belongs to which."
    ),
    ProblemCode.LEADERS_OF_SEVERAL_TASKS: gettext_lazy(
        "The row has %(tasks)d tasks and %(names)d leaders; all of them are set for every task. "
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
    ProblemCode.NO_TASK: gettext_lazy("No task is printed in this row."),
    ProblemCode.HIDDEN_ROW: gettext_lazy(
        "The sheet hides this row (“%(value)s”). Please confirm that it belongs to the table."
    ),
    ProblemCode.TASKS_FROM_SUGGESTIONS: gettext_lazy(
        "The table has no column of tasks; the text of each suggestion was taken as its task."
    ),
    ProblemCode.HIDDEN_SHEET: gettext_lazy("The hidden sheet “%(value)s” has a task table too, which was left out."),
    ProblemCode.TABLE_LEFT_OUT: gettext_lazy(
        "A table that reports on earlier tasks was left out (it stands below “%(value)s”)."
    ),
    ProblemCode.UNREAD_NUMBER: gettext_lazy("Printed as a number but not a whole one: %(value)s."),
    ProblemCode.NUMBERS_JUMP: gettext_lazy(
        "The rows are not numbered one by one: %(value)s. Please check that none is missing."
    ),
    ProblemCode.NO_TITLE: gettext_lazy("The file does not say which meeting this is."),
    ProblemCode.NO_ISSUE_DAY: gettext_lazy("The file does not say on which day it was issued."),
    ProblemCode.YEAR_OF_MEETING: gettext_lazy(
        "The meeting's day “%(value)s” is printed without a year, which was taken from the issue day."
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

_UNREADABLE = {
    Unreadable.MISSING: gettext_lazy("The file cannot be opened."),
    Unreadable.NOT_A_FILE: gettext_lazy("This is a folder, not a file."),
    Unreadable.EMPTY: gettext_lazy("The file is empty."),
    Unreadable.TOO_BIG: gettext_lazy("The file has %(megabytes)d MB; at most %(limit)d MB are read."),
    Unreadable.EXPANDS_TOO_FAR: gettext_lazy(
        "The part %(part)s of the file unpacks to more than %(limit)d MB and is not read."
    ),
    Unreadable.TOO_INVOLVED: gettext_lazy(
        "The part %(part)s of the file is far larger than minutes are and is not read."
    ),
    Unreadable.TOO_MANY_ROWS: gettext_lazy("A table has more than %(limit)d rows; this is no task breakdown table."),
    Unreadable.TOO_MANY_COLUMNS: gettext_lazy(
        "A table has more than %(limit)d columns; this is no task breakdown table."
    ),
    Unreadable.TOO_MANY_PAGES: gettext_lazy("The PDF has %(pages)d pages; at most %(limit)d are read."),
    Unreadable.TOO_SLOW: gettext_lazy("The file could not be read within %(seconds)d seconds."),
    Unreadable.TOO_MUCH_MEMORY: gettext_lazy("The file needs too much memory to be read; it may be damaged."),
    Unreadable.OLD_OFFICE: gettext_lazy(
        "The file is in the old format of Word or Excel (.doc, .xls); please save it as .docx or .xlsx."
    ),
    Unreadable.ENCRYPTED: gettext_lazy("The file is encrypted; please save it without a password."),
    Unreadable.UNKNOWN_FORMAT: gettext_lazy("The file is no document that can be read (.docx, .xlsx, .pdf or text)."),
    Unreadable.OTHER_FORMAT: gettext_lazy(
        "Files of the kind %(format)s are not read; please use .docx, .xlsx, .pdf or text."
    ),
    Unreadable.DAMAGED: gettext_lazy("The file is damaged: its part %(part)s cannot be read."),
    Unreadable.ENTITIES: gettext_lazy(
        "The file is not read because its part %(part)s declares a document type, as no office program does."
    ),
    Unreadable.NO_TEXT_LAYER: gettext_lazy(
        "The PDF has no text layer; please use a scan with recognised text, or the original document."
    ),
    Unreadable.NO_TASK_TABLE: gettext_lazy("No task breakdown table was found in the file."),
}


def sentence(problem: Problem) -> str:
    """The problem in one sentence or two, in the active language."""
    if problem.doubt is not None:
        return deadline_problem_sentence(problem.doubt)
    if problem.code is ProblemCode.MISSING_COLUMN:
        return str(_MISSING[problem.column])
    return str(_PROBLEMS[problem.code]) % {**problem.parameters, "value": problem.value}


def refusal(error: UnreadableDocument) -> str:
    """Why the file is not read, in one sentence, in the active language."""
    return str(_UNREADABLE[error.code]) % error.parameters
