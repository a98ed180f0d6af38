"""Sections of a digest, in the order of `SECTIONS`; None for nothing to tell.

Each takes the reading: the account, the day (Asia/Shanghai, whose end it is about), and what the last digest told. What
somebody has to answer is required; the rest can be turned off.
"""

import datetime
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from meetings import permissions
from meetings.core.as_of import AS_OF
from meetings.core.types import StrOrPromise
from meetings.core.workdays import first_of_last_working_days, next_working_day
from meetings.display.fields import HEALTH_COLOURS
from meetings.models import (
    Account,
    DepartmentRole,
    EntryKind,
    Health,
    Instruction,
    MailKind,
    Role,
    SentMail,
    Task,
    TaskLog,
)
from meetings.models.log import TaskLogQuerySet
from meetings.models.task import TaskQuerySet
from meetings.tasks import inbox
from meetings.tasks.acknowledgements import find_unacknowledged, unacknowledged_parts

# More than this is not read in a mail; the list in the register holds them all.
MAX_LINES = 15
MAX_TEXT_LENGTH = 200
# Entries that may bring a task into a section, or a request into an inbox; a report only takes out of them.
_STATE_ENTRIES = {
    EntryKind.ENTERED,
    EntryKind.STATUS,
    EntryKind.DEADLINE,
    EntryKind.MILESTONE,
    EntryKind.EXTENSION,
    EntryKind.REVIEW,
    EntryKind.ARRANGED,
    EntryKind.UNDONE,
}
_REQUEST_ENTRIES = {EntryKind.STATUS, EntryKind.EXTENSION, EntryKind.AGREEMENT, EntryKind.UNDONE}

SelectTasks = Callable[[datetime.date], TaskQuerySet]


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One task, as `TaskQuerySet.on` returns it, with its detail."""

    task: Task
    detail: str = ""
    is_new: bool = False

    @property
    def colour(self) -> str:
        """The colour of the task's health, as HTML writes it."""
        return f"#{HEALTH_COLOURS[Health(self.task.health)]}"


@dataclass(frozen=True, slots=True)
class Section:
    """Tasks under one heading; ``address`` is the path of the page with all ``total``.

    ``new_lines`` are those the last digest did not tell. ``is_due``: whether it has to be told again, new or not.
    ``task_ids`` has the task of each of all ``total``, ``new_task_ids`` of the new ones.
    """

    heading: str
    lines: list[DigestLine]
    task_ids: list[int]
    address: str = ""
    is_required: bool = False
    is_due: bool = True
    new_lines: list[DigestLine] = field(default_factory=list)
    new_task_ids: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many things it tells of."""
        return len(self.task_ids)

    @property
    def new_total(self) -> int:
        """How many of them the last digest did not tell."""
        return len(self.new_task_ids)

    @property
    def hidden(self) -> int:
        """How many are not in the mail."""
        return self.total - len(self.lines) - len(self.new_lines)


@dataclass(frozen=True, slots=True)
class Reading:
    """Who is told of the end of which day.

    ``last_digest_on`` is the day of the account's last digest before that, None without one; ``last_digest_at`` the
    moment before its tasks were looked up: what was recorded later has been told to nobody yet.
    """

    account: Account
    day: datetime.date
    last_digest_on: datetime.date | None
    last_digest_at: datetime.datetime | None

    @classmethod
    def of(cls, account: Account, day: datetime.date) -> "Reading":
        """Return the reading of ``account``. One query."""
        digests = SentMail.objects.filter(mailing__account=account, mailing__kind=MailKind.DIGEST, mailing__day__lt=day)
        last = digests.order_by("-mailing__day").values_list("mailing__day", "composed_at").first()
        return cls(account, day, *(last or (None, None)))

    def mark_news(self, tasks: TaskQuerySet, select: SelectTasks) -> TaskQuerySet:
        """Annotate whether the last digest did not find a task by ``select``."""
        if self.last_digest_on is None:
            return tasks.with_news(Value(False))
        # On every day, departments are those of now.
        later = self._entries_since().filter(
            Q(kind__in=_STATE_ENTRIES, effective_on__lte=self.last_digest_on) | Q(kind=EntryKind.ASSIGNMENTS)
        )
        was_told = Q(pk__in=select(self.last_digest_on).order_by().values("pk")) & ~Exists(later)
        return tasks.with_news(ExpressionWrapper(~was_told, BooleanField()))

    def mark_new_requests(self, tasks: TaskQuerySet) -> TaskQuerySet:
        """Annotate which of the inbox's ``tasks`` ask since the last digest (``is_new``)."""
        if self.last_digest_on is None:
            return tasks.with_news(Value(False))
        later = self._entries_since().filter(kind__in=_REQUEST_ENTRIES, effective_on__lte=self.day)
        return tasks.with_news(Exists(later))

    def _entries_since(self) -> TaskLogQuerySet:
        return TaskLog.objects.filter(task=OuterRef("pk"), recorded_at__gt=self.last_digest_at)


