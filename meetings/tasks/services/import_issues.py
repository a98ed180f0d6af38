"""待确认: answering what an import left open, with the correction where the answer is no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.errors import ImpossibleStep, Incomplete, NothingDiffers
from meetings.models import Account, ConfirmationMark, Department, EntryKind, Person, Task, TaskLog

from .corrections import edit_assignments
from .deadline_corrections import TypedDeadline, correct_deadline
from .log import Changes, locked_task, write_entry
from .validators import require_secretariat


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right instead, for one task: its departments and leaders, or its deadline; what is none stays."""

    departments: Sequence[tuple[Department, str]] | None = None
    leaders: Sequence[Person] | None = None
    deadline: TypedDeadline | None = None


@transaction.atomic
def confirm(*, mark_id: int, version: int, actor: Account, note: str = "") -> TaskLog:
    """Settle a mark the import left open: what the task says now is right. Raises as `update_task`."""
    mark = ConfirmationMark.objects.select_for_update().get(pk=mark_id)
    task = locked_task(mark.task_id, version)
    require_secretariat(actor)
    return _settle(mark, task, actor, note.strip(), is_right=True)


@transaction.atomic
def answer_marks(
    *,
    mark_ids: Sequence[int],
    versions: Mapping[int, int],
    actor: Account,
    note: str = "",
    corrections: Mapping[int, Correction] | None = None,
) -> list[TaskLog]:
    """Answer marks that ask the same of several tasks; returns the entries that settled them.

    ``versions`` are those of the tasks, ``corrections`` what is right instead, both by the task's id. Without
    ``corrections`` everything is right as it stands; with some, at least one of them has to differ from what is there,
    and a reason is needed (``note``). A mark of which nothing can be corrected here (a number, a source) is settled by
    the note alone. All or nothing: raises Stale, or another subclass of Refused, for the first that cannot be.
    """
    require_secretariat(actor)
    marks = list(ConfirmationMark.objects.select_for_update().filter(pk__in=mark_ids).order_by("task_id", "pk"))
    tasks = {mark.task_id: locked_task(mark.task_id, versions.get(mark.task_id, 0)) for mark in marks}
    note = note.strip()
    corrected = set()
    if corrections is not None:
        if not note:
            raise Incomplete(_("Say why."), field="note")
        for task_id, correction in corrections.items():
            if _correct(tasks[task_id], correction, actor, note):
                tasks[task_id].refresh_from_db()
                corrected.add(task_id)
        if corrections and not corrected:
            raise Incomplete(_("Nothing differs from what is there. If that is right, say so."))
    says_no = corrections is not None and not corrections
    return [
        _settle(mark, tasks[mark.task_id], actor, note, is_right=not says_no and mark.task_id not in corrected)
        for mark in marks
    ]


def _correct(task: Task, correction: Correction, actor: Account, reason: str) -> bool:
    """Write what is right instead by the verbs that correct; return whether anything differs."""
    common = {"task_id": task.pk, "version": task.version, "actor": actor, "reason": reason}
    try:
        if correction.deadline is not None:
            correct_deadline(**common, effective_on=timezone.localdate(), typed=correction.deadline)
        else:
            departments = [(part.department, part.role) for part in task.task_departments.select_related("department")]
            leaders = [part.person for part in task.task_leaders.select_related("person")]
            edit_assignments(
                **common,
                departments=departments if correction.departments is None else correction.departments,
                leaders=leaders if correction.leaders is None else correction.leaders,
            )
    except NothingDiffers:
        return False
    return True


def _settle(mark: ConfirmationMark, task: Task, actor: Account, note: str, *, is_right: bool) -> TaskLog:
    """Write the entry that says what was asked and how it was answered."""
    if mark.answer_id is not None:
        raise ImpossibleStep(_("This has been confirmed already."))
    asked = {name: getattr(mark, name) for name in ("column", "code", "value", "parameters")}
    changes: Changes = {
        "question": {"old": None, "new": asked},
        "confirmed" if is_right else "set_right": {"old": None, "new": mark.column},
    }
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.CONFIRMATION,
        effective_on=timezone.localdate(),
        note=note,
        changes=changes,
    )
    mark.answer = entry
    mark.save(update_fields=["answer"])
    return entry
