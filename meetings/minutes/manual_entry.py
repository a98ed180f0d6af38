"""A meeting, or a row of its table, typed by hand: read by the grammars that read a file, entered as accepting does.

A row is typed as the annex prints it: departments, leaders and deadline once for the row, or beside a task for that
task alone. What is doubtful becomes a mark to confirm on its tasks, as at an import; but whom a name means is asked
before anything is entered, for the person who types has the paper in hand.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from meetings.breakdown.services.aspects import get_or_create_aspect
from meetings.breakdown.services.meetings import MEETING_TEXTS, MeetingMetadata, create_meeting, edit_meeting
from meetings.breakdown.services.ordering import assign_positions, ordered_suggestions, place_at_end_of_aspect
from meetings.breakdown.services.suggestions import edit_suggestion
from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import Reading, read_deadline, read_row_deadlines
from meetings.errors import InvalidInputError, ServiceError
from meetings.minutes.parser.cells import parse_departments, parse_leaders
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.ordinals import split_numbered_parts
from meetings.minutes.parser.schema import ParsedMeeting as Facts
from meetings.minutes.parser.schema import ParsedRow
from meetings.minutes.parser.schema import ParsedTask as TypedTask
from meetings.models import Account, ChangeKind, DepartmentRole, Meeting, Suggestion, Task
from meetings.tasks.services.log import log_change
from meetings.tasks.services.validators import require_secretariat

from .creation import (
    AcceptBlockedError,
    create_suggestion_from_row,
    create_tasks_from_row,
    find_metadata_length_blockers,
    find_row_length_blockers,
    task_text,
)
from .draft import (
    EMPTY_ROW,
    EMPTY_TASK,
    SHARED_NAME_COLUMNS,
    Draft,
    DraftRowData,
    find_shared_names_issue,
    issue_from_deadline_problem,
)
from .form_codec import parse_metadata_form, parse_people, parse_row_form
from .issue_answers import validate_choice
from .matching import NameMatch, NameMatches
from .resolution import NameResolver

#: The most tasks that one form holds; a printed row has three or four.
MAX_TASKS = 40
_TASK_FIELDS = ("departments", "leaders", "deadline")


class AmbiguousNamesError(ServiceError):
    """Somebody has to say whom some of the names mean before anything is entered."""

    def __init__(self, matches: Sequence[NameMatch]) -> None:
        super().__init__(
            _("Say below whom these names mean: %(names)s") % {"names": "、".join(m.name for m in matches)}
        )
        self.matches = tuple(matches)


@dataclass(frozen=True, slots=True)
class ParsedSuggestion:
    """A row as somebody typed it, read: the draft of it alone, and how each task's deadline was read.

    ``after`` is the number of the last task that the row had when the form was opened, 0 for a new row.
    """

    draft: Draft
    deadline_readings: tuple[Reading, ...]
    last_number: int = 0

    @property
    def row(self) -> ParsedRow:
        """What was understood."""
        return self.draft.rows[0].row

    @property
    def problems(self) -> tuple[ParserIssue, ...]:
        """What is left to be confirmed."""
        return self.draft.rows[0].problems

    @property
    def matches(self) -> NameMatches:
        """Whom the names mean."""
        return self.draft.matches


# --- reading --------------------------------------------------------------------------------------


def parse_suggestion(form_data: Mapping[str, str], meeting: Meeting, choices: Mapping[str, str]) -> ParsedSuggestion:
    """Return the row that was ``form_data`` in the fields of its form, in the frame of the meeting's days.

    ``choices`` say whom names mean (`matching.match_names`). Raises Incomplete for a number that is none.
    """
    row = parse_row_form(EMPTY_ROW, {name: form_data.get(name, "") for name in _ROW_FIELDS}, meeting_days(meeting)).row
    lead_in, cells = _split_cells(form_data)
    places, texts = [at for at, _text in cells], [text for _at, text in cells]
    readings = _parse_deadlines(form_data, places, texts, meeting)
    tasks = tuple(
        TypedTask(
            number=number if len(cells) > 1 else None,
            text=text,
            departments=parse_departments(_task_or_row_text(form_data, at, "departments"), Role.RESPONSIBLE).names,
            leaders=parse_leaders(_task_or_row_text(form_data, at, "leaders")),
            deadline=reading.deadline,
            milestones=reading.milestones,
        )
        for number, (at, text, reading) in enumerate(zip(places, texts, readings, strict=True), start=1)
    )
    row = replace(row, tasks=tasks, lead_in=row.lead_in or lead_in)
    draft_row = DraftRowData(row, tuple(_find_issues(row, readings)))
    return ParsedSuggestion(
        Draft(meeting_days(meeting), (draft_row,), (), dict(choices)), readings, parse_last_number(form_data)
    )


_ROW_FIELDS = ("number", "aspect", "suggestion", "lead_in", "sources", "remarks")


def task_places(form_data: Mapping[str, str]) -> list[int]:
    """Return the places of the form's tasks in which something is typed; the first where nothing is."""
    filled = [
        at
        for at in range(MAX_TASKS)
        if any(form_data.get(f"task-{at}-{name}", "").strip() for name in ("text", *_TASK_FIELDS))
    ]
    return filled or [0]


