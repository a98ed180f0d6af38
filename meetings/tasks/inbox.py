"""The inbox: what waits for an account to decide, answer or report.

Each group is a queryset of tasks, so that one query counts all of them for the navigation. The inbox shows the present
only; a digest of a past day, however, tells what waited then.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings import permissions
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import (
    ANSWERABLE_ROLES,
    Account,
    Acknowledgement,
    Consent,
    DepartmentRole,
    EntryKind,
    ExtensionRequest,
    Instruction,
    Role,
    Status,
    Task,
    TaskLeader,
    TaskLog,
    awaiting_agreement,
    awaiting_decision,
)
from meetings.models.log import CLAIMED, TaskLogQuerySet
from meetings.models.orders import WithoutIndex
from meetings.models.prepared import PreparedQuery
from meetings.models.task import TaskQuerySet

from .acknowledgements import unacknowledged_parts
from .import_issues import count_open_issues
from .statistics import PRESSING

# Tasks to take over are counted by meeting, since each meeting is taken over in one act.
ACKNOWLEDGE = "acknowledge"
BACK_DATING = "back_dating"

GROUP_TITLES = {
    "agree": _("Closure to agree to"),
    "closure": _("Closure to decide"),
    "extension": _("Later deadlines to decide"),
    BACK_DATING: _("Back-dating to consent to"),
    "answer": _("Instructions to answer"),
    "reminded": _("Reminded: to report"),
    "sent_back": _("Sent back"),
    "report": _("Overdue, or a review missed: to report"),
    ACKNOWLEDGE: _("To take over"),
}

# Readers and administrators decide, answer and report nothing, so they have no inbox.
ROLES_WITH_INBOX = frozenset({Role.SECRETARIAT, Role.LIAISON, Role.LEADER})


@dataclass(frozen=True, slots=True)
class InboxGroup:
    """Tasks that wait for the same action.

    ``request`` makes the expressions for what is requested and since when; counting does not need them.
    """

    key: str
    tasks: TaskQuerySet
    request: Callable[[], tuple[Subquery | F, Subquery | F]]
    # What the day and the words that ``request`` makes are.
    day_label: Promise = _("Asked for on")
    words_label: Promise = _("What was done")

    @property
    def title(self) -> Promise:
        """What waits."""
        return GROUP_TITLES[self.key]

    def items(self, day: datetime.date) -> TaskQuerySet:
        """Return today's tasks with what they wait for, the longest waiting first."""
        waiting = self.tasks.values("pk")
        return (
            Task.objects.on(day)
            .filter(pk__in=waiting)
            .for_listing(("departments",))
            .with_request(*self.request())
            .order_by("requested_on", "pk")
        )


def has_inbox(account: Account) -> bool:
    """Return whether the account's role has an inbox."""
    return account.is_authenticated and account.is_active and account.role in ROLES_WITH_INBOX


def groups(account: Account, day: datetime.date) -> list[InboxGroup]:
    """Return the groups of the account's role, also empty ones. No query."""
    return _list_once(_find_groups(account, day))


def past_groups(account: Account, day: datetime.date, keys: Set[str]) -> list[InboxGroup]:
    """Return those of ``keys`` that the role has, as of the end of ``day``. No query.

    Slower queries than those for now; there are only the groups that digests tell of.
    """
    if not has_inbox(account):
        return []
    return [make(account, day) for key, (role, make) in _PAST_GROUPS.items() if key in keys and role == account.role]


def _find_groups(account: Account, day: datetime.date) -> list[InboxGroup]:
    if not has_inbox(account):
        return []
    if permissions.is_secretariat(account):
        return [_back_dating_group(), _closure_group(account, None), _extension_group(account, None)]
    if account.role == Role.LEADER:
        return [_agreement_group(account, None)]
    return _liaison_groups(account, day)


def _list_once(found: list[InboxGroup]) -> list[InboxGroup]:
    """Leave each task in the first of its groups.

    The decision or answer there settles the other groups as well, except that consent to back-dating settles nothing
    else.
    """
    once: list[InboxGroup] = []
    for group in found:
        tasks = group.tasks
        for former in found[: len(once)]:
            if former.key == BACK_DATING:
                continue
            tasks = tasks.exclude(pk__in=former.tasks.order_by().values("pk"))
        once.append(replace(group, tasks=tasks))
    return once


