"""Sections of a digest: one function each, None where there is nothing to tell.

Each takes the account, the day (Asia/Shanghai, whose end it is about) and ``since``, when the account's last digest
that was sent was composed (None: never). What somebody has to answer is ``required``; the rest can be turned off.
"""

import datetime
from collections.abc import Callable, Set
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.core.workdays import first_of_last_working_days
from meetings.models import Account, DepartmentRole, Health, Instruction, Role, Task
from meetings.models.task import TaskQuerySet
from meetings.tasks import inbox

# More than this is not read in a mail; the list in the register holds them all.
MAX_LINES = 15
MAX_TEXT_LENGTH = 200
# The groups of the inbox in which somebody decides.
DECISIONS = frozenset({"closure", "extension", "agree"})


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One task, as `TaskQuerySet.on` returns it, with its detail."""

    task: Task
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Tasks under one heading; ``address`` is the path of the page with all ``total``."""

    heading: str
    lines: list[DigestLine]
    total: int
    address: str = ""
    is_required: bool = False

    @property
    def hidden(self) -> int:
        """How many are not in the mail."""
        return self.total - len(self.lines)


SectionBuilder = Callable[[Account, datetime.date, datetime.datetime | None], Section | None]


# --- what has to be answered ------------------------------------------------------------------------


def waiting_for_decision(
    account: Account, day: datetime.date, last_digest_at: datetime.datetime | None
) -> Section | None:
    """Return the closures and extensions to decide on, for a leader those to agree to."""
    return _inbox_section(account, day, DECISIONS, _("Waiting for your decision"))


