"""签收: which departments have still to take over their tasks of which meetings."""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.core.workdays import first_of_last_working_days
from meetings.models import (
    ANSWERABLE_ROLES,
    Account,
    Acknowledgement,
    Department,
    EntryKind,
    Meeting,
    Role,
    TaskDepartment,
    TaskLog,
)
from meetings.models.log import TaskLogQuerySet
from meetings.models.prepared import PreparedQuery

_MEETING = "task__meeting"


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """A department that has not taken over its ``number`` open tasks of a meeting."""

    meeting: int
    title: str
    department: int
    department_name: str
    number: int
    # When it was asked: with the meeting, or when it got its first task of it.
    since: datetime.date
    is_late: bool


def unacknowledged_parts(departments: Collection[int] | QuerySet | None = None) -> QuerySet[TaskDepartment]:
    """Return the parts in open tasks that their departments were asked to take over.

    Of ``departments``, or all; those who only support are not asked.
    """
    made = Acknowledgement.objects.filter(department=OuterRef("department"), meeting=OuterRef(_MEETING))
    parts = TaskDepartment.objects.filter(
        ~Exists(made),
        role__in=ANSWERABLE_ROLES,
        task__status__in=OPEN_STATUSES,
        task__joined_into__isnull=True,
        # Starts from the few meetings that ask, instead of all parts.
        task__meeting__in=Meeting.objects.filter(acknowledgement_asked_on__isnull=False),
    )
    return parts if departments is None else parts.filter(department__in=departments)


def find_unacknowledged(
    day: datetime.date, departments: Collection[int] | QuerySet | None = None
) -> list[Unacknowledged]:
    """Return who has not taken over on ``day``, the longest asked first.

    A department is late after `settings.ACKNOWLEDGEMENT_DAYS` working days. One query, and four more where departments
    of such tasks were changed.
    """
    rows = _asked.fetch(departments if isinstance(departments, QuerySet | None) else tuple(departments))
    given = _find_given({(row["task"], row["department"]) for row in rows if row["was_moved"]})
    of_department: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        of_department[row["department"], row["meeting"]].append(row)
    in_time = first_of_last_working_days(day, max(settings.ACKNOWLEDGEMENT_DAYS, 0))
    found = []
    for own in of_department.values():
        given_at = min(given.get((row["task"], row["department"]), row["entered_at"]) for row in own)
        since = max(own[0]["asked_on"], timezone.localdate(given_at))
        asked = {name: own[0][name] for name in ("meeting", "title", "department", "department_name")}
        found.append(Unacknowledged(**asked, number=len(own), since=since, is_late=since < in_time))
    return sorted(found, key=lambda one: (one.since, one.meeting, one.department))


@PreparedQuery
def _asked(departments: Collection[int] | QuerySet | None) -> QuerySet[Any, Any]:
    entered = TaskLog.objects.filter(task=OuterRef("task"), kind=EntryKind.ENTERED).order_by("sequence")
    return (
        unacknowledged_parts(departments)
        .order_by()
        .values(
            "task",
            "department",
            department_name=F("department__name"),
            meeting=F(_MEETING),
            title=F(f"{_MEETING}__title"),
            asked_on=F(f"{_MEETING}__acknowledgement_asked_on"),
            entered_at=Subquery(entered.values("recorded_at")[:1]),
            was_moved=Exists(_moves().filter(task=OuterRef("task"))),
        )
    )


def _moves() -> TaskLogQuerySet:
    return TaskLog.objects.standing().filter(changes__has_key="departments").exclude(kind=EntryKind.UNDONE)


def _find_given(parts: Collection[tuple[int, int]]) -> dict[tuple[int, int], datetime.datetime]:
    """Return when each of ``parts`` (task, department) was given to it, if later.

    The log has names, of which a department may have had several; what it got by a merge it has had since the one that
    was merged had.
    """
    if not parts:
        return {}
    departments = Department.objects.filter(pk__in={department for _task, department in parts})
    names = {
        each.pk: {each.name, *(former.name for former in each.former_names.all()), *(m.name for m in each.merged.all())}
        for each in departments.prefetch_related("former_names", "merged")
    }
    given: dict[tuple[int, int], datetime.datetime] = {}
    moves = _moves().filter(task__in={task for task, _department in parts}).order_by("sequence")
    of_task: dict[int, list[TaskLog]] = defaultdict(list)
    for move in moves:
        of_task[move.task_id].append(move)
    for task, department in parts:
        for move in of_task[task]:
            old, new = (
                not names[department].isdisjoint(_answering(move.changes["departments"][side]))
                for side in ("old", "new")
            )
            if new and not old:
                given[task, department] = move.recorded_at
    return given


def _answering(assigned: list[dict[str, str]] | None) -> set[str]:
    return {part["name"] for part in assigned or () if part["role"] in ANSWERABLE_ROLES}


@dataclass(frozen=True, slots=True)
class PendingAcknowledgement:
    """Tasks of a meeting that a liaison takes over in one act (签收)."""

    meeting: int
    title: str
    departments: dict[int, str]
    number: int
    since: datetime.date
    is_late: bool


def find_pending_acknowledgements(account: Account, day: datetime.date) -> list[PendingAcknowledgement]:
    """Return what a liaison has still to take over. One query; none for others."""
    if account.role != Role.LIAISON:
        return []
    found: dict[int, list[Unacknowledged]] = defaultdict(list)
    for one in find_unacknowledged(day, account.departments.values("pk")):
        found[one.meeting].append(one)
    return [
        PendingAcknowledgement(
            meeting=meeting,
            title=ones[0].title,
            departments={one.department: one.department_name for one in ones},
            number=sum(one.number for one in ones),
            since=ones[0].since,
            is_late=ones[0].is_late,
        )
        for meeting, ones in found.items()
    ]
