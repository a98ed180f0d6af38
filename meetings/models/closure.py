"""What a wish for closure has behind it: who asked, and whether a supervising leader agreed. Read from the log."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from .log import EntryKind, TaskLog, exclude_undone
from .task import Status, Task, TaskLeader, TaskQuerySet


def closure_request(task: Task) -> TaskLog | None:
    """Return the entry in which closure was asked for, where ``task`` waits for the decision now. One query."""
    if task.status != Status.CLOSURE_REQUESTED:
        return None
    # The last change of status is the one that made it wait.
    changes = task.log.standing().filter(kind=EntryKind.STATUS)
    return changes.select_related("actor", "department").order_by("sequence").last()


def closure_agreement(request: TaskLog) -> TaskLog | None:
    """Return the entry in which a leader agreed to the closure asked for in ``request``; none while nobody has."""
    entries = TaskLog.objects.filter(task=request.task_id, kind=EntryKind.AGREEMENT, sequence__gt=request.sequence)
    return entries.select_related("actor").order_by("sequence").first()


def is_agreed(task: Task) -> bool:
    """Whether a leader has agreed since the status of ``task`` changed last; from its log, prefetched or not."""
    decisive = [
        entry for entry in exclude_undone(task.log.all()) if entry.kind in (EntryKind.STATUS, EntryKind.AGREEMENT)
    ]
    last = max(decisive, key=lambda entry: entry.sequence, default=None)
    return last is not None and last.kind == EntryKind.AGREEMENT


def needs_agreement(task: Task) -> bool:
    """Whether a supervising leader has to agree before ``task`` is closed; without a leader nobody could."""
    return task.suggestion.meeting.leader_agrees_before_closure and bool(task.task_leaders.all())


def awaiting_agreement(tasks: TaskQuerySet) -> TaskQuerySet:
    """Return those of ``tasks`` whose closure waits, now, for a leader's agreement."""
    led = Exists(TaskLeader.objects.filter(task=OuterRef("pk")))
    return tasks.filter(
        led, ~_has_agreement(), **_CLOSURE_REQUESTED, suggestion__meeting__leader_agrees_before_closure=True
    )


def awaiting_decision(tasks: TaskQuerySet) -> TaskQuerySet:
    """Return those of ``tasks`` whose closure waits, now, for the secretariat's decision and for nobody else."""
    return tasks.filter(**_CLOSURE_REQUESTED).exclude(pk__in=awaiting_agreement(Task.objects.all()).values("pk"))


_CLOSURE_REQUESTED = {"status": Status.CLOSURE_REQUESTED}


def _has_agreement() -> Exists:
    changes = TaskLog.objects.standing().filter(task=OuterRef("task"), kind=EntryKind.STATUS)
    later = changes.filter(sequence__gt=OuterRef("sequence"))
    return Exists(TaskLog.objects.filter(~Exists(later), task=OuterRef("pk"), kind=EntryKind.AGREEMENT))