SectionBuilder = Callable[[Reading], Section | None]


# --- what has to be answered ------------------------------------------------------------------------


def inbox_section(reading: Reading, *, heading: StrOrPromise, groups: Set[str]) -> Section | None:
    """Return what waits for the account in these groups of its inbox."""
    lines = []
    for group in inbox.past_groups(reading.account, reading.day, groups):
        tasks = reading.mark_new_requests(group.items(reading.day).outside_demonstration())
        lines += [DigestLine(task, _line_detail(group, task), task.is_new) for task in tasks]
    return _required_section(heading, lines, reading.day)


def _line_detail(group: inbox.InboxGroup, task: Task) -> str:
    if not task.request_text:
        return str(group.title)
    text = Truncator(task.request_text).chars(MAX_TEXT_LENGTH)
    return _("%(what)s: “%(words)s”") % {"what": group.title, "words": text}


def new_instructions(reading: Reading) -> Section | None:
    """Return the instructions since the last digest that a liaison has to answer."""
    account, day = reading.account, reading.day
    if account.role != Role.LIAISON:
        return None
    instructions = Instruction.objects.open_on(day).select_related("leader")
    if reading.last_digest_at is not None:
        instructions = instructions.filter(given__recorded_at__gt=reading.last_digest_at)
    own = _tasks_on(account, day).assigned_to(account.departments.values("pk"), DepartmentRole.values)
    tasks = {task.pk: task for task in _ordered_for_lines(own.filter(pk__in=instructions.values("task")))}
    lines = [
        DigestLine(
            tasks[instruction.task_id],
            _("%(leader)s: “%(text)s”") % {"leader": instruction.leader.name, "text": instruction.text},
            is_new=reading.last_digest_on is not None,
        )
        for instruction in instructions.filter(task__in=tasks).order_by("pk")
    ]
    return _required_section(_("New instructions"), lines, day)


def late_acknowledgements(reading: Reading) -> Section | None:
    """Return the tasks that a liaison was asked to take over too long ago."""
    account, day = reading.account, reading.day
    if account.role != Role.LIAISON:
        return None
    own = account.departments.values("pk")
    late = [one for one in find_unacknowledged(day, own) if one.is_late]
    if not late:
        return None
    parts = unacknowledged_parts(own).filter(task__suggestion__meeting__in={one.meeting for one in late})
    tasks = _ordered_for_lines(_tasks_on(account, day).filter(pk__in=parts.values("task")))
    lines = [DigestLine(task, str(task.suggestion.meeting)) for task in tasks]
    return _required_section(_("To take over"), lines, day)


# --- what is late, or soon will be ------------------------------------------------------------------


def escalated(reading: Reading) -> Section | None:
    """Return what has been red so long that a head of department or leader is told.

    After ESCALATE_TO_HEAD_AFTER those who head an answering department, after ESCALATE_TO_LEADER_AFTER the supervising
    leaders, each by the account that names the person. A department whose liaison the account is as well stands in
    its other sections.
    """
    account, person = reading.account, reading.account.person
    if person is None:
        return None
    liaison_of = account.departments.values_list("pk", flat=True) if account.role == Role.LIAISON else []
    headed = list(person.headed_departments.exclude(pk__in=liaison_of).values_list("pk", flat=True))
    to_head = bool(headed) and settings.ESCALATE_TO_HEAD_AFTER >= 0
    to_leader = account.role == Role.LEADER and settings.ESCALATE_TO_LEADER_AFTER >= 0

    def select(day: datetime.date) -> TaskQuerySet:
        tasks = _tasks_on(account, day).in_health((Health.OVERDUE, Health.REVIEW_MISSED), day)
        late = Q()
        if to_head:
            pressing = tasks.filter(Q(next_day__lt=first_of_last_working_days(day, settings.ESCALATE_TO_HEAD_AFTER)))
            late |= Q(pk__in=pressing.assigned_to(headed).order_by().values("pk"))
        if to_leader:
            pressing = tasks.filter(Q(next_day__lt=first_of_last_working_days(day, settings.ESCALATE_TO_LEADER_AFTER)))
            late |= Q(pk__in=pressing.supervised_by([person.pk]).order_by().values("pk"))
        return tasks.filter(late)

    return _list_section(reading, _("Late for long, and so reported to you"), select) if to_head or to_leader else None


