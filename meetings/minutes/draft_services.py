"""Services on drafts: created as a file is read, saved with each change.

Every service is keyword-only and atomic, locks the document, and refuses with a ServiceError: a draft that was
accepted meanwhile, and a form opened on an older version, change nothing.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.breakdown.services.ordering import assign_positions, join_texts
from meetings.core.converter import converter
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.locking import check_version, require_present
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import LayoutChoice, ParsedFile, ParsedMeeting, ParsedRow, ScannedCell
from meetings.models import Account, DraftRow, Meeting, MinutesDocument
from meetings.storage.files import atomic_with_files, delete_on_commit

from .creation import AcceptResult
from .draft import (
    EMPTY_ROW,
    EMPTY_TASK,
    Draft,
    DraftRowData,
    apply_edit,
    build_draft,
    keep_open_issues,
    reparse_deadlines,
    unique_issues,
)
from .draft_forms import parse_metadata_form, parse_row_form
from .row_edits import RowEdit, append_task, renumber_tasks

_CONTROLS = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_MAX_NAME_LENGTH = 200


class AlreadyAcceptedError(InvalidTransitionError):
    """The draft has become a meeting already; nothing was done again."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(_("This draft has been accepted already. Nothing was entered a second time."))
        self.meeting = meeting


# --- keeping and loading --------------------------------------------------------------------------


def display_name(name: str) -> str:
    """Return an upload's base name for display, without odd characters.

    Of a name that is too long, the end goes, but for its ending.
    """
    last = _CONTROLS.sub("", re.split(r"[\\/]", name)[-1]).strip()
    ending = PurePath(last).suffix[:_MAX_NAME_LENGTH]
    return last if len(last) <= _MAX_NAME_LENGTH else last[: _MAX_NAME_LENGTH - len(ending)] + ending


def find_unfinished_draft(account: Account, content: bytes) -> MinutesDocument | None:
    """Return the account's own draft of the same file, if there is one."""
    return MinutesDocument.objects.drafts_of(account).filter(sha256=hash_content(content)).first()


def hash_content(content: bytes) -> str:
    """Return the digest a file is recognised by, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@atomic_with_files()
def create_draft(
    *,
    parsed: ParsedFile,
    content: bytes,
    name: str,
    account: Account | None,
    entered: AcceptResult | None = None,
    layout: LayoutChoice | None = None,
) -> MinutesDocument:
    """Save the file and what was read from it as a draft of ``account``.

    ``layout`` is what somebody chose of its tables. With ``entered`` it has become a meeting without having been
    anybody's draft.
    """
    document = MinutesDocument(
        sha256=hash_content(content),
        size=len(content),
        format=parsed.format,
        original_name=display_name(name),
        uploaded_by=account,
        meeting=entered.meeting if entered else None,
        accepted_at=timezone.now() if entered else None,
    )
    document.file.save("", ContentFile(content), save=False)
    store_reading(document, parsed, layout, entered)
    return document


def store_reading(
    document: MinutesDocument, parsed: ParsedFile, layout: LayoutChoice | None, entered: AcceptResult | None = None
) -> None:
    """Save what was read of the document's file as its draft; arguments as above."""
    draft = build_draft(parsed)
    document.facts = converter.unstructure(draft.facts)
    document.problems = converter.unstructure(draft.problems)
    document.tables = converter.unstructure(parsed.minutes.tables)
    document.layout = converter.unstructure(layout)
    document.save()
    DraftRow.objects.bulk_create(
        DraftRow(
            document=document,
            position=position,
            suggestion=entered.suggestions[position - 1] if entered else None,
            **row_columns(drafted),
        )
        for position, drafted in enumerate(draft.rows, start=1)
    )


def load_draft(document: MinutesDocument) -> Draft:
    """Return the draft as values; one query for its rows."""
    stored = document.rows.select_related("corrects__aspect").order_by("position")
    facts = document.register_facts
    return Draft(
        facts=load_metadata(document),
        rows=tuple(_load_row(row, at) for at, row in enumerate(stored, start=1)),
        problems=converter.structure(document.problems, tuple[ParserIssue, ...]),
        choices=dict(document.choices),
        is_manual=document.is_manual,
        corrects=document.corrects,
        register_facts=converter.structure(facts, ParsedMeeting) if facts else None,
    )


def load_metadata(document: MinutesDocument) -> ParsedMeeting:
    """Return what the draft says around the table."""
    return converter.structure(document.facts, ParsedMeeting)


