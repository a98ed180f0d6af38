"""What falls due when: by days and health, and by department and month."""

import calendar
import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Q, Value
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from meetings.core.dates import add_months
from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES
from meetings.models import ANSWERABLE_ROLES, Health
from meetings.models.choices import NOBODY
from meetings.models.health import ENDED_HEALTH
from meetings.models.task import TaskQuerySet

from .statistics import CLOSED_IN_TIME, LATE, last_of_month, reported_since_review

CALENDAR_MONTHS = 3
# The heat map has as many, half of them before the calendar's first.
MAP_MONTHS = 12


@dataclass(frozen=True, slots=True)
class DueDay:
    """What falls due on a day, by health; ``day`` is None beside the month."""

    day: datetime.date | None
    by_health: dict[Health, int]

    @property
    def total(self) -> int:
        """All that fall due on it."""
        return sum(self.by_health.values())

    @property
    def parts(self) -> list["DueDay"]:
        """The open tasks and the ended ones apart, each if there are any."""
        ended = {health: number for health, number in self.by_health.items() if health in ENDED_HEALTH.values()}
        still_open = {health: number for health, number in self.by_health.items() if health not in ended}
        return [DueDay(self.day, part) for part in (still_open, ended) if part]

    @property
    def statuses(self) -> list[str]:
        """The statuses of the open ones or, where these have ended, of those."""
        return sorted(ENDED_STATUSES if self.worst in ENDED_HEALTH.values() else OPEN_STATUSES)

    @property
    def worst(self) -> Health:
        """The health that the day is drawn in."""
        return min(self.by_health, key=lambda health: health.rank)


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month of the calendar: its weeks from Monday on."""

    first: datetime.date
    weeks: list[list[DueDay]]

    @property
    def last(self) -> datetime.date:
        """Its last day."""
        return last_of_month(self.first)

    @property
    def parts(self) -> list[DueDay]:
        """All that fall due in it: the open ones, then those that have ended."""
        numbers = sum((Counter(day.by_health) for week in self.weeks for day in week), Counter[Health]())
        return DueDay(None, dict(numbers)).parts


def build_calendar(tasks: TaskQuerySet, first: datetime.date) -> list[DueMonth]:
    """Return CALENDAR_MONTHS from that of ``first`` on. One query."""
    months = [add_months(first, number) for number in range(CALENDAR_MONTHS)]
    counts: dict[datetime.date, dict[Health, int]] = defaultdict(dict)
    for day, health, number in (
        _due_in(tasks, months[0], last_of_month(months[-1]))
        .order_by()
        .values_list("day_next_due", F("health"))
        .annotate(number=Count("pk"))
    ):
        counts[day][Health(health)] = number
    weeks_of = calendar.Calendar().monthdatescalendar
    return [
        DueMonth(
            month,
            [
                [DueDay(day, counts.get(day, {})) if day.month == month.month else DueDay(None, {}) for day in week]
                for week in weeks_of(month.year, month.month)
            ],
        )
        for month in months
    ]


@dataclass(slots=True)
class MapCell:
    """What of a department falls due in a month: how many, and what became of them."""

    month: datetime.date
    due: int = 0
    in_time: int = 0
    late: int = 0
    silent: int = 0

    @property
    def last(self) -> datetime.date:
        """The last day of its month."""
        return last_of_month(self.month)


@dataclass(slots=True)
class MapRow:
    """A department, or `NOBODY`, with a cell for each month."""

    key: int | str
    label: str
    cells: list[MapCell] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, int, str]:
        """The most late come first, then who has most."""
        return (-sum(cell.late for cell in self.cells), -sum(cell.due for cell in self.cells), self.label)


def map_months(first: datetime.date) -> list[datetime.date]:
    """Return the months of the heat map around ``first``."""
    return [add_months(first, number - MAP_MONTHS // 2) for number in range(MAP_MONTHS)]


def build_heat_map(tasks: TaskQuerySet, day: datetime.date, months: Sequence[datetime.date]) -> list[MapRow]:
    """Return the departments that answer for what falls due in ``months``.

    Two queries, one of them for what nobody answers for. Silent are those of the open ones on which the department has
    not reported since the last report of any.
    """
    part = "task_departments__department"
    due = _due_in(tasks, months[0], last_of_month(months[-1]))
    reported = reported_since_review(
        day, task=OuterRef("pk"), department=OuterRef(part), last_report_on=OuterRef("last_report_on")
    )
    counts = {
        "due": Count("pk"),
        "in_time": Count("pk", filter=CLOSED_IN_TIME),
        "late": Count("pk", filter=LATE),
    }
    silent = Count("pk", filter=Q(~reported, day_status__in=sorted(OPEN_STATUSES)))
    answered = due.filter(task_departments__role__in=ANSWERABLE_ROLES).order_by()
    rows = [
        *answered.values_list(F(part), F(f"{part}__name"), TruncMonth("day_next_due")).annotate(
            **counts, silent=silent
        ),
        *due.unassigned()
        .order_by()
        .values_list(Value(NOBODY), Value(_("Nobody")), TruncMonth("day_next_due"))
        .annotate(**counts),
    ]
    departments: dict[int | str, MapRow] = {}
    for key, label, month, *numbers in rows:
        row = departments.setdefault(key, MapRow(key, label, [MapCell(each) for each in months]))
        row.cells[months.index(month)] = MapCell(month, *numbers)
    return sorted(departments.values(), key=lambda row: row.order)


def count_without_day(tasks: TaskQuerySet) -> int:
    """Return how many open tasks the calendar cannot show: they fall due on no day."""
    return tasks.open().filter(Q(day_next_due__isnull=True)).count()


def _due_in(tasks: TaskQuerySet, first: datetime.date, last: datetime.date) -> TaskQuerySet:
    return tasks.filter(Q(day_next_due__gte=first, day_next_due__lte=last))
