"""Counts and summaries of tasks from `TaskQuerySet.on`, about that day."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _, pgettext_lazy

from meetings.core.dates import add_months
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES
from meetings.core.types import StrOrPromise
from meetings.models import ANSWERABLE_ROLES, DeadlineKind, Health, Instruction, Status, TaskLog
from meetings.models.choices import NOBODY
from meetings.models.health import health_condition
from meetings.models.log import TaskStateQuerySet, interval_contains
from meetings.models.task import TaskQuerySet

PRESSING = (Health.OVERDUE, Health.REVIEW_MISSED)


@dataclass(slots=True)
class HealthCount:
    """Numbers of tasks by health, of all or of ``key`` and ``label``."""

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
        """Overdue and review-missed together, for both count as loudly."""
        return sum(self.by_health[health] for health in PRESSING)


def count_by_health(tasks: TaskQuerySet) -> HealthCount:
    """Return how many of ``tasks`` are in which health. One query."""
    count = HealthCount()
    for health, number in tasks.order_by().values_list(F("health")).annotate(number=Count("pk")):
        count.by_health[health] = number
    return count


def count_by_department_and_leader(tasks: TaskQuerySet) -> tuple[list[HealthCount], list[HealthCount]]:
    """Return the counts of each answering department and each leader. One query.

    The most pressing come first. A task of several departments, or leaders, counts for each of them; the tasks of
    nobody are counted under the key `NOBODY`, so that none is missing from the table.
    """
    departments = tasks.filter(task_departments__role__in=ANSWERABLE_ROLES)
    leaders = tasks.filter(task_leaders__isnull=False)
    rows = _count_groups(departments, "task_departments__department", "task_departments__department__name").union(
        _count_groups(leaders, "task_leaders__person", "task_leaders__person__name"),
        _count_unassigned(tasks.unassigned(), "task_departments__department"),
        _count_unassigned(tasks.unsupervised(), "task_leaders__person"),
        all=True,
    )
    of_kind: dict[str, list[dict]] = {"task_departments__department": [], "task_leaders__person": []}
    for row in rows:
        of_kind[row["kind"]].append(row)
    by_department, by_leader = (_most_pressing_first(_collect(group)) for group in of_kind.values())
    return by_department, by_leader


def count_by_meeting(tasks: TaskQuerySet, *, instructed_on: datetime.date | None = None) -> list[HealthCount]:
    """Return the counts of each meeting, the newest first. One query.

    With ``instructed_on`` (a day in Asia/Shanghai) also how many of each have an instruction that was open on it.
    """
    rows = _count_groups(tasks, "suggestion__meeting", "suggestion__meeting__title", "suggestion__meeting__issued_on")
    if instructed_on is not None:
        is_open = Exists(Instruction.objects.open_on(instructed_on).filter(task=OuterRef("pk")))
        rows = rows.annotate(instructed=Count("pk", filter=is_open, distinct=True))
    return _collect(rows)


@dataclass(frozen=True, slots=True)
class MonthCount:
    """The number of open tasks due in a month, from ``first`` to ``last``."""

    first: datetime.date
    last: datetime.date
    number: int


def count_upcoming_months(tasks: TaskQuerySet, day: datetime.date, months: int = 12) -> list[MonthCount]:
    """Return the coming months in which open tasks fall due. One query.

    The month of ``day`` itself is counted from that day on: what was due before it is overdue, not coming.
    """
    horizon = last_of_month(day, months)
    due = tasks.open().filter(Q(day_next_due__gte=day, day_next_due__lte=horizon)).order_by()
    rows = due.annotate(month=TruncMonth("day_next_due")).values_list("month").annotate(number=Count("pk"))
    return [
        MonthCount(first=max(month, day), last=last_of_month(month), number=number) for month, number in sorted(rows)
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
    """Return the counts at the ends of the last ``months``, oldest first. One query.

    Months in which there was no task yet are left out at the beginning. Costs, on 50,000 tasks, what counting them by
    department does, because it reads only the intervals of these months.
    """
    newest = 0 if day == last_of_month(day) else -1
    ends = [last_of_month(day, later) for later in range(newest - months + 1, newest + 1)]
    numbers = states.overlapping(ends[0], ends[-1]).aggregate(
        **{
            f"{name}_{index}": Count("pk", filter=condition & interval_contains(end))
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
        "closed": health_condition(Health.CLOSED, day),
        "overdue": health_condition(Health.OVERDUE, day),
        "review_missed": health_condition(Health.REVIEW_MISSED, day),
    }


def sum_counts(counts: Iterable[HealthCount]) -> HealthCount:
    """Return the sum of counts of disjoint groups, as meetings are."""
    total = HealthCount()
    for count in counts:
        for health, number in count.by_health.items():
            total.by_health[health] += number
        total.instructed += count.instructed
    return total


def pressing_tasks(tasks: TaskQuerySet) -> TaskQuerySet:
    """Return the overdue and review-missed ones, the longest waiting first."""
    return tasks.filter(Q(health__in=PRESSING)).order_by(
        "next_day", "suggestion__meeting", "suggestion__position", "pk"
    )


def reported_since_review(
    day: datetime.date, *, task: OuterRef, department: OuterRef, last_report_on: OuterRef
) -> Exists:
    """Return the condition «the department reported at the last report or later».

    The arguments say where the surrounding query has the task, the department and the effective day of the task's
    last report; where that is none, nobody has reported. What was undone counts for nothing.
    """
    reports = TaskLog.objects.standing().filter(task=task, is_report=True, effective_on__lte=day)
    of_department = reports.filter(Q(department=department) | Q(department__merged_into=department))
    return Exists(of_department.filter(effective_on__gte=last_report_on))


def last_of_month(day: datetime.date, months: int = 0) -> datetime.date:
    """Return the last day of the month that is ``months`` after that of ``day``."""
    return add_months(day.replace(day=1), months + 1) - datetime.timedelta(days=1)


def _most_pressing_first(counts: list[HealthCount]) -> list[HealthCount]:
    return sorted(counts, key=lambda count: (-count.pressing, -count.total, str(count.key)))


def _count_groups(tasks: TaskQuerySet, key: str, label: str, newest: str | None = None) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = tasks.order_by(*([f"-{newest}", f"-{key}"] if newest else []))
    rows = rows.values(kind=Value(key), of=F(key), name=F(label), in_health=F("health"))
    return rows.annotate(number=Count("pk", distinct=True))


def _count_unassigned(tasks: TaskQuerySet, kind: str) -> QuerySet[Any, Any]:
    # No row has the id 0.
    rows: QuerySet[Any, Any] = tasks.order_by().values(
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


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a summary: how many tasks fulfil ``condition``.

    The list narrowed by ``params`` has as many rows.
    """

    name: str
    label: Any  # lazy in a definition, text beside a number
    condition: Q
    params: dict[str, list[str]]
    number: int = 0