def _load_row(row: DraftRow, position: int) -> DraftRowData:
    issues = converter.structure(row.problems, tuple[ParserIssue, ...])
    return DraftRowData(
        row=converter.structure(row.content, ParsedRow),
        problems=tuple(replace(issue, row=position) for issue in issues),
        source=tuple(row.source),
        scans=converter.structure(row.scans, tuple[ScannedCell, ...]),
        pk=row.pk,
        version=row.version,
        corrects=row.corrects,
        register_row=converter.structure(row.register_content, ParsedRow) if row.register_content else None,
    )


def row_columns(draft_row: DraftRowData) -> dict:
    """Return the columns of a `DraftRow` that hold the row's values."""
    return {
        "content": row_to_json(draft_row.row),
        "problems": converter.unstructure(draft_row.problems),
        "source": list(draft_row.source),
        "scans": converter.unstructure(draft_row.scans),
    }


def row_to_json(row: ParsedRow) -> dict[str, Any]:
    """Return a row as `DraftRow.content` holds it, without its origin."""
    content = converter.unstructure(row)
    del content["origin"]
    return content


# --- changing -------------------------------------------------------------------------------------


def lock_document(document_id: int, version: int | None = None) -> MinutesDocument:
    """Return the draft, locked; raises AlreadyAcceptedError or ConflictError."""
    # Not joined with its meeting: whoever waited for the lock would see the join as it was before waiting.
    document = MinutesDocument.objects.select_for_update().get(pk=document_id)
    if document.meeting is not None:
        raise AlreadyAcceptedError(document.meeting)
    check_version(version, document.version)
    return document


def lock_row(row_id: int, version: int) -> tuple[DraftRow, DraftRowData, MinutesDocument]:
    """Return the row and its document, locked; raises ConflictError if it is gone."""
    document_id = DraftRow.objects.filter(pk=row_id).values_list("document", flat=True).first()
    document = lock_document(require_present(document_id))
    row = DraftRow.objects.get(pk=row_id)
    check_version(version, row.version)
    return row, _load_row(row, row.position), document


def save_row(row: DraftRow, draft_row: DraftRowData) -> None:
    """Save a locked row as ``draft_row``; forms opened before are stale from now on."""
    for name, value in row_columns(draft_row).items():
        setattr(row, name, value)
    row.version += 1
    row.save()


def save_document(document: MinutesDocument) -> None:
    """Save a locked document; forms opened before are stale from now on."""
    document.version += 1
    document.save()


@transaction.atomic
def edit_metadata(*, document_id: int, version: int, form_data: Mapping[str, str]) -> bool:
    """Save the metadata from ``form_data``; deadlines that depend on it are reread.

    Return whether that changed a row.
    Raises InvalidInputError for a day that is none, ConflictError, AlreadyAcceptedError.
    """
    document = lock_document(document_id, version)
    before = load_metadata(document)
    after = parse_metadata_form(before, form_data)
    document.facts = converter.unstructure(after)
    changed = {field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name)}
    document.problems = [problem for problem in document.problems if problem["column"] not in changed]
    save_document(document)
    are_rows_changed = False
    if changed & {"issued_on", "held_on"}:
        for row in document.rows.all():
            draft_row = _load_row(row, row.position)
            if (read_again := reparse_deadlines(draft_row, before, after)) != draft_row:
                save_row(row, read_again)
                are_rows_changed = True
    return are_rows_changed


@transaction.atomic
def edit_row(*, row_id: int, version: int, form_data: Mapping[str, str]) -> int:
    """Save a row from ``form_data`` (`parse_row_form`); return its version now.

    Raises as `edit_metadata`.
    """
    row, draft_row, document = lock_row(row_id, version)
    edit = parse_row_form(draft_row.row, form_data, load_metadata(document))
    if edit.row != draft_row.row:
        save_row(row, apply_edit(draft_row, edit))
    return row.version


@transaction.atomic
def add_task(*, row_id: int, version: int) -> int:
    """Add an empty task to a row, with people and deadline of the one before.

    Return how many tasks the row has now.
    """
    row, draft_row, document = lock_row(row_id, version)
    edit = RowEdit(draft_row.row)
    if edit.tasks:
        append_task(edit, load_metadata(document))
    else:
        edit.tasks.append(EMPTY_TASK)
    save_row(row, apply_edit(draft_row, edit))
    return len(edit.tasks)


@transaction.atomic
def remove_task(*, row_id: int, version: int, place: int) -> None:
    """Take the task at ``place`` (0 for the first) out of a row that has others."""
    row, draft_row, _document = lock_row(row_id, version)
    edit = RowEdit(draft_row.row, changed={"departments", "leaders"})
    if len(edit.tasks) < (2 if draft_row.corrects is None else 1) or not 0 <= place < len(edit.tasks):
        raise InvalidInputError(_("A row needs a task. Remove the whole row instead."))
    del edit.tasks[place]
    save_row(row, apply_edit(draft_row, edit))


