"""Tasks, their evidence and instructions, and batches of changes."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.as_of import known_day
from meetings.core.lifecycle import CAN_REPORT, ActorRole
from meetings.models import Account, Batch, Evidence, Instruction, Role, Task, TaskState, last_ending
from meetings.models.batch import BatchQuerySet
from meetings.models.log import TaskStateQuerySet
from meetings.models.prepared import Later, PreparedQuery, keep_for_each_thread
from meetings.models.task import TaskQuerySet

from .roles import can_change_tasks, is_secretariat, require_secretariat, roles_of

# The message where `can_delete_evidence` is false.
EVIDENCE_REFUSAL = gettext_lazy(
    "Only the secretariat and whoever added a file may delete it; once the task has ended, only the secretariat."
)


def readable_tasks(account: Account, day: datetime.date) -> TaskQuerySet:
    """Return the tasks ``account`` may read, as they stood at the end of ``day``."""
    # All that it depends on.
    identity = (day, day == timezone.localdate(), settings.DUE_SOON_DAYS, known_day() is None)
    tasks = _tasks_on(*identity).all().identified_by(*identity)
    return tasks if account.is_authenticated else tasks.none()


@keep_for_each_thread(8)
def _tasks_on(day: datetime.date, _is_today: bool, _due_soon_days: int, _knows_all: bool) -> TaskQuerySet:
    """Return the tasks of a day, to be copied and never asked itself."""
    return Task.objects.on(day)


def readable_task(
    account: Account, pk: int, day: datetime.date, parts: Iterable[str] = ("departments", "leaders")
) -> Task:
    """Return the task as it stood on ``day``; raises Http404 where there was none."""
    found = _one_task.fetch(readable_tasks(account, day), Later(pk), tuple(parts))
    if not found:
        raise Http404
    return found[0]


@PreparedQuery
def _one_task(tasks: TaskQuerySet, pk: int, parts: tuple[str, ...]) -> TaskQuerySet:
    return tasks.for_listing(parts).filter(pk=pk)


def readable_states(account: Account) -> TaskStateQuerySet:
    """Return the intervals of the readable tasks."""
    return TaskState.objects.all().identified_by() if account.is_authenticated else TaskState.objects.none()


def own_states(account: Account) -> TaskStateQuerySet:
    """Return the intervals of `own_tasks`."""
    who = account.pk, account.role, account.person_id
    return _states_of(*who).all().identified_by(*who)


@keep_for_each_thread(8)
def _states_of(account: int, role: str, person: int | None) -> TaskStateQuerySet:
    return TaskState.objects.filter(task__in=_narrow(Task.objects.all(), role, _departments_of(account), person))


def own_tasks(account: Account, tasks: TaskQuerySet) -> TaskQuerySet:
    """Return the ``tasks`` that are a leader's or a liaison's own; others own all.

    Unlike `own_scope`, which the list's parameters have to express, a liaison without departments owns none.
    """
    if account.role != Role.LIAISON and (account.role != Role.LEADER or account.person_id is None):
        return tasks
    if tasks.identity is None:
        # Also for robots, which stand in for liaisons and have no id.
        return _narrow(tasks, account.role, account.departments.values("pk"), account.person_id)
    who = account.pk, account.role, account.person_id
    return _own_tasks_on(tasks.identity, *who).all().identified_by(*tasks.identity, *who)


@keep_for_each_thread(8)
def _own_tasks_on(of_day: tuple[Any, ...], account: int, role: str, person: int | None) -> TaskQuerySet:
    """Return somebody's tasks of a day, to be copied and never asked itself."""
    return _narrow(_tasks_on(*of_day), role, _departments_of(account), person)


def _departments_of(account: int) -> QuerySet[Any, Any]:
    return Account.departments.through.objects.filter(account=account).values("department")


def _narrow(tasks: TaskQuerySet, role: str, departments: QuerySet[Any, Any], person: int | None) -> TaskQuerySet:
    return tasks.assigned_to(departments) if role == Role.LIAISON else tasks.supervised_by([person])


def writable_task(account: Account, pk: int, day: datetime.date) -> Task:
    """Return the task for reporting on it; raises Http404 or PermissionDenied."""
    task = readable_task(account, pk, day, parts=["departments"])
    if not roles_of(account, task) & CAN_REPORT:
        raise PermissionDenied(_("Only the secretariat and the liaisons of a task's departments may update it."))
    return task


