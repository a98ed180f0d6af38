"""The inbox: what waits for an account to decide, answer or report.

Each group is a queryset of tasks, so that the number in the navigation is one count over all of them. It is about
now, for an inbox of a past day would be nobody's work; but a digest of a past day tells what waited then.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import (
    Account,
    DepartmentRole,
    EntryKind,
    ExtensionRequest,
    Instruction,
    Role,
    Status,
    Task,
    TaskLog,
    TaskState,
    awaiting_agreement,
    awaiting_decision,
)
from meetings.models.health import health_condition
from meetings.models.log import TaskLogQuerySet, interval_contains
from meetings.models.task import TaskQuerySet

from .statistics import PRESSING

# Who has an inbox at all; readers and administrators decide, answer and report nothing.
ROLES_WITH_INBOX = frozenset({Role.SECRETARIAT, Role.LIAISON, Role.LEADER})


@dataclass(frozen=True, slots=True)
class InboxGroup:
    """Tasks that wait for the same.

    ``request`` makes the expressions of what is waited for and since when: the navigation of every page counts the
    tasks, and does not need them.
    """

    key: str
    title: Promise
    tasks: TaskQuerySet
    request: Callable[[], tuple[Subquery | F, Subquery | F]]

    def items(self, day: datetime.date) -> TaskQuerySet:
        """Return today's tasks with what they wait for, the longest waiting first."""
        waiting = self.tasks.values("pk")
        return (
            Task.objects.on(day)
            .filter(pk__in=waiting)
            .for_listing()
            .with_request(*self.request())
            .order_by("requested_on", "pk")
        )


def has_inbox(account: Account) -> bool:
    """Whether anything could ever wait for the account."""
    return account.is_authenticated and account.is_active and account.role in ROLES_WITH_INBOX


def groups(account: Account, day: datetime.date, *, is_past: bool = False) -> list[InboxGroup]:
    """Return the groups of the account's role, also empty ones. No query.

    What waits now, which costs least; or with ``is_past`` what waited at the end of ``day``.
    """
    if not has_inbox(account):
        return []
    then = day if is_past else None
    if account.role == Role.SECRETARIAT:
        return _secretariat_groups(then)
    if account.role == Role.LEADER:
        tasks = awaiting_agreement(_tasks_on(then).supervised_by([account.person_id]), then)
        return [InboxGroup("agree", _("Closure to agree to"), tasks, partial(_closure_request, then))]
    return _liaison_groups(account, day, then)


def count_waiting(account: Account, day: datetime.date) -> dict[str, int]:
    """Return how many items wait for the account, by its groups' keys. One query."""
    counts = [
        group.tasks.order_by().values_list(Value(group.key)).annotate(number=Count("pk"))
        for group in groups(account, day)
    ]
    if not counts:
        return {}
    return dict(counts[0].union(*counts[1:], all=True) if len(counts) > 1 else counts[0])


def next_task(account: Account, day: datetime.date, *, excluded_id: int | None = None) -> Task | None:
    """Return the first task that waits for the account, but for ``excluded_id``."""
    for group in groups(account, day):
        task = group.items(day).exclude(pk=excluded_id or 0).first()
        if task is not None:
            return task
    return None


def _tasks_on(then: datetime.date | None) -> TaskQuerySet:
    return Task.objects.all() if then is None else Task.objects.on(then)


def _entries_by(then: datetime.date | None) -> TaskLogQuerySet:
    entries = TaskLog.objects.standing()
    return entries if then is None else entries.filter(effective_on__lte=then)


def _secretariat_groups(then: datetime.date | None) -> list[InboxGroup]:
    requests = ExtensionRequest.objects.waiting() if then is None else ExtensionRequest.objects.open_on(then)
    closing = awaiting_decision(_tasks_on(then), then)
    return [
        InboxGroup("closure", _("Closure to decide"), closing, partial(_closure_request, then)),
        InboxGroup(
            "extension",
            _("Later deadlines to decide"),
            # From the few open requests to their tasks, not through all tasks.
            Task.objects.filter(pk__in=requests.values("task")),
            partial(_first_of, requests, "reason", "asked__effective_on"),
        ),
    ]


