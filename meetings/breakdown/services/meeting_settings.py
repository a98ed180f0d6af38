"""Settings of a meeting: agreement before closure, day of the next meeting."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.errors import InvalidDateError
from meetings.models import Account, ChangeKind, DeadlineKind, EntryKind, Meeting, Precision, Task, TaskLog
from meetings.permissions import require_secretariat
from meetings.tasks.services.log import deadline_to_json, diff_values, format_day, log_change, write_entry


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
    earlier = Meeting.objects.filter(body=meeting.body) if meeting.body else Meeting.objects.filter(pk=meeting.pk)
    tasks = (
        Task.objects.standing()
        .select_for_update(of=("self",))
        .filter(
            suggestion__meeting__in=earlier.filter(issued_on__lt=held_on),
            deadline_kind=DeadlineKind.NEXT_MEETING,
            due_date__isnull=True,
            status__in=OPEN_STATUSES,
        )
        .order_by("pk")
    )
    entries = []
    for task in tasks:
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
