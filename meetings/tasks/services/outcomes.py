"""Outcomes of suggestions without open tasks, and replies to their suggesters."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.core.lifecycle import OPEN_STATUSES
from meetings.errors import InvalidInputError, InvalidTransitionError
from meetings.models import Account, EntryKind, Outcome, SuggestionOutcome, Task, TaskLog
from meetings.permissions import require_secretariat

from .log import compare_values, lock_task, write_entry


@transaction.atomic
def record_outcome(*, task_id: int, version: int, actor: Account, outcome: str, reply: str) -> list[TaskLog]:
    """Record the outcome of the task's suggestion, or another one; effective today.

    The suggestion is that of all its tasks, so each of them gets an entry. Raises ServiceError: also while
    one of its tasks is open.
    """
    of_suggestion = Task.objects.filter(suggestion__in=Task.objects.filter(pk=task_id).values("suggestion"))
    task = lock_task(task_id, version, others=of_suggestion)
    require_secretariat(actor)
    siblings = list(Task.objects.standing().filter(suggestion=task.suggestion).exclude(pk=task.pk).order_by("pk"))
    if any(of.status in OPEN_STATUSES for of in [task, *siblings]):
        raise InvalidTransitionError(_("The outcome is recorded once none of the suggestion's tasks is open."))
    if outcome not in Outcome.values:
        raise InvalidInputError(_("Say what became of the suggestion."), field="outcome")
    if not reply.strip():
        raise InvalidInputError(_("Write the reply to the people who made the suggestion."), field="reply")
    existing = SuggestionOutcome.objects.filter(suggestion=task.suggestion).first()
    old = {"outcome": existing.outcome if existing else None, "reply": existing.reply if existing else None}
    new = {"outcome": outcome, "reply": reply.strip()}
    changes = compare_values(old, new)
    if not changes:
        raise InvalidInputError(_("Nothing differs from what is there."))
    entries = [
        write_entry(of, actor=actor, kind=EntryKind.OUTCOME, effective_on=timezone.localdate(), changes=changes)
        for of in [task, *siblings]
    ]
    SuggestionOutcome.objects.update_or_create(suggestion=task.suggestion, defaults={**new, "entry": entries[0]})
    return entries