_OPEN = sorted(status.value for status in OPEN_STATUSES)
_NOT_LATE = [Health.UNDECIDED.value, Health.DUE_SOON.value, Health.ON_TRACK.value]


def _with_status(label: StrOrPromise, status: Status) -> Figure:
    return Figure(status.value, label, Q(day_status=status), {"status": [status.value]})


def _with_health(label: StrOrPromise, health: Health) -> Figure:
    return Figure(health.value, label, Q(health=health), {"health": [health.value]})


def _extended(name: str, label: StrOrPromise, times: int) -> Figure:
    return Figure(name, label, Q(day_extension_count__gte=times), {"extended": [str(times)]})


# The ends besides closure, which a summary tells only where there are any; their words, where not the status's label.
OTHER_ENDS = tuple(status for status in Status if status.value in ENDED_STATUSES and status != Status.CLOSED)
_END_LABELS = {Status.TERMINATED: pgettext_lazy("summary", "terminated")}
# Each task is in exactly one of these, so that their numbers add up to all tasks.
_PARTS = (
    _with_status(pgettext_lazy("summary", "closed"), Status.CLOSED),
    Figure(
        "under_way",
        pgettext_lazy("summary", "not due yet"),
        Q(health__in=_NOT_LATE, day_next_due__isnull=False),
        {"health": _NOT_LATE, "due": ["dated"]},
    ),
    Figure(
        "ongoing",
        pgettext_lazy("summary", "ongoing"),
        Q(day_status__in=_OPEN, day_next_due__isnull=True),
        {"status": _OPEN, "due": ["none"]},
    ),
    _with_health(pgettext_lazy("summary", "overdue"), Health.OVERDUE),
    *(_with_status(_END_LABELS.get(end, end.label), end) for end in OTHER_ENDS),
)
# Each is one of the parts, or among several: what is to be known of them besides.
_FIGURES = (
    *_PARTS,
    _with_health(pgettext_lazy("summary", "review missed"), Health.REVIEW_MISSED),
    _with_health(pgettext_lazy("summary", "due soon"), Health.DUE_SOON),
    Figure(
        "undecided",
        pgettext_lazy("summary", "deadline undecided"),
        # Also where its review was missed meanwhile, which its health says first.
        Q(day_status__in=_OPEN, day_deadline_kind=DeadlineKind.UNDECIDED),
        {"status": _OPEN, "due": ["undecided"]},
    ),
    _with_status(pgettext_lazy("summary", "closure requested"), Status.CLOSURE_REQUESTED),
    _extended("extended", pgettext_lazy("summary", "extended"), 1),
    _extended("extended_again", pgettext_lazy("summary", "extended twice or more"), 2),
)
_CONDITIONS = {figure.name: figure.condition for figure in _FIGURES}


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a report's sentence, of all or of ``key`` and ``label``."""

    day: datetime.date
    tasks: int
    figures: dict[str, Figure]
    aspects: int = 0
    suggestions: int = 0
    key: int | str | None = None
    label: str = ""

    @property
    def parts(self) -> list[Figure]:
        """The figures that add up to ``tasks``; other ends than closure only if any."""
        parts = [self.figures[part.name] for part in _PARTS]
        return [part for part in parts if part.name not in OTHER_ENDS or part.number]


