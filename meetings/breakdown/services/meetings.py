"""Services on a meeting: entered, corrected, its settings and its next one."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.display.fields import format_day
from meetings.errors import InvalidDateError, InvalidInputError, NoChangesError, ServiceError
from meetings.models import (
    Account,
    Attendance,
    ChangeKind,
    DeadlineKind,
    EntryKind,
    Meeting,
    MeetingLead,
    Person,
    Precision,
    Task,
    TaskLog,
)
from meetings.models.task import TaskQuerySet
from meetings.permissions import require_secretariat
from meetings.tasks.services.log import (
    compare_values,
    deadline_to_json,
    diff_values,
    iso,
    log_change,
    write_entry,
)
from meetings.tasks.services.validators import clean_reason

MEETING_TEXTS = ("title", "body", "breakdown_title", "document_number", "place", "host")
MEETING_COLUMNS = (*MEETING_TEXTS, "held_on", "issued_on", "chair", "overall_lead")


@dataclass(frozen=True, slots=True)
class MeetingMetadata:
    """The minutes' metadata; ``attendees`` are pairs of person and capacity."""

    title: str
    issued_on: datetime.date
    body: str = ""
    breakdown_title: str = ""
    document_number: str = ""
    held_on: datetime.date | None = None
    place: str = ""
    host: str = ""
    chair: Person | None = None
    overall_lead: Person | None = None
    leads: Sequence[Person] = ()
    attendees: Sequence[tuple[Person, str]] = ()


def get_metadata(meeting: Meeting) -> MeetingMetadata:
    """Return the metadata of a meeting. Two queries, one more for chair and lead each."""
    return MeetingMetadata(
        **{name: getattr(meeting, name) for name in MEETING_COLUMNS},
        leads=tuple(lead.person for lead in meeting.meeting_leads.select_related("person")),
        attendees=tuple(
            (attendance.person, attendance.capacity) for attendance in meeting.attendances.select_related("person")
        ),
    )


@transaction.atomic
def create_meeting(
    *,
    metadata: MeetingMetadata,
    actor: Account | None,
    today: datetime.date | None = None,
    is_demonstration: bool = False,
) -> Meeting:
    """Enter a meeting without rows; without ``actor``, a command enters it.

    Raises a subclass of ServiceError. What earlier meetings of its body want done by their next one gets its day
    (docs/domain.md, Deadlines).
    """
    if actor is not None:
        require_secretariat(actor)
    _check_metadata(metadata, today or timezone.localdate())
    columns = {name: getattr(metadata, name) for name in MEETING_COLUMNS}
    meeting = Meeting.objects.create(**columns, is_demonstration=is_demonstration)
    _replace_people(meeting, metadata)
    values = {name: (None, value) for name, value in _metadata_to_json(get_metadata(meeting)).items() if value}
    log_change(meeting, kind=ChangeKind.ENTERED, actor=actor, changes=diff_values(values))
    _set_next_meeting_deadlines(meeting)
    return meeting


@transaction.atomic
def edit_meeting(
    *,
    meeting_id: int,
    metadata: MeetingMetadata,
    reason: str,
    actor: Account,
    today: datetime.date | None = None,
) -> Meeting:
    """Correct a meeting's metadata. Raises a subclass of ServiceError.

    The tasks of a meeting count from its issue day, and what the log tells of a day is never taken back. So an earlier
    day puts an entry in front of each task's first; a later one is refused once there are tasks. Deadlines keep the
    meaning they were entered with.
    """
    require_secretariat(actor)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("chair", "overall_lead").get(pk=meeting_id)
    reason = clean_reason(reason)
    _check_metadata(metadata, today or timezone.localdate(), exclude=meeting)
    old = _metadata_to_json(get_metadata(meeting))
    if not compare_values(old, _metadata_to_json(metadata)):
        raise NoChangesError
    first_held = meeting.held_on is None and metadata.held_on is not None
    tasks = list(Task.objects.standing().select_for_update(of=("self",)).filter(suggestion__meeting=meeting))
    if metadata.issued_on > meeting.issued_on and tasks:
        raise InvalidDateError(
            _("The tasks of this meeting are in the register from %(day)s on, so it cannot be issued later than that.")
            % {"day": format_day(meeting.issued_on)},
            field="issued_on",
        )
    is_earlier = metadata.issued_on < meeting.issued_on
    for name in MEETING_COLUMNS:
        setattr(meeting, name, getattr(metadata, name))
    meeting.save()
    _replace_people(meeting, metadata)
    # As it is stored: an attendee who is named twice is one.
    if changes := compare_values(old, _metadata_to_json(get_metadata(meeting))):
        log_change(meeting, kind=ChangeKind.CORRECTED, actor=actor, changes=changes, note=reason)
    for task in tasks if is_earlier else ():
        _start_task_earlier(task, metadata.issued_on, old["issued_on"], actor=actor, reason=reason)
    if first_held:
        _set_next_meeting_deadlines(meeting)
    return meeting


