"""Tasks in a department's workbook, and the statuses it may give them."""

from collections.abc import Iterable

from django.db.models import Count
from django.utils import timezone

from meetings.core.lifecycle import ActorRole, Status as LifecycleStatus, Step, transitions_from
from meetings.models import ANSWERABLE_ROLES, Status, Task, TaskDepartment
from meetings.models.task import TaskQuerySet


def roles_of_department(task: Task, department_id: int) -> frozenset[ActorRole]:
    """Return the roles of the department's liaison on ``task``; empty: none."""
    roles = {part.role for part in task.task_departments.all() if part.department_id == department_id}
    answerable = {ActorRole.ANSWERABLE_LIAISON} if roles.intersection(ANSWERABLE_ROLES) else set()
    return frozenset({ActorRole.ANY_LIAISON} | answerable) if roles else frozenset()


def allowed_statuses(task: Task, department_id: int, status: str) -> tuple[Status, ...]:
    """Return the statuses the department may write: the present one, and next ones.

    Progress starts a task, so that what is to come after the start may be written in the same row.
    """
    roles = roles_of_department(task, department_id)
    steps = transitions_from(LifecycleStatus(status), roles)
    later = [later for step in steps if step.step is Step.START for later in transitions_from(step.target, roles)]
    return (Status(status), *(Status(step.target.value) for step in (*steps, *later)))


def count_open_tasks(tasks: TaskQuerySet, department_ids: Iterable[int]) -> list[int]:
    """Return how many open ``tasks`` of today each department has that has any."""
    parts = TaskDepartment.objects.filter(department__in=list(department_ids), task__in=tasks.open().values("pk"))
    of_department = parts.order_by().values("department").annotate(rows=Count("task", distinct=True))
    return list(of_department.values_list("rows", flat=True))


def open_tasks_of_departments(tasks: TaskQuerySet, department_ids: Iterable[int]) -> TaskQuerySet:
    """Return the open ``tasks`` of today in which a department has any part.

    They come in printed order with all a sheet shows; evaluated, four queries.
    """
    parts = TaskDepartment.objects.filter(department__in=list(department_ids)).values("task")
    tasks = tasks.open().filter(pk__in=parts).with_department_reports(timezone.localdate())
    return tasks.for_listing().with_entered_at().in_printed_order()
