"""Corrections of a task by hand: texts, departments and leaders, deadline."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError, NoChangesError
from meetings.models import Account, DepartmentRole, EntryKind, Person, Task, TaskLog
from meetings.models.task import TASK_TEXTS
from meetings.permissions import require_secretariat

from .assignments import DepartmentAssignments, compare_assignments, get_assignments, replace_assignments
from .deadline_corrections import DeadlineInput, correct_deadline
from .log import apply_texts, lock_task, write_entry, write_planned_entry
from .validators import clean_reason


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
) -> list[TaskLog]:
    """Correct the given values, for one reason; return the task's entries in order.

    ``texts`` are those of `edit_texts`; ``departments`` and ``leaders`` go to `edit_assignments`;
    ``deadline`` goes to `correct_deadline` and counts from ``effective_on``. Raises as these do, and
    NoChangesError where nothing is given: all of it is written, or nothing.
    """
    lock_task(task_id, version)
    require_secretariat(actor)
    entries: list[TaskLog] = []

    def common() -> dict[str, Any]:
        now = entries[-1].sequence if entries else version
        return {"task_id": task_id, "version": now, "actor": actor, "reason": reason}

    if texts:
        entries.append(edit_texts(**{**common(), **texts})[0])
    if departments is not None or leaders is not None:
        entries.append(edit_assignments(**common(), departments=departments, leaders=leaders))
    if deadline is not None:
        assert effective_on is not None  # a deadline comes with the day it counts from
        entries.append(correct_deadline(**common(), effective_on=effective_on, deadline_input=deadline))
    if not entries:
        raise NoChangesError
    return entries


@transaction.atomic
def edit_texts(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    suggestion_text: str | None = None,
    lead_in: str | None = None,
    **texts: str | None,
) -> list[TaskLog]:
    """Correct texts of the task and of its suggestion; None leaves a text as it is.

    The suggestion belongs to all its tasks, so each of them gets an entry. The printed text stays in the log.
    Effective today: past days show today's texts (docs/domain.md, As-of).
    """
    task = lock_task(task_id, version)
    require_secretariat(actor)
    reason = clean_reason(reason)
    text = texts.get("text")
    if text is not None and not text.strip():
        raise InvalidInputError(_("A task needs a text."), field="text")
    own = apply_texts(task, {name: texts.get(name) for name in TASK_TEXTS})
    suggestion = task.suggestion
    shared = apply_texts(suggestion, {"text": suggestion_text, "lead_in": lead_in})
    shared = {"suggestion" if name == "text" else name: change for name, change in shared.items()}
    if not own and not shared:
        raise NoChangesError
    suggestion.save()
    siblings = suggestion.tasks.standing().select_for_update().exclude(pk=task.pk) if shared else []
    return [
        write_entry(
            of,
            actor=actor,
            kind=EntryKind.TEXTS,
            effective_on=timezone.localdate(),
            note=reason,
            changes={**(own if of is task else {}), **shared},
        )
        for of in [task, *siblings]
    ]


@transaction.atomic
def edit_assignments(
    *,
    task_id: int,
    version: int,
    actor: Account,
    reason: str,
    departments: DepartmentAssignments | None = None,
    leaders: Sequence[Person] | None = None,
) -> TaskLog:
    """Replace the task's departments (with roles) or leaders; None leaves them.

    Effective today, as texts are.
    """
    task = lock_task(task_id, version)
    own_departments, own_leaders = get_assignments(task)
    departments = own_departments if departments is None else departments
    leaders = own_leaders if leaders is None else leaders
    planned = plan_assignments(task, actor=actor, reason=reason, departments=departments, leaders=leaders)
    replace_assignments({task: (departments, leaders)})
    return write_planned_entry(task, planned, actor)


def plan_assignments(
    task: Task, *, actor: Account, reason: str, departments: DepartmentAssignments, leaders: Sequence[Person]
) -> TaskLog:
    """Return the entry of `edit_assignments` without writing; raises as that does."""
    require_secretariat(actor)
    reason = clean_reason(reason)
    _check_assignments(departments, leaders)
    changes = compare_assignments(get_assignments(task), (departments, leaders))
    if not changes:
        raise NoChangesError
    return TaskLog(kind=EntryKind.ASSIGNMENTS, effective_on=timezone.localdate(), changes=changes, note=reason)


def _check_assignments(departments: DepartmentAssignments, leaders: Sequence[Person]) -> None:
    """Refuse a department or leader named twice, and impossible roles."""
    _check_unique([department.name for department, _role in departments], "departments")
    _check_unique([str(person) for person in leaders], "leaders")
    for department, role in departments:
        if role not in DepartmentRole.values:
            raise InvalidInputError(
                _("Say what part %(department)s has in the task.") % {"department": department.name},
                field="departments",
            )


def _check_unique(names: list[str], field: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InvalidInputError(_("“%(name)s” is named twice. Name each once.") % {"name": name}, field=field)
