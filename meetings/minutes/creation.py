"""What a draft says, entered: a meeting with its suggestions and tasks, and what has to be there before it can be."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings.breakdown.services.meetings import MEETING_TEXTS, log_entered_meeting, set_next_meeting_deadlines
from meetings.display.import_issues import Mark
from meetings.errors import ServiceError
from meetings.minutes.issue_records import build_task_issues
from meetings.minutes.parser.schema import ParsedMeeting as Facts
from meetings.minutes.parser.schema import ParsedRow
from meetings.models import (
    MAX_TEXT_LENGTH,
    Account,
    Aspect,
    Attendance,
    Department,
    ImportIssue,
    Meeting,
    MeetingLead,
    Milestone,
    Person,
    Suggestion,
    SuggestionSource,
    Task,
)
from meetings.tasks.services.creation import create_task

from .draft import Draft, DraftRowData
from .resolution import NameResolver


class AcceptBlockedError(ServiceError):
    """The draft lacks something without which there is no meeting; ``blockers`` say all of it at once."""

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        super().__init__(blockers[0].message)
        self.blockers = tuple(blockers)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What keeps a draft from being accepted: a sentence, and the row (1 for the first) it is about, if it is one."""

    message: str
    row: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """What accepting made: the meeting, for each row of the draft its suggestion, and whether it was there before."""

    meeting: Meeting
    suggestions: tuple[Suggestion, ...]
    is_update: bool = False


# --- what has to be there -------------------------------------------------------------------------


def find_blockers(draft: Draft, today: datetime.date | None = None) -> list[Blocker]:
    """Return everything that keeps ``draft`` from being accepted, as sentences that say what to do."""
    return [*_find_metadata_blockers(draft, today or timezone.localdate()), *_find_row_blockers(draft.rows)]


def _find_metadata_blockers(draft: Draft, today: datetime.date) -> Iterable[Blocker]:
    metadata = draft.facts
    if not metadata.title:
        yield Blocker(_("The meeting has no title. Enter one."), field="title")
    if metadata.issued_on is None:
        yield Blocker(_("The file does not say on which day the minutes were issued. Enter it."), field="issued_on")
    elif metadata.issued_on > today:
        yield Blocker(
            _("The minutes are issued on %(day)s, which is still to come. Accept them on that day.")
            % {"day": date_format(metadata.issued_on, "DATE_FORMAT")},
            field="issued_on",
        )
    elif metadata.held_on and metadata.held_on > metadata.issued_on:
        yield Blocker(_("Minutes cannot be issued before the meeting was held. Mend one of the days."), field="held_on")
    if not draft.rows:
        yield Blocker(_("The draft has no rows left. Add one, or discard the draft."))
    yield from find_metadata_length_blockers(metadata)


def find_metadata_length_blockers(metadata: Facts) -> Iterable[Blocker]:
    """Yield what around the table is too long to be kept."""
    for name in MEETING_TEXTS:
        yield from _find_long_value(getattr(metadata, name), Meeting, name, None)
    for name in (metadata.chair, metadata.overall_lead, *metadata.leads):
        yield from _find_long_value(name, Person, "name", None)
    for person in metadata.attendees:
        yield from _find_long_value(person.name, Person, "name", None)
        yield from _find_long_value(person.capacity, Attendance, "capacity", None)


def _find_row_blockers(rows: Sequence[DraftRowData]) -> Iterable[Blocker]:
    for position, draft_row in enumerate(rows, start=1):
        row = draft_row.row
        if not any(task_text(row, at) for at in range(len(row.tasks))) or not row.tasks:
            yield Blocker(
                _("Row %(row)d has neither a task nor a suggestion. Write one, or remove the row.") % {"row": position},
                position,
            )
        elif not all(task_text(row, at) for at in range(len(row.tasks))):
            yield Blocker(
                _("A task of row %(row)d has no text. Write it, or remove the task.") % {"row": position}, position
            )
        yield from find_row_length_blockers(row, position)