def _liaison_groups(account: Account, day: datetime.date, then: datetime.date | None) -> list[InboxGroup]:
    own = account.departments.values("pk")
    instructions = Instruction.objects.all()
    unanswered = instructions.filter(answer__isnull=True) if then is None else instructions.open_on(then)
    answerable = Task.objects.assigned_to(own)
    refusals = _refusal_entries(then)
    open_again = {"status__in" if then is None else "day_status__in": OPEN_STATUSES - {Status.CLOSURE_REQUESTED}}
    return [
        InboxGroup(
            "answer",
            _("Instructions to answer"),
            Task.objects.assigned_to(own, DepartmentRole.values).filter(pk__in=unanswered.values("task")),
            partial(_first_of, unanswered.order_by("pk"), "text", "given_on"),
        ),
        InboxGroup(
            "sent_back",
            _("Sent back"),
            _tasks_on(then).assigned_to(own).filter(Exists(refusals.filter(task=OuterRef("pk"))), **open_again),
            partial(_first_of, refusals.order_by("-sequence"), "note", "effective_on"),
        ),
        InboxGroup(
            "report",
            _("Overdue, or a review missed: to report"),
            answerable.filter(pk__in=_states_to_report(day).values("task")),
            # What the liaison's departments reported last stands here for what is asked: anything newer.
            lambda: (_last_note(account, day), F("next_day")),
        ),
    ]


def _last_note(account: Account, day: datetime.date) -> Subquery:
    own = account.departments.values("pk")
    by_own = Q(department__in=own) | Q(department__merged_into__in=own)
    reports = TaskLog.objects.standing().filter(by_own, task=OuterRef("pk"), is_report=True, effective_on__lte=day)
    return Subquery(reports.order_by("-effective_on", "-sequence").values("note")[:1])


def _states_to_report(day: datetime.date) -> QuerySet[TaskState]:
    """Return the states of overdue and review-missed tasks that a report would help.

    A missed review ends with a report; an overdue task stays overdue, so a report on it is wanted when it has become
    so and once in a while afterwards, or an inbox could never be empty. Whoever asked for closure has reported.
    """
    a_while_ago = day - datetime.timedelta(days=settings.DUE_SOON_DAYS)
    pressing = Q()
    for health in PRESSING:
        pressing |= health_condition(health, day)
    unreported = (
        Q(last_report__isnull=True)
        | Q(last_report__effective_on__lte=Coalesce("next_due", "next_review"))
        | Q(last_report__effective_on__lt=a_while_ago)
    )
    states = TaskState.objects.filter(interval_contains(day), pressing, unreported)
    return states.exclude(status=Status.CLOSURE_REQUESTED)


def _refusal_entries(then: datetime.date | None) -> TaskLogQuerySet:
    """Return refusals of closures and extensions without report or change since."""
    entries = _entries_by(then)
    closure = Q(kind=EntryKind.STATUS, changes__status__old=Status.CLOSURE_REQUESTED.value)
    refusal = Q(kind=EntryKind.EXTENSION, changes__has_key="refused_deadline")
    later = entries.filter(task=OuterRef("task"), sequence__gt=OuterRef("sequence"))
    later_reports = later.filter(Q(is_report=True) | Q(kind=EntryKind.STATUS))
    return entries.filter(closure | refusal).filter(~Exists(later_reports))


def _closure_request(then: datetime.date | None) -> tuple[Subquery, Subquery]:
    changes = _entries_by(then).filter(kind=EntryKind.STATUS)
    return _first_of(changes.order_by("-sequence"), "note", "effective_on")


def _first_of(requests: QuerySet, text: str, day: str) -> tuple[Subquery, Subquery]:
    """Return ``text`` and ``day`` of the first of ``requests`` about the task."""
    of_task = requests.filter(task=OuterRef("pk"))
    return Subquery(of_task.values(text)[:1]), Subquery(of_task.values(day)[:1])
