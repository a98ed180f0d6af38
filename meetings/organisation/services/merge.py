"""Merging of two departments or people; the merged name leads to the other.

It cannot be undone: nobody could tell afterwards whose a task had been. The logs are append-only, so what they record
of the merged row stays, and is read as the living one's (`Department.merged_into`).
"""

from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import (
    Account,
    Attendance,
    ChangeKind,
    Department,
    FormerName,
    Instruction,
    Meeting,
    MeetingLead,
    Person,
    SuggestionSource,
    Task,
)
from meetings.models.fields import max_length_of
from meetings.models.meeting import MeetingQuerySet
from meetings.permissions import require_organisation_manager
from meetings.tasks.services.acknowledgements import inherit_acknowledgements
from meetings.tasks.services.assignments import move_assignments
from meetings.tasks.services.log import diff_values, log_change

from .organisation import department_names, lock_pair

# Sent inside the transaction, with ``merged``, ``into``, ``actor`` and the ``note`` of its entries.
departments_merged = Signal()


def summarise_merge(subject: Department | Person) -> dict[str, int]:
    """Return how much of what merging ``subject`` would move."""
    names = subject.former_names.count() + subject.merged.count()
    if isinstance(subject, Department):
        return {"tasks": subject.task_departments.count(), "accounts": subject.liaisons.count(), "names": names}
    return {
        "tasks": subject.task_leaders.count(),
        "meetings": _meetings_of(subject).count(),
        "suggestions": subject.suggestion_sources.values("suggestion").distinct().count(),
        "instructions": subject.instructions.count(),
        "accounts": subject.accounts.count(),
        "departments": subject.headed_departments.count(),
        "names": names,
    }


@transaction.atomic
def merge(
    *,
    subject: Department | Person,
    into: Department | Person,
    actor: Account,
    version: int | None = None,
    note: str = "",
) -> dict[str, int]:
    """Merge a department or person into another: all that it stands in moves.

    Returns how much that was, as `summarise_merge` does.
    Of two roles in a task the stronger holds. Raises PermissionDeniedError, ConflictError (``version`` is that of the
    one that goes), InvalidTransitionError.
    """
    require_organisation_manager(actor)
    if subject == into:
        raise InvalidInputError(_("Choose another one to merge it into."), field="into")
    merged, living = lock_pair(subject, into, version)
    for one in (merged, living):
        if one.merged_into is not None:
            raise InvalidTransitionError(
                _("“%(name)s” was merged into “%(other)s” already.") % {"name": one, "other": one.merged_into},
                field="into",
            )
    if not living.is_active:
        raise InvalidTransitionError(
            _("“%(name)s” is out of use. Take it back into use first.") % {"name": living}, field="into"
        )
    summary = summarise_merge(merged)
    why = _("“%(gone)s” was merged into “%(into)s”.") % {"gone": merged, "into": living}
    if isinstance(merged, Department):
        _move_department(merged, living, actor, why)
    else:
        _move_person(merged, living, actor, why)
    _move_names(merged, living)
    merged.merged_into, merged.is_active = living, False
    merged.save()
    for one, part, other in ((merged, "merged_into", living), (living, "merged_with", merged)):
        changes = diff_values({part: (None, str(other))})
        log_change(one, kind=ChangeKind.MERGED, actor=actor, note=note, changes=changes)
    return summary


def _move_department(merged: Department, into: Department, actor: Account, why: str) -> None:
    """Move tasks, liaisons and the head."""
    inherit_acknowledgements(merged, into)
    move_assignments(Task.objects.filter(task_departments__department=merged), merged, into, actor=actor, note=why)
    for account in merged.liaisons.all():
        old = department_names(account)
        account.departments.add(into)
        account.departments.remove(merged)
        changes = diff_values({"liaison_departments": (old, department_names(account))})
        log_change(account, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    departments_merged.send(sender=Department, merged=merged, into=into, actor=actor, note=why)
    merged.workbook_handouts.update(department=into)
    if into.head is None and merged.head is not None:
        changes = diff_values({"head": (None, str(merged.head))})
        log_change(into, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
        into.head = merged.head
        into.save()
    merged.head = None


def _move_person(merged: Person, into: Person, actor: Account, why: str) -> None:
    """Move tasks, meetings, suggestions, instructions, accounts and what they head."""
    meetings = list(_meetings_of(merged))
    move_assignments(Task.objects.filter(task_leaders__person=merged), merged, into, actor=actor, note=why)
    Meeting.objects.filter(chair=merged).update(chair=into)
    Meeting.objects.filter(overall_lead=merged).update(overall_lead=into)
    _move_person_rows(MeetingLead.objects.filter(person=merged), into, "meeting")
    _move_attendances(merged, into)
    _move_person_rows(SuggestionSource.objects.filter(person=merged), into, "suggestion", "capacity")
    Instruction.objects.filter(leader=merged).update(leader=into)
    for rows, column in ((merged.accounts, "person"), (merged.headed_departments, "head")):
        for row in rows.all():
            setattr(row, column, into)
            row.save(update_fields=[column])
            changes = diff_values({column: (str(merged), str(into))})
            log_change(row, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    for meeting in meetings:
        log_change(meeting, kind=ChangeKind.MERGED, actor=actor, part=str(merged), note=why)


# --- meetings and suggestions -----------------------------------------------------------------------


def _meetings_of(person: Person) -> MeetingQuerySet:
    return Meeting.objects.filter(
        Q(chair=person)
        | Q(overall_lead=person)
        | Q(pk__in=MeetingLead.objects.filter(person=person).values("meeting"))
        | Q(pk__in=Attendance.objects.filter(person=person).values("meeting"))
        | Q(pk__in=SuggestionSource.objects.filter(person=person).values("suggestion__meeting"))
    )


def _move_person_rows(rows: QuerySet[Any], into: Person, *once: str) -> None:
    """Give ``rows`` to ``into``, deleting those that it has already by ``once``."""
    for row in rows:
        same = {name: getattr(row, name) for name in once}
        if type(row).objects.filter(person=into, **same).exists():
            row.delete()
        else:
            row.person = into
            row.save(update_fields=["person"])


def _move_attendances(merged: Person, into: Person) -> None:
    """Give the attendances of ``merged`` to ``into``, joining capacities."""
    longest = max_length_of(Attendance, "capacity")
    for row in Attendance.objects.filter(person=merged):
        other = Attendance.objects.filter(meeting=row.meeting_id, person=into).first()
        if other is None:
            row.person = into
            row.save(update_fields=["person"])
            continue
        capacities = dict.fromkeys(capacity for capacity in (other.capacity, row.capacity) if capacity)
        both = "、".join(capacities)
        if len(both) <= longest:
            other.capacity = both
            other.save(update_fields=["capacity"])
        row.delete()


# --- names ------------------------------------------------------------------------------------------


def _move_names(merged: Department | Person, into: Department | Person) -> None:
    """Let every name that led to ``merged`` lead to ``into``, in one step."""
    of = type(merged).__name__.lower()
    living_names = {into.name, *into.former_names.values_list("name", flat=True)}
    merged.former_names.filter(name__in=living_names).delete()
    FormerName.objects.filter(**{of: merged}).update(**{of: into})
    merged.merged.update(merged_into=into)