def count_waiting(account: Account, day: datetime.date) -> dict[str, int]:
    """Return how many items wait for the account, by its groups' keys. One query.

    Tasks are counted where `groups` leaves them, but told apart here: for each page of the register, excluding those of
    the groups before would cost half as much again. Each act that waits for consent is counted with each of its tasks.
    """
    if not has_inbox(account):
        return {}
    counts, counted = Counter[str](), set[int]()
    for _place, pk, key, _batch in sorted(_waiting.fetch(account, day, settings.DUE_SOON_DAYS)):
        if key in (ACKNOWLEDGE, BACK_DATING):
            counts[key] += 1
        elif pk not in counted:
            counts[key] += 1
            counted.add(pk)
    return counts


def count_queue(account: Account, open_issue_count: int | None = None) -> int:
    """Return the number that the navigation shows. One query.

    One more for the secretariat, which also has the open confirmations, unless they were counted already.
    """
    number = sum(count_waiting(account, timezone.localdate()).values())
    if not permissions.is_secretariat(account):
        return number
    return number + (count_open_issues() if open_issue_count is None else open_issue_count)


@PreparedQuery
def _waiting(account: Account, day: datetime.date, _days: int) -> QuerySet[Any, Any]:
    """Return the place and key of each of the account's groups with the ids in it.

    And the acts, where they wait for consent.
    """
    found = _find_groups(account, day)
    queries: list[QuerySet[Any, Any]] = [
        _waiting_claims().order_by().values_list(Value(place), "task", Value(group.key), "batch").distinct()
        if group.key == BACK_DATING
        else group.tasks.order_by().values_list(Value(place), "pk", Value(group.key), Value(0))
        for place, group in enumerate(found)
    ]
    if account.role == Role.LIAISON:
        parts = unacknowledged_parts(account.departments.values("pk")).order_by()
        place, key = Value(len(found)), Value(ACKNOWLEDGE)
        queries.append(parts.values_list(place, "task__suggestion__meeting", key, Value(0)).distinct())
    return queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]


def next_task(account: Account, day: datetime.date, *, excluded_id: int | None = None) -> Task | None:
    """Return the first task that waits for the account, other than ``excluded_id``."""
    for group in groups(account, day):
        task = group.items(day).exclude(pk=excluded_id or 0).first()
        if task is not None:
            return task
    return None


def still_waits(account: Account, day: datetime.date, task: Task) -> bool:
    """Return whether something else waits on ``task`` for the account."""
    return any(group.tasks.filter(pk=task.pk).exists() for group in groups(account, day))


def _tasks_on(past_day: datetime.date | None) -> TaskQuerySet:
    return Task.objects.standing() if past_day is None else Task.objects.on(past_day)


def _entries_by(past_day: datetime.date | None) -> TaskLogQuerySet:
    entries = TaskLog.objects.standing()
    return entries if past_day is None else entries.filter(effective_on__lte=past_day)


def _waiting_claims() -> TaskLogQuerySet:
    claims = TaskLog.objects.filter(batch__consent=Consent.ASKED, changes__has_key=CLAIMED)
    return claims.filter(task__joined_into=None)


def claimed_days(tasks: Iterable[Task]) -> dict[int, list[datetime.date]]:
    """Return the days claimed by what waits for consent on ``tasks``. One query."""
    days: dict[int, list[datetime.date]] = {}
    for entry in _waiting_claims().filter(task__in=[task.pk for task in tasks]).order_by("sequence"):
        of_task = days.setdefault(entry.task_id, [])
        if entry.claimed_day not in of_task:
            of_task.append(entry.claimed_day)
    return days


def _back_dating_group() -> InboxGroup:
    # For now only: a claim that waited on a past day cannot be decided for that day any more.
    claims = _waiting_claims()
    return InboxGroup(
        BACK_DATING,
        Task.objects.filter(pk__in=claims.values("task")),
        partial(_first_of, claims.order_by("sequence"), "note", "effective_on"),
        day_label=_("Recorded on"),
    )


