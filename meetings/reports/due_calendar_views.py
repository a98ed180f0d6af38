"""What falls due when, as a page: a calendar of months, and a map of departments."""

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.as_of import InvalidAsOfError, parse_date
from meetings.core.dates import add_months
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.tasks.due_calendar import CALENDAR_MONTHS, build_calendar, build_heat_map, count_without_day, map_months
from meetings.tasks.listing import about_a_day, requested_day
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context

# Beyond it, the months beside could not be counted.
LAST_YEAR = 2200


@require_safe
@about_a_day
def due_calendar(request: Request) -> HttpResponse:
    """Show what falls due from ``month`` on, and around it by department."""
    day, errors = requested_day(request)
    first = day.replace(day=1)
    if text := request.GET.get("month"):
        try:
            first = _parse_month(text)
        except InvalidAsOfError as error:
            errors.append(str(error))
    context = {
        **day_context(request, day, errors),
        "scope": as_of_query(day),
        "earlier": add_months(first, -CALENDAR_MONTHS),
        "later": add_months(first, CALENDAR_MONTHS),
        "first": first,
    }
    if not errors:
        tasks = permissions.readable_tasks(request.user, day)
        context |= {
            "months": build_calendar(tasks, first),
            "map_months": map_months(first),
            "map_rows": build_heat_map(tasks, day, map_months(first)),
            "without_day": count_without_day(tasks),
            "open_statuses": sorted(OPEN_STATUSES),
        }
    return render(request, "meetings/reports/due_calendar.html", context, status=400 if errors else 200)


def _parse_month(text: str) -> datetime.date:
    try:
        month = parse_date(f"{text}-01")
    except InvalidAsOfError:
        month = None
    if month is None or month.year > LAST_YEAR:
        raise InvalidAsOfError(
            _("“%(value)s” is not a month. Write it as year and month, such as 2023-12.") % {"value": text}
        )
    return month