def parse_last_number(form_data: Mapping[str, str]) -> int:
    """Return the number behind which the tasks of the form come, as the form itself says."""
    text = form_data.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


def _split_cells(form_data: Mapping[str, str]) -> tuple[str, list[tuple[int, str]]]:
    """Return the lead-in that stands before the tasks' numbers, and the tasks: the place in the form, and the text.

    The numbers that are printed with the tasks are not part of their texts, nor the semicolons between them: who copies
    a whole cell of the annex into one field has typed the tasks that it numbers.
    """
    places, lead_in = task_places(form_data), ""
    cells: list[tuple[int, str]] = []
    for at in places:
        text = _cell_text(form_data, f"task-{at}-text")
        before, parts = split_numbered_parts(text, parse_last_number(form_data) + len(cells) + 1)
        if len(parts) > MAX_TASKS or (before and (cells or form_data.get("lead_in", "").strip())):
            cells.append((at, text))
            continue
        lead_in = lead_in or before
        texts = [part.text for part in parts]
        cells.extend((at, part.rstrip("；;") if at != places[-1] else part) for part in texts)
    return lead_in, cells


def _parse_deadlines(form_data: Mapping[str, str], places: Sequence[int], texts: Sequence[str], meeting: Meeting):
    days = {"issued_on": meeting.issued_on, "held_on": meeting.held_on}
    of_row = read_row_deadlines(_cell_text(form_data, "deadline"), texts, **days)
    return tuple(
        read_deadline(own, **days) if (own := _cell_text(form_data, f"task-{at}-deadline")) else reading
        for at, reading in zip(places, of_row, strict=True)
    )


def _find_issues(row: ParsedRow, readings: Sequence[Reading]):
    for doubt in dict.fromkeys(reading.problem for reading in readings if reading.problem):
        yield issue_from_deadline_problem(doubt)
    for code in SHARED_NAME_COLUMNS:
        if issue := find_shared_names_issue(row, code):
            yield issue
    if any(not task.departments for task in row.tasks):
        yield ParserIssue(None, "departments", "", ProblemCode.NO_DEPARTMENT)


def _task_or_row_text(form_data: Mapping[str, str], at: int, name: str) -> str:
    return _cell_text(form_data, f"task-{at}-{name}") or _cell_text(form_data, name)


def _cell_text(form_data: Mapping[str, str], name: str) -> str:
    lines = form_data.get(name, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def meeting_days(meeting: Meeting) -> Facts:
    """Return what a reading needs of the meeting: its days."""
    return Facts(issued_on=meeting.issued_on, held_on=meeting.held_on)


def build_sources_draft(text: str, choices: Mapping[str, str]) -> Draft:
    """Return a draft that holds nothing but the sources ``text`` in a cell, to match their names."""
    row = replace(EMPTY_ROW, tasks=(EMPTY_TASK,), sources=parse_people(text))
    return Draft(Facts(), (DraftRowData(row),), (), dict(choices))


def require_resolved_names(draft: Draft) -> None:
    """Raise NamesInQuestion where a name is like a known one and nobody has said whether it is the same.

    Raises Incomplete where the answer cannot be: somebody new of the name and unit of somebody known.
    """
    if asked := draft.matches.open():
        raise AmbiguousNamesError(asked)
    for match in draft.matches.all():
        if match.key in draft.choices:
            validate_choice(match, draft.choices[match.key])


# --- entering -------------------------------------------------------------------------------------


@transaction.atomic
def create_suggestion(*, meeting_id: int, parsed: ParsedSuggestion, actor: Account) -> Suggestion:
    """Enter a row at the end of its aspect, with its tasks; what is doubtful becomes a mark on them.

    Raises CannotAccept with all that is missing, NamesInQuestion, and what the verbs raise; then nothing is written.
    """
    require_secretariat(actor)
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    _require_complete(parsed)
    require_resolved_names(parsed.draft)
    aspect = get_or_create_aspect(meeting, parsed.row.aspect or "", actor=actor)
    suggestion = create_suggestion_from_row(meeting, parsed.draft, 1, NameResolver(parsed.matches), actor=actor)
    suggestion.aspect = aspect
    assign_positions(
        place_at_end_of_aspect(ordered_suggestions(meeting), suggestion),
        "position",
    )
    log_change(
        meeting,
        kind=ChangeKind.ENTERED,
        actor=actor,
        changes={"suggestion": {"old": None, "new": str(suggestion)}},
    )
    suggestion.refresh_from_db()
    return suggestion


@transaction.atomic
def add_tasks(*, suggestion_id: int, parsed: ParsedSuggestion, actor: Account) -> list[Task]:
    """Enter the tasks of ``parsed`` behind those that the row has already. Raises as `create_suggestion` does."""
    require_secretariat(actor)
    suggestion = Suggestion.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=suggestion_id)
    _require_complete(parsed)
    require_resolved_names(parsed.draft)
    last = last_task_number(suggestion)
    places = {place: last + place + 1 for place in range(len(parsed.row.tasks))}
    return create_tasks_from_row(suggestion, parsed.draft, 1, NameResolver(parsed.matches), places, actor=actor)


