"""Undoing a batch: one compensating entry for each task not changed since."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.lifecycle import CAN_DECIDE, CAN_REPORT, CAN_REQUEST, ActorRole, find_transition
from meetings.display.deadline_messages import join_shortened
from meetings.display.fields import format_day
from meetings.errors import InvalidTransitionError, PermissionDeniedError, ServiceError
from meetings.models import (
    Account,
    Batch,
    BatchSource,
    Consent,
    Department,
    EntryKind,
    Evidence,
    ExtensionRequest,
    ExtensionStatus,
    Person,
    Task,
    TaskLog,
)
from meetings.models.log import UNDONE, exclude_undone, replay
from meetings.models.task import TaskQuerySet

from .assignments import Assignments, compare_assignments, get_assignments, replace_assignments
from .back_dating_rules import needs_consent
from .evidence import describe_removal
from .log import Changes, deadline_to_json, iso, write_entries

NameHolder = TypeVar("NameHolder", Department, Person)


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undoing writes: entries, assignments, requests that wait again.

    ``evidence`` is removed. ``left`` are the tasks changed since: they stay as they are.
    """

    entries: dict[Task, TaskLog]
    former: dict[Task, Assignments]
    requests: list[ExtensionRequest]
    evidence: list[Evidence]
    left: list[Task]


@transaction.atomic
def undo_batch(*, batch_id: int, actor: Account) -> Batch:
    """Undo the batch for the tasks nobody touched since; return the batch that did so.

    Each of these gets one entry that undoes what the batch wrote: on every day the task stands as if that had
    never been written (`meetings.models.log.replay`), so that status, closing day, review and last report are what they
    were; departments, leaders and an extension request that lapsed are put back, and its evidence is taken away. The
    others stay as they are. Raises ServiceError as `find_undo_error` and `plan_undo`.
    """
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if (error := find_undo_error(batch, actor)) is not None:
        raise error
    tasks = Task.objects.select_for_update(of=("self",)).filter(pk__in=batch.entries.values("task"))
    plan = plan_undo(batch, tasks, actor)
    if not plan.entries:
        raise InvalidTransitionError(describe_touched(plan.left))
    replace_assignments(plan.former)
    undoing = Batch.objects.create(made_by=actor, source=batch.source, undoes=batch)
    if batch.consent == Consent.ASKED:
        # What was undone waits for nobody's consent.
        batch.consent = Consent.NOT_NEEDED
        batch.save(update_fields=["consent"])
    write_entries({task: [entry] for task, entry in plan.entries.items()}, actor=actor, batch=undoing)
    for file in plan.evidence:
        file.removal = plan.entries[file.task]
    Evidence.objects.bulk_update(plan.evidence, ["removal"])
    if plan.requests:
        again = ExtensionRequest.objects.filter(pk__in=[request.pk for request in plan.requests])
        again.update(status=ExtensionStatus.REQUESTED, decided=None)
    return undoing


def plan_undo(batch: Batch, tasks: TaskQuerySet, actor: Account) -> UndoPlan:
    """Return what undoing ``batch`` means for ``tasks``, which are some of its own.

    Raises ServiceError where ``actor`` may not make such changes now, where they would change days for which a liaison
    needs consent, and where a name in the log is nobody's any more.
    """
    parts = ("task_departments__department", "task_leaders__person")
    logs = Prefetch("log", TaskLog.objects.chronological())
    own = list(tasks.order_by("pk").prefetch_related(logs, *parts))
    touched = {task for task in own if _was_touched(task, batch)}
    untouched = [task for task in own if task not in touched]
    _check_actor(actor, batch, untouched)
    former = _former_assignments(batch, untouched)
    entries = {task: _plan_undo_entry(task, batch, former.get(task)) for task in untouched}
    # Requests that lapsed because the batch ended their task.
    lapsed = ExtensionRequest.objects.filter(status=ExtensionStatus.LAPSED, decided__batch=batch, task__in=untouched)
    requests = list(lapsed.select_related("task"))
    for request in requests:
        entries[request.task].changes["asked_deadline"] = {"old": None, "new": deadline_to_json(request.deadline)}
    evidence: list[Evidence] = []
    # No other batch has any.
    if batch.source == BatchSource.WORKBOOK:
        evidence += Evidence.objects.not_deleted().filter(entry__batch=batch, task__in=untouched).select_related("task")
    for task in {file.task for file in evidence}:
        entries[task].changes |= describe_removal(file for file in evidence if file.task == task)
    return UndoPlan(entries, former, requests, evidence, [task for task in own if task in touched])


def _check_actor(actor: Account, batch: Batch, tasks: Iterable[Task]) -> None:
    """Raise ServiceError where ``actor`` may not undo what is left of ``batch``."""
    entries = {task: [entry for entry in task.log.all() if entry.batch_id == batch.pk] for task in tasks}
    foreign = [
        task
        for task, of_task in entries.items()
        if not all(permissions.roles_of(actor, task) & _takers(entry) for entry in of_task)
    ]
    if foreign:
        raise PermissionDeniedError(
            _("Your account may not change these tasks so any more; only the secretariat can undo it: %(tasks)s.")
            % {"tasks": join_shortened([task.text for task in foreign])}
        )
    first = min((entry.effective_on for of_task in entries.values() for entry in of_task), default=None)
    if first is not None and needs_consent(actor, first):
        raise PermissionDeniedError(
            _("Undoing it would change the register from %(day)s on, so only the secretariat can do that.")
            % {"day": format_day(first)}
        )


