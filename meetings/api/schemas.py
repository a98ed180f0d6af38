"""What the API says of the rows of the register."""

import datetime
from typing import Any, Self

from django.conf import settings
from ninja import Schema
from pydantic import Field

from meetings import models
from meetings.models import DeadlineKind, DepartmentRole, EntryKind, Health, Outcome, Precision, Status


def page_address(row: Any) -> str:
    """Return the address of the page of ``row``."""
    return settings.BASE_URL + row.get_absolute_url()


class Named(Schema):
    """A department or a person."""

    id: int
    name: str


class DepartmentPart(Named):
    """A department with its part in a task."""

    role: DepartmentRole


class Source(Named):
    """Who made a suggestion, in the capacity printed beside the name."""

    capacity: str


class Deadline(Schema):
    """A deadline as printed, and what it was understood to mean."""

    text: str
    kind: DeadlineKind
    precision: Precision | None
    due_date: datetime.date | None


class Milestone(Deadline):
    """A date before the deadline; of a past day there is no id to act on."""

    id: int | None
    met_on: datetime.date | None


class Meeting(Schema):
    """A meeting, by the notice that issued its minutes."""

    id: int
    title: str
    body: str
    document_number: str
    held_on: datetime.date | None
    issued_on: datetime.date
    place: str
    suggestion_count: int
    task_count: int
    url: str

    @staticmethod
    def resolve_url(row: models.Meeting) -> str:
        """Return the address of its page."""
        return page_address(row)


class Suggestion(Schema):
    """A suggestion with what became of it by the day.

    ``health`` is the worst of its open tasks.
    """

    id: int
    meeting: int
    number: int | None
    aspect: str | None
    text: str
    sources: list[Source]
    raised_before: int | None = Field(description="The suggestion of an earlier meeting that it comes back to")
    health: Health | None
    outcome: Outcome | None
    url: str

    @classmethod
    def of(cls, row: models.Suggestion, health: Health | None, outcome: str | None) -> Self:
        """Return it of a row whose sources are loaded."""
        sources = [
            Source(id=each.person_id, name=each.person.name, capacity=each.capacity)
            for each in row.suggestion_sources.all()
        ]
        return cls(
            id=row.pk,
            meeting=row.meeting_id,
            number=row.number,
            aspect=row.aspect.title if row.aspect else None,
            text=row.text,
            sources=sources,
            raised_before=row.raised_before_id,
            health=health,
            outcome=Outcome(outcome) if outcome else None,
            url=page_address(row),
        )


class Task(Schema):
    """A task at the end of the day; texts, departments and leaders are today's."""

    id: int
    meeting: int
    suggestion: int
    number: int
    text: str
    remarks: str
    departments: list[DepartmentPart]
    leaders: list[Named]
    status: Status
    health: Health
    deadline: Deadline
    original_deadline: Deadline
    milestones: list[Milestone]
    next_due: datetime.date | None
    next_review: datetime.date | None
    review_interval_months: int
    review_interval_days: int | None
    extension_count: int
    extension_days: int
    closed_on: datetime.date | None
    last_report_on: datetime.date | None
    version: int = Field(description="What If-Match has to carry, in quotation marks")
    url: str

    @classmethod
    def of(cls, row: models.Task) -> Self:
        """Return it of a row of `TaskQuerySet.on`, with its parts and milestones loaded."""
        found = [milestone.pk for milestone in row.milestones.all()]
        ids: list[int | None] = [*found] if len(found) == len(row.day_milestones) else [None] * len(row.day_milestones)
        return cls(
            id=row.pk,
            meeting=row.suggestion.meeting_id,
            suggestion=row.suggestion_id,
            number=row.number,
            text=row.text,
            remarks=row.remarks,
            departments=[
                DepartmentPart(id=part.department_id, name=part.department.name, role=DepartmentRole(part.role))
                for part in row.task_departments.all()
            ],
            leaders=[Named(id=part.person_id, name=part.person.name) for part in row.task_leaders.all()],
            status=Status(row.day_status),
            health=Health(row.health),
            deadline=_deadline(row, "day_"),
            original_deadline=_deadline(row, "original_"),
            milestones=[Milestone(id=pk, **milestone) for pk, milestone in zip(ids, row.day_milestones, strict=True)],
            next_due=row.day_next_due,
            next_review=row.day_next_review,
            review_interval_months=row.day_review_interval_months,
            review_interval_days=row.day_review_interval_days,
            extension_count=row.day_extension_count,
            extension_days=row.day_extension_days,
            closed_on=row.day_closed_on,
            last_report_on=row.last_report_on,
            version=row.version,
            url=page_address(row),
        )


def _deadline(row: models.Task, prefix: str) -> Deadline:
    due_date = getattr(row, f"{prefix}due_date")
    text, kind, precision = (getattr(row, f"{prefix}deadline_{name}") for name in ("text", "kind", "precision"))
    return Deadline(text=text, kind=kind, precision=precision or None, due_date=due_date)


class LogEntry(Schema):
    """One entry of a task's log; an undone one counts on no day."""

    sequence: int
    kind: EntryKind
    effective_on: datetime.date
    recorded_at: datetime.datetime
    by: str | None
    department: Named | None
    is_report: bool
    note: str
    changes: dict[str, Any]
    is_undone: bool
    instruction: int | None = Field(description="The instruction that it gives")
    files: list[str] = Field(description="The names of the files of evidence that came with it")

    @classmethod
    def of(cls, row: models.TaskLog) -> Self:
        """Return it of a row that `mark_undone` has seen."""
        instruction = getattr(row, "instructs", None)
        return cls(
            sequence=row.sequence,
            kind=EntryKind(row.kind),
            effective_on=row.effective_on,
            recorded_at=row.recorded_at,
            by=str(row.actor) if row.actor else None,
            department=Named(id=row.department.pk, name=row.department.name) if row.department else None,
            is_report=row.is_report,
            note=row.note,
            changes=row.changes,
            is_undone=row.is_undone,
            instruction=instruction.pk if instruction else None,
            files=[file.name for file in row.evidence.all()],
        )


class MeetingPage(Schema):
    """Some meetings."""

    items: list[Meeting]
    next: str | None = Field(description="What `after` has to be for the next page")


class SuggestionPage(Schema):
    """Some suggestions."""

    items: list[Suggestion]
    next: str | None


class TaskPage(Schema):
    """Some tasks; of a long list the count is 10,000 and says so."""

    items: list[Task]
    next: str | None
    count: int
    is_count_exact: bool


class LogPage(Schema):
    """Some entries of a task's log, as they were recorded."""

    items: list[LogEntry]
    next: str | None