def _closure_group(_account: Account, past_day: datetime.date | None) -> InboxGroup:
    closing = awaiting_decision(_tasks_on(past_day), past_day)
    return InboxGroup("closure", closing, partial(_closure_request, past_day))


def _extension_group(_account: Account, past_day: datetime.date | None) -> InboxGroup:
    requests = ExtensionRequest.objects.waiting() if past_day is None else ExtensionRequest.objects.open_on(past_day)
    return InboxGroup(
        "extension",
        # Starts from the few open requests instead of all tasks.
        Task.objects.filter(pk__in=requests.values("task")),
        partial(_first_of, requests, "reason", "asked__effective_on"),
        words_label=_("Why more time is needed"),
    )


def _agreement_group(account: Account, past_day: datetime.date | None) -> InboxGroup:
    # Asked of the few that wait, instead of all that the leader supervises.
    supervised = Exists(TaskLeader.objects.filter(task=OuterRef("pk"), person=account.person_id))
    agreeing = awaiting_agreement(_tasks_on(past_day).filter(supervised), past_day)
    return InboxGroup("agree", agreeing, partial(_closure_request, past_day))


def _sent_back_group(account: Account, past_day: datetime.date | None) -> InboxGroup:
    refusals = _refusal_entries(past_day)
    open_again = {"status__in" if past_day is None else "day_status__in": OPEN_STATUSES - {Status.CLOSURE_REQUESTED}}
    own = _tasks_on(past_day).assigned_to(account.departments.values("pk"))
    return InboxGroup(
        "sent_back",
        own.filter(Exists(refusals.filter(task=OuterRef("pk"))), **open_again),
        partial(_first_of, refusals.order_by("-sequence"), "note", "effective_on"),
        day_label=_("Sent back on"),
        words_label=_("Reason"),
    )


_PAST_GROUPS = {
    "closure": (Role.SECRETARIAT, _closure_group),
    "extension": (Role.SECRETARIAT, _extension_group),
    "agree": (Role.LEADER, _agreement_group),
    "sent_back": (Role.LIAISON, _sent_back_group),
}


def _liaison_groups(account: Account, day: datetime.date) -> list[InboxGroup]:
    own = account.departments.values("pk")
    unanswered = Instruction.objects.filter(answer__isnull=True)
    return [
        InboxGroup(
            "answer",
            Task.objects.filter(pk__in=_about_parts(unanswered, own, DepartmentRole.values).values("task")),
            partial(_first_of, unanswered.order_by("pk"), "text", "given_on"),
            day_label=_("Given on"),
            words_label=_("Instruction"),
        ),
        InboxGroup(
            "reminded",
            _reminded_tasks(own, day),
            partial(_first_of, _reminders(own).order_by("-sequence"), "note", "effective_on"),
            day_label=_("Reminded on"),
            words_label=_("What they are reminded of"),
        ),
        _sent_back_group(account, None),
        InboxGroup(
            "report",
            _tasks_to_report(day).assigned_to(own),
            # What the liaison's departments reported last stands here for what is asked: anything newer.
            lambda: (_last_note(account, day), F("next_day")),
            day_label=_("Due day"),
            words_label=_("Last report"),
        ),
    ]


def _reminders(departments: QuerySet) -> TaskLogQuerySet:
    """Return the reminders to ``departments``, or to all of a task's."""
    to_own = Q(department__in=departments) | Q(department__merged_into__in=departments)
    return TaskLog.objects.standing().filter(Q(department__isnull=True) | to_own, kind=EntryKind.REMINDER)


