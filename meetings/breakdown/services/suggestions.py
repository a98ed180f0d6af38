"""Services on the rows of a breakdown table: order, texts, sources, earlier rows.

``version_token`` is `table_version_token` of the page the person looked at, None where no page was looked at; every
service here is the secretariat's, and raises ConflictError where the table has changed. What was printed stays in the
logs.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.breakdown.comparison import earlier_suggestions
from meetings.errors import InvalidInputError, InvalidTransitionError, NoChangesError
from meetings.locking import check_version
from meetings.models import (
    Account,
    ChangeKind,
    DraftRow,
    EntryKind,
    Person,
    Suggestion,
    SuggestionOutcome,
    SuggestionSource,
    Task,
)
from meetings.permissions import require_secretariat
from meetings.tasks.services.log import Changes, compare_values, diff_values, log_change
from meetings.tasks.services.validators import clean_reason

from .aspects import aspect_label, get_or_create_aspect
from .ordering import (
    assign_positions,
    lock_row,
    lock_table,
    lock_tasks,
    log_suggestion_change,
    log_task_change,
    number_tasks,
    ordered_suggestions,
    place_at_end_of_aspect,
    sources_to_json,
    swap_with_neighbour,
)

MAX_NUMBER = 99_999


@transaction.atomic
def edit_suggestion(*, suggestion_id: int, values: Mapping[str, Any], reason: str, actor: Account) -> Suggestion:
    """Correct the ``values`` of a row: number, aspect, suggestion, lead-in, sources.

    A new title of the aspect adds it; the sources are people with their capacities, in order. Each task of the row
    gets an entry, effective today. Raises a subclass of ServiceError.
    """
    require_secretariat(actor)
    rows, suggestion = lock_row(suggestion_id, None)
    reason = clean_reason(reason)
    old = _suggestion_to_json(suggestion)
    before = suggestion.aspect_id
    suggestion.number = values.get("number", suggestion.number)
    suggestion.text = values.get("suggestion", suggestion.text).strip()
    suggestion.lead_in = values.get("lead_in", suggestion.lead_in).strip()
    if "aspect" in values:
        suggestion.aspect = get_or_create_aspect(suggestion.meeting, values["aspect"], actor=actor)
    suggestion.save()
    if "sources" in values:
        replace_sources(suggestion, values["sources"])
    new = _suggestion_to_json(suggestion)
    changes = compare_values(old, new)
    if not changes:
        raise NoChangesError
    if suggestion.aspect_id != before:
        assign_positions(place_at_end_of_aspect(rows, suggestion), "position")
    are_texts = changes.keys() <= {"suggestion", "lead_in"}
    log_suggestion_change(
        suggestion,
        actor=actor,
        changes=changes,
        note=reason,
        kind=EntryKind.TEXTS if are_texts else EntryKind.ARRANGED,
        change_kind=ChangeKind.CORRECTED,
    )
    return suggestion


@transaction.atomic
def move_suggestion(*, suggestion_id: int, up: bool, actor: Account, version_token: str | None = None) -> None:
    """Exchange a row with the one above or below; printed numbers stay in order.

    Raises InvalidTransitionError at the edge of the aspect.
    """
    require_secretariat(actor)
    rows, _suggestion = lock_row(suggestion_id, version_token)
    swapped, suggestion, neighbour = swap_with_neighbour(rows, suggestion_id, up)
    if neighbour.aspect_id != suggestion.aspect_id:
        raise InvalidTransitionError(
            _("There is no other row of this aspect there. Choose another aspect for it instead.")
        )
    place, numbers = suggestion.position, (suggestion.number, neighbour.number)
    assign_positions(swapped, "position")
    if None not in numbers:
        suggestion.number, neighbour.number = reversed(numbers)
        Suggestion.objects.bulk_update([suggestion, neighbour], ["number"])
    moved = {"place_in_table": (place, suggestion.position), "number": (numbers[0], suggestion.number)}
    log_suggestion_change(suggestion, actor=actor, changes=diff_values(moved))
    if changes := diff_values({"number": (numbers[1], neighbour.number)}):
        log_suggestion_change(neighbour, actor=actor, changes=changes)


@transaction.atomic
def move_suggestion_to_aspect(
    *, suggestion_id: int, aspect_id: int | None, actor: Account, version_token: str | None = None
) -> None:
    """Move a row to the end of another aspect, or of none; its number stays."""
    require_secretariat(actor)
    rows, suggestion = lock_row(suggestion_id, version_token)
    aspect = suggestion.meeting.aspects.filter(pk=aspect_id).first() if aspect_id else None
    if aspect_id and aspect is None:
        raise InvalidInputError(_("Choose one of the meeting's aspects."))
    changes = diff_values({"aspect": (aspect_label(suggestion.aspect), aspect_label(aspect))})
    if not changes:
        raise InvalidInputError(_("The row stands under this aspect already."))
    suggestion.aspect = aspect
    suggestion.save()
    assign_positions(place_at_end_of_aspect(rows, suggestion), "position")
    log_suggestion_change(suggestion, actor=actor, changes=changes)


@transaction.atomic
def split_suggestion(
    *,
    suggestion_id: int,
    task_ids: Sequence[int],
    text: str,
    new_text: str,
    new_number: int | None,
    reason: str,
    actor: Account,
    version_token: str | None = None,
) -> Suggestion:
    """Split a row: the tasks ``task_ids`` go to a new row below, with its sources.

    Raises a subclass of ServiceError: where no task would stay, or none go.
    """
    require_secretariat(actor)
    rows, suggestion = lock_row(suggestion_id, version_token)
    _require_no_outcome(suggestion)
    reason = clean_reason(reason)
    tasks = lock_tasks(suggestion)
    moving = [task for task in tasks if task.pk in set(task_ids)]
    staying = [task for task in tasks if task not in moving]
    if not moving or not staying:
        raise InvalidInputError(_("Choose which tasks go to the new row; at least one goes and one stays."), field="go")
    for field, value in (("text", text), ("new_text", new_text)):
        if not value.strip():
            raise InvalidInputError(_("Write what each of the two rows suggests."), field=field)
    _require_free_number(new_number, suggestion, rows)
    old, old_text = str(suggestion), suggestion.text
    suggestion.text = text.strip()
    suggestion.save()
    new = _create_row_below(suggestion, rows, text=new_text.strip(), number=new_number)
    numbers = number_tasks({suggestion: staying, new: moving})
    stays = diff_values({"suggestion": (old_text, suggestion.text), "split_off": (None, str(new))})
    _log_tasks(staying, stays, numbers, actor=actor, note=reason)
    _log_tasks(moving, diff_values({"suggestion_row": (old, str(new))}), numbers, actor=actor, note=reason)
    return new


def _require_free_number(number: int | None, suggestion: Suggestion, rows: Sequence[Suggestion]) -> None:
    """Refuse a number that another row has.

    Where each aspect is numbered by itself, only the rows of the same aspect count.
    """
    numbered = [row for row in rows if row.number is not None]
    if len({row.number for row in numbered}) < len(numbered):
        numbered = [row for row in numbered if row.aspect_id == suggestion.aspect_id]
    if number is not None and any(row.number == number for row in numbered):
        raise InvalidInputError(
            _("There is a row %(number)d already. Write another number, or none and renumber the table afterwards.")
            % {"number": number},
            field="new_number",
        )


def _create_row_below(
    suggestion: Suggestion, rows: Sequence[Suggestion], *, text: str, number: int | None
) -> Suggestion:
    """Create a row under the same aspect, with the same sources, below ``suggestion``."""
    new = Suggestion.objects.create(
        meeting=suggestion.meeting,
        aspect=suggestion.aspect,
        position=rows[-1].position + 1,
        number=number,
        text=text,
        raised_before=suggestion.raised_before,
    )
    replace_sources(new, get_sources(suggestion))
    at = rows.index(suggestion) + 1
    assign_positions([*rows[:at], new, *rows[at:]], "position")
    return new


def _log_tasks(
    tasks: Sequence[Task], changes: Changes, numbers: Mapping[int, Changes], *, actor: Account, note: str
) -> None:
    for task in tasks:
        log_task_change(task, actor=actor, changes={**changes, **numbers[task.pk]}, note=note)


@transaction.atomic
def merge_suggestions(
    *,
    suggestion_id: int,
    other_id: int,
    text: str,
    lead_in: str,
    reason: str,
    actor: Account,
    version_token: str | None = None,
) -> Suggestion:
    """Merge two rows: the other's tasks and sources come behind the first one's.

    Raises a subclass of ServiceError.
    """
    require_secretariat(actor)
    rows, suggestion = lock_row(suggestion_id, version_token)
    other = next((row for row in rows if row.pk == other_id and row.pk != suggestion_id), None)
    if other is None:
        raise InvalidInputError(_("Choose the row to join with."), field="other")
    _require_no_outcome(suggestion)
    _require_no_outcome(other)
    reason = clean_reason(reason)
    own, joining = lock_tasks(suggestion), lock_tasks(other)
    old, other_text, other_sources = _suggestion_to_json(suggestion), str(other), sources_to_json(other)
    suggestion.text, suggestion.lead_in = text.strip(), lead_in.strip()
    suggestion.raised_before = suggestion.raised_before or other.raised_before
    suggestion.save()
    replace_sources(suggestion, list(dict.fromkeys([*get_sources(suggestion), *get_sources(other)])))
    numbers = number_tasks({suggestion: [*own, *joining]})
    Task.objects.filter(suggestion=other).update(suggestion=suggestion)
    DraftRow.objects.filter(suggestion=other).update(suggestion=suggestion)
    other.raised_again.update(raised_before=suggestion)
    rows.remove(other)
    other.delete()
    assign_positions(rows, "position")
    new = _suggestion_to_json(suggestion)
    _log_tasks(
        own,
        {**diff_values({"joined": (None, other_text)}), **compare_values(old, new)},
        numbers,
        actor=actor,
        note=reason,
    )
    moved = {"suggestion_row": (other_text, str(suggestion)), "sources": (other_sources, new["sources"])}
    _log_tasks(joining, diff_values(moved), numbers, actor=actor, note=reason)
    removed = {"joined_into": {"old": None, "new": str(suggestion)}}
    log_change(suggestion.meeting, kind=ChangeKind.REMOVED, actor=actor, changes=removed, part=other_text, note=reason)
    return suggestion


@transaction.atomic
def remove_suggestion(*, suggestion_id: int, actor: Account, version_token: str | None = None) -> None:
    """Remove a row; raises InvalidTransitionError where it has tasks, for their logs."""
    require_secretariat(actor)
    rows, suggestion = lock_row(suggestion_id, version_token)
    if suggestion.tasks.exists():
        raise InvalidTransitionError(
            _("This row has tasks, whose log is kept. Terminate them, or join the row with another.")
        )
    if suggestion.draft_rows.exists():
        raise InvalidTransitionError(_("This row came from a file, which is kept with it. Correct it instead."))
    changes = diff_values(
        {
            "suggestion": (suggestion.text, ""),
            "lead_in": (suggestion.lead_in, ""),
            "sources": (sources_to_json(suggestion), []),
            "aspect": (aspect_label(suggestion.aspect), ""),
        }
    )
    part, meeting = str(suggestion), suggestion.meeting
    rows.remove(suggestion)
    suggestion.delete()
    assign_positions(rows, "position")
    log_change(meeting, kind=ChangeKind.REMOVED, actor=actor, changes=changes, part=part)


@transaction.atomic
def renumber_suggestions(
    *, meeting_id: int, within_aspects: bool, actor: Account, version_token: str | None = None
) -> int:
    """Renumber the rows through the table or each aspect; return how many changed."""
    require_secretariat(actor)
    meeting = lock_table(meeting_id, version_token)
    groups = groupby(ordered_suggestions(meeting), key=lambda row: within_aspects and row.aspect_id)
    places = [(row, number) for _aspect, rows in groups for number, row in enumerate(rows, start=1)]
    changes = {row: diff_values({"number": (row.number, number)}) for row, number in places if row.number != number}
    for row, number in places:
        row.number = number
    Suggestion.objects.bulk_update(changes, ["number"])
    for row, change in changes.items():
        log_suggestion_change(row, actor=actor, changes=change)
    return len(changes)


@transaction.atomic
def link_earlier_suggestion(
    *, suggestion_id: int, earlier_id: int | None, actor: Account, expected_earlier_id: int | None, note: str = ""
) -> Suggestion:
    """Link a suggestion to an earlier one, or to none (``earlier_id`` None).

    ``expected_earlier_id`` is the earlier one the form showed. Each task of the suggestion gets an entry, effective
    today. Raises a subclass of ServiceError: ConflictError where somebody else has linked it meanwhile, among others.
    """
    require_secretariat(actor)
    rows = Suggestion.objects.select_for_update(of=("self",)).select_related("meeting", "raised_before__meeting")
    suggestion = rows.get(pk=suggestion_id)
    # No link is 0, as a form that showed none says.
    check_version(expected_earlier_id or 0, suggestion.raised_before_id or 0)
    if suggestion.raised_before_id == earlier_id:
        raise NoChangesError()
    earlier = None
    if earlier_id is not None:
        earlier = earlier_suggestions(suggestion).select_related("meeting").filter(pk=earlier_id).first()
        if earlier is None:
            raise InvalidTransitionError(
                _("A suggestion comes back to one of a meeting before its own. Choose another one."), field="earlier"
            )
    old = suggestion.raised_before
    suggestion.raised_before = earlier
    suggestion.save(update_fields=["raised_before"])
    change = {"old": old and _describe_suggestion(old), "new": earlier and _describe_suggestion(earlier)}
    log_suggestion_change(suggestion, actor=actor, changes={"raised_before": change}, note=note)
    return suggestion


def _describe_suggestion(suggestion: Suggestion) -> str:
    """Return the log's name of a suggestion: its meeting, number and text."""
    return _("%(meeting)s, no. %(number)d: %(text)s") % {
        "meeting": suggestion.meeting.title,
        "number": suggestion.number or suggestion.position,
        "text": suggestion.text,
    }


