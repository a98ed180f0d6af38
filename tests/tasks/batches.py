"""Running a batch and undoing it, and what a task is then."""

from __future__ import annotations

import datetime
from unittest import mock

from meetings.models import Batch, Task, TaskLog
from meetings.models.log import CURRENT_COLUMNS
from meetings.tasks.services.batch import build_task_changes, run_batch
from meetings.tasks.services.batch_plan import BatchResult, TaskChange
from meetings.tasks.services.batch_undo import undo_batch
from tests import factories

from .helpers import last_note

TODAY = datetime.date(2024, 6, 3)
# In these two entries of the same content differ.
RECORDED = ("hash", "id", "task", "recorded_at", "batch", "sequence")


def task_changes(*tasks: Task, **change) -> list[TaskChange]:
    return build_task_changes({task.pk: task.version for task in tasks}, **{"effective_on": TODAY, **change})


def run(*tasks: Task, by=None, **change) -> BatchResult:
    result = run_batch(changes=task_changes(*tasks, **change), actor=by or factories.secretariat())
    for task in tasks:
        task.refresh_from_db()
    return result


def undo(result: BatchResult, *tasks: Task, by=None) -> Batch:
    with mock.patch("django.utils.timezone.localdate", return_value=TODAY):
        made = undo_batch(batch_id=result.batch.pk, actor=by or factories.secretariat())
    for task in tasks:
        task.refresh_from_db()
    return made


def intervals(task: Task) -> list[tuple]:
    return list(task.states.order_by("since").values_list("since", "until", "status", "next_due", "next_review"))


def content(entry: TaskLog) -> dict:
    fields = [field for field in TaskLog._meta.concrete_fields if field.name not in RECORDED]
    return {field.name: getattr(entry, field.attname) for field in fields}


def standing(task: Task) -> dict:
    """Return all that the register shows of a task from the present on."""
    task = Task.objects.get(pk=task.pk)
    seen = {name: getattr(task, name) for name in CURRENT_COLUMNS}
    seen["departments"] = [(part.department_id, part.role, part.position) for part in task.task_departments.all()]
    seen["leaders"] = [(part.person_id, part.position) for part in task.task_leaders.all()]
    seen["extension_requests"] = list(task.extension_requests.order_by("pk").values_list("pk", "status", "decided"))
    for days in (0, 1, 40, 400):
        day = TODAY + datetime.timedelta(days=days)
        on = Task.objects.on(day).get(pk=task.pk)
        seen[day] = (on.health, on.day_closed_on, on.day_last_report_id, last_note(on), on.day_next_review)
    return seen
