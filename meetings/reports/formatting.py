"""How reports put a task into words, and the tables that several of them have."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import attrgetter

from django.conf import settings
from django.utils.translation import gettext as _, ngettext, pgettext, pgettext_lazy

from meetings.display.fields import label
from meetings.display.progress import DepartmentReport, department_reports
from meetings.exports.columns import Column
from meetings.exports.formatting import ENUMERATION_COMMA, department_labels, leader_names
from meetings.models import Health, Status, Suggestion, SuggestionOutcome, Task
from meetings.tasks.statistics import OTHER_ENDS, PRESSING, Summary

from .official import Block, Heading, Note, Paragraph, Table, format_day


def task_number_label(task: Task) -> str:
    """Return the number that the breakdown table prints for ``task``."""
    number = task.suggestion.number or task.suggestion.position
    if task.is_single:
        return str(number)
    return pgettext("suggestion and task", "%(suggestion)s (%(task)s)") % {"suggestion": number, "task": task.number}


def suggestion_heading(suggestion: Suggestion) -> str:
    """Return the short title of what is told of ``suggestion``: its number."""
    return _("Suggestion %(number)d") % {"number": suggestion.number or suggestion.position}


def suggestion_text(suggestion: Suggestion) -> str:
    """Return what was suggested, word for word."""
    return suggestion.text or _("Suggestion without a text")


def secretariat_name(body: str) -> str:
    """Return who signs for the meetings of ``body``: its secretariat, if named."""
    return _("Secretariat of %(body)s") % {"body": body} if body else _("The secretariat")


def format_salutation(name: str) -> str:
    """Return how a document speaks to whom it is for."""
    return pgettext("salutation of a document", "%(name)s:") % {"name": name}


def format_departments(task: Task) -> str:
    """Return the departments of ``task`` with their roles, or that there are none."""
    return ENUMERATION_COMMA.join(department_labels(task)) or _("not named yet")


def format_leaders(task: Task) -> str:
    """Return the names of the supervising leaders, or that there are none."""
    return ENUMERATION_COMMA.join(leader_names(task)) or _("not named yet")


def format_deadline(task: Task) -> str:
    """Return the deadline as printed, with its day where the print does not say it."""
    text = " ".join(task.day_deadline_text.split()) or _("not named yet")
    if task.day_due_date is None:
        return text
    return pgettext("deadline", "%(printed)s (%(day)s)") % {"printed": text, "day": format_day(task.day_due_date)}


def days_late(task: Task, day: datetime.date) -> int:
    """Return for how many days what ``task`` waits for has been let pass."""
    assert task.next_day is not None  # only what is overdue or review-missed is late
    return (day - task.next_day).days


def format_state(task: Task, day: datetime.date) -> str:
    """Return how ``task`` stands on ``day``: its end, how late it is, or how near."""
    status = Status(task.day_status)
    if status == Status.CLOSED:
        return format_closure(task)
    texts = {
        Status.NOT_STARTED: _("not started yet"),
        Status.IN_PROGRESS: _("under way"),
        Status.CLOSURE_REQUESTED: _("closure asked for"),
        Status.TERMINATED: _("terminated"),
    }
    text = str(texts.get(status) or status.label)
    if task.health in PRESSING:
        late = _format_lateness(task, days_late(task, day))
        # Late and under way is what late means; the others are worth saying.
        return late if status == Status.IN_PROGRESS else _("%(late)s, %(status)s") % {"late": late, "status": text}
    if task.health == Health.UNDECIDED and status != Status.CLOSURE_REQUESTED:
        return _("deadline undecided")
    return text


def _format_lateness(task: Task, days: int) -> str:
    """Return for how many days ``task`` is late, naming a milestone if it is why."""
    if task.health == Health.REVIEW_MISSED:
        return ngettext("review missed for %(days)d day", "review missed for %(days)d days", days) % {"days": days}
    if task.day_due_date == task.next_day or task.next_day is None:
        return ngettext("overdue for %(days)d day", "overdue for %(days)d days", days) % {"days": days}
    return ngettext(
        "milestone of %(due)s overdue for %(days)d day", "milestone of %(due)s overdue for %(days)d days", days
    ) % {"due": format_day(task.next_day), "days": days}


def format_closure(task: Task) -> str:
    """Return when ``task`` was closed, and whether that was in time."""
    assert task.day_closed_on is not None  # the constraint task_closed_has_a_day
    day = format_day(task.day_closed_on)
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
    day = format_day(report.day)
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


def join_sentences(texts: Iterable[str]) -> str:
    """Return the texts that are not empty as the sentences of one paragraph."""
    sentences = [text for text in texts if text]
    # Translators: Chinese sentences have no blank between them.
    two_sentences = pgettext("two sentences", "%(first)s %(second)s")
    return reduce(lambda first, second: two_sentences % {"first": first, "second": second}, sentences)


def format_outcome(outcome: SuggestionOutcome) -> str:
    """Return what was recorded as a suggestion's outcome, with the reply."""
    return _("Outcome: %(outcome)s. Reply: %(reply)s") % {
        "outcome": outcome.get_outcome_display(),
        "reply": outcome.reply,
    }


