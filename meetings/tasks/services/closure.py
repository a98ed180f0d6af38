"""Closure: requested, agreed to by a leader where needed, accepted or sent back."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.lifecycle import CAN_SUPERVISE, ActorRole, Step, takers_of, transitions_from
from meetings.display.fields import format_day
from meetings.errors import InvalidDateError, InvalidInputError, InvalidTransitionError, PermissionDeniedError
from meetings.models import (
    Account,
    EntryKind,
    Person,
    Status,
    Task,
    TaskLog,
    closure_agreement,
    closure_request,
    needs_agreement,
)
from meetings.storage.files import atomic_with_files

from .evidence import attach_files
from .log import lock_task, write_entry
from .status import update_task
from .validators import check_day, clean_reason, require_role, status_changes


@atomic_with_files()
def request_closure(*, summary: str, files: Iterable[UploadedFile] = (), **update_kwargs: Any) -> TaskLog:
    """Request closure: ``summary`` is a report, ``files`` are its evidence.

    Raises as `update_task` and as `add_evidence` do; then no file is stored.
    """
    steps = frozenset({Step.REQUEST_CLOSURE})
    entry = update_task(status=Status.CLOSURE_REQUESTED, note=summary, steps=steps, **update_kwargs)
    attach_files(entry, files)
    return entry


def accept_closure(*, note: str = "", **update_kwargs: Any) -> TaskLog:
    """Accept the requested closure; refuse where a leader has not agreed yet."""
    return update_task(status=Status.CLOSED, note=note, steps=frozenset({Step.ACCEPT_CLOSURE}), **update_kwargs)


@transaction.atomic
def send_back(
    *,
    task_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    reason: str,
) -> TaskLog:
    """Send the task back to work: by the secretariat, or the leader to agree.

    Raises ServiceError as `update_task` does.
    """
    task = lock_task(task_id, version)
    actor_roles = require_role(
        actor, task, takers_of(Step.SEND_BACK), _("Only the secretariat and the task's leaders may do this.")
    )
    steps = {transition.step: transition for transition in transitions_from(task.status, actor_roles)}
    if (transition := steps.get(Step.SEND_BACK)) is None:
        raise InvalidTransitionError(_("Nobody is asking for closure of this task, so there is nothing to decide."))
    if ActorRole.SECRETARIAT not in actor_roles and not needs_agreement(task):
        raise PermissionDeniedError(
            _("Closure of this task is the secretariat's to decide. Give an instruction instead.")
        )
    reason = clean_reason(reason)
    check_day(task, effective_on, True)
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.STATUS,
        effective_on=effective_on,
        note=reason,
        changes=status_changes(task, transition),
    )


@transaction.atomic
def agree_to_closure(
    *,
    task_id: int,
    version: int,
    actor: Account,
    effective_on: datetime.date,
    note: str = "",
    leader: Person | None = None,
) -> TaskLog:
    """Record that one supervising leader agrees to the requested closure.

    A leader agrees in person; the secretariat may record for a ``leader`` what was agreed on paper, with the ``note``
    telling how. Raises ServiceError where nobody requests closure, the meeting needs no agreement, or it was given
    already.
    """
    task = lock_task(task_id, version)
    actor_roles = require_role(actor, task, CAN_SUPERVISE, _("Only the task's leaders agree to its closure."))
    request = closure_request(task)
    if request is None:
        raise InvalidTransitionError(_("Nobody is asking for closure of this task, so there is nothing to decide."))
    if not needs_agreement(task):
        raise InvalidTransitionError(_("Tasks of this meeting are closed without a leader's agreement."))
    if closure_agreement(request) is not None:
        raise InvalidTransitionError(_("A supervising leader has agreed already."))
    leader = supervising_leader(task, actor, leader)
    if ActorRole.SUPERVISING_LEADER not in actor_roles and not note.strip():
        raise InvalidInputError(_("Say how the leader agreed, such as by signature on paper."), field="note")
    check_day(task, effective_on, False)
    if effective_on < request.effective_on:
        raise InvalidDateError(
            _("Closure was asked for on %(day)s. Choose that day or later.")
            % {"day": format_day(request.effective_on)},
            field="effective_on",
        )
    return write_entry(
        task,
        actor=actor,
        kind=EntryKind.AGREEMENT,
        effective_on=effective_on,
        note=note.strip(),
        changes={"agreed": {"old": None, "new": leader.name}},
    )


def supervising_leader(task: Task, actor: Account, leader: Person | None) -> Person:
    """Return the leader of the task in whose name something is recorded."""
    leaders = [part.person for part in task.task_leaders.select_related("person")]
    own = next((person for person in leaders if person.pk == actor.person_id), None)
    if own is not None:
        return own
    if leader is None and len(leaders) == 1:
        return leaders[0]
    if leader not in leaders:
        raise InvalidInputError(_("Say which of the task's leaders this comes from."), field="leader")
    return leader
