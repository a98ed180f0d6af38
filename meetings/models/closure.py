"""Requests for closure and a leader's agreement to them, read from the log."""

import datetime

from django.db.models import Exists, OuterRef

from meetings.core.lifecycle import ENDED_STATUSES

from .choices import EntryKind
from .log import TaskLog, exclude_undone
from .meeting import Meeting
from .orders import UNSUPERVISED
from .task import Status, Task, TaskQuerySet


def closure_request(task: Task) -> TaskLog | None:
    """Return the entry that requested closure, while the task waits. One query."""
    if task.status != Status.CLOSURE_REQUESTED:
        return None
    # The last change of status is the one that made it wait.
    changes = task.log.standing().filter(kind=EntryKind.STATUS)
    return changes.select_related("actor", "department").order_by("sequence").last()


def closure_agreement(request: TaskLog) -> TaskLog | None:
    """Return the entry in which a leader agreed to ``request``; None without one."""
    entries = TaskLog.objects.filter(task=request.task_id, kind=EntryKind.AGREEMENT, sequence__gt=request.sequence)
    return entries.select_related("actor").order_by("sequence").first()


def last_ending(task: Task) -> int:
    """Return the id of the last entry that ended ``task``; 0 without one. One query.

    What was undone ended nothing; a task that was reopened had ended.
    """
    entries = task.log.standing().filter(changes__status__new__in=list(ENDED_STATUSES))
    return entries.order_by("-pk").values_list("pk", flat=True).first() or 0


def is_agreed(task: Task) -> bool:
    """Return whether a leader has agreed since the task's last change of status."""
    decisive = [
        entry for entry in exclude_undone(task.log.all()) if entry.kind in (EntryKind.STATUS, EntryKind.AGREEMENT)
    ]
    last = max(decisive, key=lambda entry: entry.sequence, default=None)
    return last is not None and last.kind == EntryKind.AGREEMENT


def needs_agreement(task: Task) -> bool:
    """Return whether a leader has to agree before closure; without one, nobody has."""
    return task.suggestion.meeting.leader_agrees_before_closure and bool(task.task_leaders.all())


def awaiting_agreement(tasks: TaskQuerySet, day: datetime.date | None = None) -> TaskQuerySet:
    """Return those of ``tasks`` whose closure waits for a leader's agreement.

    Now, or at the end of ``day``; the tasks are then those `on` it.
    """
    waiting = _awaiting_closure(tasks, day).exclude(UNSUPERVISED)
    # By a list of these: beside a join, SQLite reads the log of all that wait.
    asking = Meeting.objects.filter(leader_agrees_before_closure=True)
    return waiting.filter(~has_agreement(day), meeting__in=asking.values("pk"))


def awaiting_decision(tasks: TaskQuerySet, day: datetime.date | None = None) -> TaskQuerySet:
    """Return those whose closure waits for the secretariat alone.

    Days are those of `awaiting_agreement`.
    """
    everything = Task.objects.all() if day is None else Task.objects.on(day)
    agreeing = awaiting_agreement(everything, day).order_by().values("pk")
    return _awaiting_closure(tasks, day).exclude(pk__in=agreeing)


def _awaiting_closure(tasks: TaskQuerySet, day: datetime.date | None) -> TaskQuerySet:
    return tasks.filter(**{"status" if day is None else "day_status": Status.CLOSURE_REQUESTED})


def has_agreement(day: datetime.date | None = None) -> Exists:
    """Return the condition «a leader agreed since the last change of status»."""
    entries = TaskLog.objects.standing()
    if day is not None:
        entries = entries.filter(effective_on__lte=day)
    later = entries.filter(task=OuterRef("task"), kind=EntryKind.STATUS, sequence__gt=OuterRef("sequence"))
    return Exists(entries.filter(~Exists(later), task=OuterRef("pk"), kind=EntryKind.AGREEMENT))
