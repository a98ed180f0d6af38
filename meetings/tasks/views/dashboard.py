"""The first page: what is red, and whose it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import Health
from meetings.tasks import statistics
from meetings.tasks.filters import TaskFilterSet
from meetings.tasks.listing import requested_day
from meetings.ui.navigation import as_of_query, today

# More would push what comes below off the first screens; the whole list is one click away.
PRESSING_SHOWN = 12
# The list's parameters that the dashboard understands, too: those that mean the same tasks on every day.
NARROWING = ("q", "meeting", "aspect", "department", "supporting", "leader", "source")


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the register at the end of the day asked for: the account's own part first, all of it, or what is found.

    What is found is said by the list's own parameters (`NARROWING`); the list links here with those it was asked.
    """
    day, wrong = requested_day(request, today())
    own = permissions.own_scope(request.user)
    narrowed = _narrowing(request)
    shows_own = bool(own) and request.GET.get("scope") != "all" and not narrowed
    tasks = permissions.readable_tasks(request.user, day)
    scope = as_of_query(day)
    shown_scope = own if shows_own else {}
    tasks = permissions.own_part(tasks, shown_scope)
    for name, values in shown_scope.items():
        scope.setlist(name, values)
    states = permissions.readable_states(request.user, shown_scope)
    own_ids = {name: {int(value) for value in values} for name, values in shown_scope.items()}
    narrowed_in_words: list[str] = []
    if narrowed:
        filterset = TaskFilterSet(narrowed, tasks, day=day)
        wrong += filterset.wrong
        narrowed_in_words = filterset.in_words()
        tasks = tasks.none() if wrong else filterset.qs
        states = states.filter(task__in=tasks.order_by().values("pk"))
        scope.update(narrowed)
        found = filterset.form.cleaned_data
        own_ids = {name: {_key(pk) for pk in found[name]} for name in ("department", "leader") if found.get(name)}
    by_meeting = statistics.count_by_meeting(tasks, instructed_on=day)
    counts = statistics.sum_of(by_meeting)
    by_department, by_leader = statistics.count_by_department_and_leader(tasks)
    context = {
        "day": day,
        "is_today": day == today(),
        "today": today(),
        "wrong": wrong,
        "scope": scope,
        "has_own": bool(own),
        "shows_own": shows_own,
        "narrowed": narrowed,
        "narrowed_in_words": narrowed_in_words,
        "health_values": Health,
        "counts": counts,
        # A column for what nobody has would only push the others together.
        "shown_health": [health for health in Health if counts.by_health[health] or health in statistics.PRESSING],
        "pressing_health": list(statistics.PRESSING),
        "open_statuses": sorted(OPEN_STATUSES),
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "pressing": statistics.pressing_tasks(tasks).for_listing()[:PRESSING_SHOWN],
        "by_department": _own_rows(by_department, own_ids.get("department")),
        "by_leader": _own_rows(by_leader, own_ids.get("leader")),
        "by_meeting": by_meeting,
        "trend": statistics.count_trend(states, day),
        "coming": statistics.count_coming_months(tasks, day),
    }
    return render(request, "meetings/tasks/dashboard.html", context)


def _narrowing(request: HttpRequest) -> QueryDict:
    """Return the parameters of the list that the address narrows the dashboard by."""
    narrowed = QueryDict(mutable=True)
    for name in NARROWING:
        if values := [value for value in request.GET.getlist(name) if value]:
            narrowed.setlist(name, values)
    return narrowed


def _key(pk: str) -> int | str:
    return int(pk) if pk.isdecimal() else pk


def _own_rows(counts: list[statistics.HealthCount], own: set[int] | None) -> list[statistics.HealthCount]:
    """Leave out the others that share the account's own tasks.

    In the list, a parameter repeated means or, so no link could hold «mine and theirs», and a number without
    a link that has as many rows is not shown.
    """
    return counts if own is None else [count for count in counts if count.key in own]
