"""Merging of two departments or people; the merged name leads to the other.

It cannot be undone: nobody could tell afterwards whose a task had been. The logs are append-only, so what they record
of the merged row stays, and is read as the living one's (`Department.merged_into`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
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
from meetings.tasks.services.assignments import move_assignments
from meetings.tasks.services.log import diff_values, log_change

from .organisation import department_names, lock_pair, require_organisation_manager

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class MergeSummary:
    """How much a merge would move, or has moved."""

    tasks: int
    meetings: int = 0
    suggestions: int = 0
    instructions: int = 0
    accounts: int = 0
    departments: int = 0
    names: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nobody has used the name yet."""
        return not any(
            (self.tasks, self.meetings, self.suggestions, self.instructions, self.accounts, self.departments)
        )


def summarize_merge(subject: Department | Person) -> MergeSummary:
    """Return what merging ``subject`` would move."""
    names = subject.former_names.count() + subject.merged.count()
    if isinstance(subject, Department):
        return MergeSummary(tasks=subject.task_departments.count(), accounts=subject.liaisons.count(), names=names)
    return MergeSummary(
        tasks=subject.task_leaders.count(),
        meetings=_meetings_of(subject).count(),
        suggestions=subject.suggestion_sources.values("suggestion").distinct().count(),
        instructions=subject.instructions.count(),
        accounts=subject.accounts.count(),
        departments=subject.headed_departments.count(),
        names=names,
    )


@transaction.atomic
def merge_departments(
    *, department_id: int, into_id: int, actor: Account, version: int | None = None, note: str = ""
) -> MergeSummary:
    """Merge a department into another: tasks, liaisons and names move.

    Of two roles in a task the stronger holds. Raises PermissionDeniedError, ConflictError (``version`` is that of the
    one that goes), InvalidTransitionError.
    """
    require_organisation_manager(actor)
    _require_distinct(department_id, into_id)
    gone, into = lock_pair(Department.objects, department_id, into_id, version)
    _require_mergeable(gone, into)
    summary = summarize_merge(gone)
    why = _merge_note(gone, into)
    move_assignments(Task.objects.filter(task_departments__department=gone), gone, into, actor=actor, note=why)
    for account in gone.liaisons.all():
        old = department_names(account)
        account.departments.add(into)
        account.departments.remove(gone)
        changes = diff_values({"liaison_departments": (old, department_names(account))})
        log_change(account, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    if into.head is None and gone.head is not None:
        changes = diff_values({"head": (None, str(gone.head))})
        log_change(into, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
        into.head = gone.head
        into.save()
    gone.head = None
    _move_names(gone, into)
    _retire_merged(gone, into, actor, note)
    return summary


@transaction.atomic
def merge_people(
    *, person_id: int, into_id: int, actor: Account, version: int | None = None, note: str = ""
) -> MergeSummary:
    """Merge a person into another: tasks, meetings, suggestions, accounts, names move.

    Raises as `merge_departments` does.
    """
    require_organisation_manager(actor)
    _require_distinct(person_id, into_id)
    gone, into = lock_pair(Person.objects, person_id, into_id, version)
    _require_mergeable(gone, into)
    summary = summarize_merge(gone)
    why = _merge_note(gone, into)
    meetings = list(_meetings_of(gone))
    move_assignments(Task.objects.filter(task_leaders__person=gone), gone, into, actor=actor, note=why)
    Meeting.objects.filter(chair=gone).update(chair=into)
    Meeting.objects.filter(overall_lead=gone).update(overall_lead=into)
    _move_person_rows(MeetingLead.objects.filter(person=gone), into, "meeting")
    _move_attendances(gone, into)
    _move_person_rows(SuggestionSource.objects.filter(person=gone), into, "suggestion", "capacity")
    Instruction.objects.filter(leader=gone).update(leader=into)
    for account in gone.accounts.all():
        account.person = into
        account.save(update_fields=["person"])
        changes = {"person": {"old": str(gone), "new": str(into)}}
        log_change(account, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    for department in gone.headed_departments.all():
        department.head = into
        department.save()
        changes = {"head": {"old": str(gone), "new": str(into)}}
        log_change(department, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    for meeting in meetings:
        log_change(meeting, kind=ChangeKind.MERGED, actor=actor, part=str(gone), note=why)
    _move_names(gone, into)
    _retire_merged(gone, into, actor, note)
    return summary


def _require_distinct(one: int, other: int) -> None:
    if one == other:
        raise InvalidInputError(_("Choose another one to merge it into."), field="into")


def _require_mergeable(gone: Department | Person, into: Department | Person) -> None:
    for one in (gone, into):
        if one.merged_into is not None:
            raise InvalidTransitionError(
                _("“%(name)s” was merged into “%(other)s” already.") % {"name": one, "other": one.merged_into},
                field="into",
            )
    if not into.is_active:
        raise InvalidTransitionError(
            _("“%(name)s” is out of use. Take it back into use first.") % {"name": into}, field="into"
        )


def _merge_note(gone: Department | Person, into: Department | Person) -> str:
    return _("“%(gone)s” was merged into “%(into)s”.") % {"gone": gone, "into": into}


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


def _move_attendances(gone: Person, into: Person) -> None:
    """Give the attendances of ``gone`` to ``into``, joining capacities."""
    longest = max_length_of(Attendance, "capacity")
    for row in Attendance.objects.filter(person=gone):
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


def _move_names(gone: Department | Person, into: Department | Person) -> None:
    """Let every name that led to ``gone`` lead to ``into``, in one step."""
    of = type(gone).__name__.lower()
    known = {into.name, *into.former_names.values_list("name", flat=True)}
    gone.former_names.filter(name__in=known).delete()
    FormerName.objects.filter(**{of: gone}).update(**{of: into})
    gone.merged.update(merged_into=into)


def _retire_merged(gone: Department | Person, into: Department | Person, actor: Account, note: str) -> None:
    gone.merged_into, gone.is_active = into, False
    gone.save()
    log_change(
        gone, kind=ChangeKind.MERGED, actor=actor, note=note, changes=diff_values({"merged_into": (None, str(into))})
    )
    log_change(
        into, kind=ChangeKind.MERGED, actor=actor, note=note, changes=diff_values({"merged_with": (None, str(gone))})
    )