def last_task_number(suggestion: Suggestion) -> int:
    """Return the number of the last task of a row, 0 where it has none. One query."""
    return suggestion.tasks.standing().aggregate(last=Max("number"))["last"] or 0


def _require_complete(parsed: ParsedSuggestion) -> None:
    row = parsed.row
    for place in range(len(row.tasks)):
        if not task_text(row, place):
            number = parsed.last_number + place + 1
            raise InvalidInputError(
                _("Task (%(number)d) has no text. Write it, or empty its other fields.") % {"number": number}
                if len(row.tasks) > 1
                else _("Write the suggestion, a task, or both."),
                field="tasks",
            )
    if blockers := list(find_row_length_blockers(row, 1)):
        raise AcceptBlockedError(blockers)


@transaction.atomic
def correct_suggestion(
    *, suggestion_id: int, form_data: Mapping[str, str], sources: Draft, reason: str, actor: Account, version_token: str
) -> Suggestion:
    """Correct a row as its form says; ``sources`` are its sources (`build_sources_draft`). Raises as the verb does."""
    suggestion = Suggestion.objects.select_related("meeting").get(pk=suggestion_id)
    row = parse_row_form(
        EMPTY_ROW, {name: form_data.get(name, "") for name in _ROW_FIELDS}, meeting_days(suggestion.meeting)
    ).row
    row = replace(row, sources=sources.rows[0].row.sources)
    if blockers := list(find_row_length_blockers(row, suggestion.position)):
        raise AcceptBlockedError(blockers)
    require_resolved_names(sources)
    resolver = NameResolver(sources.matches)
    return edit_suggestion(
        suggestion_id=suggestion_id,
        number=row.number,
        aspect=row.aspect or "",
        text=row.suggestion or "",
        lead_in=row.lead_in,
        sources=list(dict.fromkeys((resolver.person(each.name), each.capacity or "") for each in row.sources)),
        reason=reason,
        actor=actor,
        version_token=version_token,
    )


# --- a meeting ------------------------------------------------------------------------------------


def parse_meeting(form_data: Mapping[str, str], choices: Mapping[str, str]) -> Draft:
    """Return what was ``form_data`` about a meeting, with the people it names to be matched. Raises Incomplete for a
    day that is none.
    """
    return Draft(parse_metadata_form(Facts(), form_data), (), (), dict(choices))


@transaction.atomic
def save_meeting(
    *,
    meeting_id: int | None,
    draft: Draft,
    actor: Account,
    reason: str = "",
    version_token: str | None = None,
    today: datetime.date | None = None,
) -> Meeting:
    """Enter a new meeting (``meeting_id`` none), or correct one. Raises NamesInQuestion and what the verbs raise."""
    require_secretariat(actor)
    if blockers := list(find_metadata_length_blockers(draft.facts)):
        raise AcceptBlockedError(blockers)
    require_resolved_names(draft)
    resolver, metadata = NameResolver(draft.matches), draft.facts
    meeting_facts = MeetingMetadata(
        **{name: getattr(metadata, name) or "" for name in MEETING_TEXTS},
        held_on=metadata.held_on,
        issued_on=metadata.issued_on,
        chair=resolver.person(metadata.chair) if metadata.chair else None,
        overall_lead=resolver.person(metadata.overall_lead) if metadata.overall_lead else None,
        leads=resolver.people(metadata.leads),
        attendees=[(resolver.person(person.name), person.capacity or "") for person in metadata.attendees],
    )
    if meeting_id is None:
        return create_meeting(metadata=meeting_facts, actor=actor, today=today)
    return edit_meeting(
        meeting_id=meeting_id,
        metadata=meeting_facts,
        reason=reason,
        actor=actor,
        version_token=version_token,
        today=today,
    )


def describe_departments(row: ParsedRow) -> list[str]:
    """Return the departments of each task with their roles, in the reader's language."""
    return [
        "、".join(
            each.name
            if each.role is Role.RESPONSIBLE
            else _("%(name)s (%(role)s)") % {"name": each.name, "role": DepartmentRole(str(each.role)).label}
            for each in task.departments
        )
        for task in row.tasks
    ]