def find_row_length_blockers(row: ParsedRow, position: int) -> Iterable[Blocker]:
    """Yield what of the row at ``position`` is too long to be kept."""
    yield from _find_long_texts(row, position)
    yield from _find_long_value(row.aspect, Aspect, "title", position)
    for task in row.tasks:
        for deadline in (task.deadline, *task.milestones):
            yield from _find_long_value(deadline.text, Milestone, "deadline_text", position)
        for department in task.departments:
            yield from _find_long_value(department.name, Department, "name", position)
        for name in task.leaders:
            yield from _find_long_value(name, Person, "name", position)
    for person in row.sources:
        yield from _find_long_value(person.name, Person, "name", position)
        yield from _find_long_value(person.capacity, SuggestionSource, "capacity", position)


def _find_long_texts(row: ParsedRow, position: int) -> Iterable[Blocker]:
    # No form could save such a text again, nor any list show it.
    said = {"row": position, "longest": MAX_TEXT_LENGTH}
    if len(row.suggestion or "") > MAX_TEXT_LENGTH:
        message = _(
            "Row %(row)d: the suggestion is %(length)d characters long, and %(longest)d are the most. Shorten it."
        )
        yield Blocker(message % {**said, "length": len(row.suggestion)}, position)
    for number, task in enumerate(row.tasks, start=1):
        if len(task.text or "") > MAX_TEXT_LENGTH:
            message = _(
                "Row %(row)d: task %(task)d is %(length)d characters long, and %(longest)d are the most. Shorten it."
            )
            yield Blocker(message % {**said, "task": number, "length": len(task.text)}, position)


def _find_long_value(text: str | None, model: type, field: str, row: int | None) -> Iterable[Blocker]:
    longest = model._meta.get_field(field).max_length
    if text and len(text) > longest:
        said = {"text": f"{text[:20]}…", "longest": longest, "row": row}
        if row is None:
            yield Blocker(_("“%(text)s” is longer than %(longest)d characters. Shorten it.") % said)
        else:
            yield Blocker(_("Row %(row)d: “%(text)s” is longer than %(longest)d characters. Shorten it.") % said, row)


def task_text(row: ParsedRow, at: int) -> str:
    """Return what a task says; where a row prints a suggestion only, that is its task."""
    return row.tasks[at].text or ((row.suggestion or "") if len(row.tasks) == 1 else "")


# --- entering -------------------------------------------------------------------------------------


@transaction.atomic
def create_meeting(draft: Draft, *, actor: Account | None) -> AcceptResult:
    """Enter the draft as a new meeting; open problems and questions become marks on the tasks of their rows.

    Raises CannotAccept before anything is written. A meeting of this number, or of this title and issue day, must
    not be in the register yet.
    """
    require_complete(draft)
    resolver = NameResolver(draft.matches)
    metadata = draft.facts
    meeting = Meeting.objects.create(
        **{name: getattr(metadata, name) or "" for name in MEETING_TEXTS},
        held_on=metadata.held_on,
        issued_on=metadata.issued_on,
        chair=resolver.person(metadata.chair) if metadata.chair else None,
        overall_lead=resolver.person(metadata.overall_lead) if metadata.overall_lead else None,
    )
    create_leads(meeting, draft, resolver)
    create_attendances(meeting, draft, resolver)
    log_entered_meeting(meeting, actor=actor)
    suggestions = tuple(
        create_suggestion_from_row(meeting, draft, position, resolver, actor=actor)
        for position in range(1, len(draft.rows) + 1)
    )
    set_next_meeting_deadlines(meeting)
    return AcceptResult(meeting, suggestions)


def create_leads(meeting: Meeting, draft: Draft, resolver: NameResolver) -> None:
    """Write the meeting's leads, in printed order."""
    MeetingLead.objects.bulk_create(
        MeetingLead(meeting=meeting, person=person, position=position)
        for position, person in enumerate(resolver.people(draft.facts.leads), start=1)
    )


