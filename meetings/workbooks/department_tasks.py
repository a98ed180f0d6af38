"""The tasks a department reports on in a workbook, and what it may write as their status."""

from __future__ import annotations

from collections.abc import Iterable

from meetings.core.lifecycle import ActorRole, transitions_from
from meetings.core.lifecycle import Status as LifecycleStatus
from meetings.models import ANSWERABLE_ROLES, Status, Task, TaskDepartment
from meetings.models.task import TaskQuerySet


def roles_of_department(task: Task, department_id: int) -> frozenset[ActorRole]:
    """Return what the liaison of the department is to ``task`` (its departments prefetched); empty: nothing."""
    roles = {part.role for part in task.task_departments.all() if part.department_id == department_id}
    answerable = {ActorRole.ANSWERABLE_LIAISON} if roles.intersection(ANSWERABLE_ROLES) else set()
    return frozenset({ActorRole.ANY_LIAISON} | answerable) if roles else frozenset()


def allowed_statuses(task: Task, department_id: int, status: str) -> tuple[Status, ...]:
    """Return what the department may write as the status of ``task``: the present one, and where it may take it."""
    steps = transitions_from(LifecycleStatus(status), roles_of_department(task, department_id))
    return (Status(status), *(Status(step.target.value) for step in steps))


def open_tasks_of_departments(tasks: TaskQuerySet, department_ids: Iterable[int]) -> TaskQuerySet:
    """Return those of ``tasks`` (`Task.objects.on` today) that are open and that a department has any part in.

    They come in printed order with all a sheet shows; evaluated, three queries.
    """
    parts = TaskDepartment.objects.filter(department__in=list(department_ids)).values("task")
    return tasks.open().filter(pk__in=parts).with_last_report().for_listing().with_entered_at().in_printed_order()