def _takers(entry: TaskLog) -> frozenset[ActorRole]:
    """Return who may make the change that ``entry`` wrote."""
    if entry.kind == EntryKind.ASSIGNMENTS or "next_review" in entry.changes:
        return CAN_DECIDE
    if "asked_deadline" in entry.changes:
        return CAN_REQUEST
    status = entry.changes.get("status")
    transition = find_transition(status["old"], status["new"]) if status else None
    return transition.takers if transition else CAN_REPORT


def _was_touched(task: Task, batch: Batch) -> bool:
    """Return whether another entry that was not undone followed."""
    log = task.log.all()
    last = max(entry.sequence for entry in log if entry.batch_id == batch.pk)
    return any(entry.sequence > last for entry in exclude_undone(log))


def find_undo_error(batch: Batch, actor: Account) -> ServiceError | None:
    """Return why ``actor`` cannot undo the batch at all, or None."""
    if not permissions.can_undo_batch(actor, batch):
        return PermissionDeniedError(_("Only the secretariat and whoever made a batch may undo it."))
    if batch.source == BatchSource.REMINDER:
        return InvalidTransitionError(_("A reminder that has gone out cannot be taken back."))
    if batch.source == BatchSource.BACK_DATED or batch.consent == Consent.GRANTED or batch.is_consent:
        return InvalidTransitionError(_("What was dated back is the secretariat's to decide. Correct it task by task."))
    if batch.undoes_id is not None:
        return InvalidTransitionError(_("This batch undid another one. Make the change again instead."))
    if Batch.objects.filter(undoes=batch).exists():
        return InvalidTransitionError(_("This batch has been undone already."))
    return None


def describe_touched(tasks: list[Task]) -> str:
    """Return the message that all ``tasks`` of a batch were changed since."""
    return _(
        "All of it was changed again since, so it cannot be undone any more: %(tasks)s. Correct it task by task."
    ) % {"tasks": join_shortened([task.text for task in tasks])}


def _plan_undo_entry(task: Task, batch: Batch, former: Assignments | None) -> TaskLog:
    """Return the entry that undoes what ``batch`` wrote about ``task``."""
    log = list(task.log.all())
    undone = sorted(entry.sequence for entry in log if entry.batch_id == batch.pk)
    changes: Changes = {UNDONE: {"old": None, "new": undone}}
    entry = TaskLog(
        kind=EntryKind.UNDONE, sequence=task.version + 1, effective_on=timezone.localdate(), changes=changes
    )
    *_before, state = replay(task.pk, [*log, entry])
    if state.status != task.status:
        changes["status"] = {"old": task.status, "new": state.status}
    if state.next_review != task.next_review:
        changes["next_review"] = {"old": iso(task.next_review), "new": iso(state.next_review)}
    if former is not None:
        changes |= compare_assignments(get_assignments(task), former)
    return entry


def _former_assignments(batch: Batch, tasks: Iterable[Task]) -> dict[Task, Assignments]:
    """Return the departments and leaders of tasks before the batch replaced them."""
    replacements = {
        task: entry.changes
        for task in tasks
        for entry in task.log.all()
        if entry.batch_id == batch.pk and entry.kind == EntryKind.ASSIGNMENTS
    }
    departments = _resolve_names(
        Department, {part["name"] for changes in replacements.values() for part in _old_values(changes, "departments")}
    )
    people = _resolve_names(
        Person, {name for changes in replacements.values() for name in _old_values(changes, "leaders")}
    )
    former: dict[Task, Assignments] = {}
    for task, changes in replacements.items():
        own_departments, own_leaders = get_assignments(task)
        if "departments" in changes:
            own_departments = [
                (departments[part["name"]], part["role"]) for part in _old_values(changes, "departments")
            ]
        if "leaders" in changes:
            own_leaders = [people[name] for name in _old_values(changes, "leaders")]
        former[task] = (own_departments, own_leaders)
    return former


def _old_values(changes: Changes, name: str) -> list:
    return changes[name]["old"] if name in changes else []


def _resolve_names(model: type[NameHolder], names: set[str]) -> dict[str, NameHolder]:
    """Return the department or person of each name in the log; refuse unclear ones."""
    now: dict[str, set[NameHolder]] = defaultdict(set)
    once: dict[str, set[NameHolder]] = defaultdict(set)
    if not names:
        return {}
    rows = model._base_manager.filter(Q(name__in=names) | Q(former_names__name__in=names)).distinct()
    for row in rows.select_related("merged_into").prefetch_related("former_names"):
        bearer = row.merged_into or row
        now[row.name].add(bearer)
        for former in row.former_names.all():
            once[former.name].add(bearer)
    resolved: dict[str, NameHolder] = {}
    for name in names:
        bearers = now[name] or once[name]
        if len(bearers) != 1:
            raise InvalidTransitionError(
                _("“%(name)s” does not say any more who is meant, so the batch cannot be undone. Correct its tasks.")
                % {"name": name}
            )
        resolved[name] = bearers.pop()
    return resolved
