"""签收: departments take over their tasks of a meeting, once."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.errors import InvalidTransitionError
from meetings.models import Account, Acknowledgement, Department, Meeting
from meetings.tasks.acknowledgements import unacknowledged_parts


def ask_to_acknowledge(meeting: Meeting) -> None:
    """Ask the departments of ``meeting`` to take over their tasks, from today on."""
    meeting.acknowledgement_asked_on = timezone.localdate()
    meeting.save(update_fields=["acknowledgement_asked_on"])


@transaction.atomic
def acknowledge(*, meeting_id: int, departments: Collection[int], actor: Account) -> list[Acknowledgement]:
    """Record that ``departments`` (ids) take over their tasks of a meeting.

    Done by their liaison, or by the secretariat for them. Raises ServiceError where the actor may not, and where
    nothing is left to take over.
    """
    permissions.require_reporter_of(actor, departments)
    made = record_acknowledgements([meeting_id], departments, actor=actor)
    if not made:
        raise InvalidTransitionError(_("These tasks have been taken over already. Nothing was recorded again."))
    return made


def record_acknowledgements(
    meetings: Collection[int], departments: Collection[int], *, actor: Account
) -> list[Acknowledgement]:
    """Record the acknowledgements asked for and missing; inside a transaction."""
    # Locked, so that of two people at once the second finds it done.
    held = list(Meeting.objects.select_for_update(of=("self",)).filter(pk__in=meetings).order_by("pk"))
    parts = unacknowledged_parts(departments).filter(task__suggestion__meeting__in=held)
    pairs = parts.order_by().values_list("task__suggestion__meeting", "department").distinct()
    return Acknowledgement.objects.bulk_create(
        Acknowledgement(meeting_id=meeting, department_id=department, actor=actor, recorded_at=timezone.now())
        for meeting, department in pairs
    )


def inherit_acknowledgements(merged: Department, into: Department) -> None:
    """Copy the acknowledgements of ``merged`` to ``into``, before its tasks move.

    Meetings that ``into`` has still to take over are left out: it is asked for all its tasks of those.
    """
    own = Acknowledgement.objects.filter(department=into).values("meeting")
    missing = unacknowledged_parts([into.pk]).values("task__suggestion__meeting")
    inherited = merged.acknowledgements.exclude(meeting__in=own).exclude(meeting__in=missing)
    Acknowledgement.objects.bulk_create(
        Acknowledgement(meeting_id=one.meeting_id, department=into, actor=one.actor, recorded_at=one.recorded_at)
        for one in inherited.select_related("actor")
    )
