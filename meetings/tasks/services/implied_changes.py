"""Changes that planned entries imply: what becomes of tasks that no entry says."""

from collections.abc import Mapping, Sequence

from meetings.core.lifecycle import ENDED_STATUSES
from meetings.models import ExtensionRequest, Task, TaskLog, TaskState
from meetings.models.log import replay

from .log import Changes, copy_current_state, deadline_to_json, iso


def find_implied_changes(planned: Mapping[Task, Sequence[TaskLog]]) -> dict[Task, Changes]:
    """Return what writing the ``planned`` entries changes besides. At most one query.

    A report moves the next review, and the end of a task lets a request for a later deadline lapse.
    """
    implied: dict[Task, Changes] = {}
    for task, entries in planned.items():
        new = _replay_with(task, entries).next_review
        is_set = any("next_review" in entry.changes for entry in entries)
        is_moved = new != task.next_review and not is_set
        implied[task] = {"next_review": {"old": iso(task.next_review), "new": iso(new)}} if is_moved else {}
    ending = {task.pk: task for task, entries in planned.items() if any(map(_is_ending, entries))}
    if ending:
        for request in ExtensionRequest.objects.waiting().filter(task__in=ending):
            asked = deadline_to_json(request.deadline)
            implied[ending[request.task_id]]["asked_deadline"] = {"old": asked, "new": None}
    return implied


def apply_planned_entries(task: Task, entries: Sequence[TaskLog]) -> None:
    """Put the planned ``entries`` into effect on ``task``, without saving.

    The log is prefetched and extended, so that further checks see the planned entries.
    """
    copy_current_state(task, _replay_with(task, entries))
    log = task.log.all()
    log._result_cache = [*log, *entries]


def _replay_with(task: Task, entries: Sequence[TaskLog]) -> TaskState:
    """Return the last interval of the task's prefetched log followed by ``entries``."""
    for sequence, entry in enumerate(entries, start=len(task.log.all()) + 1):
        entry.sequence = sequence
    log = sorted([*task.log.all(), *entries], key=lambda entry: (entry.effective_on, entry.sequence))
    *_before, state = replay(task.pk, log)
    return state


def _is_ending(entry: TaskLog) -> bool:
    return entry.changes.get("status", {}).get("new") in ENDED_STATUSES