def build_summary(tasks: TaskQuerySet, day: datetime.date) -> Summary:
    """Return the counts of a report's sentence about ``tasks``. One query.

    办结 are the closed ones; 逾期 those whose due day has passed; 未到期 the other open ones with a due day; 持续 the
    open ones without, reviewed regularly (评估逾期 among them, told besides); 终止 the terminated ones. Each task is
    one of these, so they add up. Aspects and suggestions are those that have at least one of the tasks.
    """
    numbers = tasks.order_by().aggregate(
        suggestions=Count("suggestion", distinct=True),
        aspects=Count("suggestion__aspect", distinct=True),
        **_count_annotations(_CONDITIONS),
    )
    return Summary(
        day=day,
        tasks=numbers["tasks"],
        aspects=numbers["aspects"],
        suggestions=numbers["suggestions"],
        figures=_build_figures(numbers),
    )


def build_department_summaries(tasks: TaskQuerySet, day: datetime.date) -> list[Summary]:
    """Return the counts of each answering department, as entered. Two queries.

    A task of several departments counts for each of them; those of nobody come last, under the key `NOBODY`.
    """
    return [
        Summary(
            day=day,
            tasks=row["tasks"],
            figures=_build_figures(row, department=[str(row["of"])]),
            key=row["of"],
            label=row["name"],
        )
        for row in count_by_department(tasks, _CONDITIONS)
    ]


def count_by_department(tasks: TaskQuerySet, conditions: Mapping[str, Q]) -> list[dict[str, Any]]:
    """Return of each answering department how many tasks fulfil each condition.

    With its id (``of``), its ``name`` and how many ``tasks`` it has; those of nobody come last, under the key `NOBODY`.
    Two queries.
    """
    part = "task_departments__department"
    rows = tasks.filter(task_departments__role__in=ANSWERABLE_ROLES).order_by(part)
    counts = _count_annotations(conditions)
    departments = list(rows.values(of=F(part), name=F(f"{part}__name")).annotate(**counts))
    of_nobody = tasks.unassigned().order_by().aggregate(**counts)
    if of_nobody["tasks"]:
        departments.append({"of": NOBODY, "name": _("Nobody"), **of_nobody})
    return departments


def _count_annotations(conditions: Mapping[str, Q]) -> dict[str, Count]:
    # A name of the condition's own would hide the task's column of that name.
    return {"tasks": Count("pk"), **{f"in_{name}": Count("pk", filter=q) for name, q in conditions.items()}}


def _build_figures(numbers: dict[str, int], **params: list[str]) -> dict[str, Figure]:
    """Return the figures with ``numbers``, in lists narrowed further by ``params``."""
    return {
        figure.name: replace(
            figure,
            label=str(figure.label),
            number=numbers[f"in_{figure.name}"],
            params={**figure.params, **params},
        )
        for figure in _FIGURES
    }
