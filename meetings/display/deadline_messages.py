"""Messages of a deadline's problems: what is wrong, and what to do."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy

from meetings.deadlines import DeadlineProblem, ProblemCode

# Whole sentences, one for the case that a day is offered and one for the case that none is.
_MESSAGES = {
    ProblemCode.UNREADABLE: gettext_lazy("“%(value)s” is no deadline that can be read. Enter one."),
    ProblemCode.EMPTY: gettext_lazy("No deadline is printed. Enter one, or mark the task as ongoing."),
    ProblemCode.PARTLY_READ: gettext_lazy("Only part of “%(value)s” could be read. Check the deadline."),
    ProblemCode.IMPOSSIBLE_DAY: gettext_lazy(
        "“%(value)s” names a day that does not exist. Enter the day that is meant."
    ),
    ProblemCode.OUT_OF_RANGE: gettext_lazy(
        "The year of “%(value)s” cannot be right. Enter a day between 1949 and 2100."
    ),
    ProblemCode.YEAR_NOT_OF_ISSUE: gettext_lazy(
        "“%(value)s” names no year, and the first one possible is not the year of issue. Confirm the year."
    ),
    ProblemCode.YEAR_CARRIED_OVER: gettext_lazy(
        "“%(value)s” was taken to end in the year after the one before it. Confirm the year."
    ),
    ProblemCode.NO_ISSUE_DAY: gettext_lazy(
        "“%(value)s” counts from the day of issue, which is not known. Enter the day of issue or the deadline."
    ),
    ProblemCode.NO_MEETING_DAY: gettext_lazy(
        "“%(value)s” counts from the day of the meeting, which is not known. Enter that day or the deadline."
    ),
    ProblemCode.NO_MONTH: gettext_lazy("“%(value)s” names no month. Enter the day that is meant."),
    ProblemCode.NO_FIXED_DAY: gettext_lazy("“%(value)s” has no fixed day. Enter the day that is meant."),
    ProblemCode.EVENT: gettext_lazy("“%(value)s” depends on an event whose day is not known. Enter a day."),
    ProblemCode.RECEIPT_DAY: gettext_lazy(
        "“%(value)s” counts from a day of receipt, which is not known. Enter the day that is meant."
    ),
    ProblemCode.COUNTED_FROM_UNSAID: gettext_lazy(
        "“%(value)s” does not say from which day it counts. Enter the day that is meant."
    ),
    ProblemCode.WORKING_DAYS: gettext_lazy(
        "“%(value)s” counts working days, and the holidays of that year are not known yet. Enter the day, or let an "
        "administrator enter the holidays under “Working days”."
    ),
    ProblemCode.STARTS: gettext_lazy("“%(value)s” says when work starts, not when it ends. Enter a deadline."),
    ProblemCode.NOT_BEFORE: gettext_lazy(
        "“%(value)s” says when work may begin at the earliest, not when it ends. Enter a deadline."
    ),
    ProblemCode.ALREADY_DONE: gettext_lazy(
        "“%(value)s” says that the work is done. Enter the deadline it had, and close the task once that is confirmed."
    ),
    ProblemCode.NO_DAY_NAMED: gettext_lazy("“%(value)s” names no day. Enter a deadline, or mark the task as ongoing."),
    ProblemCode.LOST_NOUGHT: gettext_lazy(
        "The cell holds the number %(value)s, which may have lost its last nought, as when 2026.10 shows as 2026.1. "
        "Enter the month or the day that is meant."
    ),
    ProblemCode.DAY_OR_MONTH: gettext_lazy("“%(value)s” may mean a day or a whole month. Confirm which."),
    ProblemCode.SHORT_YEAR: gettext_lazy("“%(value)s” was read as a year of two figures. Confirm the date."),
    ProblemCode.EXCEL_SERIAL: gettext_lazy(
        "“%(value)s” was read as the number Excel keeps for a day. Confirm the date."
    ),
    ProblemCode.BEFORE_PERIOD: gettext_lazy(
        "“%(value)s” may end with that period or before it begins. Its last day was taken; confirm it."
    ),
    ProblemCode.APPROXIMATE: gettext_lazy("“%(value)s” is only approximate or provisional. Confirm the day."),
    ProblemCode.ALTERNATIVES: gettext_lazy("“%(value)s” is one of two dates to choose from. Choose one."),
    ProblemCode.OUT_OF_ORDER: gettext_lazy(
        "The dates in “%(value)s” are not in order. The latest was taken as the deadline; confirm it."
    ),
    ProblemCode.SEVERAL_KINDS: gettext_lazy(
        "“%(value)s” names more than one kind of deadline. Confirm which of them holds."
    ),
    ProblemCode.STAGE_ONLY: gettext_lazy(
        "“%(value)s” dates a stage of work that goes on. The date was taken as a milestone; confirm it."
    ),
    ProblemCode.SEVERAL_DATES_SEVERAL_TASKS: gettext_lazy(
        "“%(value)s” has several dates for several tasks. Confirm which date belongs to which task."
    ),
}
_MESSAGES_WITH_OFFERED_DATE = {
    ProblemCode.PARTLY_READ: gettext_lazy(
        "Only part of “%(value)s” could be read. Accept %(offered)s or enter another day."
    ),
    ProblemCode.NO_ISSUE_DAY: gettext_lazy(
        "“%(value)s” counts from the day of issue, which is not known. Enter the day of issue, or accept %(offered)s."
    ),
    ProblemCode.NO_MONTH: gettext_lazy("“%(value)s” names no month. Accept %(offered)s or enter another day."),
    ProblemCode.NO_FIXED_DAY: gettext_lazy("“%(value)s” has no fixed day. Accept %(offered)s or enter another day."),
    ProblemCode.RECEIPT_DAY: gettext_lazy(
        "“%(value)s” counts from a day of receipt, which is not known. "
        "Accept %(offered)s, counted from the day of issue, or enter another day."
    ),
    ProblemCode.COUNTED_FROM_UNSAID: gettext_lazy(
        "“%(value)s” does not say from which day it counts. "
        "Accept %(offered)s, counted from the day of issue, or enter another day."
    ),
    ProblemCode.ALREADY_DONE: gettext_lazy(
        "“%(value)s” says that the work is done. Accept %(offered)s as its deadline or enter another day, "
        "and close the task once that is confirmed."
    ),
    ProblemCode.DAY_OR_MONTH: gettext_lazy(
        "“%(value)s” may mean a day or a whole month. Confirm what was read, or accept %(offered)s."
    ),
    ProblemCode.EXCEL_SERIAL: gettext_lazy(
        "“%(value)s” was read as the number Excel keeps for %(offered)s. Confirm the date."
    ),
    ProblemCode.BEFORE_PERIOD: gettext_lazy(
        "“%(value)s” may end with that period or before it begins. Its last day was taken; "
        "confirm it, or accept %(offered)s."
    ),
    ProblemCode.ALTERNATIVES: gettext_lazy(
        "“%(value)s” is one of two dates to choose from. Accept %(offered)s or enter the other."
    ),
}


def deadline_problem_message(problem: DeadlineProblem) -> str:
    """Return the problem as a sentence in the active language, with what to do."""
    offered = problem.offered
    if offered is not None and problem.code in _MESSAGES_WITH_OFFERED_DATE:
        message = str(_MESSAGES_WITH_OFFERED_DATE[problem.code])
        return message % {"value": problem.value, "offered": date_format(offered, "DATE_FORMAT")}
    return str(_MESSAGES[problem.code]) % {"value": problem.value}


# --- texts named in a sentence ---------------------------------------------------------------------

# Of a long text so many characters stand for it, and so many texts are named of many.
_MAX_LENGTH, _MAX_TEXTS = 30, 3


def shorten_text(text: str) -> str:
    """Return as much of a task's text as a sentence about it can hold."""
    return Truncator(text).chars(_MAX_LENGTH)


def join_shortened(texts: Sequence[str]) -> str:
    """Return the first few of ``texts``, shortened and quoted, for a message."""
    named = [_("“%(task)s”") % {"task": shorten_text(text)} for text in texts[:_MAX_TEXTS]]
    # Translators: what stands between the items of a list.
    return _(", ").join(named) + ("…" if len(texts) > _MAX_TEXTS else "")
