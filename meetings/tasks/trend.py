"""How the register stood at the ends of months."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, QuerySet, Value, When

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import Status
from meetings.models.log import TaskStateQuerySet
from meetings.models.prepared import PreparedQuery

from .statistics import last_of_month


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """How the register stood at the end of ``day``, a month's last one or the last."""

    day: datetime.date
    open: int
    closed: int
    overdue: int
    review_missed: int


def count_trend(states: TaskStateQuerySet, day: datetime.date, months: int = 12) -> list[TrendPoint]:
    """Return the counts at the ends of the last ``months``, then on ``day``.

    One query. Months in which there was no task yet are left out at the beginning. Intervals are counted once, by the
    ends between which they and their lateness begin and end, and not once for each end and number; that each end has
    the numbers of `TaskQuerySet.on` is tested.
    """
    newest = 0 if day == last_of_month(day) else -1
    ends = [last_of_month(day, later) for later in range(newest - months + 1, newest + 1)]
    # The last point includes changes since the end of the month.
    ends += [day] if newest else []
    numbers: Counter[tuple[str, int]] = Counter()
    for status, since, until, overdue, review_missed, number in _by_ends.fetch(states, *ends):
        for place in range(since, until):
            if status in OPEN_STATUSES:
                numbers["open", place] += number
                late = "overdue" if place >= overdue else "review_missed" if place >= review_missed else ""
                numbers[late, place] += number
            elif status == Status.CLOSED:
                numbers["closed", place] += number
    names = ("open", "closed", "overdue", "review_missed")
    points = [TrendPoint(end, *(numbers[name, place] for name in names)) for place, end in enumerate(ends)]
    while points and not (points[0].open or points[0].closed):
        del points[0]
    return points


@PreparedQuery
def _by_ends(states: TaskStateQuerySet, *ends: datetime.date) -> QuerySet[Any, Any]:
    groups = states.overlapping(ends[0], ends[-1]).order_by()
    places = (
        _first_end("since__lte", ends),
        _first_end("until__lte", ends),
        _first_end("next_due__lt", ends),
        _first_end("next_review__lt", ends),
    )
    return groups.values_list("status", *places).annotate(number=Count("pk"))


def _first_end(lookup: str, ends: Sequence[datetime.date]) -> Case:
    """Return the place of the first of ``ends`` that ``lookup`` holds for, or more."""
    return Case(*(When(**{lookup: end}, then=Value(place)) for place, end in enumerate(ends)), default=Value(len(ends)))
