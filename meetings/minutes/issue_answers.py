"""Answers to a draft's questions: confirmation, day, dates, names."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.text import parse_id
from meetings.errors import InvalidInputError
from meetings.locking import require_present
from meetings.minutes.parser.issues import ParserIssue

from . import draft as changes
from .draft_services import load_draft, lock_document, lock_row, save_document, save_row
from .matching import NEW, NameMatch


def _pop_issue(issues: Sequence[ParserIssue], place: int) -> tuple[ParserIssue, tuple[ParserIssue, ...]]:
    require_present(place in range(len(issues)))
    return issues[place], (*issues[:place], *issues[place + 1 :])


@transaction.atomic
def confirm_document_issue(*, document_id: int, version: int, place: int) -> None:
    """Confirm the problem at ``place`` among those of no single row."""
    document = lock_document(document_id, version)
    require_present(place in range(len(document.problems)))
    del document.problems[place]
    save_document(document)


@transaction.atomic
def confirm_row_issue(*, row_id: int, version: int, place: int) -> None:
    """Settle a row's problem: it is right as it stands."""
    row, draft_row, _document = lock_row(row_id, version)
    _problem, remaining = _pop_issue(draft_row.problems, place)
    save_row(row, replace(draft_row, problems=remaining))


@transaction.atomic
def accept_offered_day(*, row_id: int, version: int, place: int) -> None:
    """Settle a doubt about a deadline by the day it offers; the printed text stays."""
    row, draft_row, _document = lock_row(row_id, version)
    issue, remaining = _pop_issue(draft_row.problems, place)
    require_present(issue.deadline_problem and issue.deadline_problem.offered)
    save_row(row, replace(draft_row, row=changes.with_offered_day(draft_row, issue), problems=remaining))


@transaction.atomic
def assign_dates(*, row_id: int, version: int, place: int, assignments: Sequence[Sequence[int]]) -> None:
    """Assign dates to tasks, as in `draft.assign_dates`, and settle the problem."""
    row, draft_row, _document = lock_row(row_id, version)
    _problem, remaining = _pop_issue(draft_row.problems, place)
    if len(assignments) != len(draft_row.row.tasks) or not all(assignments):
        raise InvalidInputError(_("Choose a date for each of the tasks."))
    save_row(row, replace(draft_row, row=changes.assign_dates(draft_row.row, assignments), problems=remaining))


@transaction.atomic
def assign_names(*, row_id: int, version: int, place: int, assignments: Sequence[Sequence[str]]) -> None:
    """Assign departments or leaders to tasks, and settle the problem."""
    row, draft_row, _document = lock_row(row_id, version)
    issue, remaining = _pop_issue(draft_row.problems, place)
    column = require_present(changes.SHARED_NAME_COLUMNS.get(issue.code))
    if len(assignments) != len(draft_row.row.tasks) or not all(assignments):
        raise InvalidInputError(_("Choose at least one name for each of the tasks."))
    new = changes.assign_names(draft_row.row, column, assignments)
    save_row(row, replace(draft_row, row=new, problems=remaining))


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
