"""通报: what happened in a period over all meetings, gathered from the register."""

import datetime
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import EntryKind, Health, Meeting, Status, Task, TaskLog, TaskState
from meetings.models.health import health_condition
from meetings.tasks.appraisal import DepartmentAppraisal, appraise_departments
from meetings.tasks.statistics import Summary, build_summary, count_by_department

from .progress import ExtensionSummary, summarise_extensions


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The content of the bulletin about ``first`` to ``last``, both included.

    ``departments``: by the names of `_conditions`, how many of its tasks each has; ``extensions`` are by task.
    """

    first: datetime.date
    last: datetime.date
    summary: Summary
    body: str
    departments: list[dict[str, Any]]
    closed: tuple[Task, ...]
    newly_late: tuple[Task, ...]
    extended: tuple[Task, ...]
    extensions: dict[int, ExtensionSummary]
    reported: tuple[Task, ...]
    appraisal: list[DepartmentAppraisal]


def build_bulletin(first: datetime.date, last: datetime.date) -> Bulletin:
    """Gather the bulletin. As many queries for any number of tasks.

    Closed are the tasks that were closed in the period and still are at its end; newly late those overdue at its end
    and not on the day before it; reported those with a report of progress effective in it, whoever gave it; extended
    those whose deadline was moved in it; what was undone counts nowhere. Departments count what they lead
    or are responsible for.
    """
    tasks = Task.objects.on(last)
    conditions = _conditions(first, last)

    def matching_tasks(name: str, *order: str) -> tuple[Task, ...]:
        ordered = tasks.filter(conditions[name]).with_department_reports(last).for_listing()
        return tuple(ordered.order_by(*order, "suggestion__meeting", "suggestion__position", "number"))

    extensions = summarise_extensions(extended := matching_tasks("extended"), last, first)
    return Bulletin(
        first=first,
        last=last,
        summary=build_summary(tasks, last),
        body=_common_body(last),
        departments=count_by_department(tasks, conditions),
        closed=matching_tasks("closed", "day_closed_on"),
        newly_late=matching_tasks("newly_late", "day_next_due"),
        extended=tuple(task for task in extended if extensions[task.pk].times),
        extensions=extensions,
        reported=matching_tasks("reported", "last_report_on"),
        appraisal=appraise_departments(tasks, first, last, timezone.localdate()),
    )


def count_named_tasks(first: datetime.date, last: datetime.date) -> int:
    """Return how many tasks the bulletin names. One query."""
    conditions = _conditions(first, last)
    named = reduce(or_, (conditions[name] for name in ("closed", "newly_late", "extended", "reported")))
    return Task.objects.on(last).filter(named).order_by().count()


def _conditions(first: datetime.date, last: datetime.date) -> dict[str, Q]:
    before = first - datetime.timedelta(days=1)
    of_task = TaskLog.objects.standing().filter(task=OuterRef("pk"), effective_on__gte=first, effective_on__lte=last)
    late_before = TaskState.objects.overlapping(before, before).filter(
        health_condition(Health.OVERDUE, before), task=OuterRef("pk")
    )
    reported = Q(Exists(of_task.filter(is_report=True)))
    is_open = Q(day_status__in=OPEN_STATUSES)
    return {
        "closed": Q(day_status=Status.CLOSED, day_closed_on__gte=first),
        "reported": reported,
        "newly_late": Q(health=Health.OVERDUE) & ~Q(Exists(late_before)),
        "extended": Q(Exists(of_task.filter(kind=EntryKind.DEADLINE, changes__has_key="extension"))),
        "open": is_open,
        "overdue": Q(health=Health.OVERDUE),
        "unreported": is_open & ~reported,
    }


def _common_body(day: datetime.date) -> str:
    """Return the body of all meetings up to ``day``; empty where it is not the same."""
    bodies = list(Meeting.objects.issued_by(day).order_by().values_list("body", flat=True).distinct()[:2])
    return bodies[0] if len(bodies) == 1 else ""
