"""Which step is whose, written out once more, and tasks and accounts to try it with."""

from __future__ import annotations

import datetime
from unittest import mock

from meetings.core.lifecycle import TRANSITIONS
from meetings.models import DepartmentRole, Role, Status, Task, TaskLog
from meetings.tasks.services.status import meet_milestone
from tests import factories

ISSUED = datetime.date(2023, 11, 8)


def day(number: int) -> datetime.date:
    return ISSUED + datetime.timedelta(days=number)


TODAY = day(400)


def act(verb, task: Task, **arguments) -> TaskLog:
    """Call the verb on the task as it is now and read the task again; the present day is TODAY."""
    task.refresh_from_db()
    with mock.patch("django.utils.timezone.localdate", return_value=TODAY):
        entry = verb(task_id=task.pk, version=task.version, **arguments)
    task.refresh_from_db()
    return entry


def act_on_milestone(milestone, task: Task, **arguments) -> TaskLog:
    task.refresh_from_db()
    with mock.patch("django.utils.timezone.localdate", return_value=TODAY):
        entry = meet_milestone(milestone_id=milestone.pk, version=task.version, **arguments)
    task.refresh_from_db()
    return entry


S, L, P = "secretariat", "the liaison of a responsible department", "the liaison of a supporting department"
# docs/domain.md, Lifecycle, written out once more: what is not here must not happen.
STEPS = {
    (Status.NOT_STARTED, Status.IN_PROGRESS): {S, L, P},
    (Status.IN_PROGRESS, Status.CLOSURE_REQUESTED): {S, L},
    (Status.CLOSURE_REQUESTED, Status.IN_PROGRESS): {S},
    (Status.CLOSURE_REQUESTED, Status.CLOSED): {S},
    (Status.NOT_STARTED, Status.CLOSED): {S},
    (Status.IN_PROGRESS, Status.CLOSED): {S},
    (Status.NOT_STARTED, Status.TERMINATED): {S},
    (Status.IN_PROGRESS, Status.TERMINATED): {S},
    (Status.CLOSURE_REQUESTED, Status.TERMINATED): {S},
    (Status.CLOSED, Status.IN_PROGRESS): {S},
    (Status.TERMINATED, Status.IN_PROGRESS): {S},
}


def way_to(status: str) -> list[str]:
    """Return the statuses that a new task goes through until ``status``, by the fewest steps."""
    reached: list[list[str]] = [[Status.NOT_STARTED]]
    for way in reached:
        if way[-1] == status:
            return way[1:]
        reached += [[*way, step.target] for step in TRANSITIONS if step.source == way[-1] and step.target not in way]
    raise AssertionError(f"No steps lead to {status}.")


def task_in(status: str) -> Task:
    """Return a task of 技术部, supported by 国际部 and supervised by 肖良, in ``status`` since the tenth day."""
    technology, international = factories.department("技术部"), factories.department("国际部")
    parts = [(technology, DepartmentRole.RESPONSIBLE), (international, DepartmentRole.SUPPORTING)]
    task = factories.task(departments=parts)
    for step in way_to(status):
        factories.move(task, step, on=day(10))
    return task


def everybody() -> dict[str, object]:
    technology, international = factories.department("技术部"), factories.department("国际部")
    return {
        S: factories.secretariat(),
        L: factories.account(Role.LIAISON, departments=[technology]),
        P: factories.account(Role.LIAISON, departments=[international]),
        "the liaison of another department": factories.account(
            Role.LIAISON, departments=[factories.department("办公室")]
        ),
        "a liaison of nothing": factories.account(Role.LIAISON),
        "the leader": factories.account(Role.LEADER),
        "a reader": factories.account(Role.READER),
        "an administrator": factories.account(Role.ADMINISTRATOR),
        "a secretary switched off": factories.account(Role.SECRETARIAT, is_active=False),
        "a liaison switched off": factories.account(Role.LIAISON, departments=[technology], is_active=False),
    }
