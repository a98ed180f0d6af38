"""Version token, order of rows and logs of a breakdown table as a whole."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.errors import InvalidTransitionError
from meetings.locking import build_version_token, check_version
from meetings.models import Account, Aspect, ChangeKind, EntryKind, Meeting, Suggestion, SuggestionSource, Task, TaskLog
from meetings.models.task import TASK_TEXTS
from meetings.tasks.services.log import Changes, diff_values, log_change, write_entry

_Row = TypeVar("_Row", bound=models.Model)

# Beyond any place or number there is: where rows stand while others take their places.
_TEMPORARY_OFFSET = 10_000


# --- what a page showed ---------------------------------------------------------------------------


def table_version_token(meeting: Meeting) -> str:
    """Return the token of the table's order and texts. Four queries."""
    querysets = (
        (Aspect.objects.filter(meeting=meeting), ("position", "pk", "title")),
        (Suggestion.objects.filter(meeting=meeting), ("position", "pk", "number", "aspect", "text", "lead_in")),
        (
            SuggestionSource.objects.filter(suggestion__meeting=meeting),
            ("suggestion__position", "position", "person", "capacity"),
        ),
        (
            Task.objects.standing().filter(suggestion__meeting=meeting),
            ("suggestion__position", "number", "pk", *TASK_TEXTS),
        ),
    )
    return build_version_token(*(list(rows.order_by(*names[:2]).values_list(*names)) for rows, names in querysets))


def join_texts(*texts: str | None) -> str:
    """Join the texts of two rows or tasks, each once on lines of its own."""
    return "\n".join(dict.fromkeys(filter(None, texts)))


def lock_table(meeting_id: int, version_token: str | None) -> Meeting:
    """Return the meeting, locked; raises ConflictError for another token."""
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    check_version(version_token, table_version_token(meeting))
    return meeting


def lock_row(suggestion_id: int, version_token: str | None) -> tuple[list[Suggestion], Suggestion]:
    """Return the rows of a table, held as by `lock_table`, and the one of this id."""
    meeting_id = Suggestion.objects.values_list("meeting_id", flat=True).get(pk=suggestion_id)
    rows = ordered_suggestions(lock_table(meeting_id, version_token))
    return rows, next(row for row in rows if row.pk == suggestion_id)


# --- order ----------------------------------------------------------------------------------------


def assign_positions(rows: Sequence[models.Model], field: str) -> None:
    """Assign 1, 2, 3 … to ``field`` of ``rows``, which stays unique all the while."""
    moved = [(row, place) for place, row in enumerate(rows, start=1) if getattr(row, field) != place]
    if not moved:
        return
    manager = type(moved[0][0])._default_manager
    manager.filter(pk__in=[row.pk for row, _place in moved]).update(**{field: F(field) + _TEMPORARY_OFFSET})
    for row, place in moved:
        setattr(row, field, place)
    manager.bulk_update([row for row, _place in moved], [field])


def place_tasks(places: Sequence[tuple[Task, Suggestion, int]]) -> None:
    """Set suggestion and number of each task; the caller logs."""
    tasks = [task for task, _suggestion, _number in places]
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(number=F("number") + _TEMPORARY_OFFSET)
    for task, suggestion, number in places:
        task.suggestion, task.number = suggestion, number
    Task.objects.bulk_update(tasks, ["suggestion", "number"])


def number_tasks(rows: Mapping[Suggestion, Sequence[Task]]) -> dict[int, Changes]:
    """Place the tasks of each row, numbered from 1; return the logs' changes by id.

    All at once: a task that stays may take the number of one that goes.
    """
    places = [(task, row, at) for row, tasks in rows.items() for at, task in enumerate(tasks, start=1)]
    changes = {task.pk: diff_values({"task_number": (task.number, at)}) for task, _row, at in places}
    place_tasks(places)
    return changes


def ordered_suggestions(meeting: Meeting) -> list[Suggestion]:
    """Return the rows of the table in their order, with their aspects. One query."""
    return list(meeting.suggestions.select_related("aspect", "meeting").order_by("position"))


def place_at_end_of_aspect(rows: Sequence[Suggestion], suggestion: Suggestion) -> list[Suggestion]:
    """Return ``rows`` with ``suggestion`` behind the last row of its aspect."""
    others = [row for row in rows if row.pk != suggestion.pk]
    if suggestion.aspect is None:
        return [*others, suggestion]
    before = [at for at, row in enumerate(others) if row.aspect and row.aspect.position <= suggestion.aspect.position]
    at = before[-1] + 1 if before else 0
    return [*others[:at], suggestion, *others[at:]]


def lock_tasks(suggestion: Suggestion) -> list[Task]:
    """Return the tasks of the row in printed order, held against other writers."""
    tasks = Task.objects.standing().select_for_update(of=("self",)).select_related("suggestion__meeting")
    return list(tasks.filter(suggestion=suggestion).order_by("number"))


# --- who is told ----------------------------------------------------------------------------------


def log_task_change(
    task: Task, *, actor: Account, changes: Changes, note: str = "", kind: EntryKind = EntryKind.ARRANGED
) -> TaskLog:
    """Log a change of a task's place or row, effective today as texts are."""
    return write_entry(
        task, actor=actor, kind=kind, effective_on=timezone.localdate(), changes=changes, note=note.strip()
    )


def log_suggestion_change(
    suggestion: Suggestion,
    *,
    actor: Account,
    changes: Changes,
    note: str = "",
    kind: EntryKind = EntryKind.ARRANGED,
    change_kind: ChangeKind = ChangeKind.ARRANGED,
) -> None:
    """Log a change of the row for each of its tasks; without tasks, for the meeting."""
    tasks = lock_tasks(suggestion)
    for task in tasks:
        log_task_change(task, actor=actor, changes=changes, note=note, kind=kind)
    if not tasks:
        log_change(suggestion.meeting, kind=change_kind, actor=actor, changes=changes, part=str(suggestion), note=note)


def sources_to_json(suggestion: Suggestion) -> list[dict[str, str]]:
    """Return who made the suggestion as the logs' ``changes`` hold it. One query."""
    sources = suggestion.suggestion_sources.select_related("person").order_by("position")
    return [{"name": source.person.name, "capacity": source.capacity} for source in sources]


def swap_with_neighbour(rows: Sequence[_Row], pk: int, up: bool) -> tuple[list[_Row], _Row, _Row]:
    """Return the rows with one and its neighbour in each other's place, and these two.

    Raises InvalidTransitionError where there is no neighbour.
    """
    at = next(at for at, row in enumerate(rows) if row.pk == pk)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(rows):
        raise InvalidTransitionError(_("It cannot be moved any further."))
    swapped = list(rows)
    swapped[at], swapped[other] = rows[other], rows[at]
    return swapped, rows[at], rows[other]
