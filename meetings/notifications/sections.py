"""Sections of a digest, in the order of `SECTIONS`; None for nothing to tell.

Each takes the account and the day (Asia/Shanghai, whose end it is about). What somebody has to answer is required; the
rest can be turned off.
"""

import datetime
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.core.types import StrOrPromise
from meetings.core.workdays import first_of_last_working_days
from meetings.models import Account, DepartmentRole, Health, Instruction, MailKind, Role, SentMail, Task
from meetings.models.task import TaskQuerySet
from meetings.tasks import inbox

# More than this is not read in a mail; the list in the register holds them all.
MAX_LINES = 15
MAX_TEXT_LENGTH = 200


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


SectionBuilder = Callable[[Account, datetime.date], Section | None]


# --- what has to be answered ------------------------------------------------------------------------


def inbox_section(account: Account, day: datetime.date, *, heading: StrOrPromise, groups: Set[str]) -> Section | None:
    """Return what waits for the account in these groups of its inbox."""
    lines = []
    for group in inbox.groups(account, day):
        if group.key in groups:
            lines += [DigestLine(task, _line_detail(group, task)) for task in group.items(day)]
    return _required_section(heading, lines)


def _line_detail(group: inbox.InboxGroup, task: Task) -> str:
    if not task.request_text:
        return str(group.title)
    text = Truncator(task.request_text).chars(MAX_TEXT_LENGTH)
    return _("%(what)s: “%(words)s”") % {"what": group.title, "words": text}


def new_instructions(account: Account, day: datetime.date) -> Section | None:
    """Return the instructions since the last digest that a liaison has to answer."""
    if account.role != Role.LIAISON:
        return None
    instructions = Instruction.objects.open_on(day).select_related("leader")
    sent_mails = SentMail.objects.filter(mailing__account=account, mailing__kind=MailKind.DIGEST)
    # Not when it was sent: what was recorded between composing and sending has been told to nobody yet.
    last_digest_at = sent_mails.aggregate(last=Max("composed_at"))["last"]
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


def escalated(account: Account, day: datetime.date) -> Section | None:
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


def health_section(
    account: Account,
    day: datetime.date,
    *,
    heading: StrOrPromise,
    health: Health,
    roles: Set[Role] = frozenset({Role.SECRETARIAT, Role.LIAISON}),
) -> Section | None:
    """Return the tasks of this health: a liaison's own, for the secretariat all."""
    if account.role not in roles:
        return None
    tasks = Task.objects.on(day).filter(Q(health=health))
    if account.role == Role.LIAISON:
        tasks = permissions.own_tasks(account, tasks)
    return _list_section(heading, tasks, day, {**permissions.own_scope(account), "health": [health.value]})


def review_due(account: Account, day: datetime.date) -> Section | None:
    """Return the liaison's own tasks to be reviewed in the next REVIEW_DUE_DAYS days."""
    if account.role != Role.LIAISON:
        return None
    until = day + datetime.timedelta(days=settings.REVIEW_DUE_DAYS)
    tasks = (
        permissions.own_tasks(account, Task.objects.on(day))
        .open()
        .filter(Q(day_next_review__gte=day, day_next_review__lte=until))
    )
    heading = ngettext("Review due within a day", "Review due within %(days)d days", settings.REVIEW_DUE_DAYS)
    return _list_section(heading % {"days": settings.REVIEW_DUE_DAYS}, tasks, day)


# In the order of a mail: what is asked of the reader first.
SECTIONS: tuple[SectionBuilder, ...] = (
    partial(inbox_section, heading=gettext_lazy("Waiting for your decision"), groups={"closure", "extension", "agree"}),
    new_instructions,
    partial(inbox_section, heading=gettext_lazy("Sent back to you"), groups={"sent_back"}),
    escalated,
    partial(health_section, heading=gettext_lazy("Overdue"), health=Health.OVERDUE),
    partial(health_section, heading=gettext_lazy("Review missed"), health=Health.REVIEW_MISSED),
    review_due,
    partial(health_section, heading=gettext_lazy("Due soon"), health=Health.DUE_SOON, roles={Role.LIAISON}),
)


# --- what they share --------------------------------------------------------------------------------


def _list_section(
    heading: StrOrPromise, tasks: TaskQuerySet, day: datetime.date, query: dict[str, list[str]] | None = None
) -> Section | None:
    lines = [DigestLine(task) for task in _ordered_for_lines(tasks)[:MAX_LINES]]
    total = len(lines) if len(lines) < MAX_LINES else tasks.count()
    if not lines:
        return None
    if query is None:
        return Section(str(heading), lines, total)
    if day != timezone.localdate():
        query[AS_OF] = [day.isoformat()]
    return Section(str(heading), lines, total, f"{reverse('task_list')}?{urlencode(query, doseq=True)}")


def _required_section(heading: StrOrPromise, lines: list[DigestLine]) -> Section | None:
    if not lines:
        return None
    return Section(str(heading), lines[:MAX_LINES], len(lines), reverse("inbox"), is_required=True)


def _ordered_for_lines(tasks: TaskQuerySet) -> TaskQuerySet:
    return tasks.for_listing().order_by("next_day", "suggestion__meeting", "suggestion__position", "pk")
