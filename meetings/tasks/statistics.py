"""Counts and summaries of tasks from `TaskQuerySet.on`, about that day."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _, pgettext_lazy

from meetings.core.as_of import known_day
from meetings.core.dates import add_months
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES
from meetings.core.types import StrOrPromise
from meetings.models import ANSWERABLE_ROLES, DeadlineKind, Department, Health, Meeting, Person, Status, TaskLog
from meetings.models.choices import NOBODY
from meetings.models.prepared import PreparedQuery
from meetings.models.task import TaskQuerySet

PRESSING = (Health.OVERDUE, Health.REVIEW_MISSED)
# Of tasks from `TaskQuerySet.on` with a deadline: done by it, or not.
CLOSED_IN_TIME = Q(day_closed_on__lte=F("day_due_date"))
LATE = Q(day_closed_on__gt=F("day_due_date")) | Q(health=Health.OVERDUE)

# Whose names the counts have, by the list's parameters.
_NAMED: dict[str, tuple[type[Model], str]] = {
    "department": (Department, "name"),
    "leader": (Person, "name"),
    "meeting": (Meeting, "title"),
}
_NO_TASKS = dict.fromkeys(Health.values, 0)
# What counts the tasks that are `found`, by the list's parameters: they are joined once to their intervals of a past
# day, which costs as much as all the counting. A department, or a leader, has one part in a task: no row comes twice.
# Nobody's are found by an index of them. The first says of which types the columns are.
_COUNTS = {
    "meeting": (
        "SELECT 'meeting' AS kind, id, health, number, issued_on FROM meetings_meeting"
        " JOIN (SELECT meeting, health, COUNT(*) AS number FROM found GROUP BY 1, 2) AS counted ON id = meeting"
    ),
    "department": (
        "SELECT 'department' AS kind, department_id, health, COUNT(*), NULL FROM found"
        " JOIN meetings_taskdepartment ON task_id = task"
        " WHERE role IN ({roles}) GROUP BY 2, 3"
        " UNION ALL SELECT 'department', 0, health, COUNT(*), NULL FROM found"
        " WHERE task IN (SELECT id FROM meetings_task WHERE department_spelling IS NULL{standing}) GROUP BY 3"
    ),
    "leader": (
        "SELECT 'leader' AS kind, person_id, health, COUNT(*), NULL FROM found"
        " JOIN meetings_taskleader ON task_id = task GROUP BY 2, 3"
        " UNION ALL SELECT 'leader', 0, health, COUNT(*), NULL FROM found"
        " WHERE task IN (SELECT id FROM meetings_task WHERE leader_spelling IS NULL{standing}) GROUP BY 3"
    ),
}


@dataclass(slots=True)
class HealthCount:
    """Numbers of tasks by health, of all or of ``key`` and ``label``."""

    key: int | str | None = None
    label: str = ""
    by_health: dict[str, int] = field(default_factory=_NO_TASKS.copy)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_health.values())

    @property
    def open(self) -> int:
        """Those that have not ended."""
        return sum(number for health, number in self.by_health.items() if health not in ENDED_STATUSES)

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


def count_by(tasks: TaskQuerySet, *kinds: str) -> list[list[HealthCount]]:
    """Return the counts of each one of the ``kinds``, kind by kind. One query.

    Kinds are meeting, (answering) department and leader. The newest meetings come first; of others the most
    pressing. A task of several departments, or leaders, counts for each of them; the tasks of nobody are counted
    under the key `NOBODY`, so that none is missing from the table. They have no names yet (`name_counts`).
    """
    words = {
        "roles": ", ".join(f"'{role}'" for role in sorted(ANSWERABLE_ROLES)),
        # As `TaskQuerySet.indexed`.
        "standing": "" if known_day() else " AND joined_into_id IS NULL",
    }
    selects = [_COUNTS[kind].format(**words) for kind in sorted(kinds, key=list(_COUNTS).index)]
    of_kind: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in kinds}
    for kind, *row in _health_of_each.fetch_from("found (task, meeting, health)", " UNION ALL ".join(selects), tasks):
        of_kind[kind].append(tuple(row))
    return [_collect(rows, is_of_meetings=kind == "meeting") for kind, rows in of_kind.items()]


@PreparedQuery
def _health_of_each(tasks: TaskQuerySet) -> QuerySet[Any, Any]:
    return tasks.order_by().values_list("pk", "meeting_id", F("health"))


def name_counts(**counts: Iterable[HealthCount]) -> None:
    """Give the counts that a page shows, by their kind, their names. One query."""
    by_key = {kind: {count.key: count for count in of_kind} for kind, of_kind in counts.items()}
    for kind, pk, name in _names.fetch(*((kind, tuple(keys)) for kind, keys in by_key.items())):
        by_key[kind][pk].label = name


@PreparedQuery
def _names(*keys_of_kinds: tuple[str, tuple[int | str, ...]]) -> QuerySet[Any, Any]:
    queries: list[QuerySet[Any, Any]] = []
    for kind, keys in keys_of_kinds:
        model, name = _NAMED[kind]
        rows = model._default_manager.filter(pk__in=[key for key in keys if key != NOBODY])
        queries.append(rows.order_by().values_list(Value(kind), "pk", name))
    return queries[0].union(*queries[1:], all=True)


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
    numbers: Counter[datetime.date] = Counter()
    for due_day, number in _by_due_day.fetch(tasks, day, last_of_month(day, months)):
        numbers[due_day.replace(day=1)] += number
    return [
        MonthCount(first=max(month, day), last=last_of_month(month), number=number)
        for month, number in sorted(numbers.items())
    ]


@PreparedQuery
def _by_due_day(tasks: TaskQuerySet, first: datetime.date, last: datetime.date) -> QuerySet[Any, Any]:
    due: QuerySet[Any, Any] = tasks.open().filter(Q(day_next_due__gte=first, day_next_due__lte=last)).order_by()
    return due.values_list("day_next_due").annotate(number=Count("pk"))


def largest_total(*groups: Iterable[HealthCount]) -> int:
    """Return the largest total, to whose scale all bars of a page are drawn."""
    return max((count.total for counts in groups for count in counts), default=0)


def sum_counts(counts: Iterable[HealthCount]) -> HealthCount:
    """Return the sum of counts of disjoint groups, as meetings are."""
    total = HealthCount()
    for count in counts:
        for health, number in count.by_health.items():
            total.by_health[health] += number
    return total


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


def _collect(rows: Iterable[tuple[Any, ...]], *, is_of_meetings: bool) -> list[HealthCount]:
    counts: dict[int | str, HealthCount] = {}
    days = {}
    for of, health, number, issued_on in rows:
        key = of or NOBODY
        count = counts.setdefault(key, HealthCount(key=key, label="" if of else _("Nobody")))
        count.by_health[health] = number
        days[key] = issued_on
    if is_of_meetings:
        return sorted(counts.values(), key=lambda count: (days[count.key], count.key), reverse=True)
    # Equal ones as they were entered, nobody last.
    return sorted(counts.values(), key=lambda count: (-count.pressing, -count.total, count.key == NOBODY, count.key))


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
    open ones without, reviewed regularly (跟踪超期 among them, told besides); 终止 the terminated ones. Each task is
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