def create_attendances(meeting: Meeting, draft: Draft, resolver: NameResolver) -> None:
    """Write who was there in which capacity, each person once, in printed order."""
    capacities: dict[Person, str] = {}
    for person in draft.facts.attendees:
        capacities.setdefault(resolver.person(person.name), person.capacity or "")
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, person=person, capacity=capacity, position=position)
        for position, (person, capacity) in enumerate(capacities.items(), start=1)
    )


def create_suggestion_from_row(
    meeting: Meeting, draft: Draft, at: int, resolver: NameResolver, *, actor: Account | None
) -> Suggestion:
    """Enter the draft's row ``at`` (1 for the first) as the meeting's next suggestion, with its tasks and marks."""
    row = draft.rows[at - 1].row
    last = meeting.suggestions.order_by("-position").values_list("position", flat=True).first()
    suggestion = Suggestion.objects.create(
        meeting=meeting,
        aspect=_get_or_create_aspect(meeting, row.aspect),
        position=(last or 0) + 1,
        number=row.number,
        text=row.suggestion or "",
        lead_in=row.lead_in,
    )
    sources = dict.fromkeys((resolver.person(person.name), person.capacity or "") for person in row.sources)
    SuggestionSource.objects.bulk_create(
        SuggestionSource(suggestion=suggestion, person=person, capacity=capacity, position=position)
        for position, (person, capacity) in enumerate(sources, start=1)
    )
    numbers = task_numbers(row)
    create_tasks_from_row(suggestion, draft, at, resolver, dict(enumerate(numbers)), actor=actor)
    return suggestion


def create_tasks_from_row(
    suggestion: Suggestion,
    draft: Draft,
    at: int,
    resolver: NameResolver,
    numbers: dict[int, int],
    *,
    actor: Account | None,
) -> list[Task]:
    """Enter the tasks of row ``at`` whose place there (0 for the first) ``numbers`` gives a number."""
    row = draft.rows[at - 1].row
    marks = build_row_issues(draft, at)
    tasks = []
    for place, number in numbers.items():
        printed = row.tasks[place]
        task = create_task(
            suggestion=suggestion,
            number=number,
            text=task_text(row, place),
            deadline=printed.deadline,
            departments=resolver.departments(printed.departments),
            leaders=resolver.people(printed.leaders),
            milestones=printed.milestones,
            remarks=row.remarks,
            actor=actor,
        )
        ImportIssue.objects.bulk_create(
            ImportIssue(task=task, column=mark.column, code=mark.code, value=mark.value, parameters=mark.parameters)
            for mark in marks
        )
        tasks.append(task)
    return tasks


def build_row_issues(draft: Draft, at: int) -> list[Mark]:
    """Return the marks for the tasks of row ``at``: its open problems, and names in question wherever they stand."""
    draft_row = draft.rows[at - 1]
    questions = [
        (column, match)
        for match in draft.matches.open()
        for row, column in dict.fromkeys(draft.matches.places[match.key])
        if row == at
    ]
    return build_task_issues(draft_row.row, draft_row.problems, questions)


def task_numbers(row: ParsedRow) -> list[int]:
    """Return a number from 1 for each task: the printed ones, where they tell the tasks apart."""
    printed = [task.number for task in row.tasks]
    if all(printed) and len(set(printed)) == len(printed):
        return [int(number) for number in printed]
    return list(range(1, len(printed) + 1))


def _get_or_create_aspect(meeting: Meeting, title: str | None) -> Aspect | None:
    if not title:
        return None
    known = meeting.aspects.filter(title=title).first()
    return known or Aspect.objects.create(meeting=meeting, title=title, position=meeting.aspects.count() + 1)


def require_complete(draft: Draft) -> None:
    """Raise CannotAccept where the draft has blockers."""
    if blockers := find_blockers(draft):
        raise AcceptBlockedError(blockers)
