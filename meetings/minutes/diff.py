"""Difference between a draft and its meeting in the register, and the update.

Corrections go through the services, so that what was there stays in the log. What no service may change by itself (a
deadline moves by an extension only) and what the file no longer has is reported and left to a person.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from meetings.breakdown.services.aspects import get_or_create_aspect
from meetings.breakdown.services.meetings import edit_meeting, get_metadata
from meetings.breakdown.services.ordering import assign_positions, ordered_suggestions, place_at_end_of_aspect
from meetings.breakdown.services.suggestions import edit_suggestion
from meetings.core.text import fold_text
from meetings.errors import NoChangesError
from meetings.minutes.parser.schema import ParsedRow, ParsedTask as PrintedTask
from meetings.models import Account, ChangeKind, Meeting, Suggestion, Task
from meetings.tasks.services.corrections import correct_task
from meetings.tasks.services.log import log_change

from .creation import AcceptResult, DraftWriter, task_numbers
from .draft import Draft
from .draft_forms import format_departments, format_names, format_people

#: Texts less alike than this are two texts, not one corrected (the ratio of `difflib`).
_MIN_SIMILARITY = 0.6


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that differs; ``is_applied``: an update changes it."""

    column: str
    old: str
    new: str
    is_applied: bool = True


@dataclass(frozen=True, slots=True)
class TaskDifference:
    """A task of the file (``place`` from 0) beside the register's; None: missing."""

    place: int | None
    task: Task | None
    text: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row of the file (``position`` from 1) beside its suggestion; None: missing."""

    position: int | None
    suggestion: Suggestion | None
    text: str = ""
    changes: tuple[FieldChange, ...] = ()
    tasks: tuple[TaskDifference, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return self.position is not None and self.suggestion is not None and not self.changes and not self.tasks


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between a draft and a meeting of the register."""

    facts: tuple[FieldChange, ...] = ()
    rows: tuple[RowDifference, ...] = ()

    @property
    def changed_rows(self) -> list[RowDifference]:
        """The rows in which something differs."""
        return [row for row in self.rows if not row.is_same]

    @property
    def applied_count(self) -> int:
        """How many suggestions, tasks and values an update would add or change."""
        rows = [row for row in self.rows if row.position is not None]
        tasks = [task for row in rows for task in row.tasks if task.place is not None]
        groups = [self.facts, *(row.changes for row in rows), *(task.changes for task in tasks)]
        added = sum(row.suggestion is None for row in rows) + sum(task.task is None for task in tasks)
        return added + sum(change.is_applied for changes in groups for change in changes)


def compute_difference(meeting: Meeting, draft: Draft) -> Difference:
    """Return what differs between ``draft`` and ``meeting``. Seven queries."""
    suggestions = list(
        meeting.suggestions.select_related("aspect")
        .prefetch_related(
            "suggestion_sources__person",
            Prefetch("tasks", Task.objects.standing()),
            "tasks__task_departments__department",
            "tasks__task_leaders__person",
            "tasks__milestones",
        )
        .order_by("position")
    )
    rows = [drafted.row for drafted in draft.rows]
    partners = _match_texts(
        [(row.suggestion or (row.task_text(0) if row.tasks else ""), row.number) for row in rows],
        [(_suggestion_text(suggestion), suggestion.number) for suggestion in suggestions],
    )
    differences = [
        RowDifference(
            at + 1,
            suggestions[partners[at]],
            changes=tuple(_row_changes(draft, row, suggestions[partners[at]])),
            tasks=tuple(_task_differences(draft, row, suggestions[partners[at]])),
        )
        if at in partners
        else RowDifference(at + 1, None, row.suggestion or row.task_text(0))
        for at, row in enumerate(rows)
    ]
    differences += [
        RowDifference(None, suggestion) for at, suggestion in enumerate(suggestions) if at not in partners.values()
    ]
    return Difference(tuple(_metadata_changes(meeting, draft)), tuple(differences))


def _suggestion_text(suggestion: Suggestion) -> str:
    return suggestion.text or next((task.text for task in suggestion.tasks.all()), "")


def _match_texts(
    numbered: Iterable[tuple[str, int | None]], other_numbered: Iterable[tuple[str, int | None]]
) -> dict[int, int]:
    """Return each text's counterpart: the same, one alike of its number, or one alike."""
    mine, others = ([(fold_text(text), number) for text, number in of] for of in (numbered, other_numbered))
    free = set(range(len(others)))
    partners: dict[int, int] = {}

    def pair(fits: Callable[[int, int], bool]) -> None:
        for at in range(len(mine)):
            if at not in partners and (partner := next((to for to in sorted(free) if fits(at, to)), None)) is not None:
                partners[at] = partner
                free.discard(partner)

    def alike(at: int, to: int) -> bool:
        return SequenceMatcher(None, mine[at][0], others[to][0], autojunk=False).ratio() >= _MIN_SIMILARITY

    pair(lambda at, to: mine[at][0] == others[to][0])
    pair(lambda at, to: mine[at][1] is not None and mine[at][1] == others[to][1] and alike(at, to))
    pair(alike)
    return partners


