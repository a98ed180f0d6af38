"""预警: when which health applies on a day (docs/domain.md, Health on a day)."""

import datetime

from django.conf import settings
from django.db.models import Q

from meetings.core.lifecycle import ENDED_STATUSES, OPEN_STATUSES

from .choices import DeadlineKind, Health, Status

# The health of an ended task is named like its status; an end without such a health fails here.
ENDED_HEALTH = {status: Health(status.value) for status in Status if status.value in ENDED_STATUSES}


def health_conditions(day: datetime.date, due_soon_days: int, state: str) -> list[tuple[Health, Q]]:
    """Return the condition of each health at the end of ``day``; the first applies.

    ``state`` is the prefix of the day's columns: ``day_`` for tasks (`TaskQuerySet.on`), empty for intervals
    (`TaskState`).
    """

    def reached(column: str, lookup: str, last: datetime.date) -> Q:
        # `isnull=False` is explicit, because the condition is negated, too.
        return Q(**{f"{state}{column}__isnull": False, f"{state}{column}__{lookup}": last})

    return [
        *((health, Q(**{f"{state}status": status})) for status, health in ENDED_HEALTH.items()),
        (Health.OVERDUE, reached("next_due", "lt", day)),
        (Health.REVIEW_MISSED, reached("next_review", "lt", day)),
        (Health.UNDECIDED, Q(**{f"{state}deadline_kind": DeadlineKind.UNDECIDED})),
        (Health.DUE_SOON, reached("next_due", "lte", day + datetime.timedelta(days=due_soon_days))),
    ]


def health_condition(health: Health, day: datetime.date, state: str = "") -> Q:
    """Return the condition of one health at the end of ``day``.

    ``state`` is that of `health_conditions`. On track is what no other condition holds for.
    """
    conditions = dict(health_conditions(day, settings.DUE_SOON_DAYS, state))
    if health in ENDED_HEALTH.values():
        return conditions[health]
    # Listed as the open statuses, which an index covers, instead of excluding the ended ones.
    earlier = Q(**{f"{state}status__in": sorted(OPEN_STATUSES)})
    for other in [other for other in conditions if other not in ENDED_HEALTH.values()]:
        if other == health:
            return earlier & conditions[other]
        earlier &= ~conditions[other]
    return earlier
