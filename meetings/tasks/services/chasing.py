"""Reminding departments of several tasks in one act."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from meetings.models import Account, BatchSource, Department

from .batch import build_task_changes, run_batch
from .batch_plan import BatchResult, TaskChange
from .reminders import plan_mails


def build_reminders(
    versions: Mapping[int, int | None], *, message: str, department: Department | None = None
) -> list[TaskChange]:
    """Return a reminder of each task of ``versions``, to ``department`` or to all."""
    return build_task_changes(
        versions, effective_on=timezone.localdate(), note=message, department=department, reminds=True
    )


@transaction.atomic
def remind_of_tasks(*, actor: Account, message: str, changes: list[TaskChange]) -> BatchResult:
    """Record a batch of reminders, with one mail to each reader, of all their tasks.

    Raises as `run_batch`.
    """
    result = run_batch(changes=changes, actor=actor, source=BatchSource.REMINDER, note=message)
    plan_mails([entry for row in result.changed for entry in row.entries])
    return result
