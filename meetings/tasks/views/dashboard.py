"""The front page: what waits for whoever opens it, what is red, then the figures."""

import datetime
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.core.text import parse_id
from meetings.models import ANSWERABLE_ROLES, Account, DeadlineKind, Health, Role, Task
from meetings.models.log import TaskStateQuerySet
from meetings.models.task import TaskQuerySet
from meetings.tasks import import_issues, inbox, overview, statistics
from meetings.tasks.filters import TaskFilterSet
from meetings.tasks.listing import requested_day
from meetings.tasks.services.overview import record_visit
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context, today

# The list's parameters that the front page understands, too: those that mean the same tasks on every day.
FILTER_PARAMETERS = ("q", "meeting", "aspect", "department", "supporting", "leader", "source")
# What a leader says most, so that two taps say it; any other words are typed.
INSTRUCTION_PHRASES = (
    gettext_lazy("Please speed this up."),
    gettext_lazy("Please report the reasons and a plan."),
    gettext_lazy("Please report progress within a week."),
)


# Whose day begins with the inbox, be it empty.
WORKING_ROLES = (Role.SECRETARIAT, Role.LIAISON)


@dataclass(slots=True)
class Scope:
    """The tasks that the page is about: one's own part, all, or a filter's.

    ``params`` are the list's for the same tasks; ``own_ids`` leave others out of a table by department or leader.
    """

    tasks: TaskQuerySet
    states: TaskStateQuerySet
    params: QueryDict
    has_own: bool = False
    is_own: bool = False
    filter_query: QueryDict = field(default_factory=QueryDict)
    filter_descriptions: list[str] = field(default_factory=list)
    own_ids: dict[str, set[int | str]] = field(default_factory=dict)


@require_safe
def dashboard(request: Request) -> HttpResponse:
    """Show the register at the end of a day: one's own part, all, or a filter's.

    The filter is given by the list's own parameters (`FILTER_PARAMETERS`); the list links here with its own.
    """
    day, errors = requested_day(request)
    account = request.user
    scope = _requested_scope(request, day, errors)
    by_meeting = statistics.count_by_meeting(scope.tasks, instructed_on=day)
    counts = statistics.sum_counts(by_meeting)
    by_department, by_leader = statistics.count_by_department_and_leader(scope.tasks)
    shows_work = day == today() and not scope.filter_query and (scope.is_own or permissions.is_secretariat(account))
    context = {
        **day_context(request, day, errors),
        "scope": scope.params,
        "has_own": scope.has_own,
        "is_own_scope": scope.is_own,
        "filter_query": scope.filter_query,
        "filter_descriptions": scope.filter_descriptions,
        "counts": counts,
        # A tile or a column for what nothing is in would only push the others together.
        "shown_health": [health for health in Health if counts.by_health[health]],
        "red_health": list(statistics.PRESSING),
        "open_statuses": sorted(OPEN_STATUSES),
        "by_department": _own_rows(by_department, scope.own_ids.get("department")),
        "by_leader": _own_rows(by_leader, scope.own_ids.get("leader")),
        "by_meeting": by_meeting,
        "trend": statistics.count_trend(scope.states, day),
        "upcoming_months": statistics.count_upcoming_months(scope.tasks, day),
        **_red_tasks(account, scope, day),
    }
    if shows_work and inbox.has_inbox(account):
        context.update(_waiting(account, scope.tasks, day))
    if account.role == Role.LEADER and scope.is_own:
        context.update(_changes(account, scope.tasks, day))
    return render(request, "meetings/tasks/dashboard.html", context)


@require_safe
def overview_page(request: Request) -> HttpResponse:
    """Lead on to the front page, which an overview was beside once."""
    query = request.GET.urlencode()
    return redirect(f"{reverse('dashboard')}{f'?{query}' if query else ''}")


# --- which tasks -----------------------------------------------------------------------------------


