"""The page a leader opens between two meetings, and the one the secretariat begins its day with."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import Account, Health, Person, Role
from meetings.models.task import TaskQuerySet
from meetings.tasks import import_issues, inbox, overview, statistics
from meetings.tasks.listing import requested_day
from meetings.tasks.services.overview import note_look
from meetings.ui.navigation import as_of_query, today

# What a leader says most, so that two taps say it; any other words are typed.
PHRASES = (
    gettext_lazy("Please speed this up."),
    gettext_lazy("Please report the reasons and a plan."),
    gettext_lazy("Please report progress within a week."),
)


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """Show a leader's own page, or the secretariat's; ``?leader=<id>`` shows anybody the page of that leader.

    Liaisons have neither: what they come for is their inbox.
    """
    account = request.user
    if request.GET.get("leader"):
        return _leader(request, permissions.readable_leader(account, request.GET["leader"]))
    if account.role == Role.LEADER:
        return _leader(request, account.person)
    if account.role == Role.LIAISON:
        return redirect("inbox")
    return _secretariat(request)


def _leader(request: HttpRequest, leader: Person) -> HttpResponse:
    day, wrong = requested_day(request, today())
    account = request.user
    is_own = account.role == Role.LEADER and account.person_id == leader.pk
    now = timezone.now()
    since = overview.looked_before(account, now)
    tasks = permissions.readable_tasks(account, day).supervised_by([leader.pk])
    scope = as_of_query(day)
    scope["leader"] = str(leader.pk)
    changes = list(overview.changes_since(tasks, since, day, besides=account)[: overview.SHOWN + 1])
    context = {
        **_common(request, tasks, day, wrong, scope),
        "leader": leader,
        "is_own": is_own,
        "since": since,
        "has_looked": is_own and overview.last_look(account, now) is not None,
        "changes": changes[: overview.SHOWN],
        "more_changes": len(changes) > overview.SHOWN,
        "red": overview.with_move(statistics.pressing_tasks(tasks).for_listing(), day)[: overview.SHOWN],
        "phrases": PHRASES,
        "may_instruct": day == today() and (is_own or permissions.is_secretariat(account)),
        "by_department": statistics.count_by_department_and_leader(tasks)[0][: overview.SHOWN],
        "by_meeting": statistics.count_by_meeting(tasks)[: overview.SHOWN],
    }
    if is_own and day == today():
        note_look(account=account, now=now)
    return render(request, "meetings/tasks/overview/leader.html", context)


def _secretariat(request: HttpRequest) -> HttpResponse:
    day, wrong = requested_day(request, today())
    tasks = permissions.readable_tasks(request.user, day)
    scope = as_of_query(day)
    red = overview.with_move(statistics.pressing_tasks(tasks).with_last_report().for_listing(), day)
    context = {
        **_common(request, tasks, day, wrong, scope),
        "chase": red.filter(move__in=overview.OF_DEPARTMENTS)[: overview.SHOWN],
        "silent": overview.silent_departments(tasks, day)[: overview.SHOWN],
        "waiting": _waiting(request.user, day) if day == today() else [],
    }
    return render(request, "meetings/tasks/overview/secretariat.html", context)


def _waiting(account: Account, day: datetime.date) -> list[tuple[str, int, str]]:
    """Return what waits for the secretariat: in words, how much, and where it is. Three queries."""
    if not permissions.is_secretariat(account):
        return []
    groups = [
        (str(group.title), group.tasks.count(), f"{reverse('inbox')}#group-{group.key}")
        for group in inbox.groups(account, day)
    ]
    return [*groups, (_("Questions to confirm"), import_issues.number(), reverse("confirmations"))]


def _common(
    request: HttpRequest, tasks: TaskQuerySet, day: datetime.date, wrong: list[str], scope: QueryDict
) -> dict[str, Any]:
    summary = statistics.summary_figures(tasks, day)
    return {
        "day": day,
        "is_today": day == today(),
        "today": today(),
        "wrong": wrong,
        "scope": scope,
        "as_of": as_of_query(day),
        "here": request.get_full_path(),
        "summary": summary,
        "red_number": sum(summary.figures[name].number for name in ("overdue", "review_missed")),
        "red_health": [health.value for health in statistics.PRESSING],
        "open_statuses": sorted(OPEN_STATUSES),
        # A column for what nobody has would only push the others together.
        "shown_health": [Health.OVERDUE, Health.REVIEW_MISSED, Health.UNDECIDED, Health.DUE_SOON],
    }