def _start_task_earlier(task: Task, day: datetime.date, old: object, *, actor: Account, reason: str) -> None:
    """Let ``task`` stand in the register from ``day`` on, as it was entered."""
    entered = task.log.get(sequence=1).changes
    changes = {**entered, "issued_on": {"old": old, "new": iso(day)}}
    write_entry(task, actor=actor, kind=EntryKind.ARRANGED, effective_on=day, changes=changes, note=reason)


def _set_next_meeting_deadlines(meeting: Meeting) -> None:
    """Give the day of ``meeting`` to earlier deadlines «at the next meeting»."""
    earlier = _find_meeting_before(meeting.body, meeting.held_on)
    if earlier is not None and meeting.held_on is not None:
        record_next_meeting(meeting_id=earlier.pk, held_on=meeting.held_on, actor=None)


def _find_meeting_before(body: str, held_on: datetime.date | None) -> Meeting | None:
    if not body or held_on is None:
        return None
    return Meeting.objects.filter(body=body, held_on__lt=held_on).order_by("-held_on").first()


def find_tasks_due_at_meeting(body: str, held_on: datetime.date | None) -> list[Task]:
    """Return the tasks that get the day of a meeting of ``body`` once it is entered."""
    earlier = _find_meeting_before(body, held_on)
    return list(_tasks_due_at_next(earlier, held_on)) if earlier and held_on else []


def _tasks_due_at_next(meeting: Meeting, held_on: datetime.date) -> TaskQuerySet:
    """Return the tasks to which `record_next_meeting` gives the day ``held_on``."""
    earlier = Meeting.objects.filter(body=meeting.body) if meeting.body else Meeting.objects.filter(pk=meeting.pk)
    return (
        Task.objects.standing()
        .filter(
            suggestion__meeting__in=earlier.filter(issued_on__lt=held_on),
            deadline_kind=DeadlineKind.NEXT_MEETING,
            due_date__isnull=True,
            status__in=OPEN_STATUSES,
        )
        .order_by("pk")
    )


@transaction.atomic
def set_leader_agrees(*, meeting_id: int, actor: Account, agrees: bool) -> Meeting:
    """Set whether a leader has to agree before closure; a change is logged.

    Raises PermissionDeniedError.
    """
    require_secretariat(actor)
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if changes := diff_values({"leader_agrees": (meeting.leader_agrees_before_closure, agrees)}):
        log_change(meeting, kind=ChangeKind.CORRECTED, actor=actor, changes=changes)
    meeting.leader_agrees_before_closure = agrees
    meeting.save(update_fields=["leader_agrees_before_closure"])
    return meeting