def _metadata_changes(meeting: Meeting, draft: Draft) -> Iterable[FieldChange]:
    """Yield changes of the metadata; only missing values are filled in."""
    metadata, people = draft.facts, draft.matches.people
    for name in ("title", "body", "breakdown_title", "document_number", "held_on", "issued_on", "place", "host"):
        old_text, new_text = (str(getattr(of, name) or "") for of in (meeting, metadata))
        yield from _text_changes(name, old_text, new_text, is_applied=not old_text)
    for name in ("chair", "overall_lead"):
        old, new = getattr(meeting, name), getattr(metadata, name)
        if new and (old is None or old.name != people[new].current_name):
            yield FieldChange(name, str(old or ""), new, is_applied=old is None)
    leads = [lead.person.name for lead in meeting.meeting_leads.select_related("person")]
    if metadata.leads and leads != [people[name].current_name for name in metadata.leads]:
        yield FieldChange("leads", format_names(leads), format_names(metadata.leads), is_applied=not leads)
    names = [person.name for person in metadata.attendees]
    attendees = [attendance.person.name for attendance in meeting.attendances.select_related("person")]
    if names and set(attendees) != {people[name].current_name for name in names}:
        yield FieldChange("attendees", format_names(attendees), format_names(names), is_applied=not attendees)


def _row_changes(draft: Draft, row: ParsedRow, suggestion: Suggestion) -> Iterable[FieldChange]:
    yield from _text_changes("suggestion", suggestion.text, row.suggestion or "")
    yield from _text_changes("lead_in", suggestion.lead_in, row.lead_in)
    old_aspect = suggestion.aspect.title if suggestion.aspect else ""
    yield from _text_changes("aspect", old_aspect, row.aspect or "", is_applied=False)
    if row.number != suggestion.number:
        yield FieldChange("number", str(suggestion.number or ""), str(row.number or ""), is_applied=False)
    old = [(source.person.name, source.capacity) for source in suggestion.suggestion_sources.all()]
    if set(old) != {(draft.matches.people[person.name].current_name, person.capacity or "") for person in row.sources}:
        sources_text = "\n".join(f"{capacity} {name}".strip() for name, capacity in old)
        yield FieldChange("sources", sources_text, format_people(row.sources), is_applied=False)


def _task_differences(draft: Draft, row: ParsedRow, suggestion: Suggestion) -> Iterable[TaskDifference]:
    tasks = sorted(suggestion.tasks.all(), key=lambda task: task.number)
    partners = _match_texts(
        [(row.task_text(place), number) for place, number in enumerate(task_numbers(row))],
        [(task.text, task.number) for task in tasks],
    )
    if len(row.tasks) == len(tasks) == 1:
        partners = {0: 0}
    for place, parsed_task in enumerate(row.tasks):
        partner = partners.get(place)
        if partner is None:
            yield TaskDifference(place, None, row.task_text(place))
        elif changes := tuple(_task_changes(draft, row, place, parsed_task, tasks[partner])):
            yield TaskDifference(place, tasks[partner], row.task_text(place), changes)
    for at, task in enumerate(tasks):
        if at not in partners.values():
            yield TaskDifference(None, task, task.text)


def _task_changes(
    draft: Draft, row: ParsedRow, place: int, parsed_task: PrintedTask, task: Task
) -> Iterable[FieldChange]:
    yield from _text_changes("text", task.text, row.task_text(place))
    yield from _text_changes("remarks", task.remarks, row.remarks)
    old = [(part.department.name, part.role) for part in task.task_departments.all()]
    new = dict.fromkeys(
        (draft.matches.departments[each.name].current_name, str(each.role)) for each in parsed_task.departments
    )
    if old != list(new):
        names = "、".join(name for name, _role in old)
        yield FieldChange("departments", names, format_departments(parsed_task.departments))
    leaders = [part.person.name for part in task.task_leaders.all()]
    if leaders != list(dict.fromkeys(draft.matches.people[name].current_name for name in parsed_task.leaders)):
        yield FieldChange("leaders", format_names(leaders), format_names(parsed_task.leaders))
    deadline = parsed_task.deadline
    if (task.original_due_date, task.original_deadline_kind) != (deadline.due_date, str(deadline.kind)):
        yield FieldChange("deadline", task.original_deadline_text, deadline.text, is_applied=False)
    old_milestones = task.milestones.all()
    if [each.due_date for each in old_milestones] != [each.due_date for each in parsed_task.milestones]:
        old_text = "、".join(each.deadline_text for each in old_milestones)
        new_text = "、".join(each.text for each in parsed_task.milestones)
        yield FieldChange("milestones", old_text, new_text, is_applied=False)