def _requested_scope(request: Request, day: datetime.date, errors: list[str]) -> Scope:
    """Return the scope that the address names; add to ``errors`` what is wrong."""
    account = request.user
    own = permissions.own_scope(account)
    scope = Scope(permissions.readable_tasks(account, day), permissions.readable_states(account), as_of_query(day))
    scope.filter_query = _filter_query(request)
    scope.has_own = bool(own)
    scope.is_own = scope.has_own and request.GET.get("scope") != "all" and not scope.filter_query
    if scope.is_own:
        scope.tasks = permissions.own_tasks(account, scope.tasks)
        scope.states = scope.states.filter(task__in=permissions.own_tasks(account, Task.objects.all()))
        for name, values in own.items():
            scope.params.setlist(name, values)
            scope.own_ids[name] = {int(value) for value in values}
    if scope.filter_query:
        filterset = TaskFilterSet(scope.filter_query, scope.tasks, day=day)
        errors += filterset.error_messages
        scope.filter_descriptions = filterset.describe()
        scope.tasks = scope.tasks.none() if errors else filterset.qs
        scope.states = scope.states.filter(task__in=scope.tasks.order_by().values("pk"))
        for name, values in scope.filter_query.lists():
            scope.params.setlistdefault(name).extend(values)
        filter_values = filterset.form.cleaned_data
        scope.own_ids = {
            name: {parse_id(pk) or pk for pk in filter_values[name]}
            for name in ("department", "leader")
            if filter_values.get(name)
        }
    return scope


def _filter_query(request: Request) -> QueryDict:
    """Return the parameters of the list that the address narrows the page by."""
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
    if own is None:
        return counts
    rows = [count for count in counts if count.key in own]
    # A table of oneself alone says what the tiles say.
    return rows if len(rows) > 1 else []


# --- what is to be done -----------------------------------------------------------------------------


def _red_tasks(account: Account, scope: Scope, day: datetime.date) -> dict[str, Any]:
    """Return the red tasks and whose move each is; to chase, for the secretariat."""
    red = overview.with_next_actor(statistics.pressing_tasks(scope.tasks).for_listing(), day)
    chases = permissions.is_secretariat(account) and not scope.filter_query
    if chases:
        red = red.filter(Q(next_actor__in=overview.DEPARTMENT_ACTORS))
    leader = account.person if account.role == Role.LEADER and scope.is_own else None
    return {
        "red_tasks": red.with_department_reports(day)[: overview.MAX_SHOWN],
        "chases": chases,
        "unreported_departments": list(overview.find_unreported_departments(scope.tasks, day)) if chases else [],
        "instructing_leader": leader if day == today() else None,
        "phrases": INSTRUCTION_PHRASES,
    }


def _waiting(account: Account, tasks: TaskQuerySet, day: datetime.date) -> dict[str, Any]:
    """Return what waits for the account: label, number, address.

    ``queue_number`` is of what the inbox opens and the navigation counts; the other rows are to be looked after.
    """
    counts = inbox.count_waiting(account, day)
    queue = [
        (str(group.title), counts.get(group.key, 0), f"{reverse('inbox')}#group-{group.key}")
        for group in inbox.groups(account, day)
    ]
    besides: list[tuple[str, int, str]] = []
    questions: dict[str, int] = {}
    if permissions.is_secretariat(account):
        questions = {"open_issue_count": import_issues.count_open_issues()}
        queue.append((_("Questions to confirm"), questions["open_issue_count"], reverse("confirmations")))
        orphans = permissions.readable_departments(account).without_liaison(OPEN_STATUSES, ANSWERABLE_ROLES).count()
        address = f"{reverse('organisation')}?sort=liaisons"
        undecided = tasks.filter(Q(day_status__in=OPEN_STATUSES, day_deadline_kind=DeadlineKind.UNDECIDED))
        unsettled = urlencode({"status": sorted(OPEN_STATUSES), "due": "undecided"}, doseq=True)
        besides = [
            (_("Deadlines to settle"), undecided.count(), f"{reverse('task_list')}?{unsettled}"),
            (_("Departments with open tasks and no liaison"), orphans, address),
        ]
    return {
        **questions,
        # A leader's inbox is empty most days: then what is red comes first.
        "shows_waiting": any(entry[1] for entry in queue + besides) or account.role in WORKING_ROLES,
        "waiting": [entry for entry in queue + besides if entry[1]],
        "queue_number": sum(number for _label, number, _address in queue),
    }


def _changes(account: Account, tasks: TaskQuerySet, day: datetime.date) -> dict[str, Any]:
    """Return what others changed since the leader last looked, and remember this look."""
    now = timezone.now()
    previous = overview.previous_visit(account, now)
    start = previous or now - datetime.timedelta(days=overview.FIRST_VISIT_DAYS)
    changes = list(overview.changes_since(tasks, start, day, excluded_actor=account)[: overview.MAX_SHOWN + 1])
    if day == today():
        record_visit(account=account, now=now)
    return {
        "changes_start": start,
        "has_previous_visit": previous is not None,
        "changes": changes[: overview.MAX_SHOWN],
        "more_changes": len(changes) > overview.MAX_SHOWN,
    }
