"""Calling a verb on a task as it is at the moment."""

from __future__ import annotations


def act(verb, task, **arguments):
    """Call a verb on the task as it is now, and read it again."""
    task.refresh_from_db()
    try:
        return verb(task_id=task.pk, version=task.version, **arguments)
    finally:
        task.refresh_from_db()
