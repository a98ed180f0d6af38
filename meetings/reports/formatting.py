"""How reports put the register into words: names, days, states, sums."""

import datetime
from collections.abc import Iterable

from django.utils.translation import gettext as _, ngettext, ngettext_lazy, pgettext, pgettext_lazy

from meetings.display.department_reports import DepartmentReport, department_reports
from meetings.display.fields import format_value
from meetings.exports.formatting import ENUMERATION_COMMA, department_labels
from meetings.models import Health, Status, Suggestion, SuggestionOutcome, SuggestionSource, Task
from meetings.tasks.statistics import PRESSING, Summary

from .official import format_document_day


def suggestion_heading(suggestion: Suggestion) -> str:
    """Return the short title of the part about ``suggestion``: its number."""
    return _("Suggestion %(number)d") % {"number": suggestion.number or suggestion.position}


def suggestion_text(suggestion: Suggestion) -> str:
    """Return what was suggested, word for word."""
    return suggestion.text or _("Suggestion without a text")


def format_suggester(source: SuggestionSource) -> str:
    """Return who made a suggestion, in which capacity."""
    values = {"capacity": source.capacity, "name": source.person.name}
    return (pgettext("who suggested", "%(capacity)s %(name)s") % values).strip()


def format_salutation(name: str) -> str:
    """Return how a document speaks to whom it is for."""
    return pgettext("salutation of a document", "%(name)s:") % {"name": name}


def format_departments(task: Task) -> str:
    """Return the departments of ``task`` with their roles, or that there are none."""
    return ENUMERATION_COMMA.join(department_labels(task)) or _("not named yet")


def format_printed_deadline(task: Task) -> str:
    """Return the deadline as printed, with its day where the print does not say it."""
    text = " ".join(task.day_deadline_text.split()) or _("not named yet")
    if task.day_due_date is None:
        return text
    return pgettext("deadline", "%(printed)s (%(day)s)") % {
        "printed": text,
        "day": format_document_day(task.day_due_date),
    }


def days_late(task: Task, day: datetime.date) -> int:
    """Return for how many days what ``task`` waits for has been let pass."""
    assert task.next_day is not None  # only what is overdue or review-missed is late
    return (day - task.next_day).days


def format_standing(task: Task, day: datetime.date) -> str:
    """Return the status of ``task`` on ``day`` or its end, and how late it is."""
    status = Status(task.day_status)
    if status == Status.CLOSED:
        return format_closure(task)
    texts = {
        Status.NOT_STARTED: _("not started yet"),
        Status.IN_PROGRESS: _("under way"),
        Status.CLOSURE_REQUESTED: _("said to be done, which is to be decided on"),
        Status.TERMINATED: _("terminated"),
    }
    text = str(texts.get(status) or status.label)
    if task.health in PRESSING:
        late = _format_lateness(task, days_late(task, day))
        # Late and under way is what late means; the others are worth saying.
        return late if status == Status.IN_PROGRESS else _("%(late)s, %(status)s") % {"late": late, "status": text}
    return text


def _format_lateness(task: Task, days: int) -> str:
    """Return for how many days ``task`` is late, naming a milestone if it is why."""
    if task.health == Health.REVIEW_MISSED:
        return ngettext("past its review by %(days)d day", "past its review by %(days)d days", days) % {"days": days}
    if task.day_due_date == task.next_day or task.next_day is None:
        return ngettext("overdue for %(days)d day", "overdue for %(days)d days", days) % {"days": days}
    return ngettext(
        "late for its milestone of %(due)s by %(days)d day", "late for its milestone of %(due)s by %(days)d days", days
    ) % {"due": format_document_day(task.next_day), "days": days}


def format_closure(task: Task) -> str:
    """Return when ``task`` was closed, and whether that was in time."""
    assert task.day_closed_on is not None  # the constraint task_closed_has_a_day
    day = format_document_day(task.day_closed_on)
    if task.day_due_date is None:
        return _("closed on %(day)s") % {"day": day}
    late = (task.day_closed_on - task.day_due_date).days
    if late <= 0:
        return _("closed in time on %(day)s") % {"day": day}
    return ngettext("closed on %(day)s, %(days)d day late", "closed on %(day)s, %(days)d days late", late) % {
        "day": day,
        "days": late,
    }


