"""Correcting a task by hand: what one form says at once, each kind of correction an entry of its own."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from meetings.errors import NoChangesError
from meetings.models import Account, Person, TaskLog

from .assignments import DepartmentAssignments, get_assignments
from .corrections import edit_assignments, edit_texts
from .deadline_corrections import DeadlineInput, correct_deadline
from .log import lock_task
from .validators import require_secretariat


@transaction.atomic
def correct_task(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    texts: Mapping[str, str] | None = None,
    departments: DepartmentAssignments | None = None,
    leaders: Sequence[Person] | None = None,
    deadline: DeadlineInput | None = None,
    effective_on: datetime.date | None = None,
    today: datetime.date | None = None,
) -> list[TaskLog]:
    """Correct what is given, for one reason; returns the task's own entries, in the order they were written.

    ``texts`` are those of `edit_texts`; ``departments`` and ``leaders`` go to `edit_assignments`, one of them given
    leaves the other; ``deadline`` goes to `correct_deadline` and counts from ``effective_on``. Raises as these do, and
    NoChangesError where nothing is given: all of it is written, or nothing.
    """
    task = lock_task(task_id, version)
    require_secretariat(actor)
    entries: list[TaskLog] = []

    def common() -> dict[str, Any]:
        now = entries[-1].sequence if entries else version
        return {"task_id": task_id, "version": now, "actor": actor, "reason": reason}

    if texts:
        entries.append(edit_texts(**{**common(), **texts})[0])
    if departments is not None or leaders is not None:
        own_departments, own_leaders = get_assignments(task)
        entries.append(
            edit_assignments(
                **common(),
                departments=own_departments if departments is None else departments,
                leaders=own_leaders if leaders is None else leaders,
            )
        )
    if deadline is not None:
        assert effective_on is not None  # a deadline comes with the day it counts from
        entries.append(correct_deadline(**common(), effective_on=effective_on, deadline_input=deadline, today=today))
    if not entries:
        raise NoChangesError
    return entries
