"""Merging of two departments or people; the merged name leads to the other.

It cannot be undone: nobody could tell afterwards whose a task had been. The logs are append-only, so what they record
of the merged row stays, and is read as the living one's (`Department.merged_into`).
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Manager, Q, QuerySet
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
        """Whether nobody uses the name now."""
        return not any(
            (self.tasks, self.meetings, self.suggestions, self.instructions, self.accounts, self.departments)
        )


def summarise_merge(subject: Department | Person) -> MergeSummary:
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
    merged, into = _lock_for_merge(Department.objects, department_id, into_id, actor, version)
    summary, why = summarise_merge(merged), _merge_note(merged, into)
    move_assignments(Task.objects.filter(task_departments__department=merged), merged, into, actor=actor, note=why)
    for account in merged.liaisons.all():
        old = department_names(account)
        account.departments.add(into)
        account.departments.remove(merged)
        changes = diff_values({"liaison_departments": (old, department_names(account))})
        log_change(account, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    if into.head is None and merged.head is not None:
        changes = diff_values({"head": (None, str(merged.head))})
        log_change(into, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
        into.head = merged.head
        into.save()
    merged.head = None
    _move_names(merged, into)
    _retire_merged(merged, into, actor, note)
    return summary


@transaction.atomic
def merge_people(
    *, person_id: int, into_id: int, actor: Account, version: int | None = None, note: str = ""
) -> MergeSummary:
    """Merge a person into another: tasks, meetings, suggestions, accounts, names move.

    Raises as `merge_departments` does.
    """
    merged, into = _lock_for_merge(Person.objects, person_id, into_id, actor, version)
    summary, why = summarise_merge(merged), _merge_note(merged, into)
    meetings = list(_meetings_of(merged))
    move_assignments(Task.objects.filter(task_leaders__person=merged), merged, into, actor=actor, note=why)
    Meeting.objects.filter(chair=merged).update(chair=into)
    Meeting.objects.filter(overall_lead=merged).update(overall_lead=into)
    _move_person_rows(MeetingLead.objects.filter(person=merged), into, "meeting")
    _move_attendances(merged, into)
    _move_person_rows(SuggestionSource.objects.filter(person=merged), into, "suggestion", "capacity")
    Instruction.objects.filter(leader=merged).update(leader=into)
    for account in merged.accounts.all():
        account.person = into
        account.save(update_fields=["person"])
        changes = {"person": {"old": str(merged), "new": str(into)}}
        log_change(account, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    for department in merged.headed_departments.all():
        department.head = into
        department.save()
        changes = {"head": {"old": str(merged), "new": str(into)}}
        log_change(department, kind=ChangeKind.MERGED, actor=actor, note=why, changes=changes)
    for meeting in meetings:
        log_change(meeting, kind=ChangeKind.MERGED, actor=actor, part=str(merged), note=why)
    _move_names(merged, into)
    _retire_merged(merged, into, actor, note)
    return summary


def _lock_for_merge(rows: Manager[Any], pk: int, into_id: int, actor: Account, version: int | None) -> tuple[Any, Any]:
    """Return the row that goes and the one it goes into, locked.

    Raises as `merge_departments` does.
    """
    require_organisation_manager(actor)
    if pk == into_id:
        raise InvalidInputError(_("Choose another one to merge it into."), field="into")
    merged, into = lock_pair(rows, pk, into_id, version)
    for one in (merged, into):
        if one.merged_into is not None:
            raise InvalidTransitionError(
                _("“%(name)s” was merged into “%(other)s” already.") % {"name": one, "other": one.merged_into},
                field="into",
            )
    if not into.is_active:
        raise InvalidTransitionError(
            _("“%(name)s” is out of use. Take it back into use first.") % {"name": into}, field="into"
        )
    return merged, into


def _merge_note(merged: Department | Person, into: Department | Person) -> str:
    return _("“%(gone)s” was merged into “%(into)s”.") % {"gone": merged, "into": into}


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


def _retire_merged(merged: Department | Person, into: Department | Person, actor: Account, note: str) -> None:
    merged.merged_into, merged.is_active = into, False
    merged.save()
    log_change(
        merged, kind=ChangeKind.MERGED, actor=actor, note=note, changes=diff_values({"merged_into": (None, str(into))})
    )
    log_change(
        into, kind=ChangeKind.MERGED, actor=actor, note=note, changes=diff_values({"merged_with": (None, str(merged))})
    )