def refused_requests(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return what a liaison asked for and got back, until something is reported."""
    return _inbox_section(account, day, {"sent_back"}, _("Sent back to you"))


def new_instructions(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return the instructions since the last digest that a liaison has to answer."""
    if account.role != Role.LIAISON:
        return None
    instructions = Instruction.objects.open_on(day).select_related("leader")
    if last_digest_at is not None:
        instructions = instructions.filter(given__recorded_at__gt=last_digest_at)
    own = Task.objects.on(day).assigned_to(account.departments.values("pk"), DepartmentRole.values)
    tasks = {task.pk: task for task in _ordered_for_lines(own.filter(pk__in=instructions.values("task")))}
    lines = [
        DigestLine(
            tasks[instruction.task_id],
            _("%(leader)s: “%(text)s”") % {"leader": instruction.leader.name, "text": instruction.text},
        )
        for instruction in instructions.filter(task__in=tasks).order_by("pk")
    ]
    return _required_section(_("New instructions"), lines)


# --- what is late, or soon will be ------------------------------------------------------------------


def escalated(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return what has been red so long that a head of department or leader is told.

    After ESCALATE_TO_HEAD_AFTER those who head an answering department, after ESCALATE_TO_LEADER_AFTER the supervising
    leaders, each by the account that names the person. A department whose liaison the account is as well stands in
    its other sections.
    """
    if account.person is None:
        return None
    late = Q()
    liaison_of = account.departments.values_list("pk", flat=True) if account.role == Role.LIAISON else []
    headed = account.person.headed_departments.exclude(pk__in=liaison_of).values_list("pk", flat=True)
    tasks = Task.objects.on(day).filter(Q(health__in=(Health.OVERDUE, Health.REVIEW_MISSED)))
    if headed and settings.ESCALATE_TO_HEAD_AFTER >= 0:
        pressing = tasks.filter(Q(next_day__lt=first_of_last_working_days(day, settings.ESCALATE_TO_HEAD_AFTER)))
        late |= Q(pk__in=pressing.assigned_to(list(headed)).order_by().values("pk"))
    if account.role == Role.LEADER and settings.ESCALATE_TO_LEADER_AFTER >= 0:
        pressing = tasks.filter(Q(next_day__lt=first_of_last_working_days(day, settings.ESCALATE_TO_LEADER_AFTER)))
        late |= Q(pk__in=pressing.supervised_by([account.person.pk]).order_by().values("pk"))
    return _list_section(_("Late for long, and so reported to you"), tasks.filter(late), day) if late else None


def overdue(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return what is overdue: a liaison's own, for the secretariat all."""
    return _health_section(account, day, Health.OVERDUE, _("Overdue"))


def review_missed(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return what was not reviewed in time: a liaison's own, for the secretariat all."""
    return _health_section(account, day, Health.REVIEW_MISSED, _("Review missed"))


def review_due(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return the liaison's own tasks to be reviewed in the next REVIEW_DUE_DAYS days."""
    if account.role != Role.LIAISON:
        return None
    until = day + datetime.timedelta(days=settings.REVIEW_DUE_DAYS)
    tasks = _own_tasks(account, day).open().filter(Q(day_next_review__gte=day, day_next_review__lte=until))
    heading = ngettext("Review due within a day", "Review due within %(days)d days", settings.REVIEW_DUE_DAYS)
    return _list_section(heading % {"days": settings.REVIEW_DUE_DAYS}, tasks, day)


def due_soon(account: Account, day: datetime.date, last_digest_at: datetime.datetime | None) -> Section | None:
    """Return the liaison's own tasks that are due soon."""
    return _health_section(account, day, Health.DUE_SOON, _("Due soon")) if account.role == Role.LIAISON else None


# In the order of a mail: what is asked of the reader first.
SECTIONS: tuple[SectionBuilder, ...] = (
    waiting_for_decision,
    new_instructions,
    refused_requests,
    escalated,
    overdue,
    review_missed,
    review_due,
    due_soon,
)


# --- what they share --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scope:
    """The tasks an account is reminded of, and the parameters of the same list."""

    tasks: TaskQuerySet
    query: dict[str, list[str]] = field(default_factory=dict)


def _scope(account: Account, day: datetime.date) -> _Scope | None:
    if permissions.is_secretariat(account):
        return _Scope(Task.objects.on(day))
    if account.role == Role.LIAISON:
        return _Scope(_own_tasks(account, day), permissions.own_scope(account))
    return None


def _own_tasks(liaison: Account, day: datetime.date) -> TaskQuerySet:
    return permissions.own_tasks(liaison, Task.objects.on(day))


def _health_section(account: Account, day: datetime.date, health: Health, heading: str) -> Section | None:
    scope = _scope(account, day)
    if scope is None:
        return None
    query = QueryDict(mutable=True)
    for name, values in {**scope.query, "health": [health.value]}.items():
        query.setlist(name, values)
    return _list_section(heading, scope.tasks.filter(Q(health=health)), day, query)


def _list_section(
    heading: str, tasks: TaskQuerySet, day: datetime.date, query: QueryDict | None = None
) -> Section | None:
    lines = [DigestLine(task) for task in _ordered_for_lines(tasks)[:MAX_LINES]]
    total = len(lines) if len(lines) < MAX_LINES else tasks.count()
    if not lines:
        return None
    if query is None:
        return Section(heading, lines, total)
    if day != timezone.localdate():
        query[AS_OF] = day.isoformat()
    return Section(heading, lines, total, f"{reverse('task_list')}?{query.urlencode()}")


def _inbox_section(account: Account, day: datetime.date, keys: Set[str], heading: str) -> Section | None:
    lines = []
    for group in inbox.groups(account, day):
        if group.key in keys:
            lines += [DigestLine(task, _line_detail(group, task)) for task in group.items(day)]
    return _required_section(heading, lines)


def _line_detail(group: inbox.InboxGroup, task: Task) -> str:
    if not task.request_text:
        return str(group.title)
    text = Truncator(task.request_text).chars(MAX_TEXT_LENGTH)
    return _("%(what)s: “%(words)s”") % {"what": group.title, "words": text}


def _required_section(heading: str, lines: list[DigestLine]) -> Section | None:
    return Section(heading, lines[:MAX_LINES], len(lines), reverse("inbox"), is_required=True) if lines else None


def _ordered_for_lines(tasks: TaskQuerySet) -> TaskQuerySet:
    return tasks.for_listing().order_by("next_day", "suggestion__meeting", "suggestion__position", "pk")
