"""The overview pages of leaders and of the secretariat."""

import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import ANSWERABLE_ROLES, Account, Health, Person, Role
from meetings.models.task import TaskQuerySet
from meetings.tasks import import_issues, inbox, overview, statistics
from meetings.tasks.listing import requested_day
from meetings.tasks.services.overview import record_visit
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, day_context, today

# What a leader says most, so that two taps say it; any other words are typed.
INSTRUCTION_PHRASES = (
    gettext_lazy("Please speed this up."),
    gettext_lazy("Please report the reasons and a plan."),
    gettext_lazy("Please report progress within a week."),
)


@require_safe
def overview_page(request: Request) -> HttpResponse:
    """Show a leader's overview (``?leader=<id>`` of another), or the secretariat's.

    Liaisons have neither: what they come for is their inbox.
    """
    account = request.user
    if request.GET.get("leader"):
        return _render_leader(request, permissions.readable_leader(account, request.GET["leader"]))
    if account.role == Role.LEADER and account.person:
        return _render_leader(request, account.person)
    if account.role == Role.LIAISON:
        return redirect("inbox")
    return _render_secretariat(request)


def _render_leader(request: Request, leader: Person) -> HttpResponse:
    day, errors = requested_day(request)
    account = request.user
    is_own = account.role == Role.LEADER and account.person_id == leader.pk
    now = timezone.now()
    previous = overview.previous_visit(account, now)
    start = previous or now - datetime.timedelta(days=overview.FIRST_VISIT_DAYS)
    tasks = permissions.readable_tasks(account, day).supervised_by([leader.pk])
    scope = as_of_query(day)
    scope["leader"] = str(leader.pk)
    changes = list(overview.changes_since(tasks, start, day, excluded_actor=account)[: overview.MAX_SHOWN + 1])
    context = {
        **_common_context(request, tasks, day, errors, scope),
        "leader": leader,
        "is_own": is_own,
        "changes_start": start,
        "has_previous_visit": is_own and previous is not None,
        "changes": changes[: overview.MAX_SHOWN],
        "more_changes": len(changes) > overview.MAX_SHOWN,
        "red_tasks": overview.with_next_actor(statistics.pressing_tasks(tasks).for_listing(), day)[
            : overview.MAX_SHOWN
        ],
        "phrases": INSTRUCTION_PHRASES,
        "may_instruct": day == today() and (is_own or permissions.is_secretariat(account)),
        "by_department": statistics.count_by_department_and_leader(tasks)[0][: overview.MAX_SHOWN],
        "by_meeting": statistics.count_by_meeting(tasks)[: overview.MAX_SHOWN],
    }
    if is_own and day == today():
        record_visit(account=account, now=now)
    return render(request, "meetings/tasks/overview/leader.html", context)


def _render_secretariat(request: Request) -> HttpResponse:
    day, errors = requested_day(request)
    tasks = permissions.readable_tasks(request.user, day)
    scope = as_of_query(day)
    pressing = overview.with_next_actor(statistics.pressing_tasks(tasks).with_last_report().for_listing(), day)
    waits = day == today() and permissions.is_secretariat(request.user)
    # Asked for once, for here and for the navigation.
    questions = {"open_issue_count": import_issues.count_open_issues()} if waits else {}
    context = {
        **_common_context(request, tasks, day, errors, scope),
        **questions,
        "tasks_to_chase": pressing.filter(Q(next_actor__in=overview.DEPARTMENT_ACTORS))[: overview.MAX_SHOWN],
        "unreported_departments": overview.find_unreported_departments(tasks, day)[: overview.MAX_SHOWN],
        "waiting": _pending_groups(request.user, day, **questions) if waits else [],
    }
    return render(request, "meetings/tasks/overview/secretariat.html", context)


def _pending_groups(account: Account, day: datetime.date, open_issue_count: int) -> list[tuple[str, int, str]]:
    """Return what waits for the secretariat: label, number, address. Three queries."""
    groups = [
        (str(group.title), group.tasks.count(), f"{reverse('inbox')}#group-{group.key}")
        for group in inbox.groups(account, day)
    ]
    orphans = permissions.readable_departments(account).without_liaison(OPEN_STATUSES, ANSWERABLE_ROLES).count()
    return [
        *groups,
        (_("Questions to confirm"), open_issue_count, reverse("confirmations")),
        (_("Departments with open tasks and no liaison"), orphans, f"{reverse('organisation')}?sort=liaisons"),
    ]


def _common_context(
    request: Request, tasks: TaskQuerySet, day: datetime.date, errors: list[str], scope: QueryDict
) -> dict[str, Any]:
    summary = statistics.build_summary(tasks, day)
    return {
        **day_context(request, day, errors),
        "scope": scope,
        "summary": summary,
        "red_number": sum(summary.figures[name].number for name in ("overdue", "review_missed")),
        "red_health": [health.value for health in statistics.PRESSING],
        "open_statuses": sorted(OPEN_STATUSES),
        # A column for what nobody has would only push the others together.
        "shown_health": [Health.OVERDUE, Health.REVIEW_MISSED, Health.UNDECIDED, Health.DUE_SOON],
    }
