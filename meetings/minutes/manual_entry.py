"""A meeting, or a row of its table, typed by hand: read by the grammars that read a file, entered as accepting does.

A row is typed as the annex prints it: departments, leaders and deadline once for the row, or beside a task for that
task alone. What is doubtful becomes a mark to confirm on its tasks, as at an import; but whom a name means is asked
before anything is entered, for the person who types has the paper in hand.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from meetings.breakdown.services.meetings import MEETING_TEXTS, MeetingFacts, create_meeting, edit_meeting
from meetings.breakdown.services.ordering import at_end_of_its_aspect, lay_out, log_of_meeting, ordered_suggestions
from meetings.breakdown.services.suggestions import aspect_named, edit_suggestion
from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import Reading, read_deadline, read_row_deadlines
from meetings.errors import Incomplete, Refused
from meetings.minutes.parser.cells import read_departments, read_leaders
from meetings.minutes.parser.column_headers import Role
from meetings.minutes.parser.issues import Problem
from meetings.minutes.parser.ordinals import numbered_parts
from meetings.minutes.parser.schema import Meeting as Facts
from meetings.minutes.parser.schema import Row
from meetings.minutes.parser.schema import Task as TypedTask
from meetings.models import Account, ChangeKind, DepartmentRole, Meeting, Suggestion, Task
from meetings.tasks.services.validators import require_secretariat

from .creation import CannotAccept, blockers_of_fact_lengths, blockers_of_row_lengths, enter_row, enter_tasks, task_text
from .draft import EMPTY_ROW, EMPTY_TASK, SEVERAL, Draft, DraftedRow, problem_of_doubt, several
from .form_codec import facts_as_typed, read_people, row_as_typed
from .issue_answers import checked_choice
from .matching import Matches, NameMatch
from .resolution import Register

#: The most tasks that one form holds; a printed row has three or four.
MOST_TASKS = 40
_OF_TASK = ("departments", "leaders", "deadline")


class NamesInQuestion(Refused):
    """Somebody has to say whom some of the names mean before anything is entered."""

    def __init__(self, matches: Sequence[NameMatch]) -> None:
        super().__init__(
            _("Say below whom these names mean: %(names)s") % {"names": "、".join(m.name for m in matches)}
        )
        self.matches = tuple(matches)


@dataclass(frozen=True, slots=True)
class TypedSuggestion:
    """A row as somebody typed it, read: the draft of it alone, and how each task's deadline was read.

    ``after`` is the number of the last task that the row had when the form was opened, 0 for a new row.
    """

    draft: Draft
    readings: tuple[Reading, ...]
    after: int = 0

    @property
    def row(self) -> Row:
        """What was understood."""
        return self.draft.rows[0].row

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is left to be confirmed."""
        return self.draft.rows[0].problems

    @property
    def matches(self) -> Matches:
        """Whom the names mean."""
        return self.draft.matches


# --- reading --------------------------------------------------------------------------------------


def read_suggestion(typed: Mapping[str, str], meeting: Meeting, choices: Mapping[str, str]) -> TypedSuggestion:
    """Return the row that was ``typed`` in the fields of its form, in the frame of the meeting's days.

    ``choices`` say whom names mean (`matching.match_names`). Raises Incomplete for a number that is none.
    """
    row = row_as_typed(EMPTY_ROW, {name: typed.get(name, "") for name in _ROW_TEXTS}, facts_for(meeting)).row
    lead_in, cells = _cells(typed)
    places, texts = [at for at, _text in cells], [text for _at, text in cells]
    readings = _readings(typed, places, texts, meeting)
    tasks = tuple(
        TypedTask(
            number=number if len(cells) > 1 else None,
            text=text,
            departments=read_departments(_own_or_rows(typed, at, "departments"), Role.RESPONSIBLE).names,
            leaders=read_leaders(_own_or_rows(typed, at, "leaders")),
            deadline=reading.deadline,
            milestones=reading.milestones,
        )
        for number, (at, text, reading) in enumerate(zip(places, texts, readings, strict=True), start=1)
    )
    row = replace(row, tasks=tasks, lead_in=row.lead_in or lead_in)
    drafted = DraftedRow(row, tuple(_problems(row, readings)))
    return TypedSuggestion(Draft(facts_for(meeting), (drafted,), (), dict(choices)), readings, last_number(typed))


_ROW_TEXTS = ("number", "aspect", "suggestion", "lead_in", "sources", "remarks")