# --- the summary ---------------------------------------------------------------------------------

# The parts of `Summary.parts` as they stand in a sentence; an end without words of its own has its label.
_PART_TEXTS = {
    "closed": pgettext_lazy("part of a summary", "closed %(number)d"),
    "under_way": pgettext_lazy("part of a summary", "under way %(number)d"),
    "ongoing": pgettext_lazy("part of a summary", "ongoing %(number)d"),
    "overdue": pgettext_lazy("part of a summary", "overdue %(number)d"),
}
_OTHER_PART = pgettext_lazy("part of a summary", "%(label)s %(number)d")


def format_summary(summary: Summary) -> str:
    """Return the summary in one sentence, such as 18项任务：已办结2项，正在推进16项.

    Parts without a task are left out; that none is closed is said.
    """
    parts = {
        "aspects": ngettext("%(number)d aspect", "%(number)d aspects", summary.aspects) % {"number": summary.aspects},
        "suggestions": ngettext("%(number)d suggestion", "%(number)d suggestions", summary.suggestions)
        % {"number": summary.suggestions},
        "tasks": ngettext("%(number)d task", "%(number)d tasks", summary.tasks) % {"number": summary.tasks},
        "parts": pgettext("between the parts of a summary", ", ").join(
            str(_PART_TEXTS.get(part.name, _OTHER_PART)) % {"label": part.label, "number": part.number}
            if part.number
            else pgettext("part of a summary", "closed 0")
            for part in summary.parts
            if part.number or part.name == Status.CLOSED
        ),
    }
    if summary.aspects:
        return _("%(aspects)s, %(suggestions)s and %(tasks)s: %(parts)s.") % parts
    return _("%(suggestions)s and %(tasks)s: %(parts)s.") % parts


# --- tables -------------------------------------------------------------------------------------


def totals_table(summary: Summary) -> Table[tuple[str, int, str]]:
    """Return the table of the totals with their notes."""
    figures, parts = summary.figures, summary.parts
    meanings = {
        "closed": _("Closed by that day"),
        "under_way": _("Open, and the due day has not passed"),
        "ongoing": _("Open without a due day, reviewed regularly"),
        "overdue": _("Open, and the due day has passed"),
        **{end.value: _("Not carried on, as decided") for end in OTHER_ENDS},
    }
    of_these = {
        "ongoing": ("review_missed", _("Not reviewed in time")),
        "under_way": ("due_soon", _("Due within %(days)d days") % {"days": settings.DUE_SOON_DAYS}),
    }
    lines = []
    for part in parts:
        lines.append((part.label, part.number, meanings[part.name]))
        name, meaning = of_these.get(part.name, ("", ""))
        if name and figures[name].number:
            head = pgettext("summary", "of these: %(label)s") % {"label": figures[name].label}
            lines.append((head, figures[name].number, meaning))
    labels = ENUMERATION_COMMA.join(part.label for part in parts)
    lines.append((pgettext("summary", "All"), summary.tasks, _("The sum of %(labels)s") % {"labels": labels}))
    columns: tuple[Column[tuple[str, int, str]], ...] = (
        Column(_("Group"), 30, lambda line: line[0]),
        Column(_("Tasks"), 14, lambda line: line[1], is_centred=True),
        Column(_("Meaning"), 56, lambda line: line[2]),
    )
    return Table(_("What has become of the tasks"), columns, lines, keep_together=True)