def _text_changes(column: str, old: str, new: str, *, is_applied: bool = True) -> Iterable[FieldChange]:
    """Yield the change of a text beyond blanks and the width of punctuation."""
    if new and fold_text(old) != fold_text(new):
        yield FieldChange(column, old, new, is_applied)


# --- updating -------------------------------------------------------------------------------------


@transaction.atomic
def update_meeting(
    meeting: Meeting, draft: Draft, difference: Difference, *, actor: Account, reason: str
) -> AcceptResult:
    """Write what is applied of ``difference`` by the services, and enter what is new.

    Corrections are logged with ``reason``; nothing is removed. Raises AcceptBlockedError, NoChangesError for a draft of
    corrections without any, and what the services raise. Returns for each row of the draft the suggestion it now is.
    """
    writer = DraftWriter(draft, actor)
    if draft.is_manual and not difference.applied_count:
        raise NoChangesError
    if columns := _applied_columns(difference.facts):
        new = writer.metadata()
        metadata = replace(get_metadata(meeting), **{name: getattr(new, name) for name in columns})
        meeting = edit_meeting(meeting_id=meeting.pk, metadata=metadata, reason=reason, actor=actor)
    suggestions: list[Suggestion] = []
    for row in difference.rows:
        if row.position is None:
            continue
        if row.suggestion is None:
            suggestions.append(_add_suggestion(writer, meeting, row.position, actor))
            continue
        suggestions.append(row.suggestion)
        parsed_row = draft.rows[row.position - 1].row
        if columns := _applied_columns(row.changes):
            values = {
                name: parsed_row.number if name == "number" else getattr(parsed_row, name) or "" for name in columns
            }
            if "sources" in values:
                values["sources"] = writer.sources(parsed_row)
            edit_suggestion(suggestion_id=row.suggestion.pk, values=values, reason=reason, actor=actor)
        for task in row.tasks:
            if task.place is not None and task.task is not None and (columns := _applied_columns(task.changes)):
                corrected = _corrections(writer, parsed_row, task.place, columns)
                # Corrections of its row have changed the version.
                task.task.refresh_from_db(fields=["version"])
                correct_task(task_id=task.task.pk, version=task.task.version, actor=actor, reason=reason, **corrected)
        new_places = [task.place for task in row.tasks if task.place is not None and task.task is None]
        writer.create_tasks(row.suggestion, row.position, _free_numbers(draft, parsed_row, row.suggestion, new_places))
    return AcceptResult(meeting, tuple(suggestions), is_update=True, is_changed=bool(difference.applied_count))


def _applied_columns(changes: Iterable[FieldChange]) -> list[str]:
    return [change.column for change in changes if change.is_applied]


def _add_suggestion(writer: DraftWriter, meeting: Meeting, at: int, actor: Account) -> Suggestion:
    """Enter row ``at`` of the draft at the end of its aspect, with a log entry."""
    aspect = get_or_create_aspect(meeting, writer.draft.rows[at - 1].row.aspect or "", actor=actor)
    suggestion = writer.create_suggestion(meeting, at)
    suggestion.aspect = aspect
    assign_positions(place_at_end_of_aspect(ordered_suggestions(meeting), suggestion), "position")
    changes = {"suggestion": {"old": None, "new": str(suggestion)}}
    log_change(meeting, kind=ChangeKind.ENTERED, actor=actor, changes=changes)
    suggestion.refresh_from_db()
    return suggestion


def _corrections(writer: DraftWriter, row: ParsedRow, place: int, columns: Iterable[str]) -> dict[str, Any]:
    """Return what `correct_task` is called with for these columns of a task."""
    task, texts = row.tasks[place], {"text": row.task_text(place), "remarks": row.remarks}
    corrections: dict[str, Any] = {"texts": {name: text for name, text in texts.items() if name in columns}}
    if {"departments", "leaders"} & set(columns):
        corrections["departments"] = writer.departments(task.departments)
        corrections["leaders"] = writer.people(task.leaders)
    return corrections


def _free_numbers(draft: Draft, row: ParsedRow, suggestion: Suggestion, places: Iterable[int]) -> dict[int, int]:
    """Return a number for each new task: the printed one, if it is free."""
    used = {0, *suggestion.tasks.standing().values_list("number", flat=True)}
    numbers = {}
    for place in places:
        printed = task_numbers(row)[place]
        numbers[place] = max(used) + 1 if draft.is_manual or printed in used else printed
        used.add(numbers[place])
    return numbers
