"""Answers to what a draft asks: confirmed as it stands, the offered day, whose date or name it is, who is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.errors import Incomplete
from meetings.minutes.parser.issues import Problem

from . import draft as changes
from .draft_services import StaleDraft, load_draft, locked_document, locked_row, save_document, save_row
from .matching import NEW, NameMatch


def _without(problems: Sequence[Problem], place: int) -> tuple[Problem, tuple[Problem, ...]]:
    if not 0 <= place < len(problems):
        raise StaleDraft
    return problems[place], (*problems[:place], *problems[place + 1 :])


@transaction.atomic
def confirm_whole(*, document_id: int, version: int, place: int) -> None:
    """Settle the problem at ``place`` of those of no single row: it is right as it stands."""
    document = locked_document(document_id, version)
    if not 0 <= place < len(document.problems):
        raise StaleDraft
    del document.problems[place]
    save_document(document)


@transaction.atomic
def confirm_problem(*, row_id: int, version: int, place: int) -> None:
    """Settle a row's problem: it is right as it stands."""
    row, drafted, _document = locked_row(row_id, version)
    _problem, left = _without(drafted.problems, place)
    save_row(row, replace(drafted, problems=left))


@transaction.atomic
def take_offered_day(*, row_id: int, version: int, place: int) -> None:
    """Settle a doubt about a deadline by the day it offers; the printed text stays."""
    row, drafted, _document = locked_row(row_id, version)
    problem, left = _without(drafted.problems, place)
    if problem.doubt is None or problem.doubt.offered is None:
        raise StaleDraft
    save_row(row, replace(drafted, row=changes.with_offered_day(drafted, problem), problems=left))


@transaction.atomic
def share_dates(*, row_id: int, version: int, place: int, shares: Sequence[Sequence[int]]) -> None:
    """Settle which date belongs to which task; ``shares`` as in `draft.with_dates`, a list for each task."""
    row, drafted, _document = locked_row(row_id, version)
    _problem, left = _without(drafted.problems, place)
    if len(shares) != len(drafted.row.tasks) or not all(shares):
        raise Incomplete(_("Choose a date for each of the tasks."))
    save_row(row, replace(drafted, row=changes.with_dates(drafted.row, shares), problems=left))


@transaction.atomic
def share_names(*, row_id: int, version: int, place: int, shares: Sequence[Sequence[str]]) -> None:
    """Settle which department or leader belongs to which task; ``shares`` are the names for each task."""
    row, drafted, _document = locked_row(row_id, version)
    problem, left = _without(drafted.problems, place)
    if problem.code not in changes.SEVERAL:
        raise StaleDraft
    if len(shares) != len(drafted.row.tasks) or not all(shares):
        raise Incomplete(_("Choose at least one name for each of the tasks."))
    new = changes.with_names(drafted.row, changes.SEVERAL[problem.code], shares)
    save_row(row, replace(drafted, row=new, problems=left))


@transaction.atomic
def choose_name(*, document_id: int, key: str, choice: str) -> None:
    """Say whom a printed name means, in all rows: the id of a known one, or that it is new (``new``, ``new:unit``)."""
    document = locked_document(document_id)
    match = next((match for match in load_draft(document).matches.all() if match.key == key), None)
    if match is None:
        raise StaleDraft
    document.choices[key] = checked_choice(match, choice)
    save_document(document)


def checked_choice(match: NameMatch, choice: str) -> str:
    """Return an answer to the question whom ``match`` means as drafts keep it; raises Incomplete for none."""
    if not choice.startswith(NEW) and not choice.isdecimal():
        raise Incomplete(_("Say whom “%(name)s” means.") % {"name": match.name})
    namesakes = [str(candidate.known.unit) for candidate in match.candidates if hasattr(candidate.known, "unit")]
    unit = choice.partition(":")[2].strip()
    if choice.startswith(NEW) and match.name in {c.known.name for c in match.candidates} and unit in namesakes:
        raise Incomplete(
            _("Somebody named “%(name)s” is in the register. Write the unit that tells the two apart.")
            % {"name": match.name},
            field="unit",
        )
    return f"{NEW}:{unit}" if choice.startswith(NEW) else choice