# --- what several share ---------------------------------------------------------------------------


def replace_sources(suggestion: Suggestion, sources: Sequence[tuple[Person, str]]) -> None:
    """Give the row these sources, in this order, instead of those it has."""
    suggestion.suggestion_sources.all().delete()
    SuggestionSource.objects.bulk_create(
        SuggestionSource(suggestion=suggestion, person=person, capacity=capacity, position=position)
        for position, (person, capacity) in enumerate(sources, start=1)
    )


def get_sources(suggestion: Suggestion) -> list[tuple[Person, str]]:
    """Return who made a suggestion, in which capacity, in printed order. One query."""
    sources = suggestion.suggestion_sources.order_by("position").select_related("person")
    return [(source.person, source.capacity) for source in sources]


def _suggestion_to_json(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "number": suggestion.number,
        "aspect": suggestion.aspect.title if suggestion.aspect else "",
        "suggestion": suggestion.text,
        "lead_in": suggestion.lead_in,
        "sources": sources_to_json(suggestion),
    }


def _require_no_outcome(suggestion: Suggestion) -> None:
    if SuggestionOutcome.objects.filter(suggestion=suggestion).exists():
        raise InvalidTransitionError(
            _("What became of “%(suggestion)s” has been recorded and told, so it is neither split nor joined.")
            % {"suggestion": suggestion}
        )
