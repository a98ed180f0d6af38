"""Queries for the dashboard: overdue tasks, next actor, changes, decisions.

They count by the definitions of `meetings.tasks.statistics`, so that numbers lead to lists of as many rows. All
functions take the day they are about (Asia/Shanghai) and tasks from `TaskQuerySet.on` that day.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.core.lifecycle import ENDED_STATUSES
from meetings.models import (
    Account,
    ExtensionRequest,
    Health,
    Instruction,
    Status,
    Task,
    TaskLog,
)
from meetings.models.closure import has_agreement
from meetings.models.orders import REGISTER_ORDER
from meetings.models.prepared import Later, PreparedQuery
from meetings.models.task import TaskQuerySet

from .statistics import PRESSING, reported_since_review

# Rows of each list, so that the page fits one printed sheet; the whole list is one click away.
MAX_SHOWN = 10
# A first visit shows the changes of the last two weeks.
FIRST_VISIT_DAYS = 14
# Tasks that became red this recently are chased before those red for years.
NEWLY_RED_DAYS = 90
# Returning within this many minutes continues the visit, so that what was new stays new.
SAME_VISIT_MINUTES = 30


class NextActor(TextChoices):
    """Whose move it is with an open task: what it waits for first."""

    LEADER_AGREES = "leader_agrees", _("Supervising leader: agree to the closure")
    SECRETARIAT_CLOSES = "secretariat_closes", _("Secretariat: decide on the closure")
    SECRETARIAT_EXTENDS = "secretariat_extends", _("Secretariat: decide on the later deadline")
    SECRETARIAT_ASSIGNS = "secretariat_assigns", _("Secretariat: nobody is responsible yet")
    DEPARTMENTS_ANSWER = "departments_answer", _("Departments: answer the instruction")
    SECRETARIAT_SETTLES = "secretariat_settles", _("Secretariat: settle the deadline")
    DEPARTMENTS_REPORT = "departments_report", _("Departments: report")


def with_next_actor(tasks: TaskQuerySet, day: datetime.date) -> TaskQuerySet:
    """Annotate ``next_actor``, a value of `NextActor`, on ``day``; empty if ended.

    A closure waits for a leader where the meeting is set so and there is one, but none has agreed.
    """
    waits = Q(day_status=Status.CLOSURE_REQUESTED)
    # Few tasks, found by an index without reading their rows.
    unsupervised = Q(pk__in=Task.objects.unsupervised().values("pk"))
    unassigned = Q(pk__in=Task.objects.unassigned().values("pk"))
    has_extension_request = Exists(ExtensionRequest.objects.open_on(day).filter(task=OuterRef("pk")))
    instruction = Exists(Instruction.objects.open_on(day).filter(task=OuterRef("pk")))
    conditions = [
        (
            NextActor.LEADER_AGREES,
            waits & ~unsupervised & Q(~has_agreement(day), meeting__leader_agrees_before_closure=True),
        ),
        (NextActor.SECRETARIAT_CLOSES, waits),
        (NextActor.SECRETARIAT_EXTENDS, Q(has_extension_request)),
        (NextActor.SECRETARIAT_ASSIGNS, unassigned),
        (NextActor.DEPARTMENTS_ANSWER, Q(instruction)),
        (NextActor.SECRETARIAT_SETTLES, Q(health=Health.UNDECIDED)),
    ]
    return tasks.annotate(
        next_actor=Case(  # type: ignore[no-redef] # declared
            When(day_status__in=ENDED_STATUSES, then=Value("")),
            *(When(condition, then=Value(actor.value)) for actor, condition in conditions),
            default=Value(NextActor.DEPARTMENTS_REPORT.value),
            output_field=CharField(),
        )
    )


def waiting_for_departments(tasks: TaskQuerySet, day: datetime.date, healths: Iterable[Health]) -> TaskQuerySet:
    """Return those in ``healths`` on ``day`` whose next move is the departments'.

    These are the tasks for which `with_next_actor` names the departments. The condition excludes what others have to
    do, which PostgreSQL plans three times as fast.
    """
    extensions = Exists(ExtensionRequest.objects.open_on(day).filter(task=OuterRef("pk")))
    unassigned = Q(pk__in=Task.objects.unassigned().values("pk"))
    return tasks.in_health(healths, day).exclude(Q(day_status=Status.CLOSURE_REQUESTED) | Q(extensions) | unassigned)


def find_longest_waiting(tasks: TaskQuerySet, day: datetime.date, number: int) -> list[int]:
    """Return which overdue and review-missed ones wait longest. Two queries."""
    return [row[-1] for row in sorted(_first_red(_longest_red, tasks, day, number))[:number]]


def find_to_chase(tasks: TaskQuerySet, day: datetime.date, number: int) -> list[int]:
    """Return which of `waiting_for_departments` to chase first. Four queries.

    First those of the last `NEWLY_RED_DAYS`, the newest first; then those that wait longest, which alone would fill the
    page for ever.
    """
    new = sorted(_first_red(_newly_red, tasks, day, number), key=lambda row: (-row[0].toordinal(), row[1:]))
    waiting = sorted(_first_red(_longest_red_to_chase, tasks, day, number))
    return list(dict.fromkeys(row[-1] for row in [*new, *waiting]))[:number]


def _first_red(query: PreparedQuery, tasks: TaskQuerySet, day: datetime.date, number: int) -> list[tuple]:
    # Two queries, each in the order of an index: a task has either a due day or a review day.
    parts = zip(PRESSING, ("day_next_due", "day_next_review"), strict=True)
    return [row for health, red_since in parts for row in query.fetch(tasks, health, day, red_since, number)]


@PreparedQuery
def _longest_red(
    tasks: TaskQuerySet, health: Health, day: datetime.date, red_since: str, number: int
) -> QuerySet[Any, Any]:
    order = (red_since, *REGISTER_ORDER)
    return tasks.in_health([health], day).order_by(*order).values_list(*order)[:number]


@PreparedQuery
def _longest_red_to_chase(
    tasks: TaskQuerySet, health: Health, day: datetime.date, red_since: str, number: int
) -> QuerySet[Any, Any]:
    order = (red_since, *REGISTER_ORDER)
    return waiting_for_departments(tasks, day, [health]).order_by(*order).values_list(*order)[:number]


@PreparedQuery
def _newly_red(
    tasks: TaskQuerySet, health: Health, day: datetime.date, red_since: str, number: int
) -> QuerySet[Any, Any]:
    first = day - datetime.timedelta(days=NEWLY_RED_DAYS)
    new = waiting_for_departments(tasks, day, [health]).filter(Q((f"{red_since}__gte", first)))
    order = (f"-{red_since}", *REGISTER_ORDER)
    return new.order_by(*order).values_list(red_since, *REGISTER_ORDER)[:number]


@PreparedQuery
def find_unreported_departments(tasks: TaskQuerySet, day: datetime.date) -> QuerySet[Task, dict[str, Any]]:
    """Return who has not reported on red tasks, the most silent first. One query.

    Each with ``key``, ``label`` and the ``number`` of red tasks the department has been silent on.

    The list filtered by ``silent`` and the two red healths has as many rows.
    """
    part = "task_departments__department"
    parts = tasks.in_health(PRESSING, day).annotate(key=F(part), label=F(f"{part}__name")).filter(key__isnull=False)
    reported = reported_since_review(
        day, task=OuterRef("pk"), department=OuterRef("key"), last_report_on=OuterRef("last_report_on")
    )
    counts = parts.filter(~reported).values("key", "label").annotate(number=Count("pk"))
    return counts.order_by("-number", "key")


def changes_since(
    tasks: TaskQuerySet, moment: datetime.datetime, day: datetime.date, reader: Account, number: int
) -> list[TaskLog]:
    """Return the newest ``number`` entries of ``tasks`` after ``moment``, by others.

    Those effective after ``day`` are of another day's register. One query.
    """
    # Filtered by day, so that the SQL can be reused; the exact moment differs with each visit.
    first = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        entry
        for entry in _changes_from.fetch(tasks, first, day, Later(reader.pk), number)
        if entry.recorded_at > moment
    ]


@PreparedQuery
def _changes_from(
    tasks: TaskQuerySet, first: datetime.datetime, day: datetime.date, reader: int, number: int
) -> QuerySet[TaskLog]:
    entries = TaskLog.objects.standing().filter(
        task__in=tasks.order_by().values("pk"), recorded_at__gte=first, effective_on__lte=day
    )
    others = entries.exclude(actor=reader).select_related("task", "actor", "department")
    return others.order_by("-recorded_at", "-pk")[:number]


def previous_visit(account: Account, now: datetime.datetime) -> datetime.datetime | None:
    """Return the time of the previous visit of ``account``, or None.

    A visit lasts until `SAME_VISIT_MINUTES` after the page was last opened.
    """
    return account.looked_before if is_same_visit(account, now) else account.looked_at


def is_same_visit(account: Account, now: datetime.datetime) -> bool:
    """Return whether the account's last visit is continued at ``now``."""
    return account.looked_at is not None and now - account.looked_at < datetime.timedelta(minutes=SAME_VISIT_MINUTES)