def health_section(
    reading: Reading,
    *,
    heading: StrOrPromise,
    health: Health,
    for_secretariat: bool = True,
) -> Section | None:
    """Return the tasks of this health: a liaison's own, for the secretariat all."""
    account = reading.account
    if account.role != Role.LIAISON and not (for_secretariat and permissions.is_secretariat(account)):
        return None

    def select(day: datetime.date) -> TaskQuerySet:
        tasks = _tasks_on(account, day).in_health([health], day)
        return permissions.own_tasks(account, tasks) if account.role == Role.LIAISON else tasks

    query = {**permissions.own_scope(account), "health": [health.value]}
    return _list_section(reading, heading, select, query, is_late=health != Health.DUE_SOON)


def review_due(reading: Reading) -> Section | None:
    """Return the liaison's own tasks to be reviewed in the next REVIEW_DUE_DAYS days."""
    if reading.account.role != Role.LIAISON:
        return None

    def select(day: datetime.date) -> TaskQuerySet:
        until = day + datetime.timedelta(days=settings.REVIEW_DUE_DAYS)
        tasks = permissions.own_tasks(reading.account, _tasks_on(reading.account, day)).open()
        return tasks.filter(Q(day_next_review__gte=day, day_next_review__lte=until))

    heading = ngettext("Review due within a day", "Review due within %(days)d days", settings.REVIEW_DUE_DAYS)
    return _list_section(reading, heading % {"days": settings.REVIEW_DUE_DAYS}, select, is_late=False)


# In the order of a mail: what is asked of the reader first.
SECTIONS: tuple[SectionBuilder, ...] = (
    partial(inbox_section, heading=gettext_lazy("Waiting for your decision"), groups={"closure", "extension", "agree"}),
    new_instructions,
    partial(inbox_section, heading=gettext_lazy("Sent back to you"), groups={"sent_back"}),
    late_acknowledgements,
    escalated,
    partial(health_section, heading=gettext_lazy("Overdue"), health=Health.OVERDUE),
    partial(health_section, heading=gettext_lazy("Review missed"), health=Health.REVIEW_MISSED),
    review_due,
    partial(health_section, heading=gettext_lazy("Due soon"), health=Health.DUE_SOON, for_secretariat=False),
)


# --- what they share --------------------------------------------------------------------------------


def _tasks_on(account: Account, day: datetime.date) -> TaskQuerySet:
    return permissions.readable_tasks(account, day).outside_demonstration()


def _list_section(
    reading: Reading,
    heading: StrOrPromise,
    select: SelectTasks,
    query: dict[str, list[str]] | None = None,
    *,
    is_late: bool = True,
) -> Section | None:
    """Return the tasks that ``select`` finds, new ones first.

    What is not late yet is due where its day comes before the next digest.
    """
    day = reading.day
    tasks = select(day)
    marked = reading.mark_news(tasks, select)
    lines = [DigestLine(task, is_new=task.is_new) for task in _ordered_for_lines(marked, "-is_new")[:MAX_LINES]]
    if not lines:
        return None
    new_lines = [line for line in lines if line.is_new]
    is_whole = len(lines) < MAX_LINES
    if query is not None and day != timezone.localdate():
        query[AS_OF] = [day.isoformat()]
    return Section(
        str(heading),
        [line for line in lines if not line.is_new],
        _task_ids(lines) if is_whole else list(tasks.order_by().values_list("pk", flat=True)),
        "" if query is None else f"{reverse('task_list')}?{urlencode(query, doseq=True)}",
        is_due=is_late or tasks.filter(Q(next_day__lt=next_working_day(day))).exists(),
        new_lines=new_lines,
        new_task_ids=_task_ids(new_lines)
        if len(new_lines) < MAX_LINES
        else list(marked.filter(Q(is_new=True)).order_by().values_list("pk", flat=True)),
    )


def _required_section(heading: StrOrPromise, lines: list[DigestLine], day: datetime.date) -> Section | None:
    if not lines:
        return None
    new_lines = [line for line in lines if line.is_new]
    shown = [*new_lines, *(line for line in lines if not line.is_new)][:MAX_LINES]
    return Section(
        str(heading),
        [line for line in shown if not line.is_new],
        _task_ids(lines),
        # What waited on another day, that page does not know.
        reverse("inbox") if day == timezone.localdate() else "",
        is_required=True,
        new_lines=[line for line in shown if line.is_new],
        new_task_ids=_task_ids(new_lines),
    )


def _task_ids(lines: list[DigestLine]) -> list[int]:
    return [line.task.pk for line in lines]


def _ordered_for_lines(tasks: TaskQuerySet, *first: str) -> TaskQuerySet:
    return tasks.for_listing().order_by(*first, "next_day", "suggestion__meeting", "suggestion__position", "pk")
