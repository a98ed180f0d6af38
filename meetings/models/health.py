"""预警: when which health applies on a day (docs/domain.md, Health on a day)."""

import datetime

from django.conf import settings
from django.db.models import Q

from meetings.core.lifecycle import ENDED_STATUSES

from .choices import DeadlineKind, Health, Status

# A task that has ended has the health of its status's name; an end without one fails here.
ENDED_HEALTH = {status: Health(status.value) for status in Status if status.value in ENDED_STATUSES}


def health_conditions(day: datetime.date, due_soon_days: int, state: str) -> list[tuple[Health, Q]]:
    """Return the condition of each health at the end of ``day``; the first applies.

    ``state`` is the look-up path from the queryset's model to the interval of that day, ending in two underscores;
    empty where the rows are the intervals themselves.
    """
    return [
        *((health, Q(**{f"{state}status": status})) for status, health in ENDED_HEALTH.items()),
        (Health.OVERDUE, Q(**{f"{state}next_due__lt": day})),
        (Health.REVIEW_MISSED, Q(**{f"{state}next_review__lt": day})),
        (Health.UNDECIDED, Q(**{f"{state}deadline_kind": DeadlineKind.UNDECIDED})),
        (Health.DUE_SOON, Q(**{f"{state}next_due__lte": day + datetime.timedelta(days=due_soon_days)})),
    ]


def health_condition(health: Health, day: datetime.date) -> Q:
    """Return the condition «of this health at the end of ``day``» for `TaskState`.

    Not for `Health.ON_TRACK`, which is what no condition holds for.
    """
    earlier = Q()
    for other, condition in health_conditions(day, settings.DUE_SOON_DAYS, state=""):
        if other == health:
            return condition & earlier
        earlier &= ~condition
    raise ValueError(f"There is no condition for {health}.")
