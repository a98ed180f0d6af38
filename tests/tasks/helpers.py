"""Calling a verb on a task as it is at the moment, and what was reported of it last."""

from __future__ import annotations

from meetings.models import TaskLog


def last_note(task):
    """Return what the last report on a task from `TaskQuerySet.on` tells; None without one."""
    return TaskLog.objects.filter(pk=task.day_last_report_id).values_list("note", flat=True).first()


def act(verb, task, **arguments):
    """Call a verb on the task as it is now, and read it again."""
    task.refresh_from_db()
    try:
        return verb(task_id=task.pk, version=task.version, **arguments)
    finally:
        task.refresh_from_db()