def _reminded_tasks(departments: QuerySet, day: datetime.date) -> TaskQuerySet:
    """Return the open tasks on which one has not reported since it was reminded.

    Where the task is not red, taking over its meeting is an answer, too.
    """
    entries, part = TaskLog.objects.standing(), OuterRef("part")
    reminders = _about_parts(entries.filter(kind=EntryKind.REMINDER), departments, ANSWERABLE_ROLES).filter(
        Q(department__isnull=True) | Q(department=F("part")) | Q(department__merged_into=F("part")),
        task__status__in=OPEN_STATUSES,
    )
    by_part = Q(department=part) | Q(department__merged_into=part)
    reports = entries.filter(by_part, is_report=True, task=OuterRef("task"), sequence__gt=OuterRef("sequence"))
    acknowledged = Acknowledgement.objects.filter(
        department=part, meeting=OuterRef("task__meeting"), recorded_at__gt=OuterRef("recorded_at")
    )
    is_red = Exists(Task.objects.on(day).in_health(PRESSING, day).filter(pk=OuterRef("task")))
    unanswered = reminders.filter(~Exists(reports), is_red | ~Exists(acknowledged))
    return Task.objects.standing().filter(pk__in=unanswered.values("task"))


def _about_parts(rows: QuerySet[Any], departments: QuerySet, roles: Iterable[str]) -> QuerySet[Any]:
    """Return those of the few ``rows`` whose task ``departments`` have a ``part`` in.

    The tasks of a department are many, so a query does not begin with them.
    """
    part = "task__task_departments"
    parts = rows.alias(part=WithoutIndex(f"{part}__department"), role=WithoutIndex(f"{part}__role"))
    return parts.filter(part__in=departments, role__in=roles)


def reminded_task_ids(account: Account, day: datetime.date) -> set[int]:
    """Return the tasks that a liaison was reminded of, in whatever group they stand."""
    if account.role != Role.LIAISON:
        return set()
    return set(_reminded_tasks(account.departments.values("pk"), day).values_list("pk", flat=True))


def _last_note(account: Account, day: datetime.date) -> Subquery:
    own = account.departments.values("pk")
    by_own = Q(department__in=own) | Q(department__merged_into__in=own)
    reports = TaskLog.objects.standing().filter(by_own, task=OuterRef("pk"), is_report=True, effective_on__lte=day)
    return Subquery(reports.order_by("-effective_on", "-sequence").values("note")[:1])


def _tasks_to_report(day: datetime.date) -> TaskQuerySet:
    """Return the overdue and review-missed tasks that a report would help.

    A report ends a missed review. An overdue task stays overdue, so a report is asked for when it becomes overdue and
    then from time to time; otherwise an inbox could never be empty. A request for closure counts as a report.
    """
    a_while_ago = day - datetime.timedelta(days=settings.DUE_SOON_DAYS)
    unreported = (
        Q(last_report_on__isnull=True) | Q(last_report_on__lte=F("next_day")) | Q(last_report_on__lt=a_while_ago)
    )
    pressing = Task.objects.on(day).in_health(PRESSING, day)
    return pressing.filter(unreported).exclude(Q(day_status=Status.CLOSURE_REQUESTED))


def _refusal_entries(past_day: datetime.date | None) -> TaskLogQuerySet:
    """Return refusals of closures and extensions without report or change since."""
    entries = _entries_by(past_day)
    closure = Q(kind=EntryKind.STATUS, changes__status__old=Status.CLOSURE_REQUESTED.value)
    refusal = Q(kind=EntryKind.EXTENSION, changes__has_key="refused_deadline")
    later = entries.filter(task=OuterRef("task"), sequence__gt=OuterRef("sequence"))
    later_reports = later.filter(Q(is_report=True) | Q(kind=EntryKind.STATUS))
    return entries.filter(closure | refusal).filter(~Exists(later_reports))


def _closure_request(past_day: datetime.date | None) -> tuple[Subquery, Subquery]:
    changes = _entries_by(past_day).filter(kind=EntryKind.STATUS)
    return _first_of(changes.order_by("-sequence"), "note", "effective_on")


def _first_of(requests: QuerySet, text: str, day: str) -> tuple[Subquery, Subquery]:
    """Return ``text`` and ``day`` of the first of ``requests`` about the task."""
    of_task = requests.filter(task=OuterRef("pk"))
    return Subquery(of_task.values(text)[:1]), Subquery(of_task.values(day)[:1])
