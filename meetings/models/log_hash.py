"""The hash of a log entry: what it covers; none is stored without one."""

from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver

from meetings.core.hash_chain import link_entry

from .log import TaskLog

COLUMNS = ("sequence", "kind", "effective_on", "recorded_at", "is_report", "note", "changes")
REFERENCES = ("actor", "department", "batch")


def calculate_hash(entry: TaskLog, before: str) -> str:
    """Return the hash of ``entry`` as it follows ``before``.

    That is the hash of the task's entry before, or the task's stable id. Costs a query for each of actor, department
    and batch that is not loaded.
    """
    values: dict[str, Any] = {name: getattr(entry, name) for name in COLUMNS}
    for name in REFERENCES:
        if getattr(entry, f"{name}_id") is not None:
            values[name] = getattr(entry, name).stable_id
    return link_entry(before, values)


@receiver(pre_save, sender=TaskLog)
def complete_hash(instance: TaskLog, raw: bool, using: str, **kwargs: Any) -> None:
    """Set the hash of a new entry; an existing entry of a fixture keeps its hash.

    Entries of services have their hash already.
    """
    entries = TaskLog.objects.using(using)
    if raw and (stored := entries.filter(pk=instance.pk).values_list("hash", flat=True).first()):
        instance.hash = stored
    elif raw or not instance.hash:
        last = entries.filter(task=instance.task_id, sequence__lt=instance.sequence).order_by("sequence").last()
        instance.hash = calculate_hash(instance, last.hash if last else str(instance.task.stable_id))
