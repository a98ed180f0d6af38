"""Two rows that are one department, or one person, become one; the other stays as a name that leads to it.

It cannot be undone: nobody could say afterwards whose a task had been. The logs are append-only, so what they say of
the merged row is still said of it, and read as the living one's (`Department.merged_into`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.breakdown.services.ordering import diff_values
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import (
    Account,
    Attendance,
    ChangeKind,
    ChangeLog,
    Department,
    DepartmentRole,
    EntryKind,
    FormerName,
    Instruction,
    Meeting,
    MeetingLead,
    Person,
    SuggestionSource,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
    TaskState,
)
from meetings.models.fields import max_length_of
from meetings.models.meeting import MeetingQuerySet
from meetings.models.task import TaskQuerySet
from meetings.tasks.services.batch import bulk_replace_assignments
from meetings.tasks.services.log import Assignments, DepartmentAssignments, assignments_to_json, get_assignments

from .organisation import lock_pair, log_change, require_organisation_manager

_Row = TypeVar("_Row")

# The stronger first.
_ROLE_PRECEDENCE = (DepartmentRole.LEAD, DepartmentRole.RESPONSIBLE, DepartmentRole.SUPPORTING)


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


def summarize_department_merge(department: Department) -> MergeSummary:
    """Return what merging ``department`` would move. Four queries."""
    return MergeSummary(
        tasks=department.task_departments.count(),
        accounts=department.liaisons.count(),
        names=department.former_names.count() + department.merged.count(),
    )


def summarize_person_merge(person: Person) -> MergeSummary:
    """Return what merging ``person`` would move."""
    return MergeSummary(
        tasks=person.task_leaders.count(),
        meetings=_meetings_of(person).count(),
        suggestions=person.suggestion_sources.values("suggestion").distinct().count(),
        instructions=person.instructions.count(),
        accounts=person.accounts.count(),
        departments=person.headed_departments.count(),
        names=person.former_names.count() + person.merged.count(),
    )


@transaction.atomic
def merge_departments(
    *, department_id: int, into_id: int, actor: Account, version: int | None = None, note: str = ""
) -> MergeSummary:
    """Let one department become part of another: its tasks, liaisons and names move, the stronger role holds.

    Raises NotAllowed, Stale (``version`` is that of the one that goes), ImpossibleStep.
    """
    require_organisation_manager(actor)
    _require_distinct(department_id, into_id)
    gone, into = lock_pair(Department.objects, department_id, into_id, version)
    _require_mergeable(gone, into)
    summary = summarize_department_merge(gone)
    tasks = Task.objects.filter(Q(task_departments__department=gone))
    _move_assignments(
        tasks, lambda parts: (merge_department_roles(parts[0], gone, into), parts[1]), actor, _merge_note(gone, into)
    )
    for account in gone.liaisons.all():
        old = _department_names(account)
        account.departments.add(into)
        account.departments.remove(gone)
        changes = diff_values({"liaison_departments": (old, _department_names(account))})
        log_change(account, kind=ChangeKind.MERGED, actor=actor, note=_merge_note(gone, into), changes=changes)
    if into.head is None and gone.head is not None:
        changes = diff_values({"head": (None, str(gone.head))})
        log_change(into, kind=ChangeKind.MERGED, actor=actor, note=_merge_note(gone, into), changes=changes)
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
    """Let two rows of one person become one: tasks, meetings, suggestions, instructions, accounts and names move.

    Raises as `merge_departments` does.
    """
    require_organisation_manager(actor)
    _require_distinct(person_id, into_id)
    gone, into = lock_pair(Person.objects, person_id, into_id, version)
    _require_mergeable(gone, into)
    summary = summarize_person_merge(gone)
    why = _merge_note(gone, into)
    meetings = list(_meetings_of(gone).values_list("pk", flat=True))
    tasks = Task.objects.filter(task_leaders__person=gone)
    _move_assignments(tasks, lambda parts: (parts[0], replace_row(parts[1], gone, into)), actor, why)
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
    ChangeLog.objects.bulk_create(
        ChangeLog(meeting_id=pk, kind=ChangeKind.MERGED, actor=actor, part=str(gone), note=why) for pk in meetings
    )
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


# --- tasks ----------------------------------------------------------------------------------------


def merge_department_roles(
    parts: DepartmentAssignments, gone: Department, into: Department
) -> list[tuple[Department, str]]:
    """Return ``parts`` with ``into`` in the place of ``gone``; of two roles of the same task, the stronger holds."""
    roles = [role for department, role in parts if department in (gone, into)]
    role = min(roles, key=_ROLE_PRECEDENCE.index) if roles else ""
    departments = replace_row([department for department, _role in parts], gone, into)
    own = dict(parts)
    return [(department, role if department == into else own[department]) for department in departments]


def replace_row(rows: Sequence[_Row], gone: _Row, into: _Row) -> list[_Row]:
    """Return ``rows`` with ``into`` where the first of the two stood, and each once."""
    return list(dict.fromkeys(into if row == gone else row for row in rows))


def _move_assignments(
    tasks: TaskQuerySet, move: Callable[[Assignments], Assignments], actor: Account, note: str
) -> None:
    """Give each of ``tasks`` the parts that ``move`` makes of its own, with one entry each. Some ten queries."""
    planned: dict[Task, tuple[Assignments, Assignments]] = {}
    for task in lock_with_assignments(tasks):
        parts = get_assignments(task)
        planned[task] = (parts, move(parts))
    write_assignment_entries(planned, actor=actor, note=note)


def lock_with_assignments(tasks: TaskQuerySet) -> TaskQuerySet:
    """Return ``tasks``, a query, held against others and with their departments and leaders. Three queries."""
    return (
        tasks.select_for_update(of=("self",))
        .order_by("pk")
        .prefetch_related(Prefetch("task_departments", TaskDepartment.objects.select_related("department")))
        .prefetch_related(Prefetch("task_leaders", TaskLeader.objects.select_related("person")))
    )


def write_assignment_entries(
    planned: dict[Task, tuple[Assignments, Assignments]], *, actor: Account, note: str
) -> None:
    """Write the new parts of each task (old and new, by task), with an entry effective today in its log."""
    if not planned:
        return
    bulk_replace_assignments({task: new for task, (_old, new) in planned.items()})
    now, today = timezone.now(), timezone.localdate()
    entries = []
    for task, (before, after) in planned.items():
        old, new = assignments_to_json(*before), assignments_to_json(*after)
        task.version += 1
        entries.append(
            TaskLog(
                task=task,
                sequence=task.version,
                kind=EntryKind.ASSIGNMENTS,
                effective_on=today,
                recorded_at=now,
                actor=actor,
                note=note,
                changes=diff_values({name: (old[name], new[name]) for name in old}),
            )
        )
    TaskLog.objects.bulk_create(entries, batch_size=500)
    Task.objects.bulk_update(planned, ["version"], batch_size=500)
    TaskState.objects.rebuild([task.pk for task in planned])


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
    """Let ``rows`` be those of ``into``; where there is one with the same of ``once`` already, it stands for both."""
    for row in rows:
        same = {name: getattr(row, name) for name in once}
        if type(row).objects.filter(person=into, **same).exists():
            row.delete()
        else:
            row.person = into
            row.save(update_fields=["person"])


def _move_attendances(gone: Person, into: Person) -> None:
    """Let the presence of ``gone`` be that of ``into``; at the same meeting, one with both capacities."""
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


def _department_names(account: Account) -> list[str]:
    return list(account.departments.order_by("pk").values_list("name", flat=True))


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