def departments_table(departments: Sequence[Summary], parts: Sequence[str]) -> Table[Summary]:
    """Return the table of the departments with their ``parts`` of a summary."""

    def column(part: str) -> Column[Summary]:
        head = departments[0].figures[part].label
        return Column(head, 12, lambda department: department.figures[part].number, is_centred=True)

    columns = (
        Column(_("Department"), 26, attrgetter("label")),
        Column(_("Tasks"), 12, attrgetter("tasks"), is_centred=True),
        *map(column, parts),
    )
    return Table(_("Tasks by department"), columns, departments)


def departments_note() -> Note:
    """Return what has to be known to read the departments' table."""
    return Note(
        _(
            "A task that several departments answer for is counted for each of them, so the column may add up to more "
            "than there are. Supporting departments are not counted."
        )
    )


def tasks_table(
    caption: str, tasks: Sequence[Task], *more_columns: Column[Task], with_meeting: bool = False
) -> Table[Task]:
    """Return a table of ``tasks`` with ``more_columns``.

    ``with_meeting``: the tasks are of several meetings, so they are counted, and each names its own.
    """
    places = {task.pk: place for place, task in enumerate(tasks, start=1)}
    number = (lambda task: places[task.pk]) if with_meeting else task_number_label
    columns = (
        Column(label("printed_number"), 11, number, is_centred=True),
        Column(label("text"), 36, _task_text_with_meeting if with_meeting else attrgetter("text")),
        Column(label("departments"), 19, format_departments),
        *more_columns,
    )
    return Table(caption, columns, tasks)


def tasks_section(
    heading: Heading,
    tasks: Sequence[Task],
    caption: str,
    *more_columns: Column[Task],
    request: str = "",
    otherwise: str = "",
    with_meeting: bool = False,
) -> Iterator[Block]:
    """Yield the ``heading``, a ``request``, the number of tasks, and their table.

    Without a task: what is said ``otherwise`` under the heading, or nothing.
    """
    if tasks:
        number = ngettext("There is %(number)d such task.", "There are %(number)d such tasks.", len(tasks))
        yield heading
        yield Paragraph(join_sentences([request, number % {"number": len(tasks)}]), keep_with_next=True)
        yield tasks_table(caption, tasks, *more_columns, with_meeting=with_meeting)
    elif otherwise:
        yield heading
        yield Paragraph(otherwise)


def days_column(get_days: Callable[[Task], int]) -> Column[Task]:
    """Return the column of how many days a deadline was moved by."""
    return Column(pgettext("number of days", "Days"), 10, get_days, is_centred=True)


def format_deadline_change(before: str, after: str) -> str:
    """Return a deadline that was moved, in two lines."""
    return pgettext("deadline moved", "from %(before)s\nto %(after)s") % {"before": before, "after": after}


def _task_text_with_meeting(task: Task) -> str:
    meeting = task.suggestion.meeting
    return pgettext("task of a meeting", "%(task)s (%(meeting)s, %(place)s)") % {
        "task": task.text,
        "meeting": meeting.document_number or meeting.title,
        "place": task_number_label(task),
    }
