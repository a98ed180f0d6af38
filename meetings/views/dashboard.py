"""The first page: what is red, and whose it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import access, reporting
from meetings.lifecycle import OPEN_STATUSES
from meetings.models import Health

from .listing import requested_day
from .pages import as_of_query, today

# More would push what comes below off the first screens; the whole list is one click away.
PRESSING_SHOWN = 12


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the register at the end of the day asked for: the account's own part first, or all of it."""
    day, wrong = requested_day(request, today())
    own = access.own_scope(request.user)
    shows_own = bool(own) and request.GET.get("scope") != "all"
    tasks = access.readable_tasks(request.user, day)
    scope = as_of_query(day)
    shown_scope = own if shows_own else {}
    tasks = access.own_part(tasks, shown_scope)
    for name, values in shown_scope.items():
        scope.setlist(name, values)
    by_meeting = reporting.count_by_meeting(tasks, instructed_on=day)
    counts = reporting.sum_of(by_meeting)
    by_department, by_leader = reporting.count_by_department_and_leader(tasks)
    own_ids = {name: {int(value) for value in values} for name, values in shown_scope.items()}
    context = {
        "day": day,
        "is_today": day == today(),
        "today": today(),
        "wrong": wrong,
        "scope": scope,
        "has_own": bool(own),
        "shows_own": shows_own,
        "health_values": Health,
        "counts": counts,
        # A column for what nobody has would only push the others together.
        "shown_health": [health for health in Health if counts.by_health[health] or health in reporting.PRESSING],
        "pressing_health": list(reporting.PRESSING),
        "open_statuses": sorted(OPEN_STATUSES),
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "pressing": reporting.pressing_tasks(tasks).for_listing()[:PRESSING_SHOWN],
        "pressing_shown": PRESSING_SHOWN,
        "by_department": _own_rows(by_department, own_ids.get("department")),
        "by_leader": _own_rows(by_leader, own_ids.get("leader")),
        "by_meeting": by_meeting,
        "trend": reporting.count_trend(access.readable_states(request.user, shown_scope), day),
        "coming": reporting.count_coming_months(tasks, day),
    }
    return render(request, "meetings/dashboard.html", context)


def _own_rows(counts: list[reporting.HealthCount], own: set[int] | None) -> list[reporting.HealthCount]:
    """Leave out the others that share the account's own tasks.

    In the list, a parameter repeated means or, so no link could hold «mine and theirs», and a number without
    a link that has as many rows is not shown.
    """
    return counts if own is None else [count for count in counts if count.key in own]
