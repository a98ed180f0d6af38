"""Creation of a meeting from a draft, and what a draft needs for it."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.breakdown.services import meetings
from meetings.breakdown.services.meetings import (
    MEETING_TEXTS,
    MeetingMetadata,
    find_duplicate_errors,
    find_metadata_errors,
)
from meetings.errors import ServiceError
from meetings.minutes.issue_records import build_row_issues
from meetings.minutes.parser.cells import ParsedDepartment
from meetings.minutes.parser.schema import ParsedRow
from meetings.models import (
    MAX_TEXT_LENGTH,
    Account,
    Aspect,
    Attendance,
    Department,
    ImportIssue,
    Meeting,
    Milestone,
    Person,
    Suggestion,
    SuggestionSource,
)
from meetings.models.fields import max_length_of
from meetings.tasks.services.creation import create_task

from .draft import Draft, DraftRowData
from .matching import NameMatch


class AcceptBlockedError(ServiceError):
    """Raised where a draft lacks something; ``blockers`` say all of it."""

    def __init__(self, blockers: Sequence[str]) -> None:
        super().__init__(blockers[0])
        self.blockers = tuple(blockers)


@dataclass(frozen=True, slots=True)
class AcceptResult:
    """The meeting, a suggestion for each row, whether it existed, and was changed."""

    meeting: Meeting
    suggestions: tuple[Suggestion, ...]
    is_update: bool = False
    is_changed: bool = True


# --- what has to be there -------------------------------------------------------------------------


def find_blockers(draft: Draft) -> list[str]:
    """Say all that blocks accepting ``draft``, with what to do."""
    return [*_find_metadata_blockers(draft), *_find_row_blockers(draft.rows)]


def _find_metadata_blockers(draft: Draft) -> Iterator[str]:
    metadata = draft.facts
    errors = [*find_metadata_errors(metadata, timezone.localdate())]
    if draft.is_manual:
        errors += find_duplicate_errors(metadata, draft.corrects)
        # Who types has the paper at hand, and is asked before anything is entered.
        if names := "、".join(match.name for match in draft.matches.open()):
            yield _("Say whom these names mean: %(names)s") % {"names": names}
    elif not draft.rows:
        yield _("The draft has no rows left. Add one, or discard the draft.")
    yield from (error.message for error in errors)
    people = [metadata.chair, metadata.overall_lead, *metadata.leads, *(person.name for person in metadata.attendees)]
    yield from _find_long_values(
        None,
        *((getattr(metadata, name), Meeting, name) for name in MEETING_TEXTS),
        *((name, Person, "name") for name in people),
        *((person.capacity, Attendance, "capacity") for person in metadata.attendees),
    )


def _find_row_blockers(rows: Sequence[DraftRowData]) -> Iterator[str]:
    for position, draft_row in enumerate(rows, start=1):
        row = draft_row.row
        texts = [draft_row.task_text(at) for at in range(len(row.tasks))]
        if not any(texts) and draft_row.corrects is None:
            yield _("Row %(row)d has neither a task nor a suggestion. Write one, or remove the row.") % {
                "row": position
            }
        elif not all(texts):
            yield _("A task of row %(row)d has no text. Write it, or remove the task.") % {"row": position}
        yield from _find_long_texts(row, position)
        people = [*(name for task in row.tasks for name in task.leaders), *(person.name for person in row.sources)]
        deadlines = [deadline for task in row.tasks for deadline in (task.deadline, *task.milestones)]
        yield from _find_long_values(
            position,
            (row.aspect, Aspect, "title"),
            *((deadline.text, Milestone, "deadline_text") for deadline in deadlines),
            *((department.name, Department, "name") for task in row.tasks for department in task.departments),
            *((name, Person, "name") for name in people),
            *((person.capacity, SuggestionSource, "capacity") for person in row.sources),
        )


def _find_long_texts(row: ParsedRow, position: int) -> Iterator[str]:
    # No form could save such a text again, nor any list show it.
    for number, text in enumerate([row.suggestion or "", *(task.text for task in row.tasks)]):
        if len(text) > MAX_TEXT_LENGTH:
            message = _(
                "Row %(row)d: task %(task)d is %(length)d characters long, and %(longest)d are the most. Shorten it."
            )
            if number == 0:
                message = _(
                    "Row %(row)d: the suggestion is %(length)d characters long, and %(longest)d are the most. "
                    "Shorten it."
                )
            yield message % {"row": position, "task": number, "length": len(text), "longest": MAX_TEXT_LENGTH}


def _find_long_values(row: int | None, *values: tuple[str | None, type[Model], str]) -> Iterator[str]:
    """Name each value that is longer than its column."""
    for text, model, column in values:
        longest = max_length_of(model, column)
        if text and len(text) > longest:
            message = _("“%(text)s” is longer than %(longest)d characters. Shorten it.")
            if row is not None:
                message = _("Row %(row)d: “%(text)s” is longer than %(longest)d characters. Shorten it.")
            yield message % {"text": f"{text[:20]}…", "longest": longest, "row": row}


# --- entering -------------------------------------------------------------------------------------


@transaction.atomic
def create_meeting(draft: Draft, *, actor: Account | None) -> AcceptResult:
    """Create a meeting from the draft; open problems become marks on tasks.

    Raises AcceptBlockedError before anything is written. A meeting of this number, or of this title and issue day, must
    not be in the register yet.
    """
    writer = DraftWriter(draft, actor)
    meeting = meetings.create_meeting(metadata=writer.metadata(), actor=actor)
    positions = range(1, len(draft.rows) + 1)
    return AcceptResult(meeting, tuple(writer.create_suggestion(meeting, position) for position in positions))


class DraftWriter:
    """Enters the rows of a draft; raises AcceptBlockedError where it has blockers.

    A name in question that nobody answered is taken for a new one: it is marked on its tasks, and merging two is
    easier than telling one apart again. Only for use inside the transaction of an acceptance.
    """

    def __init__(self, draft: Draft, actor: Account | None) -> None:
        if blockers := find_blockers(draft):
            raise AcceptBlockedError(blockers)
        self.draft, self.actor = draft, actor
        self._created: dict[str, Any] = {}

    def metadata(self) -> MeetingMetadata:
        """Return what stands around the table with the people it names."""
        facts = self.draft.facts
        return MeetingMetadata(
            **{name: getattr(facts, name) or "" for name in MEETING_TEXTS},
            held_on=facts.held_on,
            issued_on=cast(datetime.date, facts.issued_on),
            chair=self.person(facts.chair) if facts.chair else None,
            overall_lead=self.person(facts.overall_lead) if facts.overall_lead else None,
            leads=self.people(facts.leads),
            attendees=[(self.person(person.name), person.capacity or "") for person in facts.attendees],
        )

    def sources(self, row: ParsedRow) -> list[tuple[Person, str]]:
        """Return who made the suggestion of a row, each once, with their capacities."""
        return list(dict.fromkeys((self.person(person.name), person.capacity or "") for person in row.sources))

    def create_suggestion(self, meeting: Meeting, at: int) -> Suggestion:
        """Create the next suggestion from row ``at`` (from 1), with tasks and marks."""
        row = self.draft.rows[at - 1].row
        last = meeting.suggestions.order_by("-position").values_list("position", flat=True).first()
        suggestion = Suggestion.objects.create(
            meeting=meeting,
            aspect=_get_or_create_aspect(meeting, row.aspect),
            position=(last or 0) + 1,
            number=row.number,
            text=row.suggestion or "",
            lead_in=row.lead_in,
        )
        SuggestionSource.objects.bulk_create(
            SuggestionSource(suggestion=suggestion, person=person, capacity=capacity, position=position)
            for position, (person, capacity) in enumerate(self.sources(row), start=1)
        )
        self.create_tasks(suggestion, at, dict(enumerate(task_numbers(row))))
        return suggestion

    def create_tasks(self, suggestion: Suggestion, at: int, numbers: dict[int, int]) -> None:
        """Create tasks of row ``at``; ``numbers`` maps their places to numbers."""
        drafted = self.draft.rows[at - 1]
        marks = build_row_issues(self.draft, at)
        for place, number in numbers.items():
            parsed_task = drafted.row.tasks[place]
            task = create_task(
                suggestion=suggestion,
                number=number,
                text=drafted.task_text(place),
                deadline=parsed_task.deadline,
                departments=self.departments(parsed_task.departments),
                leaders=self.people(parsed_task.leaders),
                milestones=parsed_task.milestones,
                remarks=drafted.row.remarks,
                actor=self.actor,
            )
            ImportIssue.objects.bulk_create(
                ImportIssue(task=task, column=mark.column, code=mark.code, value=mark.value, parameters=mark.parameters)
                for mark in marks
            )

    def departments(self, parsed: Iterable[ParsedDepartment]) -> list[tuple[Department, str]]:
        """Return the departments with roles, each once, though it may have two names."""
        roles: dict[Department, str] = {}
        for each in parsed:
            match = self.draft.matches.departments[each.name]
            roles.setdefault(self._get_or_create(match, Department, name=each.name), str(each.role))
        return list(roles.items())

    def person(self, name: str) -> Person:
        """Return the person that ``name`` means."""
        match = self.draft.matches.people[name]
        return self._get_or_create(match, Person, name=name, unit=match.unit)

    def people(self, names: Sequence[str]) -> list[Person]:
        """Return the people, each once, in printed order."""
        return list(dict.fromkeys(map(self.person, names)))

    def _get_or_create(self, match: NameMatch, model: type[Model], **values: Any) -> Any:
        if match.existing:
            return match.existing
        if match.key not in self._created:
            row: Any = model._default_manager.get_or_create(**values)[0]
            # It may have been merged while the draft lay open.
            self._created[match.key] = row.merged_into or row
        return self._created[match.key]


def task_numbers(row: ParsedRow) -> list[int]:
    """Return a number for each task: the printed ones if distinct, else from 1."""
    numbers = [task.number for task in row.tasks if task.number]
    if len(set(numbers)) == len(row.tasks):
        return numbers
    return list(range(1, len(row.tasks) + 1))


def _get_or_create_aspect(meeting: Meeting, title: str | None) -> Aspect | None:
    if not title:
        return None
    existing = meeting.aspects.filter(title=title).first()
    return existing or Aspect.objects.create(meeting=meeting, title=title, position=meeting.aspects.count() + 1)
