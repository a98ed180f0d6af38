"""待确认: answers to import issues, with corrections where needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.errors import InvalidInputError, InvalidTransitionError, NoChangesError
from meetings.models import Account, Department, EntryKind, ImportIssue, Person, Task, TaskLog
from meetings.permissions import require_secretariat

from .corrections import edit_assignments
from .deadline_corrections import DeadlineInput, correct_deadline
from .log import Changes, lock_task, write_entry


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of one task: departments and leaders, or deadline; None: stays."""

    departments: Sequence[tuple[Department, str]] | None = None
    leaders: Sequence[Person] | None = None
    deadline: DeadlineInput | None = None


@transaction.atomic
def resolve_issues(
    *,
    issue_ids: Sequence[int],
    versions: Mapping[int, int],
    actor: Account,
    note: str = "",
    corrections: Mapping[int, Correction] | None = None,
) -> list[TaskLog]:
    """Resolve issues with the same question on several tasks; return the entries.

    ``versions`` are those of the tasks, ``corrections`` what is right instead, both by the task's id. Without
    ``corrections`` everything is right as it stands; with some, at least one of them has to differ from what is there,
    and a reason is needed (``note``). An issue of which nothing can be corrected here (a number, a source) is settled
    by the note alone. All or nothing: raises ServiceError for the first that cannot be.
    """
    require_secretariat(actor)
    issues = list(ImportIssue.objects.select_for_update().filter(pk__in=issue_ids).order_by("task_id", "pk"))
    tasks = {issue.task_id: lock_task(issue.task_id, versions.get(issue.task_id, 0)) for issue in issues}
    note = note.strip()
    corrected = set()
    if corrections is not None:
        if not note:
            raise InvalidInputError(_("Say why."), field="note")
        for task_id, correction in corrections.items():
            if _apply_correction(tasks[task_id], correction, actor, note):
                tasks[task_id].refresh_from_db()
                corrected.add(task_id)
        if corrections and not corrected:
            raise InvalidInputError(_("Nothing differs from what is there. If that is right, say so."))
    is_rejected = corrections is not None and not corrections
    return [
        _resolve_issue(
            issue, tasks[issue.task_id], actor, note, is_right=not is_rejected and issue.task_id not in corrected
        )
        for issue in issues
    ]


def _apply_correction(task: Task, correction: Correction, actor: Account, reason: str) -> bool:
    """Apply the correction by the correcting services; return whether it differs."""
    common: dict[str, Any] = {"task_id": task.pk, "version": task.version, "actor": actor, "reason": reason}
    try:
        if correction.deadline is not None:
            correct_deadline(**common, effective_on=timezone.localdate(), deadline_input=correction.deadline)
        else:
            edit_assignments(**common, departments=correction.departments, leaders=correction.leaders)
    except NoChangesError:
        return False
    return True


def _resolve_issue(issue: ImportIssue, task: Task, actor: Account, note: str, *, is_right: bool) -> TaskLog:
    """Write the entry that says what was asked and how it was answered."""
    if issue.answer_id is not None:
        raise InvalidTransitionError(_("This has been confirmed already."))
    question = {name: getattr(issue, name) for name in ("column", "code", "value", "parameters")}
    changes: Changes = {
        "question": {"old": None, "new": question},
        "confirmed" if is_right else "set_right": {"old": None, "new": issue.column},
    }
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.CONFIRMATION,
        effective_on=timezone.localdate(),
        note=note,
        changes=changes,
    )
    issue.answer = entry
    issue.save(update_fields=["answer"])
    return entry
