"""Counts and summaries. All take tasks from `TaskQuerySet.on`, so they are about that day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from .lifecycle import OPEN_STATUSES
from .models import ANSWERABLE_ROLES, Health, Instruction
from .models.choices import NOBODY
from .models.log import TaskStateQuerySet, holding
from .models.task import TaskQuerySet, health_is

PRESSING = (Health.OVERDUE, Health.REVIEW_MISSED)


@dataclass(slots=True)
class HealthCount:
    """How many tasks are in which health, of all or of what ``key`` and ``label`` name."""

    key: int | str | None = None
    label: str = ""
    by_health: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Health.values, 0))
    # How many have an open instruction, where that was asked for.
    instructed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_health.values())

    @property
    def pressing(self) -> int:
        """Overdue and review-missed together: a missed review counts as loudly as a missed deadline."""
        return sum(self.by_health[health] for health in PRESSING)


def count_by_health(tasks: TaskQuerySet) -> HealthCount:
    """Return how many of ``tasks`` are in which health. One query."""
    count = HealthCount()
    for health, number in tasks.order_by().values_list("health").annotate(number=Count("pk")):
        count.by_health[health] = number
    return count


def count_by_department_and_leader(tasks: TaskQuerySet) -> tuple[list[HealthCount], list[HealthCount]]:
    """Return the counts of each department that leads or is responsible, and of each leader. One query for both.

    The most pressing come first. A task of several departments, or leaders, counts for each of them; the tasks of
    nobody are counted under the key `NOBODY`, so that none is missing from the table.
    """
    departments = tasks.filter(task_departments__role__in=ANSWERABLE_ROLES)
    leaders = tasks.filter(task_leaders__isnull=False)
    rows = _groups(departments, "task_departments__department", "task_departments__department__name").union(
        _groups(leaders, "task_leaders__person", "task_leaders__person__name"),
        _group_of_nobody(tasks.answered_by_nobody(), "task_departments__department"),
        _group_of_nobody(tasks.supervised_by_nobody(), "task_leaders__person"),
        all=True,
    )
    of_kind: dict[str, list[dict]] = {"task_departments__department": [], "task_leaders__person": []}
    for row in rows:
        of_kind[row["kind"]].append(row)
    by_department, by_leader = (_most_pressing_first(_collect(found)) for found in of_kind.values())
    return by_department, by_leader


def count_by_meeting(tasks: TaskQuerySet, *, instructed_on: datetime.date | None = None) -> list[HealthCount]:
    """Return the counts of each meeting, the newest first. One query.

    With ``instructed_on`` (a day in Asia/Shanghai) also how many of each have an instruction that was open on it.
    """
    rows = _groups(tasks, "suggestion__meeting", "suggestion__meeting__title", "suggestion__meeting__issued_on")
    if instructed_on is not None:
        is_open = Exists(Instruction.objects.open_on(instructed_on).filter(task=OuterRef("pk")))
        rows = rows.annotate(instructed=Count("pk", filter=is_open, distinct=True))
    return _collect(rows)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many open tasks fall due in a month; ``first`` and ``last`` are its days after the day asked about."""

    first: datetime.date
    last: datetime.date
    number: int


def count_coming_months(tasks: TaskQuerySet, day: datetime.date, months: int = 12) -> list[MonthCount]:
    """Return the months up to ``months`` calendar months after ``day`` in which open tasks fall due. One query.

    The month of ``day`` itself is counted from that day on: what was due before it is overdue, not coming.
    """
    horizon = last_of_month(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1)
    due = tasks.open().filter(day_next_due__gte=day, day_next_due__lte=horizon).order_by()
    rows = due.annotate(month=TruncMonth("day_next_due")).values_list("month").annotate(number=Count("pk"))
    return [
        MonthCount(first=max(month, day), last=last_of_month(month.year, month.month), number=number)
        for month, number in sorted(rows)
    ]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How the register stood at the end of ``day``, a month's last one."""

    day: datetime.date
    open: int
    closed: int
    overdue: int
    review_missed: int


def count_trend(states: TaskStateQuerySet, day: datetime.date, months: int = 12) -> list[TrendPoint]:
    """Return the ends of the last ``months`` months up to ``day`` (Asia/Shanghai), the oldest first. One query.

    Months in which there was no task yet are left out at the beginning. Costs, on 50,000 tasks, what counting them by
    department does, because it reads only the intervals of these months.
    """
    ends = _month_ends(day, months)
    numbers = states.touching(ends[0], ends[-1]).aggregate(
        **{
            f"{name}_{index}": Count("pk", filter=condition & holding(end))
            for index, end in enumerate(ends)
            for name, condition in _trend_conditions(end).items()
        }
    )
    points = [
        TrendPoint(day=end, **{name: numbers[f"{name}_{index}"] for name in _trend_conditions(end)})
        for index, end in enumerate(ends)
    ]
    while points and not (points[0].open or points[0].closed):
        del points[0]
    return points


def _trend_conditions(day: datetime.date) -> dict[str, Q]:
    return {
        "open": Q(status__in=OPEN_STATUSES),
        "closed": health_is(Health.CLOSED, day),
        "overdue": health_is(Health.OVERDUE, day),
        "review_missed": health_is(Health.REVIEW_MISSED, day),
    }


def _month_ends(day: datetime.date, number: int) -> list[datetime.date]:
    end = last_of_month(day.year, day.month)
    if end > day:
        end = day.replace(day=1) - datetime.timedelta(days=1)
    ends = [end]
    while len(ends) < number:
        ends.append(ends[-1].replace(day=1) - datetime.timedelta(days=1))
    return ends[::-1]


def sum_of(counts: Iterable[HealthCount]) -> HealthCount:
    """Return the counts added up; they must be of parts that share no task, as meetings are."""
    total = HealthCount()
    for count in counts:
        for health, number in count.by_health.items():
            total.by_health[health] += number
        total.instructed += count.instructed
    return total


def pressing_tasks(tasks: TaskQuerySet) -> TaskQuerySet:
    """Return the overdue and review-missed ones, the longest waiting first."""
    return tasks.filter(health__in=PRESSING).order_by("next_day", "suggestion__meeting", "suggestion__position", "pk")


def last_of_month(year: int, month: int) -> datetime.date:
    """Return the last day of a month."""
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return following - datetime.timedelta(days=1)


def _most_pressing_first(counts: list[HealthCount]) -> list[HealthCount]:
    return sorted(counts, key=lambda count: (-count.pressing, -count.total, str(count.key)))


def _groups(tasks: TaskQuerySet, key: str, label: str, newest: str | None = None):
    rows = tasks.order_by(*([f"-{newest}", f"-{key}"] if newest else []))
    rows = rows.values(kind=Value(key), of=F(key), name=F(label), in_health=F("health"))
    return rows.annotate(number=Count("pk", distinct=True))


def _group_of_nobody(tasks: TaskQuerySet, kind: str):
    # No row has the id 0.
    rows = tasks.order_by().values(
        kind=Value(kind), of=Value(0, BigIntegerField()), name=Value(""), in_health=F("health")
    )
    return rows.annotate(number=Count("pk"))


def _collect(rows: Iterable[dict]) -> list[HealthCount]:
    counts: dict[int | str, HealthCount] = {}
    for row in rows:
        key = row["of"] or NOBODY
        count = counts.setdefault(key, HealthCount(key=key, label=row["name"] or _("Nobody")))
        count.by_health[row["in_health"]] = row["number"]
        count.instructed += row.get("instructed", 0)
    return list(counts.values())
