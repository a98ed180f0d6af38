"""Queries for chasing departments: what to remind them of, and when that was done."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from meetings.core.as_of import day_bounds
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.core.types import StrOrPromise
from meetings.models import (
    ANSWERABLE_ROLES,
    BatchSource,
    Department,
    EntryKind,
    Health,
    Task,
    TaskDepartment,
    TaskLog,
    WorkbookHandout,
)
from meetings.models.choices import NOBODY
from meetings.models.orders import WithoutIndex
from meetings.models.prepared import PreparedQuery
from meetings.models.task import TaskQuerySet

from .acknowledgements import Unacknowledged, find_unacknowledged, unacknowledged_parts
from .dashboard_queries import find_unreported_departments, waiting_for_departments
from .display import secretariat_name
from .statistics import PRESSING, HealthCount, count_by, name_counts

# The latest report of most departments is not older.
_LATELY = datetime.timedelta(days=90)
# The department an entry is for, or the one that was merged into.
_REPORTER = Coalesce("department__merged_into", "department")


def tasks_to_chase(tasks: TaskQuerySet, department_id: int, day: datetime.date) -> TaskQuerySet:
    """Return the red ones that wait for ``department_id``, which answers for them."""
    return _waiting_for_departments(tasks, day).assigned_to([department_id])


def count_to_chase(tasks: TaskQuerySet, day: datetime.date) -> dict[int, int]:
    """Return how many `tasks_to_chase` finds, by department. One query."""
    return dict(_numbers_to_chase.fetch(tasks, day))


@PreparedQuery
def _numbers_to_chase(tasks: TaskQuerySet, day: datetime.date) -> QuerySet[Any, Any]:
    waiting = _waiting_for_departments(tasks, day).alias(role=WithoutIndex("task_departments__role")).order_by()
    answerable = waiting.filter(role__in=ANSWERABLE_ROLES)
    return answerable.values_list(WithoutIndex("task_departments__department")).annotate(number=Count("pk"))


def _waiting_for_departments(tasks: TaskQuerySet, day: datetime.date) -> TaskQuerySet:
    return waiting_for_departments(tasks, day, PRESSING)


def tasks_to_acknowledge(tasks: TaskQuerySet, department_id: int, day: datetime.date) -> TaskQuerySet:
    """Return the tasks that ``department_id`` is late in taking over."""
    late = {one.meeting for one in find_unacknowledged(day, [department_id]) if one.is_late}
    parts = unacknowledged_parts([department_id]).filter(task__suggestion__meeting__in=late)
    return tasks.filter(pk__in=parts.values("task"))


@dataclass(slots=True)
class Chased:
    """A department to chase.

    It has not reported on ``number`` red tasks, and ``to_chase`` wait for it. ``unacknowledged`` counts the tasks that
    it is late in taking over, by meeting.
    """

    key: int
    label: str
    number: int = 0
    to_chase: int = 0
    unacknowledged: dict[int, int] = field(default_factory=dict)
    last_reminder: datetime.date | None = None

    @property
    def unacknowledged_number(self) -> int:
        """How many tasks it should have taken over."""
        return sum(self.unacknowledged.values())


def find_chased(tasks: TaskQuerySet, day: datetime.date) -> list[Chased]:
    """Return the departments to chase, the most silent first. Four queries.

    Those that have not taken over are today's, whatever the ``day``.
    """
    found = {row["key"]: Chased(**row) for row in find_unreported_departments.fetch(tasks, day)}
    for one in find_unacknowledged(day):
        if one.is_late:
            chased = found.setdefault(one.department, Chased(one.department, one.department_name))
            chased.unacknowledged[one.meeting] = one.number
    reminders, to_chase = find_last_reminders(day), count_to_chase(tasks, day)
    for key, chased in found.items():
        chased.last_reminder, chased.to_chase = reminders.get(key), to_chase.get(key, 0)
    return list(found.values())


@dataclass(slots=True)
class Asked:
    """What a department was asked, and when it answered; ``counts`` are its tasks."""

    counts: HealthCount
    # Red tasks on which it has not reported since they became red.
    unreported: int = 0
    # Red tasks that wait for it.
    to_chase: int = 0
    has_liaison: bool = True
    unacknowledged: list[Unacknowledged] = field(default_factory=list)
    reminded_on: datetime.date | None = None
    reported_on: datetime.date | None = None
    # Days since its last report or, where it has never reported, since it got its first open task.
    silent_days: int = 0
    workbook_sent_at: datetime.datetime | None = None
    workbook_returned_at: datetime.datetime | None = None

    @property
    def is_workbook_out(self) -> bool:
        """Whether a workbook was sent that has not come back."""
        sent, returned = self.workbook_sent_at, self.workbook_returned_at
        return sent is not None and (returned is None or returned < sent)

    @property
    def unacknowledged_number(self) -> int:
        """How many tasks it has not taken over."""
        return sum(one.number for one in self.unacknowledged)

    @property
    def is_late_to_acknowledge(self) -> bool:
        """Whether it is late in taking over any of them."""
        return any(one.is_late for one in self.unacknowledged)

    @property
    def unacknowledged_meetings(self) -> list[int]:
        """The meetings they are of."""
        return [one.meeting for one in self.unacknowledged]


def find_asked(tasks: TaskQuerySet, day: datetime.date) -> list[Asked]:
    """Return the departments that answer for open tasks: who is late with most first.

    Of as many the more silent one. Thirteen queries at most; what is not of a task is of today, whatever the ``day``.
    """
    [of_departments] = count_by(tasks.open(), "department")
    name_counts(department=of_departments)
    found = {int(count.key): Asked(count) for count in of_departments if count.key not in (None, NOBODY)}
    unreported = {row["key"]: row["number"] for row in find_unreported_departments.fetch(tasks, day)}
    to_chase = count_to_chase(tasks, day)
    reminders, reports, given = find_last_reminders(day), _last_reports(day), _first_given(day)
    sent, returned = _workbooks_sent(), _workbooks_returned()
    orphans = set(Department.objects.without_liaison(OPEN_STATUSES, ANSWERABLE_ROLES).values_list("pk", flat=True))
    for key, asked in found.items():
        asked.to_chase = to_chase.get(key, 0)
        asked.unreported, asked.has_liaison = unreported.get(key, 0), key not in orphans
        asked.reminded_on, asked.reported_on = reminders.get(key), reports.get(key)
        asked.silent_days = (day - (asked.reported_on or given.get(key, day))).days
        asked.workbook_sent_at, asked.workbook_returned_at = sent.get(key), returned.get(key)
    for one in find_unacknowledged(day):
        if one.department in found:
            found[one.department].unacknowledged.append(one)
    in_order = sorted(found.items(), key=lambda one: (-one[1].counts.pressing, -one[1].silent_days, one[0]))
    return [asked for _key, asked in in_order]


def _last_reports(day: datetime.date) -> dict[int, datetime.date]:
    """Return when each department reported last.

    Nothing is recorded before the day it is about. So what was recorded lately has the last reports of those who have
    reported since, and the whole log is read for the others alone: two queries, or three.
    """
    first = day - _LATELY
    living = {pk: merged or pk for pk, merged in Department.objects.order_by().values_list("pk", "merged_into")}
    reports = TaskLog.objects.standing().filter(is_report=True, effective_on__lte=day)
    lately = _find_last(reports.filter(recorded_at__gte=day_bounds(first, first)[0]), living)
    found = {key: last for key, last in lately.items() if last >= first}
    silent = [pk for pk, key in living.items() if key not in found]
    return _find_last(reports.filter(department__in=silent), living) | found


def _find_last(reports: QuerySet[TaskLog], living: dict[int, int]) -> dict[int, datetime.date]:
    """Return the last day of ``reports`` by ``living`` department."""
    found: dict[int, datetime.date] = {}
    # By the index of departments, SQLite would read the whole log in their order.
    for pk, last in reports.order_by().values_list(WithoutIndex("department")).annotate(last=Max("effective_on")):
        if pk is not None:
            found[living[pk]] = max(last, found.get(living[pk], last))
    return found


def _first_given(day: datetime.date) -> dict[int, datetime.date]:
    """Return since when each department has had one of its open tasks."""
    tasks = Task.objects.on(day).open().alias(role=WithoutIndex("task_departments__role")).order_by()
    answerable = tasks.filter(role__in=ANSWERABLE_ROLES)
    return dict(answerable.values_list(WithoutIndex("task_departments__department")).annotate(first=Min("issued_on")))


def _workbooks_sent() -> dict[int, datetime.datetime]:
    handouts = WorkbookHandout.objects.order_by()
    return dict(handouts.values_list("department").annotate(last=Max("handed_out_at")))


def _workbooks_returned() -> dict[int, datetime.datetime]:
    # Entries of no department are counted under None: left out by a condition, SQLite would begin with all the others.
    entries = TaskLog.objects.standing().filter(batch__source=BatchSource.WORKBOOK)
    return dict(entries.order_by().values_list(_REPORTER).annotate(last=Max("batch__made_at")))


@dataclass(slots=True)
class Slip:
    """督办单: what one department is to do of one colour, which is a health."""

    department: Department
    health: Health
    tasks: list[Task] = field(default_factory=list)

    @property
    def colour(self) -> StrOrPromise:
        """The name of the paper, which stands as a word where there is no colour."""
        return SLIP_COLOURS[self.health]

    @property
    def signed_by(self) -> str:
        """The secretariat that sends it."""
        return secretariat_name(*(task.suggestion.meeting.body for task in self.tasks))


SLIP_COLOURS = {
    Health.OVERDUE: _("Red slip"),
    Health.REVIEW_MISSED: _("Yellow slip"),
    Health.DUE_SOON: _("Blue slip"),
}


def _tasks_on_slips(tasks: TaskQuerySet, day: datetime.date) -> TaskQuerySet:
    return waiting_for_departments(tasks, day, SLIP_COLOURS).order_by("next_day", "pk")


def departments_with_slips(tasks: TaskQuerySet, day: datetime.date) -> QuerySet[Department]:
    """Return the departments that a slip is for, as they are printed."""
    waiting = _tasks_on_slips(tasks, day).order_by()
    parts = TaskDepartment.objects.filter(task__in=waiting.values("pk"), role__in=ANSWERABLE_ROLES)
    return Department.objects.filter(pk__in=parts.values("department")).order_by("pk")


def count_on_slips(tasks: TaskQuerySet, day: datetime.date, departments: Collection[int]) -> int:
    """Return how many tasks stand on the slips of ``departments``."""
    waiting = _tasks_on_slips(tasks, day).order_by().values("pk")
    parts = TaskDepartment.objects.filter(department__in=departments, role__in=ANSWERABLE_ROLES)
    return parts.filter(task__in=waiting).count()


def build_slips(tasks: TaskQuerySet, day: datetime.date, departments: Collection[int]) -> list[Slip]:
    """Return the slips of ``departments``, red ones first."""
    waiting = _tasks_on_slips(tasks, day).for_listing().with_department_reports(day)
    slips: dict[tuple[int, str], Slip] = {}
    for task in waiting.assigned_to(departments):
        for part in task.task_departments.all():
            if part.role in ANSWERABLE_ROLES and part.department_id in departments:
                slip = Slip(part.department, Health(task.health))
                slips.setdefault((part.department_id, task.health), slip).tasks.append(task)
    return sorted(slips.values(), key=lambda slip: (slip.department.pk, slip.health.rank))


def find_last_reminders(day: datetime.date) -> dict[int, datetime.date]:
    """Return when each department was reminded last by ``day``. One query."""
    return dict(_last_reminders.fetch(day))


@PreparedQuery
def _last_reminders(day: datetime.date) -> QuerySet[Any, Any]:
    part = "task__task_departments__department"
    to_it = Q(department__isnull=True, task__task_departments__role__in=ANSWERABLE_ROLES) | Q(department=F(part))
    reminders = TaskLog.objects.filter(to_it, kind=EntryKind.REMINDER, effective_on__lte=day).order_by()
    # Grouped by the plain column, SQLite would scan all parts instead of the few reminders in their index.
    return reminders.values_list(F(part) + 0).annotate(last=Max("effective_on"))
