"""Consent to back-dating: an entry then counts on the day claimed for it.

The log is append-only, so consent undoes the entries of the act (as undoing a batch does) and writes them again for the
days they claim. The register as known before the consent does not change.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.display.deadline_messages import join_shortened
from meetings.errors import InvalidTransitionError
from meetings.models import Account, Batch, Consent, EntryKind, Milestone, Task, TaskLog
from meetings.models.log import CLAIMED, CONSENTED, REFUSED, REPORTED_BY, UNDONE, exclude_undone
from meetings.permissions import require_secretariat

from .log import Changes, iso, lock_task, write_entries
from .validators import clean_reason

# The kinds of decisions, by a leader or the secretariat, about the last change of status.
_DECISIVE = (EntryKind.STATUS, EntryKind.AGREEMENT)


def waiting_batch(task: Task) -> Batch | None:
    """Return the oldest act with an undecided claim on ``task``. One query."""
    entries = TaskLog.objects.filter(task=task, batch__consent=Consent.ASKED, changes__has_key=CLAIMED)
    return Batch.objects.filter(pk__in=entries.values("batch")).order_by("pk").select_related("made_by").first()


def consent_to_back_dating(*, task_id: int, version: int, actor: Account, note: str = "") -> Batch:
    """Let the entries of the act that wait on the task count on their claimed days.

    Raises ServiceError where nothing waits, or where the status of a task was changed since.
    """
    return _decide(task_id, version, actor, lambda batch, tasks: _consent(batch, tasks, actor, note.strip()))


def refuse_back_dating(*, task_id: int, version: int, actor: Account, reason: str) -> Batch:
    """Refuse the claimed days, for ``reason``: the days of recording stay."""
    reason = clean_reason(reason)
    return _decide(task_id, version, actor, lambda batch, tasks: _refuse(batch, tasks, actor, reason))


@transaction.atomic
def _decide(task_id: int, version: int, actor: Account, decide: Callable[[Batch, list[Task]], None]) -> Batch:
    require_secretariat(actor)
    claims = TaskLog.objects.filter(batch__consent=Consent.ASKED, changes__has_key=CLAIMED)
    of_acts = claims.filter(batch__in=claims.filter(task=task_id).values("batch"))
    task = lock_task(task_id, version, others=Task.objects.filter(pk__in=of_acts.values("task")))
    batch = waiting_batch(task)
    if batch is None:
        raise InvalidTransitionError(_("No entry waits for consent to its day, so there is nothing to decide."))
    log = Prefetch("log", TaskLog.objects.select_related("actor", "department").order_by("sequence"))
    tasks = Task.objects.filter(pk__in=batch.entries.filter(changes__has_key=CLAIMED).values("task"), joined_into=None)
    decide(batch, list(tasks.order_by("pk").select_related("suggestion__meeting").prefetch_related(log)))
    return batch


@dataclass(frozen=True, slots=True)
class Claims:
    """Entries of an act that wait for consent on one of its ``task_count`` tasks."""

    batch: Batch
    entries: list[TaskLog]
    task_count: int


def describe_claims(task: Task, batch: Batch) -> Claims:
    """Return the claims of ``batch`` that wait on ``task``. One query."""
    return Claims(batch, claims_of(task, batch), count_claiming_tasks(batch))


def count_claiming_tasks(batch: Batch) -> int:
    """Return the number of tasks for which ``batch`` claims a day. One query."""
    return batch.entries.filter(changes__has_key=CLAIMED).values("task").distinct().count()


def claims_of(task: Task, batch: Batch) -> list[TaskLog]:
    """Return the standing entries of ``batch`` about ``task`` that claim a day."""
    return [
        entry for entry in exclude_undone(task.log.all()) if entry.batch_id == batch.pk and CLAIMED in entry.changes
    ]


def _refuse(batch: Batch, tasks: Iterable[Task], actor: Account, reason: str) -> None:
    planned = {
        task: [
            TaskLog(
                kind=EntryKind.COMMENT,
                effective_on=timezone.localdate(),
                note=reason,
                changes={REFUSED: {"old": None, "new": claims[0].changes[CLAIMED]["new"]}},
            )
        ]
        for task in tasks
        if (claims := claims_of(task, batch))
    }
    write_entries(planned, actor=actor)
    _close(batch, Consent.REFUSED)


def _consent(batch: Batch, tasks: list[Task], actor: Account, note: str) -> None:
    claims = {task: found for task in tasks if (found := claims_of(task, batch))}
    if changed := [task for task, of_task in claims.items() if _was_decided_since(task, of_task)]:
        raise InvalidTransitionError(
            _("The status was changed since, so no earlier day can count: %(tasks)s. Refuse, and correct these.")
            % {"tasks": join_shortened([task.text for task in changed])}
        )
    consent = Batch.objects.create(made_by=actor, source=batch.source, undoes=batch, note=note)
    planned = {
        task: [_plan_consent(of_task, note), *(_plan_again(entry) for entry in of_task)]
        for task, of_task in claims.items()
    }
    write_entries(planned, actor=actor, batch=consent)
    for task, of_task in claims.items():
        for entry in of_task:
            _date_milestones(task, entry)
    _close(batch, Consent.GRANTED)


def _close(batch: Batch, consent: Consent) -> None:
    batch.consent = consent
    batch.save(update_fields=["consent"])


def _was_decided_since(task: Task, claims: Sequence[TaskLog]) -> bool:
    """Return whether a request among ``claims`` was decided, or agreed to, since."""
    requests = [entry.sequence for entry in claims if entry.kind == EntryKind.STATUS]
    return bool(requests) and any(
        entry.sequence > requests[0] and entry.kind in _DECISIVE and entry.sequence not in requests
        for entry in exclude_undone(task.log.all())
    )


def _plan_consent(claims: Sequence[TaskLog], note: str) -> TaskLog:
    changes: Changes = {
        UNDONE: {"old": None, "new": [entry.sequence for entry in claims]},
        CONSENTED: {"old": iso(claims[0].effective_on), "new": claims[0].changes[CLAIMED]["new"]},
    }
    return TaskLog(kind=EntryKind.UNDONE, effective_on=timezone.localdate(), changes=changes, note=note)


def _plan_again(entry: TaskLog) -> TaskLog:
    """Return a copy of ``entry`` for the day that it claims."""
    claimed = entry.changes[CLAIMED]["new"]
    changes = {name: change for name, change in entry.changes.items() if name != CLAIMED}
    if "milestones" in changes:
        changes["milestones"] = _met_on(changes["milestones"], entry.effective_on, claimed)
    if entry.actor is not None:
        # The actor of the new entry is who consented.
        changes[REPORTED_BY] = {"old": None, "new": str(entry.actor)}
    return TaskLog(
        kind=entry.kind,
        effective_on=datetime.date.fromisoformat(claimed),
        note=entry.note,
        is_report=entry.is_report,
        department=entry.department,
        changes=changes,
    )


def _met_on(change: dict[str, Any], recorded: datetime.date, claimed: str) -> dict[str, Any]:
    """Replace the ``recorded`` day by the claimed one where a milestone was met."""
    new = [
        {**after, "met_on": claimed} if not before["met_on"] and after["met_on"] == iso(recorded) else after
        for before, after in zip(change["old"], change["new"], strict=True)
    ]
    return {"old": change["old"], "new": new}


def _date_milestones(task: Task, entry: TaskLog) -> None:
    """Repeat in the milestones' rows what `_plan_again` wrote."""
    if "milestones" not in entry.changes:
        return
    claimed = datetime.date.fromisoformat(entry.changes[CLAIMED]["new"])
    change = entry.changes["milestones"]
    met = [
        place
        for place, (before, after) in enumerate(zip(change["old"], change["new"], strict=True))
        if not before["met_on"] and after["met_on"]
    ]
    for place, milestone in enumerate(Milestone.objects.filter(task=task).order_by("position")):
        if place in met and milestone.met_on == entry.effective_on:
            milestone.met_on = claimed
            milestone.save(update_fields=["met_on"])
