"""Answers to a draft's questions: confirmation, day, dates, names."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.text import parse_id
from meetings.deadlines import Deadline, DeadlineKind, Precision
from meetings.errors import InvalidInputError
from meetings.locking import require_present
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import ParsedRow, ParsedTask
from meetings.models import DraftRow

from .draft import SHARED_NAME_COLUMNS, DraftRowData, list_names
from .draft_services import load_draft, lock_document, lock_row, save_document, save_row
from .matching import NEW, NameMatch


@transaction.atomic
def confirm_document_issue(*, document_id: int, version: int, place: int) -> None:
    """Confirm the problem at ``place`` among those of no single row."""
    document = lock_document(document_id, version)
    require_present(place in range(len(document.problems)))
    del document.problems[place]
    save_document(document)


def _lock_settled_row(row_id: int, version: int, place: int) -> tuple[DraftRow, DraftRowData, ParserIssue]:
    """Return the row, locked, without the problem at ``place``, and that problem."""
    row, draft_row, _document = lock_row(row_id, version)
    issues = list(draft_row.problems)
    require_present(place in range(len(issues)))
    issue = issues.pop(place)
    return row, replace(draft_row, problems=tuple(issues)), issue


def _save_tasks(row: DraftRow, draft_row: DraftRowData, tasks: list[ParsedTask]) -> None:
    save_row(row, replace(draft_row, row=replace(draft_row.row, tasks=tuple(tasks))))


@transaction.atomic
def confirm_row_issue(*, row_id: int, version: int, place: int) -> None:
    """Settle a row's problem: it is right as it stands."""
    row, draft_row, _issue = _lock_settled_row(row_id, version, place)
    save_row(row, draft_row)


@transaction.atomic
def accept_offered_day(*, row_id: int, version: int, place: int) -> None:
    """Settle a doubt about a deadline by the day it offers; the printed text stays."""
    row, draft_row, issue = _lock_settled_row(row_id, version, place)
    save_row(row, take_offered_day(draft_row, issue))


def take_offered_day(draft_row: DraftRowData, issue: ParserIssue) -> DraftRowData:
    """Return the row with the day that a doubt about its deadline offers."""
    day = require_present(require_present(issue.deadline_problem).offered)
    tasks = list(draft_row.row.tasks)
    for at in find_doubted_tasks(tasks, issue):
        deadline = Deadline(tasks[at].deadline.text, DeadlineKind.DATED, day, Precision.DAY)
        tasks[at] = replace(tasks[at], deadline=deadline)
    return replace(draft_row, row=replace(draft_row.row, tasks=tuple(tasks)))


def find_doubted_tasks(tasks: Sequence[ParsedTask], issue: ParserIssue) -> list[int]:
    """Return the places of the tasks whose deadline is in doubt; all if none is named."""
    text = require_present(issue.deadline_problem).value
    return [at for at, task in enumerate(tasks) if text in task.deadline.text] or [*range(len(tasks))]


@transaction.atomic
def assign_dates(*, row_id: int, version: int, place: int, assignments: Sequence[Sequence[int]]) -> None:
    """Assign dates to tasks: per task, places in `assignable_dates`.

    The last of a task's dates is its deadline, those before are milestones (docs/domain.md, Several dates in a row).
    A task without any retains its own.
    """
    row, draft_row, _issue = _lock_settled_row(row_id, version, place)
    tasks, dates = list(draft_row.row.tasks), assignable_dates(draft_row.row)
    if len(assignments) != len(tasks) or not all(assignments):
        raise InvalidInputError(_("Choose a date for each of the tasks."))
    for at, places in enumerate(assignments):
        if own := [date for number, date in enumerate(dates) if number in places]:
            tasks[at] = replace(tasks[at], deadline=own[-1], milestones=tuple(own[:-1]))
    _save_tasks(row, draft_row, tasks)


def assignable_dates(row: ParsedRow) -> list[Deadline]:
    """Return the single dates of a row, each once, in chronological order."""
    dates: dict[str, Deadline] = {}
    for task in row.tasks:
        for deadline in (*task.milestones, task.deadline):
            if deadline.text and "\n" not in deadline.text:
                dates.setdefault(deadline.text, deadline)
    return sorted(dates.values(), key=lambda deadline: deadline.due_date or datetime.date.max)


@transaction.atomic
def assign_names(*, row_id: int, version: int, place: int, assignments: Sequence[Sequence[str]]) -> None:
    """Assign departments or leaders to tasks, and settle the problem."""
    row, draft_row, issue = _lock_settled_row(row_id, version, place)
    column = require_present(SHARED_NAME_COLUMNS.get(issue.code))
    tasks = list(draft_row.row.tasks)
    if len(assignments) != len(tasks) or not all(assignments):
        raise InvalidInputError(_("Choose at least one name for each of the tasks."))
    shared = assignable_parts(tasks, column)
    for at, chosen in enumerate(assignments):
        parts = shared | assignable_parts([tasks[at]], column)
        assigned: Any = {column: tuple(part for name, part in parts.items() if name in chosen)}
        tasks[at] = replace(tasks[at], **assigned)
    _save_tasks(row, draft_row, tasks)


def assignable_parts(tasks: Sequence[ParsedTask], column: str) -> dict[str, Any]:
    """Return departments or leaders of tasks by name, each once, in printed order."""
    return {
        name: part for task in tasks for name, part in zip(list_names(task, column), getattr(task, column), strict=True)
    }


@transaction.atomic
def resolve_name(*, document_id: int, key: str, choice: str) -> None:
    """Resolve a printed name in all rows: an id, or new (``new``, ``new:unit``)."""
    document = lock_document(document_id)
    match = require_present(next((match for match in load_draft(document).matches.all() if match.key == key), None))
    document.choices[key] = validate_choice(match, choice)
    save_document(document)


def validate_choice(match: NameMatch, choice: str) -> str:
    """Return the answer to a name's question; raises InvalidInputError for none."""
    if not choice.startswith(NEW) and parse_id(choice) is None:
        raise InvalidInputError(_("Say whom “%(name)s” means.") % {"name": match.name})
    namesakes = [str(candidate.existing.unit) for candidate in match.candidates if hasattr(candidate.existing, "unit")]
    unit = choice.partition(":")[2].strip()
    if choice.startswith(NEW) and match.name in {c.existing.name for c in match.candidates} and unit in namesakes:
        raise InvalidInputError(
            _("Somebody named “%(name)s” is in the register. Write the unit that tells the two apart.")
            % {"name": match.name},
            field="unit",
        )
    return f"{NEW}:{unit}" if choice.startswith(NEW) else choice
