"""Creation of tasks."""

import datetime
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.deadlines import Deadline
from meetings.display.fields import format_day
from meetings.errors import InvalidDateError
from meetings.models import Account, Department, EntryKind, Milestone, Person, Status, Suggestion, Task

from .assignments import replace_assignments
from .log import deadline_columns, deadline_to_json, diff_values, write_entry


@transaction.atomic
def create_task(
    *,
    suggestion: Suggestion,
    text: str,
    deadline: Deadline,
    number: int = 1,
    departments: Sequence[tuple[Department, str]] = (),
    leaders: Sequence[Person] = (),
    milestones: Sequence[Deadline] = (),
    review_interval_months: int | None = None,
    review_interval_days: int | None = None,
    actor: Account | None = None,
    recorded_at: datetime.datetime | None = None,
    **further_texts: str,
) -> Task:
    """Enter a task of ``suggestion``, effective on the minutes' issue day.

    ``departments`` are pairs of department and role in printed order. The review interval is the given one, or that of
    a recurring deadline, or the setting's, in calendar months or in days. Raises InvalidDateError where the issue
    day is in the future.
    """
    issued_on = suggestion.meeting.issued_on
    if issued_on > timezone.localdate():
        raise InvalidDateError(
            _("The minutes are issued on %(day)s, which is still to come. Enter their tasks on that day.")
            % {"day": format_day(issued_on)}
        )
    months = review_interval_months or deadline.review_months or settings.REVIEW_INTERVAL_MONTHS
    days = review_interval_days if review_interval_months else deadline.review_days
    columns = deadline_columns(deadline)
    task = Task.objects.create(
        suggestion=suggestion,
        number=number,
        text=text,
        review_interval_months=months,
        review_interval_days=days,
        **further_texts,
        **columns,
        **{f"original_{name}": value for name, value in columns.items()},
    )
    replace_assignments({task: (departments, leaders)})
    Milestone.objects.bulk_create(
        Milestone(task=task, position=position, **deadline_columns(milestone))
        for position, milestone in enumerate(milestones, start=1)
    )
    write_entry(
        task,
        actor=actor,
        kind=EntryKind.ENTERED,
        effective_on=issued_on,
        recorded_at=recorded_at,
        changes={
            "status": {"old": None, "new": str(Status.NOT_STARTED)},
            "deadline": {"old": None, "new": deadline_to_json(deadline)},
            "milestones": {"old": None, "new": [{**deadline_to_json(m), "met_on": None} for m in milestones]},
            "review_interval_months": {"old": None, "new": months},
            **diff_values({"review_interval_days": (None, days)}),
        },
    )
    return task
