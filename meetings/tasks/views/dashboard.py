"""The first page: what is red, and whose it is."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.core.text import parse_id
from meetings.models import Health, Task
from meetings.tasks import statistics
from meetings.tasks.filters import TaskFilterSet
from meetings.tasks.listing import requested_day
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context

# More would push what comes below off the first screens; the whole list is one click away.
MAX_PRESSING = 12
# The list's parameters that the dashboard understands, too: those that mean the same tasks on every day.
FILTER_PARAMETERS = ("q", "meeting", "aspect", "department", "supporting", "leader", "source")


@require_safe
def dashboard(request: Request) -> HttpResponse:
    """Show the register at the end of a day: one's own part, all, or a filter's.

    The filter is given by the list's own parameters (`FILTER_PARAMETERS`); the list links here with its own.
    """
    day, errors = requested_day(request)
    own = permissions.own_scope(request.user)
    filter_query = _filter_query(request)
    is_own_scope = bool(own) and request.GET.get("scope") != "all" and not filter_query
    tasks = permissions.readable_tasks(request.user, day)
    scope = as_of_query(day)
    states = permissions.readable_states(request.user)
    own_ids: dict[str, set[int | str]] = {}
    if is_own_scope:
        tasks = permissions.own_tasks(request.user, tasks)
        states = states.filter(task__in=permissions.own_tasks(request.user, Task.objects.all()))
        for name, values in own.items():
            scope.setlist(name, values)
            own_ids[name] = {int(value) for value in values}
    filter_descriptions: list[str] = []
    if filter_query:
        filterset = TaskFilterSet(filter_query, tasks, day=day)
        errors += filterset.error_messages
        filter_descriptions = filterset.describe()
        tasks = tasks.none() if errors else filterset.qs
        states = states.filter(task__in=tasks.order_by().values("pk"))
        for name, values in filter_query.lists():
            scope.setlistdefault(name).extend(values)
        filter_values = filterset.form.cleaned_data
        own_ids = {
            name: {parse_id(pk) or pk for pk in filter_values[name]}
            for name in ("department", "leader")
            if filter_values.get(name)
        }
    by_meeting = statistics.count_by_meeting(tasks, instructed_on=day)
    counts = statistics.sum_counts(by_meeting)
    by_department, by_leader = statistics.count_by_department_and_leader(tasks)
    context = {
        **day_context(request, day, errors),
        "scope": scope,
        "has_own": bool(own),
        "is_own_scope": is_own_scope,
        "filter_query": filter_query,
        "filter_descriptions": filter_descriptions,
        "health_values": Health,
        "counts": counts,
        # A column for what nobody has would only push the others together.
        "shown_health": [health for health in Health if counts.by_health[health] or health in statistics.PRESSING],
        "pressing_health": list(statistics.PRESSING),
        "open_statuses": sorted(OPEN_STATUSES),
        "pressing": statistics.pressing_tasks(tasks).for_listing()[:MAX_PRESSING],
        "by_department": _own_rows(by_department, own_ids.get("department")),
        "by_leader": _own_rows(by_leader, own_ids.get("leader")),
        "by_meeting": by_meeting,
        "trend": statistics.count_trend(states, day),
        "upcoming_months": statistics.count_upcoming_months(tasks, day),
    }
    return render(request, "meetings/tasks/dashboard.html", context)


def _filter_query(request: Request) -> QueryDict:
    """Return the parameters of the list that the address narrows the dashboard by."""
    query = QueryDict(mutable=True)
    for name in FILTER_PARAMETERS:
        if values := [value for value in request.GET.getlist(name) if value]:
            query.setlist(name, values)
    return query


def _own_rows(counts: list[statistics.HealthCount], own: set[int | str] | None) -> list[statistics.HealthCount]:
    """Leave out the others that share the account's own tasks.

    In the list, a parameter repeated means or, so no link could hold «mine and theirs», and a number without
    a link that has as many rows is not shown.
    """
    return counts if own is None else [count for count in counts if count.key in own]