@transaction.atomic
def record_next_meeting(
    *, meeting_id: int, held_on: datetime.date, actor: Account | None, today: datetime.date | None = None
) -> list[TaskLog]:
    """Give the next meeting's day to what the body's tasks are due at.

    These are the open tasks of that body's meetings before ``held_on`` whose deadline is the next meeting and has no
    day yet; one entry each, effective today, no extension (docs/domain.md, Deadlines). A day that is to come is the
    usual case. Without a named body, only this meeting's tasks. Raises PermissionDeniedError for all but the
    secretariat and the import of a later meeting (``actor`` None), InvalidDateError where the day is not after the
    meeting.
    """
    if actor is not None:
        require_secretariat(actor)
    meeting = Meeting.objects.get(pk=meeting_id)
    if held_on <= (meeting.held_on or meeting.issued_on):
        raise InvalidDateError(
            _("The next meeting cannot be held on %(day)s, for this one was later. Choose a later day.")
            % {"day": format_day(held_on)},
            field="held_on",
        )
    entries = []
    for task in _tasks_due_at_next(meeting, held_on).select_for_update(of=("self",)):
        old = deadline_to_json(task.deadline)
        new = {**old, "due_date": held_on.isoformat(), "precision": Precision.DAY.value}
        entries.append(
            write_entry(
                task,
                actor=actor,
                kind=EntryKind.DEADLINE,
                effective_on=today or timezone.localdate(),
                changes={"deadline": {"old": old, "new": new}},
            )
        )
    return entries


def find_metadata_errors(metadata: Any, today: datetime.date) -> Iterator[ServiceError]:
    """Yield the errors of a meeting's metadata: no title, impossible days."""
    if not (metadata.title or "").strip():
        yield InvalidInputError(_("The meeting has no title. Enter one."), field="title")
    if metadata.issued_on is None:
        yield InvalidInputError(_("Say on which day the minutes were issued."), field="issued_on")
    elif metadata.issued_on > today:
        yield InvalidDateError(
            _("The minutes are issued on %(day)s, which is still to come. Enter the meeting on that day.")
            % {"day": format_day(metadata.issued_on)},
            field="issued_on",
        )
    elif metadata.held_on and metadata.held_on > metadata.issued_on:
        yield InvalidDateError(
            _("Minutes cannot be issued before the meeting was held. Mend one of the days."), field="held_on"
        )


def find_duplicate_errors(metadata: Any, exclude: Meeting | None = None) -> Iterator[ServiceError]:
    """Yield why this would be a second copy of a meeting that is in the register."""
    others = Meeting.objects.exclude(pk=exclude.pk) if exclude else Meeting.objects.all()
    if metadata.document_number and others.filter(document_number=metadata.document_number).exists():
        yield InvalidInputError(
            _("A meeting with this document number is in the register already."), field="document_number"
        )
    if metadata.issued_on and others.filter(title=metadata.title, issued_on=metadata.issued_on).exists():
        yield InvalidInputError(_("A meeting of this title and issue day is in the register already."), field="title")


def _check_metadata(metadata: MeetingMetadata, today: datetime.date, exclude: Meeting | None = None) -> None:
    errors = [*find_metadata_errors(metadata, today), *find_duplicate_errors(metadata, exclude)]
    if errors:
        raise errors[0]


def _replace_people(meeting: Meeting, metadata: MeetingMetadata) -> None:
    meeting.meeting_leads.all().delete()
    meeting.attendances.all().delete()
    MeetingLead.objects.bulk_create(
        MeetingLead(meeting=meeting, person=person, position=position)
        for position, person in enumerate(dict.fromkeys(metadata.leads), start=1)
    )
    capacities: dict[Person, str] = {}
    for person, capacity in metadata.attendees:
        capacities.setdefault(person, capacity)
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, person=person, capacity=capacity, position=position)
        for position, (person, capacity) in enumerate(capacities.items(), start=1)
    )


def _metadata_to_json(metadata: MeetingMetadata) -> dict[str, object]:
    """Return the facts as the change log holds them."""
    return {
        **{name: getattr(metadata, name) for name in MEETING_TEXTS},
        "held_on": iso(metadata.held_on),
        "issued_on": iso(metadata.issued_on),
        "chair": str(metadata.chair or ""),
        "overall_lead": str(metadata.overall_lead or ""),
        "leads": [str(person) for person in dict.fromkeys(metadata.leads)],
        "attendees": [{"name": str(person), "capacity": capacity} for person, capacity in metadata.attendees],
    }
