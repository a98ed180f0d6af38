"""Rows of a breakdown table, for workbook and document alike."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Prefetch
from django.utils.translation import gettext as _, ngettext, pgettext_lazy

from meetings.display.department_reports import department_reports
from meetings.display.fields import format_value, label
from meetings.exports.columns import CellKind, Column
from meetings.exports.formatting import (
    ENUMERATION_COMMA,
    deadline_lines,
    department_labels,
    distinct,
    format_report,
    format_source,
    leader_names,
)
from meetings.models import Meeting, Suggestion, SuggestionSource, Task

# A numbered task that ends in one of these needs no ； before the next one.
_ENDS_OF_CLAUSE = tuple("。；;！!？?，,、：:…")
_ENDS_OF_SENTENCE = tuple("。！!？?…")
_CLOSING_MARKS = "”’」』）)》】"


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """One row: a suggestion with its ``tasks``, or one of them in a table by task."""

    suggestion: Suggestion
    tasks: tuple[Task, ...]
    # How many tasks the suggestion has, whichever of them are in this row.
    task_count: int
    # Whether the row is the suggestion's first.
    is_first: bool = True


def rows_by_suggestion(meeting: Meeting, day: datetime.date) -> list[BreakdownRow]:
    """Return the rows of the annex, a suggestion each, as of ``day``.

    ``day`` is a calendar day in Asia/Shanghai; one before the issue day counts as the issue day. Seven queries.
    """
    suggestions = _suggestions(meeting, day)
    return [BreakdownRow(of, tuple(of.tasks.all()), len(of.tasks.all())) for of in suggestions]


def rows_by_task(meeting: Meeting, day: datetime.date) -> list[BreakdownRow]:
    """Return the rows by task; a suggestion without a task has a row of its own."""
    rows: list[BreakdownRow] = []
    for suggestion in _suggestions(meeting, day, with_reports=True):
        tasks = list(suggestion.tasks.all())
        for place, task in enumerate(tasks or [None]):
            rows.append(BreakdownRow(suggestion, (task,) if task else (), len(tasks), is_first=place == 0))
    return rows


def build_heading(meeting: Meeting) -> list[str]:
    """Return what stands above the table, in the active language.

    That is its title and, each on a line of its own and if there are any, 总负责 and 具体分工负责人.
    """
    lines = [meeting.breakdown_title or _("Breakdown table of %(meeting)s") % {"meeting": meeting.title}]
    if meeting.overall_lead:
        lines.append(_("Overall lead: %(name)s") % {"name": meeting.overall_lead.name})
    leads = [lead.person.name for lead in meeting.meeting_leads.select_related("person")]
    if leads:
        lines.append(_("Leads: %(names)s") % {"names": ENUMERATION_COMMA.join(leads)})
    return lines


def merged_ranges(rows: Sequence[BreakdownRow], column: Column[BreakdownRow]) -> Iterator[tuple[int, int]]:
    """Yield start and end (exclusive) of the rows that share a cell of ``column``."""
    for key, group in groupby(range(len(rows)), key=lambda index: column.span(rows[index]) if column.span else None):
        indices = list(group)
        if key is None:
            yield from ((index, index + 1) for index in indices)
        else:
            yield indices[0], indices[-1] + 1


def _suggestions(meeting: Meeting, day: datetime.date, *, with_reports: bool = False) -> Iterable[Suggestion]:
    day = max(day, meeting.issued_on)
    tasks = Task.objects.on(day).order_by("number")
    if with_reports:
        tasks = tasks.with_department_reports(day)
    return (
        meeting.suggestions.order_by("position")
        .select_related("aspect")
        .prefetch_related(Prefetch("suggestion_sources", SuggestionSource.objects.select_related("person")))
        .prefetch_related(
            Prefetch("tasks", tasks.prefetch_related("task_departments__department", "task_leaders__person"))
        )
    )


# --- the cells ------------------------------------------------------------------------------------


def _aspect_number(row: BreakdownRow) -> str:
    return f"{row.suggestion.aspect.position}." if row.suggestion.aspect else ""


def _aspect_title(row: BreakdownRow) -> str:
    return row.suggestion.aspect.title if row.suggestion.aspect else ""


def _suggestion_text(row: BreakdownRow) -> str:
    number = row.suggestion.number
    return row.suggestion.text if number is None else f"{number}) {row.suggestion.text}"


def _task_lines(row: BreakdownRow) -> str:
    """Return lead-in and numbered tasks, each on a line ending with its ；.

    A single task has no number.
    """
    lead_in = row.suggestion.lead_in if row.is_first else ""
    lines = [lead_in] if lead_in else []
    last = row.tasks[-1] if row.tasks else None
    for task in row.tasks:
        text = task.text if task is last else _with_semicolon(task.text)
        lines.append(f"({task.number}) {text}" if row.task_count > 1 else text)
    return "\n".join(lines)


def _with_semicolon(text: str) -> str:
    if text.endswith(_ENDS_OF_CLAUSE) or text.rstrip(_CLOSING_MARKS).endswith(_ENDS_OF_SENTENCE):
        return text
    return f"{text}；"


def _join_task_values(get_values: Callable[[Task], Iterable[str]]) -> Callable[[BreakdownRow], str]:
    """Return the function that joins the values of a row's tasks, one a line."""
    return lambda row: "\n".join(distinct(value for task in row.tasks for value in get_values(task)))


