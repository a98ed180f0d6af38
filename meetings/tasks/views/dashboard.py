"""The dashboard: what waits for whoever opens it, what is red, then the figures."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import Account, DeadlineKind, Instruction, Meeting, Person, Role
from meetings.models.choices import NOBODY
from meetings.models.meeting import MeetingQuerySet
from meetings.models.prepared import Later, PreparedQuery
from meetings.models.task import TaskQuerySet
from meetings.tasks import appraisal, chasing, dashboard_queries, import_issues, inbox, statistics
from meetings.tasks.listing import about_a_day, requested_day
from meetings.tasks.services.dashboard_visits import record_visit
from meetings.tasks.trend import count_trend
from meetings.ui.http import Request, is_for_fragment
from meetings.ui.navigation import day_context, today

from .dashboard_scope import ROWS_IN_SIGHT, TABLES, Scope, Tables, count_tables, requested_scope

ROWS_PER_PAGE = 25


@require_safe
@about_a_day
def dashboard(request: Request) -> HttpResponse:
    """Show the register at the end of a day: one's own part, all, or a filter's.

    The filter is given by the list's own parameters (`FILTER_PARAMETERS`); the list links here with its own.
    """
    day, errors = requested_day(request)
    account = request.user
    scope = requested_scope(request, day, errors)
    tables = count_tables(scope)
    statistics.name_counts(**{name: rows[:ROWS_IN_SIGHT] for name, rows in tables.rows.items()})
    shows_work = day == today() and not scope.filter_query and (scope.is_own or permissions.is_secretariat(account))
    context = {
        **day_context(request, day, errors),
        "scope": scope.params,
        "has_own": scope.has_own,
        "is_own_scope": scope.is_own,
        "filter_query": scope.filter_query,
        "filter_descriptions": scope.filter_descriptions,
        "tables": tables,
        "counts": tables.counts,
        "red_health": list(statistics.PRESSING),
        "open_statuses": sorted(OPEN_STATUSES),
        "names_meetings": len(tables.rows["meeting"]) > 1,
        "instructed": _instructed.count(scope.tasks, day),
        "demonstration": _find_demonstration(tables),
        "trend": count_trend(scope.states, day),
        "upcoming_months": statistics.count_upcoming_months(scope.tasks, day),
        **_red_tasks(account, scope, day),
    }
    if shows_work and inbox.has_inbox(account):
        context.update(_waiting(account, scope.tasks, tables, day))
    if account.role == Role.LEADER and account.person_id and scope.is_own:
        context["leader"] = next(iter(_leaders.fetch(Later(account.person_id))))
        if day == today():
            context.update(_changes(account, scope.tasks, day))
        context.update(_appraisal(scope, day, is_opened=request.GET.get("whole") == "appraisal"))
    return render(request, "meetings/tasks/dashboard.html", context)


@require_safe
@about_a_day
def counts(request: Request, parameter: str) -> HttpResponse:
    """Show one of the tables whole, in pages; to htmx the rows that are not in sight."""
    if parameter not in TABLES:
        raise Http404
    day, errors = requested_day(request)
    scope = requested_scope(request, day, errors)
    tables = count_tables(scope)
    is_fragment = is_for_fragment(request)
    rows = tables.rows[parameter][ROWS_IN_SIGHT if is_fragment else 0 :]
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    statistics.name_counts(**{parameter: page.object_list})
    context = {
        **day_context(request, day, errors),
        "scope": scope.params,
        "filter_descriptions": scope.filter_descriptions,
        "tables": tables,
        "parameter": parameter,
        "heading": TABLES[parameter],
        "page": page,
        "rows_left": page.paginator.count - page.end_index(),
    }
    return render(request, f"meetings/tasks/dashboard/{'_more_rows' if is_fragment else 'counts'}.html", context)


@require_safe
def redirect_to_dashboard(request: Request) -> HttpResponse:
    """Redirect the address of a former page to the dashboard."""
    query = request.GET.urlencode()
    return redirect(f"{reverse('dashboard')}{f'?{query}' if query else ''}")


# --- what is to be done -----------------------------------------------------------------------------


def _red_tasks(account: Account, scope: Scope, day: datetime.date) -> dict[str, Any]:
    """Return the red tasks and whose move each is, the longest waiting first.

    For the secretariat, those to chase, what became red of late first.
    """
    chases = permissions.is_secretariat(account) and not scope.filter_query
    find = dashboard_queries.find_to_chase if chases else dashboard_queries.find_longest_waiting
    waiting = find(scope.tasks, day, dashboard_queries.MAX_SHOWN)
    tasks = {task.pk: task for task in _red_rows.fetch(scope.tasks, day, *map(Later, waiting))}
    return {
        "red_tasks": [tasks[pk] for pk in waiting],
        "chases": chases,
        "chased": chasing.find_chased(scope.tasks, day) if chases else [],
        "instructs": account.role == Role.LEADER and scope.is_own and day == today(),
    }


@PreparedQuery
def _leaders(pk: int) -> QuerySet[Person]:
    return Person.objects.filter(pk=pk).order_by()


@PreparedQuery
def _red_rows(tasks: TaskQuerySet, day: datetime.date, *pks: int) -> TaskQuerySet:
    tasks = dashboard_queries.with_next_actor(tasks.filter(pk__in=pks).order_by(), day)
    return tasks.for_listing(["departments"]).with_department_reports(day)


@PreparedQuery
def _instructed(tasks: TaskQuerySet, day: datetime.date) -> QuerySet[Any, Any]:
    return tasks.filter(pk__in=Instruction.objects.open_on(day).values("task")).order_by().values("pk")


def _find_demonstration(tables: Tables) -> Meeting | None:
    """Return the invented meeting that is among those counted."""
    counted = {count.key for count in tables.rows["meeting"]}
    return next((meeting for meeting in _invented_meetings.fetch() if meeting.pk in counted), None)


@PreparedQuery
def _invented_meetings() -> MeetingQuerySet:
    return Meeting.objects.filter(is_demonstration=True)


def _waiting(account: Account, tasks: TaskQuerySet, tables: Tables, day: datetime.date) -> dict[str, Any]:
    """Return what waits for the account: label, number, address.

    ``queue_number`` is of what the inbox opens and the navigation counts; ``notices`` are to be looked after.
    """
    counts = inbox.count_waiting(account, day)
    # What is taken over comes first, for the other groups are about it.
    keys = sorted(counts, key=lambda key: key != inbox.ACKNOWLEDGE)
    queue = [(str(inbox.GROUP_TITLES[key]), counts[key], f"{reverse('inbox')}#group-{key}") for key in keys]
    notices: list[tuple[str, int, str]] = []
    questions: dict[str, int] = {}
    if permissions.is_secretariat(account):
        questions = {"open_issue_count": import_issues.count_open_issues()}
        queue.append((_("Questions to confirm"), questions["open_issue_count"], reverse("confirmations")))
        answering = set(tables.open_departments) - {NOBODY}
        orphans = len(answering.difference(_departments_with_liaison.fetch()))
        address = f"{reverse('organisation')}?sort=liaisons"
        unsettled = urlencode({"status": sorted(OPEN_STATUSES), "due": "undecided"}, doseq=True)
        notices = [
            (_("Deadlines to settle"), _undecided.count(tasks), f"{reverse('task_list')}?{unsettled}"),
            (_("Departments with open tasks and no liaison"), orphans, address),
        ]
    return {
        **questions,
        # The day of whoever works on tasks begins with the inbox, be it empty; a leader's with what is red.
        "shows_waiting": any(entry[1] for entry in queue + notices) or permissions.can_change_tasks(account),
        "waiting": [entry for entry in queue if entry[1]],
        "notices": [entry for entry in notices if entry[1]],
        "queue_number": sum(number for _label, number, _address in queue),
    }


@PreparedQuery
def _departments_with_liaison() -> QuerySet[Any, int]:
    liaisons = Account.objects.filter(is_active=True, role=Role.LIAISON)
    return liaisons.order_by().values_list("departments", flat=True).distinct()


@PreparedQuery
def _undecided(tasks: TaskQuerySet) -> QuerySet[Any, Any]:
    undecided = Q(day_status__in=OPEN_STATUSES, day_deadline_kind=DeadlineKind.UNDECIDED)
    return tasks.filter(undecided).order_by().values("pk")


def _appraisal(scope: Scope, day: datetime.date, *, is_opened: bool) -> dict[str, Any]:
    """Return the period of the year up to ``day`` and, opened, its appraisal."""
    first = day.replace(month=1, day=1)
    params = scope.params.copy()
    params.pop(AS_OF, None)
    params["from"], params["to"] = first.isoformat(), day.isoformat()
    if not is_opened:
        return {"appraisal_params": params}
    return {
        "appraisal_params": params,
        "appraisal": appraisal.appraise_departments(scope.tasks, first, day, today()),
        "appraisal_columns": appraisal.COLUMNS,
        "explained": appraisal.explain_figures(),
    }


def _changes(account: Account, tasks: TaskQuerySet, day: datetime.date) -> dict[str, Any]:
    """Return what others changed since the leader last looked, and remember this look."""
    now = timezone.now()
    previous = dashboard_queries.previous_visit(account, now)
    start = previous or now - datetime.timedelta(days=dashboard_queries.FIRST_VISIT_DAYS)
    changes = dashboard_queries.changes_since(tasks, start, day, account, dashboard_queries.MAX_SHOWN + 1)
    record_visit(account=account, now=now)
    return {
        "changes_start": start,
        "has_previous_visit": previous is not None,
        "changes": changes[: dashboard_queries.MAX_SHOWN],
        "more_changes": len(changes) > dashboard_queries.MAX_SHOWN,
    }
