"""Departments (with roles) and leaders of tasks: read, replaced, moved, logged."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from meetings.models import (
    Account,
    Department,
    DepartmentRole,
    EntryKind,
    Person,
    Task,
    TaskDepartment,
    TaskLeader,
    TaskLog,
)
from meetings.models.task import TaskQuerySet

from .log import Changes, compare_values, write_entries

DepartmentAssignments = Sequence[tuple[Department, str]]
Assignments = tuple[DepartmentAssignments, Sequence[Person]]


def get_assignments(task: Task) -> Assignments:
    """Return the task's departments with roles, and its leaders, in order.

    Two queries, none where they are prefetched.
    """
    departments = [(part.department, part.role) for part in _related_rows(task, "task_departments", "department")]
    return departments, [part.person for part in _related_rows(task, "task_leaders", "person")]


def _related_rows(task: Task, name: str, other: str) -> Any:
    return getattr(task, name).all() if _is_loaded(task, name) else getattr(task, name).select_related(other)


def _is_loaded(task: Task, *names: str) -> bool:
    return getattr(task, "_prefetched_objects_cache", {}).keys() >= set(names)


def replace_assignments(assignments: Mapping[Task, Assignments]) -> None:
    """Replace the departments and leaders of each task. At most four queries for all.

    Rows that stay are not written again, because each row added or removed makes triggers update the task's place in
    the list's orders.
    """
    departments: dict[Task, DepartmentAssignments] = {}
    leaders: dict[Task, Sequence[Person]] = {}
    for task, (new_departments, new_leaders) in assignments.items():
        old = get_assignments(task) if _is_loaded(task, "task_departments", "task_leaders") else None
        if old is None or old[0] != list(new_departments):
            departments[task] = new_departments
        if old is None or old[1] != list(new_leaders):
            leaders[task] = new_leaders
    if departments:
        TaskDepartment.objects.filter(task__in=list(departments)).delete()
        TaskDepartment.objects.bulk_create(
            TaskDepartment(task=task, department=department, role=role, position=position)
            for task, parts in departments.items()
            for position, (department, role) in enumerate(parts, start=1)
        )
    if leaders:
        TaskLeader.objects.filter(task__in=list(leaders)).delete()
        TaskLeader.objects.bulk_create(
            TaskLeader(task=task, person=person, position=position)
            for task, people in leaders.items()
            for position, person in enumerate(people, start=1)
        )


def assignments_to_json(departments: DepartmentAssignments, leaders: Sequence[Person]) -> dict[str, list[Any]]:
    """Serialize departments and leaders for the log's ``changes``."""
    return {
        "departments": [{"name": department.name, "role": str(role)} for department, role in departments],
        "leaders": [person.name for person in leaders],
    }


def compare_assignments(old: Assignments, new: Assignments) -> Changes:
    """Return the difference of two assignments as the log's ``changes``."""
    return compare_values(assignments_to_json(*old), assignments_to_json(*new))


def move_assignments(
    tasks: TaskQuerySet, merged: Department | Person, into: Department | Person, *, actor: Account, note: str
) -> list[Task]:
    """Replace ``merged`` by ``into`` in each of ``tasks``, with an entry as of today.

    Returns the tasks. Some ten queries for any number of them.
    """
    held = list(
        tasks.select_for_update(of=("self",))
        .order_by("pk")
        .prefetch_related("task_departments__department", "task_leaders__person", "log")
    )
    if not held:
        return []
    old = {task: get_assignments(task) for task in held}
    new = {task: replace_assignee(assignments, merged, into) for task, assignments in old.items()}
    replace_assignments(new)
    common = {"kind": EntryKind.ASSIGNMENTS, "effective_on": timezone.localdate(), "note": note}
    planned = {task: [TaskLog(**common, changes=compare_assignments(old[task], new[task]))] for task in held}
    write_entries(planned, actor=actor)
    return held


def replace_assignee(assignments: Assignments, merged: Department | Person, into: Department | Person) -> Assignments:
    """Return ``assignments`` with ``into`` for ``merged``, in the stronger role."""
    departments, leaders = assignments
    if isinstance(merged, Person) and isinstance(into, Person):
        return departments, list(dict.fromkeys(into if leader == merged else leader for leader in leaders))
    if isinstance(merged, Department) and isinstance(into, Department):
        roles = [role for department, role in departments if department in (merged, into)]
        replaced = {into if department == merged else department: role for department, role in departments}
        if roles:
            replaced[into] = min(roles, key=DepartmentRole.values.index)
        departments = list(replaced.items())
    return departments, leaders