def format_progress(task: Task, since: datetime.date = datetime.date.min) -> str:
    """Return each department's own last progress, or that there is none.

    A report a line, with its day and who gave it; only those effective on ``since`` or later.
    """
    reports = [report for report in department_reports(task) if report.day >= since]
    return "\n".join(map(_format_report, reports)) or _("No progress has been reported.")


def _format_report(report: DepartmentReport) -> str:
    day = format_document_day(report.day)
    if not report.reporter:
        return pgettext("progress", "(%(day)s) %(note)s") % {"day": day, "note": report.note}
    return _("%(reporter)s (%(day)s): %(progress)s") % {
        "reporter": report.reporter,
        "day": day,
        "progress": report.note,
    }


def format_short_day(day: datetime.date | None) -> str:
    """Return a day as it stands in a narrow column: 2026.11.22; nothing for no day."""
    if day is None:
        return ""
    return pgettext("day in a column", "%(year)d-%(month)d-%(day)d") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def format_deadline_change(before: str, after: str) -> str:
    """Return a deadline that was moved, in two lines."""
    return pgettext("deadline moved", "from %(before)s\nto %(after)s") % {"before": before, "after": after}


def format_extension_sum(tasks: int, times: int, days: int) -> str:
    """Return how many deadlines were extended, how often in all and by how much."""
    return ngettext(
        "%(number)d task was extended, %(times)d times in all, by %(days)d days.",
        "%(number)d tasks were extended, %(times)d times in all, by %(days)d days.",
        tasks,
    ) % {"number": tasks, "times": times, "days": days}


def format_without_task_count(number: int) -> str:
    """Return how many suggestions a summary does not count; empty for none."""
    if not number:
        return ""
    return ngettext(
        "%(number)d more suggestion has not been made a task yet.",
        "%(number)d more suggestions have not been made tasks yet.",
        number,
    ) % {"number": number}


def join_parts(parts: Iterable[str]) -> str:
    """Return the parts of one sentence with commas between them."""
    return pgettext("between the parts of a summary", ", ").join(parts)


def format_outcome(outcome: SuggestionOutcome) -> str:
    """Return what was recorded as a suggestion's outcome, with the reply."""
    return _("The outcome was recorded as “%(outcome)s”, with the reply: %(reply)s") % {
        "outcome": format_value("outcome", outcome.day_outcome),
        "reply": outcome.day_reply,
    }


# --- the summary ---------------------------------------------------------------------------------

# The parts of `Summary.parts` as they stand in a sentence; an end without words of its own has its label.
_PART_TEXTS = {
    "closed": ngettext_lazy("%(number)d is closed", "%(number)d are closed", "number"),
    "under_way": ngettext_lazy("%(number)d is not due yet", "%(number)d are not due yet", "number"),
    "ongoing": ngettext_lazy("%(number)d is ongoing", "%(number)d are ongoing", "number"),
    "overdue": ngettext_lazy("%(number)d is overdue", "%(number)d are overdue", "number"),
    Status.TERMINATED.value: ngettext_lazy("%(number)d is terminated", "%(number)d are terminated", "number"),
}
_OTHER_PART = pgettext_lazy("part of a summary", "%(label)s %(number)d")


def format_summary(summary: Summary) -> str:
    """Return the summary in one sentence, such as 18项任务：已办结2项，尚未到期16项.

    Parts without a task are left out; that none is closed is said, and that there is no task.
    """
    if not summary.tasks:
        return _("No task has been made of the suggestions yet.")
    parts = {
        "aspects": ngettext("%(number)d aspect", "%(number)d aspects", summary.aspects) % {"number": summary.aspects},
        "suggestions": ngettext("%(number)d suggestion", "%(number)d suggestions", summary.suggestions)
        % {"number": summary.suggestions},
        "tasks": ngettext("%(number)d task", "%(number)d tasks", summary.tasks) % {"number": summary.tasks},
        "parts": join_parts(
            _PART_TEXTS.get(part.name, _OTHER_PART) % {"label": part.label, "number": part.number}
            if part.number
            else _("none is closed")
            for part in summary.parts
            if part.number or part.name == Status.CLOSED
        ),
    }
    if summary.aspects:
        return _("%(suggestions)s of %(aspects)s were made %(tasks)s: %(parts)s.") % parts
    return _("%(suggestions)s were made %(tasks)s: %(parts)s.") % parts