def task_places(typed: Mapping[str, str]) -> list[int]:
    """Return the places of the form's tasks in which something is typed; the first where nothing is."""
    filled = [
        at
        for at in range(MOST_TASKS)
        if any(typed.get(f"task-{at}-{name}", "").strip() for name in ("text", *_OF_TASK))
    ]
    return filled or [0]


def last_number(typed: Mapping[str, str]) -> int:
    """Return the number behind which the tasks of the form come, as the form itself says."""
    written = typed.get("after", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 4 else 0


def _cells(typed: Mapping[str, str]) -> tuple[str, list[tuple[int, str]]]:
    """Return the lead-in that stands before the tasks' numbers, and the tasks: the place in the form, and the text.

    The numbers that are printed with the tasks are not part of their texts, nor the semicolons between them: who copies
    a whole cell of the annex into one field has typed the tasks that it numbers.
    """
    places, lead_in = task_places(typed), ""
    cells: list[tuple[int, str]] = []
    for at in places:
        text = _text_of_cell(typed, f"task-{at}-text")
        before, parts = numbered_parts(text, last_number(typed) + len(cells) + 1)
        if len(parts) > MOST_TASKS or (before and (cells or typed.get("lead_in", "").strip())):
            cells.append((at, text))
            continue
        lead_in = lead_in or before
        texts = [part.text for part in parts]
        cells.extend((at, part.rstrip("；;") if at != places[-1] else part) for part in texts)
    return lead_in, cells


def _readings(typed: Mapping[str, str], places: Sequence[int], texts: Sequence[str], meeting: Meeting):
    days = {"issued_on": meeting.issued_on, "held_on": meeting.held_on}
    of_row = read_row_deadlines(_text_of_cell(typed, "deadline"), texts, **days)
    return tuple(
        read_deadline(own, **days) if (own := _text_of_cell(typed, f"task-{at}-deadline")) else reading
        for at, reading in zip(places, of_row, strict=True)
    )


def _problems(row: Row, readings: Sequence[Reading]):
    for doubt in dict.fromkeys(reading.problem for reading in readings if reading.problem):
        yield problem_of_doubt(doubt)
    for code in SEVERAL:
        if problem := several(row, code):
            yield problem
    if any(not task.departments for task in row.tasks):
        yield Problem(None, "departments", "", ProblemCode.NO_DEPARTMENT)


def _own_or_rows(typed: Mapping[str, str], at: int, name: str) -> str:
    return _text_of_cell(typed, f"task-{at}-{name}") or _text_of_cell(typed, name)


def _text_of_cell(typed: Mapping[str, str], name: str) -> str:
    lines = typed.get(name, "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def facts_for(meeting: Meeting) -> Facts:
    """Return what a reading needs of the meeting: its days."""
    return Facts(issued_on=meeting.issued_on, held_on=meeting.held_on)


def sources_draft(printed: str, choices: Mapping[str, str]) -> Draft:
    """Return a draft that holds nothing but the sources ``printed`` in a cell, to match their names."""
    row = replace(EMPTY_ROW, tasks=(EMPTY_TASK,), sources=read_people(printed))
    return Draft(Facts(), (DraftedRow(row),), (), dict(choices))


def require_known(draft: Draft) -> None:
    """Raise NamesInQuestion where a name is like a known one and nobody has said whether it is the same.

    Raises Incomplete where the answer cannot be: somebody new of the name and unit of somebody known.
    """
    if asked := draft.matches.open():
        raise NamesInQuestion(asked)
    for match in draft.matches.all():
        if match.key in draft.choices:
            checked_choice(match, draft.choices[match.key])


# --- entering -------------------------------------------------------------------------------------


@transaction.atomic
def enter_suggestion(*, meeting_id: int, typed: TypedSuggestion, actor: Account) -> Suggestion:
    """Enter a row at the end of its aspect, with its tasks; what is doubtful becomes a mark on them.

    Raises CannotAccept with all that is missing, NamesInQuestion, and what the verbs raise; then nothing is written.
    """
    require_secretariat(actor)
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    _require_complete(typed)
    require_known(typed.draft)
    aspect = aspect_named(meeting, typed.row.aspect or "", actor=actor)
    suggestion = enter_row(meeting, typed.draft, 1, Register(typed.matches), actor=actor)
    suggestion.aspect = aspect
    lay_out(
        at_end_of_its_aspect(ordered_suggestions(meeting), suggestion),
        "position",
    )
    log_of_meeting(
        meeting,
        kind=ChangeKind.ENTERED,
        actor=actor,
        changes={"suggestion": {"old": None, "new": str(suggestion)}},
    )
    suggestion.refresh_from_db()
    return suggestion


@transaction.atomic
def add_tasks(*, suggestion_id: int, typed: TypedSuggestion, actor: Account) -> list[Task]:
    """Enter the tasks of ``typed`` behind those that the row has already. Raises as `enter_suggestion` does."""
    require_secretariat(actor)
    suggestion = Suggestion.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=suggestion_id)
    _require_complete(typed)
    require_known(typed.draft)
    last = last_task_number(suggestion)
    places = {place: last + place + 1 for place in range(len(typed.row.tasks))}
    return enter_tasks(suggestion, typed.draft, 1, Register(typed.matches), places, actor=actor)


def last_task_number(suggestion: Suggestion) -> int:
    """Return the number of the last task of a row, 0 where it has none. One query."""
    return suggestion.tasks.standing().aggregate(last=Max("number"))["last"] or 0


def _require_complete(typed: TypedSuggestion) -> None:
    row = typed.row
    for place in range(len(row.tasks)):
        if not task_text(row, place):
            number = typed.after + place + 1
            raise Incomplete(
                _("Task (%(number)d) has no text. Write it, or empty its other fields.") % {"number": number}
                if len(row.tasks) > 1
                else _("Write the suggestion, a task, or both."),
                field="tasks",
            )
    if blockers := list(blockers_of_row_lengths(row, 1)):
        raise CannotAccept(blockers)


@transaction.atomic
def correct_suggestion(
    *, suggestion_id: int, typed: Mapping[str, str], people: Draft, reason: str, actor: Account, seen: str
) -> Suggestion:
    """Correct a row as its form says; ``people`` are its sources (`sources_draft`). Raises as the verb does."""
    suggestion = Suggestion.objects.select_related("meeting").get(pk=suggestion_id)
    row = row_as_typed(EMPTY_ROW, {name: typed.get(name, "") for name in _ROW_TEXTS}, facts_for(suggestion.meeting)).row
    row = replace(row, sources=people.rows[0].row.sources)
    if blockers := list(blockers_of_row_lengths(row, suggestion.position)):
        raise CannotAccept(blockers)
    require_known(people)
    register = Register(people.matches)
    return edit_suggestion(
        suggestion_id=suggestion_id,
        number=row.number,
        aspect=row.aspect or "",
        text=row.suggestion or "",
        lead_in=row.lead_in,
        sources=list(dict.fromkeys((register.person(each.name), each.capacity or "") for each in row.sources)),
        reason=reason,
        actor=actor,
        seen=seen,
    )


# --- a meeting ------------------------------------------------------------------------------------


def read_facts(typed: Mapping[str, str], choices: Mapping[str, str]) -> Draft:
    """Return what was ``typed`` about a meeting, with the people it names to be matched. Raises Incomplete for a day
    that is none."""
    return Draft(facts_as_typed(Facts(), typed), (), (), dict(choices))


@transaction.atomic
def save_meeting(
    *,
    meeting_id: int | None,
    draft: Draft,
    actor: Account,
    reason: str = "",
    seen: str | None = None,
    today: datetime.date | None = None,
) -> Meeting:
    """Enter a new meeting (``meeting_id`` none), or correct one. Raises NamesInQuestion and what the verbs raise."""
    require_secretariat(actor)
    if blockers := list(blockers_of_fact_lengths(draft.facts)):
        raise CannotAccept(blockers)
    require_known(draft)
    register, facts = Register(draft.matches), draft.facts
    said = MeetingFacts(
        **{name: getattr(facts, name) or "" for name in MEETING_TEXTS},
        held_on=facts.held_on,
        issued_on=facts.issued_on,
        chair=register.person(facts.chair) if facts.chair else None,
        overall_lead=register.person(facts.overall_lead) if facts.overall_lead else None,
        leads=register.people(facts.leads),
        attendees=[(register.person(person.name), person.capacity or "") for person in facts.attendees],
    )
    if meeting_id is None:
        return create_meeting(facts=said, actor=actor, today=today)
    return edit_meeting(meeting_id=meeting_id, facts=said, reason=reason, actor=actor, seen=seen, today=today)


def roles_in_words(row: Row) -> list[str]:
    """Return the departments of each task with their roles, in the reader's language."""
    return [
        "、".join(
            each.name
            if each.role is Role.RESPONSIBLE
            else _("%(name)s (%(role)s)") % {"name": each.name, "role": DepartmentRole(str(each.role)).label}
            for each in task.departments
        )
        for task in row.tasks
    ]
