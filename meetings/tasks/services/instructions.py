"""批示: instructions of leaders on tasks, open until one entry answers them."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_REPORT, CAN_SUPERVISE, OPEN_STATUSES
from meetings.display.fields import format_day
from meetings.errors import InvalidDateError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import Account, Department, EntryKind, Instruction, Person, Task, TaskLog
from meetings.permissions import may_withdraw

from .closure import supervising_leader
from .log import lock_task, write_entry
from .validators import check_day, check_department, check_open_on, find_start, require_role, status_changes


@transaction.atomic
def give_instruction(
    *,
    task_id: int,
    version: int,
    actor: Account,
    text: str,
    effective_on: datetime.date,
    leader: Person | None = None,
) -> Instruction:
    """Give an instruction: by a leader, or the secretariat for a ``leader``.

    Raises ServiceError.
    """
    task = lock_task(task_id, version)
    require_role(actor, task, CAN_SUPERVISE, _("Only the task's supervising leaders give instructions on it."))
    if task.status not in OPEN_STATUSES:
        raise InvalidTransitionError(
            _("The task has ended. It has to be reopened before an instruction can be followed.")
        )
    if not text.strip():
        raise InvalidInputError(_("Write the instruction."), field="text")
    leader = find_instructing_leader(task, actor, leader, text)
    check_day(task, effective_on, False)
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.INSTRUCTION,
        effective_on=effective_on,
        note=text.strip(),
        changes={"instruction": {"old": None, "new": leader.name}},
    )
    return Instruction.objects.create(
        task=task, leader=leader, text=text.strip(), given=entry, given_on=entry.effective_on
    )


def find_instructing_leader(task: Task, actor: Account, leader: Person | None, text: str) -> Person:
    """Return the leader who issues ``text``; refuse the same text twice.

    Raises ServiceError.
    """
    leader = supervising_leader(task, actor, leader)
    if task.instructions.filter(leader=leader, text=text.strip(), answer__isnull=True).exists():
        raise InvalidInputError(
            _("This instruction stands on the task already, and is not answered yet."), field="text"
        )
    return leader


@transaction.atomic
def answer_instruction(
    *,
    instruction_id: int,
    version: int,
    actor: Account,
    note: str,
    effective_on: datetime.date,
    department: Department | None = None,
) -> TaskLog:
    """Answer an instruction; on an open task, the answer is a report.

    Raises ServiceError: also where somebody has answered already.
    """
    instruction = Instruction.objects.get(pk=instruction_id)
    task = lock_task(instruction.task_id, version)
    require_role(
        actor, task, CAN_REPORT, _("Only the secretariat and the liaisons of a task's departments may answer.")
    )
    _check_unanswered(instruction)
    if not note.strip():
        raise InvalidInputError(_("Write the answer."), field="note")
    department = check_department(actor, task, department)
    is_report = task.status in OPEN_STATUSES
    transition = find_start(task)
    check_day(task, effective_on, transition is not None)
    _check_not_before_given(instruction, effective_on)
    if is_report and transition is None:
        check_open_on(task, effective_on)
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.ANSWER,
        effective_on=effective_on,
        note=note.strip(),
        is_report=is_report,
        department=department,
        changes=status_changes(task, transition),
    )
    return _end(instruction, entry)


@transaction.atomic
def withdraw_instruction(
    *, instruction_id: int, version: int, actor: Account, note: str, effective_on: datetime.date
) -> TaskLog:
    """Withdraw an instruction that nobody has answered; both entries stay in the log.

    By the leader who gave it, or the secretariat for them. Raises ServiceError.
    """
    instruction = Instruction.objects.select_related("leader").get(pk=instruction_id)
    task = lock_task(instruction.task_id, version)
    require_role(actor, task, CAN_SUPERVISE, _("Only the task's supervising leaders withdraw instructions on it."))
    if not may_withdraw(actor, instruction):
        raise PermissionDeniedError(_("An instruction is withdrawn by the leader who gave it."))
    _check_unanswered(instruction)
    check_day(task, effective_on, False)
    _check_not_before_given(instruction, effective_on)
    entry = write_entry(
        task,
        actor=actor,
        kind=EntryKind.INSTRUCTION,
        effective_on=effective_on,
        note=note.strip(),
        changes={"instruction": {"old": instruction.leader.name, "new": None}},
    )
    return _end(instruction, entry)


def _check_unanswered(instruction: Instruction) -> None:
    instruction.refresh_from_db()
    if instruction.answer_id is not None:
        raise InvalidTransitionError(_("This instruction has been answered already."))


def _check_not_before_given(instruction: Instruction, effective_on: datetime.date) -> None:
    if effective_on < instruction.given_on:
        raise InvalidDateError(
            _("The instruction was given on %(day)s. Choose that day or later.")
            % {"day": format_day(instruction.given_on)},
            field="effective_on",
        )


def _end(instruction: Instruction, entry: TaskLog) -> TaskLog:
    """End the instruction by ``entry``, so that nobody has to answer it."""
    instruction.answer, instruction.answered_on = entry, entry.effective_on
    instruction.save(update_fields=["answer", "answered_on"])
    return entry
