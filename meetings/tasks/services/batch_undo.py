"""Taking a batch back: one compensating entry a task, as long as nothing else has touched its tasks."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import permissions
from meetings.display.deadline_messages import named_in_short
from meetings.errors import ImpossibleStep, NotAllowed, Refused
from meetings.models import (
    Account,
    Batch,
    Department,
    EntryKind,
    ExtensionRequest,
    ExtensionStatus,
    Person,
    Task,
    TaskLog,
)
from meetings.models.log import UNDONE, replay

from .batch import write_entries, write_parts
from .log import Changes, Parts, PlannedEntry, iso, parts_of, written_parts

Bearer = TypeVar("Bearer", Department, Person)


@transaction.atomic
def undo_batch(*, batch_id: int, actor: Account, today: datetime.date | None = None) -> Batch:
    """Take the batch back, from today on; return the batch that did so.

    Each of its tasks gets one entry that undoes what the batch wrote: from today on the task stands as if that had
    never been written (`meetings.models.log.replay`), so that status, closing day, review and last report are what they
    were; departments, leaders and a wish for a later deadline that lapsed are put back. Of the days between, the
    register still shows what it showed. Raises a subclass of Refused as `refusal_to_undo`, and where a name in the log
    is nobody's any more.
    """
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    tasks = list(
        Task.objects.select_for_update(of=("self",))
        .filter(pk__in=batch.entries.values("task"))
        .order_by("pk")
        .prefetch_related(
            Prefetch("log", TaskLog.objects.as_it_happened()),
            "task_departments__department",
            "task_leaders__person",
        )
    )
    last = {task: max(task.log.all(), key=lambda entry: entry.sequence) for task in tasks}
    refusal = refusal_to_undo(batch, actor, [task for task, entry in last.items() if entry.batch_id != batch.pk])
    if refusal is not None:
        raise refusal
    day = today or timezone.localdate()
    former = _former_parts(batch, tasks)
    planned = {task: [_compensation(task, batch, day, former.get(task))] for task in tasks}
    write_parts(former)
    undoing = Batch.objects.create(made_by=actor, source=batch.source, undoes=batch)
    write_entries(undoing, planned)
    lapsed = ExtensionRequest.objects.filter(status=ExtensionStatus.LAPSED, decided__batch=batch)
    lapsed.update(status=ExtensionStatus.ASKED, decided=None)
    return undoing


def refusal_to_undo(batch: Batch, actor: Account, touched: list[Task]) -> Refused | None:
    """Return why ``actor`` cannot take the batch back, none where nothing is against it.

    ``touched`` are those of its tasks about which something else was recorded since.
    """
    if not permissions.may_undo(actor, batch):
        return NotAllowed(_("Only the secretariat and whoever made a batch may undo it."))
    if batch.undoes_id is not None:
        return ImpossibleStep(_("This batch undid another one. Make the change again instead."))
    if Batch.objects.filter(undoes=batch).exists():
        return ImpossibleStep(_("This batch has been undone already."))
    if touched:
        return ImpossibleStep(
            ngettext(
                "%(number)d of its tasks was changed since, so the batch cannot be undone any more: %(tasks)s. "
                "Correct the tasks one by one.",
                "%(number)d of its tasks were changed since, so the batch cannot be undone any more: %(tasks)s. "
                "Correct the tasks one by one.",
                len(touched),
            )
            % {"number": len(touched), "tasks": named_in_short([task.text for task in touched])}
        )
    return None


def _compensation(task: Task, batch: Batch, day: datetime.date, former: Parts | None) -> PlannedEntry:
    """Return the entry that takes back what ``batch`` wrote about ``task``; besides, it says what that comes to."""
    log = list(task.log.all())
    undone = sorted(entry.sequence for entry in log if entry.batch_id == batch.pk)
    changes: Changes = {UNDONE: {"old": None, "new": undone}}
    taken_back = TaskLog(task=task, sequence=task.version + 1, effective_on=day, changes=changes)
    *_before, state = replay(task.pk, [*log, taken_back])
    if state.status != task.status:
        changes["status"] = {"old": task.status, "new": state.status}
    if state.next_review != task.next_review:
        changes["next_review"] = {"old": iso(task.next_review), "new": iso(state.next_review)}
    if former is not None:
        old, new = written_parts(*parts_of(task)), written_parts(*former)
        changes |= {name: {"old": old[name], "new": new[name]} for name in old if old[name] != new[name]}
    return PlannedEntry(EntryKind.UNDONE, day, changes)


def _former_parts(batch: Batch, tasks: Iterable[Task]) -> dict[Task, Parts]:
    """Return the departments and leaders to be put back, for the tasks whose parts the batch replaced."""
    written = {
        task: entry.changes
        for task in tasks
        for entry in task.log.all()
        if entry.batch_id == batch.pk and entry.kind == EntryKind.ASSIGNMENTS
    }
    departments = _bearers(
        Department, {part["name"] for changes in written.values() for part in _old(changes, "departments")}
    )
    people = _bearers(Person, {name for changes in written.values() for name in _old(changes, "leaders")})
    former: dict[Task, Parts] = {}
    for task, changes in written.items():
        own_departments, own_leaders = parts_of(task)
        if "departments" in changes:
            own_departments = [(departments[part["name"]], part["role"]) for part in _old(changes, "departments")]
        if "leaders" in changes:
            own_leaders = [people[name] for name in _old(changes, "leaders")]
        former[task] = (own_departments, own_leaders)
    return former


def _old(changes: Changes, name: str) -> list:
    return changes[name]["old"] if name in changes else []


def _bearers(model: type[Bearer], names: set[str]) -> dict[str, Bearer]:
    """Return who bears each of the names in the log, or bore it once; raises ImpossibleStep where that is not clear."""
    now: dict[str, set[Bearer]] = defaultdict(set)
    once: dict[str, set[Bearer]] = defaultdict(set)
    if not names:
        return {}
    rows = model.objects.filter(Q(name__in=names) | Q(former_names__name__in=names)).distinct()
    for row in rows.select_related("merged_into").prefetch_related("former_names"):
        bearer = row.merged_into or row
        now[row.name].add(bearer)
        for former in row.former_names.all():
            once[former.name].add(bearer)
    found: dict[str, Bearer] = {}
    for name in names:
        bearers = now[name] or once[name]
        if len(bearers) != 1:
            raise ImpossibleStep(
                _("“%(name)s” does not say any more who is meant, so the batch cannot be undone. Correct its tasks.")
                % {"name": name}
            )
        found[name] = bearers.pop()
    return found