def task_for_roles(account: Account, pk: int, day: datetime.date, allowed_roles: frozenset[ActorRole]) -> Task:
    """Return the task for what ``allowed_roles`` do; raises Http404, PermissionDenied."""
    task = readable_task(account, pk, day)
    if not roles_of(account, task) & allowed_roles:
        raise PermissionDenied(_("Your account may not do this to this task."))
    return task


def downloadable_evidence(account: Account, pk: int) -> Evidence:
    """Return the file for download; deleted ones to administrators alone."""
    files = Evidence.objects.all() if account.is_staff else Evidence.objects.not_deleted()
    return get_object_or_404(files if account.is_authenticated else files.none(), pk=pk)


def deletable_evidence(account: Account, pk: int, day: datetime.date) -> Evidence:
    """Return the file for deleting it: the secretariat any, others their own.

    Evidence on which a closure or termination was decided is the secretariat's alone.
    """
    evidence = get_object_or_404(Evidence.objects.not_deleted().select_related("entry", "task"), pk=pk)
    writable_task(account, evidence.task_id, day)
    if not can_delete_evidence(account, evidence, last_ending(evidence.task)):
        raise PermissionDenied(EVIDENCE_REFUSAL)
    return evidence


def can_delete_evidence(account: Account, evidence: Evidence, ending: int) -> bool:
    """Return whether the file is the account's own or the account the secretariat's.

    ``ending`` is the id of the entry that ended the task (`last_ending`): files of before it are frozen.
    """
    return is_secretariat(account) or (evidence.entry.actor_id == account.pk and evidence.entry_id > ending)


def answerable_instruction(account: Account, pk: int, day: datetime.date) -> Instruction:
    """Return the open instruction for answering it; raises as `writable_task` does."""
    instruction = get_object_or_404(Instruction.objects.filter(answer__isnull=True), pk=pk)
    writable_task(account, instruction.task_id, day)
    return instruction


def may_withdraw(account: Account, instruction: Instruction) -> bool:
    """Return whether the account gave the instruction, or is the secretariat."""
    return is_secretariat(account) or account.person_id == instruction.leader_id


def withdrawable_instruction(account: Account, pk: int, day: datetime.date) -> Instruction:
    """Return the open instruction for withdrawing it; the service says who may."""
    instruction = get_object_or_404(Instruction.objects.filter(answer__isnull=True), pk=pk)
    readable_task(account, instruction.task_id, day)
    return instruction


def editable_task(account: Account, pk: int) -> Task:
    """Return the task for splitting or merging it; raises PermissionDenied or Http404."""
    require_secretariat(account)
    tasks = Task.objects.standing().select_related("suggestion__meeting", "suggestion__aspect")
    return get_object_or_404(tasks, pk=pk)


def merged_task(account: Account, pk: int) -> Task:
    """Return a task that was joined into another one; raises Http404 for any other."""
    tasks = Task.objects.filter(joined_into__isnull=False).select_related("joined_into", "suggestion__meeting")
    return get_object_or_404(tasks if account.is_authenticated else tasks.none(), pk=pk)


def readable_batches(account: Account) -> BatchQuerySet:
    """Return the batches ``account`` may read about, the last made first."""
    return Batch.objects.all() if account.is_authenticated else Batch.objects.none()


def readable_batch(account: Account, pk: int) -> Batch:
    """Return the batch; raises Http404 where there is none."""
    return get_object_or_404(readable_batches(account).select_related("made_by", "undoes", "undone_by"), pk=pk)


def undoable_batch(account: Account, pk: int) -> Batch:
    """Return the batch for undoing it; raises Http404 or PermissionDenied."""
    batch = readable_batch(account, pk)
    if not can_undo_batch(account, batch):
        raise PermissionDenied(_("Only the secretariat and whoever made a batch may undo it."))
    return batch


def selectable_tasks(account: Account, day: datetime.date) -> TaskQuerySet:
    """Return the tasks that ``account`` may select for a batch.

    Raises PermissionDenied for those who report on nothing.
    """
    if not can_change_tasks(account):
        raise PermissionDenied(_("Only the secretariat and the liaisons of a task's departments may update it."))
    return readable_tasks(account, day)


def can_undo_batch(account: Account, batch: Batch) -> bool:
    """Return whether the account is the secretariat's, or made it and changes tasks.

    Whether each task is still the liaison's own is checked when undoing is planned.
    """
    return is_secretariat(account) or (can_change_tasks(account) and batch.made_by_id == account.pk)