def _sources(row: BreakdownRow) -> str:
    return "\n".join(distinct(map(format_source, row.suggestion.suggestion_sources.all())))


def _deadlines_and_extensions(task: Task) -> Iterable[str]:
    yield from deadline_lines(task)
    if task.day_extension_count:
        yield ngettext(
            "(%(count)d extension, %(days)d days gained)",
            "(%(count)d extensions, %(days)d days gained)",
            task.day_extension_count,
        ) % {"count": task.day_extension_count, "days": task.day_extension_days}


def _aspect_key(row: BreakdownRow) -> int | None:
    return row.suggestion.aspect_id


def _suggestion_key(row: BreakdownRow) -> int:
    return row.suggestion.pk


# Their widths are those of the table they stand in.
_COLUMNS: dict[str, Column[BreakdownRow]] = {
    "number": Column(label("printed_number"), 0, _aspect_number, CellKind.VERBATIM, is_centred=True, span=_aspect_key),
    "aspect": Column(label("aspect"), 0, _aspect_title, span=_aspect_key),
    "suggestion": Column(pgettext_lazy("column head", "Suggestion as made"), 0, _suggestion_text),
    "tasks": Column(label("text"), 0, _task_lines),
    "departments": Column(
        pgettext_lazy("column head", "Responsible department or leadership"),
        0,
        _join_task_values(department_labels),
        is_centred=True,
    ),
    "leaders": Column(label("leader"), 0, _join_task_values(leader_names), is_centred=True),
    "deadline": Column(label("deadline"), 0, _join_task_values(deadline_lines), CellKind.VERBATIM, is_centred=True),
    "status": Column(
        label("status"), 0, _join_task_values(lambda task: [format_value("status", task.day_status)]), is_centred=True
    ),
    "health": Column(
        label("health"), 0, _join_task_values(lambda task: [format_value("health", task.health)]), is_centred=True
    ),
    "progress": Column(
        label("progress"), 0, _join_task_values(lambda task: map(format_report, department_reports(task)))
    ),
    "sources": Column(pgettext_lazy("column head", "Suggested by"), 0, _sources),
    "remarks": Column(label("remarks"), 0, _join_task_values(lambda task: [task.remarks])),
}


# Where the table has a line a task, what is the suggestion's is printed once beside all of its tasks.
_COLUMNS["shared_suggestion"] = replace(_COLUMNS["suggestion"], span=_suggestion_key)
_COLUMNS["shared_sources"] = replace(_COLUMNS["sources"], span=_suggestion_key)
_COLUMNS["extended_deadline"] = replace(_COLUMNS["deadline"], value=_join_task_values(_deadlines_and_extensions))


def _columns(**widths: float) -> tuple[Column[BreakdownRow], ...]:
    """Return the columns that ``widths`` name, in that order."""
    return tuple(replace(_COLUMNS[name], width=width) for name, width in widths.items())


# Widths add up to what A4 on its side has between the margins of the page, or a little more: the page is scaled to it.
# Such widths that the real annex (81号) takes two pages, as its print does.
ANNEX_COLUMNS = _columns(
    number=5.2, aspect=9.6, suggestion=36, tasks=26.4, departments=9.2, leaders=8.4, deadline=9, sources=23,
    remarks=9,
)  # fmt: skip
STATUS_COLUMNS = _columns(
    number=4.6, aspect=9, shared_suggestion=22.4, tasks=21, departments=8.6, leaders=6.8, extended_deadline=9,
    status=6.6, health=6.6, progress=16, shared_sources=12, remarks=8.4,
)  # fmt: skip
