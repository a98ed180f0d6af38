"""Corrections of a meeting and its rows, by a draft without a file.

The draft holds the register's values as of its opening beside what somebody made of them. Only what was changed is
written, over the present values; the page shows both, and accepting finds the register as the page had it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from meetings.breakdown.services.meetings import get_metadata
from meetings.breakdown.services.suggestions import get_sources
from meetings.core.converter import converter
from meetings.minutes.parser.person_names import ParsedPerson
from meetings.minutes.parser.schema import METADATA_FIELDS, ParsedMeeting, ParsedRow
from meetings.models import Account, DocumentFormat, DraftRow, Meeting, MinutesDocument, Person, Suggestion

from .diff import Difference, FieldChange, RowDifference, TaskDifference
from .draft import EMPTY_ROW, Draft, DraftRowData
from .draft_forms import MetadataFields, RowFields, format_fields
from .draft_services import add_row, insert_row, row_to_json
from .matching import PERSON

# --- what the register says -----------------------------------------------------------------------


def describe_meeting(meeting: Meeting) -> ParsedMeeting:
    """Return what the register says around the table, as a draft holds it."""
    metadata = get_metadata(meeting)
    texts: dict[str, Any] = {name: getattr(metadata, name) or None for name in METADATA_FIELDS}
    texts |= {name: getattr(metadata, name).name for name in ("chair", "overall_lead") if getattr(metadata, name)}
    return ParsedMeeting(
        **texts,
        leads=tuple(person.name for person in metadata.leads),
        attendees=tuple(ParsedPerson(person.name, capacity or None) for person, capacity in metadata.attendees),
    )


def describe_suggestion(suggestion: Suggestion) -> ParsedRow:
    """Return a row of the register as a draft of corrections has it, without tasks."""
    return replace(
        EMPTY_ROW,
        number=suggestion.number,
        aspect=suggestion.aspect.title if suggestion.aspect else None,
        suggestion=suggestion.text or None,
        lead_in=suggestion.lead_in,
        tasks=(),
        sources=tuple(ParsedPerson(person.name, capacity or None) for person, capacity in get_sources(suggestion)),
    )


# --- opening --------------------------------------------------------------------------------------


@transaction.atomic
def create_manual_draft(*, account: Account) -> MinutesDocument:
    """Begin the draft of a meeting that is entered by hand, with one empty row."""
    document = MinutesDocument(format=DocumentFormat.MANUAL, size=0, sha256="", uploaded_by=account)
    document.save()
    add_row(document_id=document.pk, after=0)
    return document


@transaction.atomic
def open_corrections(*, meeting: Meeting, account: Account) -> MinutesDocument:
    """Return the account's draft of corrections to ``meeting``, or a new one.

    What was not changed in it follows the register.
    """
    drafts = MinutesDocument.objects.drafts_of(account).filter(corrects=meeting)
    document = drafts.first() or MinutesDocument(
        format=DocumentFormat.MANUAL, size=0, sha256="", uploaded_by=account, corrects=meeting, register_facts={}
    )
    if document.facts == document.register_facts:
        document.facts = document.register_facts = converter.unstructure(describe_meeting(meeting))
        metadata = get_metadata(meeting)
        people = [metadata.chair, metadata.overall_lead, *metadata.leads, *(each for each, _ in metadata.attendees)]
        _choose_people(document, people)
        document.version += 1
    document.save()
    return document


@transaction.atomic
def open_row(*, suggestion: Suggestion, account: Account) -> DraftRow:
    """Return the row of the account's corrections for ``suggestion``.

    Unchanged, it follows the register.
    """
    document = open_corrections(meeting=suggestion.meeting, account=account)
    content = row_to_json(describe_suggestion(suggestion))
    row = document.rows.filter(corrects=suggestion).first()
    if row is None:
        row = insert_row(document, document.rows.count(), DraftRowData(EMPTY_ROW))
        row.corrects = suggestion
    elif row.content != row.register_content:
        return row
    row.content = row.register_content = content
    row.version += 1
    row.save()
    _choose_people(document, [person for person, _capacity in get_sources(suggestion)])
    document.save()
    return row


@transaction.atomic
def open_new_row(*, meeting: Meeting, account: Account, aspect: str = "") -> DraftRow:
    """Return an empty row in the account's corrections, under ``aspect`` or the last."""
    document = open_corrections(meeting=meeting, account=account)
    row = next((row for row in document.rows.filter(corrects=None) if _is_empty(row)), None)
    if row is None:
        row = add_row(document_id=document.pk, after=document.rows.count())
    if aspect:
        row.content["aspect"] = aspect
        row.save()
    return row


def _is_empty(row: DraftRow) -> bool:
    content = converter.structure(row.content, ParsedRow)
    return replace(content, number=None, aspect=None) == EMPTY_ROW


def _choose_people(document: MinutesDocument, people: Iterable[Person | None]) -> None:
    """Choose the register's people for their names, but for ambiguous ones."""
    by_name: dict[str, set[str]] = {}
    for person in people:
        if person is not None:
            by_name.setdefault(f"{PERSON}:{person.name}", set()).add(str(person.pk))
    for key, ids in by_name.items():
        if len(ids) == 1:
            document.choices.setdefault(key, *ids)


# --- what would be changed ------------------------------------------------------------------------


def compute_corrections(meeting: Meeting, draft: Draft) -> Difference:
    """Return what a draft of corrections changes, beside the register's values."""
    facts = _changes(
        format_fields(MetadataFields, draft.register_facts or ParsedMeeting()),
        format_fields(MetadataFields, draft.facts),
        format_fields(MetadataFields, describe_meeting(meeting)),
    )
    rows = []
    for position, drafted in enumerate(draft.rows, start=1):
        added = [TaskDifference(place, None, drafted.task_text(place)) for place in range(len(drafted.row.tasks))]
        if drafted.corrects is None:
            rows.append(RowDifference(position, None, drafted.row.suggestion or drafted.task_text(0)))
            continue
        changes = _changes(
            format_fields(RowFields, drafted.register_row or EMPTY_ROW),
            format_fields(RowFields, drafted.row),
            format_fields(RowFields, describe_suggestion(drafted.corrects)),
        )
        rows.append(RowDifference(position, drafted.corrects, changes=changes, tasks=tuple(added)))
    return Difference(facts, tuple(rows))


def _changes(opened: Mapping[str, str], now: Mapping[str, str], register: Mapping[str, str]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, register[name], value)
        for name, value in now.items()
        if value not in (opened[name], register[name])
    )