@transaction.atomic
def split_row(*, row_id: int, version: int, after: int) -> None:
    """Make two rows of one: the second gets the tasks behind the first ``after``.

    Both have the row's aspect and sources.
    """
    row, draft_row, document = lock_row(row_id, version)
    _require_new(draft_row)
    if not 0 < after < len(draft_row.row.tasks):
        raise InvalidInputError(_("A row can only be split between two of its tasks."))
    whole = draft_row.row
    first = replace(whole, tasks=renumber_tasks(whole.tasks[:after]))
    rest = renumber_tasks(whole.tasks[after:])
    second = replace(EMPTY_ROW, aspect=whole.aspect, sources=whole.sources, tasks=rest)
    save_row(row, replace(draft_row, row=first, problems=keep_open_issues(first, draft_row.problems)))
    insert_row(
        document,
        document.rows.filter(position__lte=row.position).count(),
        DraftRowData(second, keep_open_issues(second, draft_row.problems), draft_row.source, draft_row.scans),
    )


@transaction.atomic
def merge_with_next_row(*, row_id: int, version: int) -> None:
    """Make one row of this one and the next: tasks of both, texts below one another."""
    row, draft_row, document = lock_row(row_id, version)
    following = document.rows.filter(position__gt=row.position).order_by("position").first()
    if following is None:
        raise InvalidInputError(_("This is the last row; there is none to join it with."))
    other = _load_row(following, following.position)
    _require_new(draft_row, other)
    first, second = draft_row.row, other.row
    merged = replace(
        first,
        suggestion=join_texts(first.suggestion, second.suggestion) or None,
        lead_in=join_texts(first.lead_in, second.lead_in),
        tasks=renumber_tasks((*first.tasks, *second.tasks)),
        sources=tuple(dict.fromkeys((*first.sources, *second.sources))),
        remarks=join_texts(first.remarks, second.remarks),
    )
    problems = unique_issues((*draft_row.problems, *other.problems))
    cells = tuple(dict.fromkeys((*draft_row.source, *other.source)))
    scans = (*draft_row.scans, *other.scans)
    save_row(row, replace(draft_row, row=merged, problems=problems, source=cells, scans=scans))
    following.delete()
    _close_gaps(document)


def _require_new(*rows: DraftRowData) -> None:
    if any(row.corrects is not None for row in rows):
        raise InvalidInputError(_("A row that is in the register already is split and joined in its breakdown table."))


@transaction.atomic
def add_row(*, document_id: int, after: int | None = None) -> DraftRow:
    """Add an empty row behind the first ``after`` (None: all), under the same aspect.

    At the end of a draft that is entered by hand it has the next number.
    """
    document = lock_document(document_id)
    rows = list(document.rows.order_by("position"))
    after = len(rows) if after is None else after
    require_present(after in range(len(rows) + 1))
    contents = [row.content for row in rows[:after]]
    new = replace(EMPTY_ROW, aspect=contents[-1]["aspect"] if contents else None)
    if document.corrects is not None and not contents:
        last = document.corrects.suggestions.select_related("aspect").order_by("position").last()
        new = replace(new, aspect=last.aspect.title if last and last.aspect else None)
    if document.is_manual and after == len(rows):
        numbers = [content["number"] or 0 for content in contents]
        if document.corrects is not None:
            numbers += document.corrects.suggestions.exclude(number=None).values_list("number", flat=True)
        new = replace(new, number=max(numbers, default=0) + 1)
    return insert_row(document, after, DraftRowData(new))


@transaction.atomic
def remove_row(*, row_id: int, version: int) -> None:
    """Take a row out of the draft."""
    row, _drafted_row, document = lock_row(row_id, version)
    row.delete()
    _close_gaps(document)


def insert_row(document: MinutesDocument, after: int, draft_row: DraftRowData) -> DraftRow:
    """Put a row behind the first ``after`` of a locked draft."""
    rows = list(document.rows.order_by("position"))
    place = rows[-1].position + 1 if rows else 1
    new = DraftRow.objects.create(document=document, position=place, **row_columns(draft_row))
    assign_positions([*rows[:after], new, *rows[after:]], "position")
    return new


def _close_gaps(document: MinutesDocument) -> None:
    assign_positions(list(document.rows.order_by("position")), "position")


@transaction.atomic
def discard_draft(*, document_id: int) -> None:
    """Throw a draft away with its file. What was accepted is never thrown away."""
    document = lock_document(document_id)
    file = document.file
    document.delete()
    if file.name:
        delete_on_commit(file.name)
