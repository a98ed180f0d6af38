"""What the page of a draft shows: rows as cards, what was understood of them, and each problem with its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from meetings.deadlines import ProblemCode as DoubtCode
from meetings.display.import_issues import question_sentence
from meetings.minutes.match_messages import reason_sentence
from meetings.minutes.parser.issues import Problem
from meetings.minutes.parser.messages import sentence
from meetings.minutes.parser.schema import Row, Task
from meetings.models import Department, Meeting, MinutesDocument
from meetings.tasks.display import understood

from .accept import meeting_in_register, what_is_seen
from .creation import Blocker, blockers_of
from .diff import Difference, difference_to
from .draft import SEVERAL, Draft, DraftedRow, dates_to_share, names_to_share
from .draft_services import load_draft
from .form_codec import shown_departments, shown_leaders, shown_milestones, shown_people
from .json_codec import FACTS
from .matching import DEPARTMENT, Matches, NameMatch


@dataclass(frozen=True, slots=True)
class Share:
    """What one task may be given of a row's dates or names: pairs of the choice and whether the task has it now."""

    task: str
    options: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class ProblemCard:
    """A problem where it stands. ``place`` is its place among those of its row, or of the whole; ``anchor`` its id."""

    anchor: str
    place: int
    column: str
    sentence: str
    offered: str = ""
    dates: list[Share] = field(default_factory=list)
    names: list[Share] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NameCard:
    """A printed name in question, or one that was taken for a known one for a reason that is shown."""

    anchor: str
    match: NameMatch
    sentence: str
    candidates: list[tuple[str, str, str]]
    rows: list[int]

    @property
    def is_department(self) -> bool:
        """Whether it is a department's name; else it is a person's."""
        return self.match.kind == DEPARTMENT


@dataclass(frozen=True, slots=True)
class TaskFields:
    """The fields of one task, filled, and what was understood of its deadline."""

    at: int
    number: int
    text: str
    departments: str
    leaders: str
    deadline: str
    meaning: str
    milestones: str
    understood: str
    understood_milestones: list[str]


@dataclass(frozen=True, slots=True)
class RowCard:
    """A row of the draft. ``is_open``: something in it waits for an answer, so it is shown unfolded."""

    pk: int
    version: int
    position: int
    heading: str
    fields: Mapping[str, str]
    tasks: list[TaskFields]
    cells: tuple[str, ...]
    problems: list[ProblemCard]
    questions: list[NameCard]
    taken: list[NameCard]
    new_names: list[str]
    wrong: str = ""

    @property
    def open_count(self) -> int:
        """How many answers the row waits for."""
        return len(self.problems) + len(self.questions)

    @property
    def is_open(self) -> bool:
        """Whether the row is shown unfolded."""
        return bool(self.open_count or self.wrong or not any(task.text for task in self.tasks))

    @property
    def first_anchor(self) -> str:
        """The id of the first thing in it that waits for an answer."""
        return next((card.anchor for card in (*self.problems, *self.questions)), "")


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft as its page shows it."""

    document: MinutesDocument
    draft: Draft
    facts: dict[str, str]
    problems: list[ProblemCard]
    questions: list[NameCard]
    rows: list[RowCard]
    blockers: list[Blocker]
    known: Meeting | None
    difference: Difference | None
    departments: list[Department]
    facts_wrong: str = ""

    @property
    def open_count(self) -> int:
        """How many problems and questions wait for an answer."""
        return self.draft.open_count

    @property
    def seen(self) -> str:
        """What accepting has to find unchanged."""
        return what_is_seen(self.document, self.draft, self.known, self.difference)

    @property
    def first_anchor(self) -> str:
        """The id of the first thing that waits for an answer."""
        around = next((card.anchor for card in (*self.problems, *self.questions)), "")
        return around or next((row.first_anchor for row in self.rows if row.first_anchor), "")

    @property
    def task_count(self) -> int:
        """How many tasks accepting would enter."""
        return sum(len(card.tasks) for card in self.rows)

    @property
    def new_departments(self) -> list[str]:
        """The departments that accepting would make."""
        return [match.name for match in self.draft.matches.departments.values() if match.known is None]

    @property
    def new_people(self) -> list[str]:
        """The people that accepting would make."""
        return [match.name for match in self.draft.matches.people.values() if match.known is None]

    def row(self, pk: int) -> RowCard | None:
        """Return the card of the row, None where it is gone."""
        return next((card for card in self.rows if card.pk == pk), None)

    def anchor_after(self, position: int) -> str:
        """Return the id of the next thing to answer from the row at ``position`` on, or of the first at all."""
        later = (card.first_anchor for card in self.rows if card.position >= position)
        return next(filter(None, later), "") or self.first_anchor


def draft_page(
    document: MinutesDocument,
    *,
    typed_row: tuple[int, Mapping[str, str], str] | None = None,
    typed_facts: tuple[Mapping[str, str], str] | None = None,
) -> DraftPage:
    """Return the page of a draft. ``typed_…``: what was typed and not saved (a row's id first), and why not."""
    draft = load_draft(document)
    matches = draft.matches
    known = meeting_in_register(draft, document.sha256)
    rows = []
    for position, drafted in enumerate(draft.rows, start=1):
        typed, wrong = {}, ""
        if typed_row and typed_row[0] == drafted.pk:
            typed, wrong = typed_row[1], typed_row[2]
        rows.append(_row_card(drafted, position, matches, typed, wrong))
    facts = {name: getattr(draft.facts, name) or "" for name in FACTS}
    facts |= {"leads": shown_leaders(draft.facts.leads), "attendees": shown_people(draft.facts.attendees)}
    facts |= {name: value.isoformat() for name, value in facts.items() if name.endswith("_on") and value}
    return DraftPage(
        document=document,
        draft=draft,
        facts={**facts, **(dict(typed_facts[0]) if typed_facts else {})},
        problems=[_problem_card("whole", at, problem) for at, problem in enumerate(draft.problems)],
        questions=[name_card(match, matches) for match in matches.open_in(None)],
        rows=rows,
        blockers=blockers_of(draft),
        known=known,
        difference=difference_to(known, draft) if known else None,
        departments=list(Department.objects.filter(is_active=True)) if matches.departments else [],
        facts_wrong=typed_facts[1] if typed_facts else "",
    )


def _row_card(drafted: DraftedRow, position: int, matches: Matches, typed: Mapping[str, str], wrong: str) -> RowCard:
    row = drafted.row
    here = [match for match in matches.all() if matches.places[match.key][0][0] == position]
    heading = row.suggestion or next((task.text for task in row.tasks if task.text), "")
    return RowCard(
        pk=drafted.pk,
        version=drafted.version,
        position=position,
        heading=heading,
        fields={**_row_fields(row), **typed},
        tasks=[_task_fields(at, task, typed) for at, task in enumerate(row.tasks)],
        cells=drafted.source,
        problems=[_problem_card(str(drafted.pk), at, problem, row) for at, problem in enumerate(drafted.problems)],
        questions=[name_card(match, matches) for match in here if match.is_open],
        taken=[name_card(match, matches) for match in here if not match.is_open and match.likeness],
        new_names=[match.name for match in here if match.known is None and not match.is_open],
        wrong=wrong,
    )


def _row_fields(row: Row) -> dict[str, str]:
    return {
        "number": "" if row.number is None else str(row.number),
        "aspect": row.aspect or "",
        "suggestion": row.suggestion or "",
        "lead_in": row.lead_in,
        "sources": shown_people(row.sources),
        "remarks": row.remarks,
    }


def _task_fields(at: int, task: Task, typed: Mapping[str, str]) -> TaskFields:
    fields = {
        "text": task.text,
        "departments": shown_departments(task.departments),
        "leaders": shown_leaders(task.leaders),
        "deadline": task.deadline.text,
        "meaning": "",
        "milestones": shown_milestones(task.milestones),
    }
    return TaskFields(
        at=at,
        number=task.number or at + 1,
        **{name: typed.get(f"task-{at}-{name}", value) for name, value in fields.items()},
        understood=understood(task.deadline),
        understood_milestones=[f"{milestone.text} → {understood(milestone)}" for milestone in task.milestones],
    )


def _problem_card(of: str, place: int, problem: Problem, row: Row | None = None) -> ProblemCard:
    doubt = problem.doubt
    dates, names = [], []
    if row is not None and doubt and doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS:
        options = dates_to_share(row)
        dates = [
            Share(task.text, [(date.text, date == task.deadline or date in task.milestones) for date in options])
            for task in row.tasks
        ]
    if row is not None and problem.code in SEVERAL:
        options = names_to_share(row, problem.column)
        for task in row.tasks:
            own = task.leaders if problem.column == "leaders" else [each.name for each in task.departments]
            names.append(Share(task.text, [(name, name in own) for name in options]))
    return ProblemCard(
        anchor=f"problem-{of}-{place}",
        place=place,
        column=column_label(problem.column),
        sentence=sentence(problem),
        offered=doubt.offered.isoformat() if doubt and doubt.offered and not dates else "",
        dates=dates,
        names=names,
    )


def name_card(match: NameMatch, matches: Matches) -> NameCard:
    """Return how a name in question, or one taken for a known one, is shown with what may be answered."""
    candidates = []
    for candidate in match.candidates:
        reason = reason_sentence(candidate.likeness)
        if candidate.last_met:
            reason = _("%(reason)s Last met at “%(meeting)s”.") % {"reason": reason, "meeting": candidate.last_met}
        candidates.append((str(candidate.known.pk), str(candidate.known), reason))
    if match.is_open:
        said = question_sentence(match.code, match.name, match.parameters)
    else:
        said = reason_sentence(match.likeness) if match.likeness else ""
        if match.last_met:
            said = _("%(reason)s Last met at “%(meeting)s”.") % {"reason": said, "meeting": match.last_met}
    rows = list(dict.fromkeys(row for row, _column in matches.places[match.key] if row is not None))
    return NameCard(f"name-{crc32(match.key.encode()):x}", match, said, candidates, rows)


def column_label(column: str) -> str:
    """Return what a column of the table, or a fact of the meeting, is called on the page."""
    labels = {
        "number": _("Number"),
        "aspect": _("Aspect"),
        "suggestion": _("Suggestion"),
        "lead_in": _("Lead-in"),
        "tasks": _("Task"),
        "text": _("Task"),
        "departments": _("Responsible departments"),
        "leaders": _("Supervising leaders"),
        "deadline": _("Deadline"),
        "milestones": _("Milestones"),
        "sources": _("Suggestion sources"),
        "remarks": _("Remarks"),
        "title": _("Title of the meeting"),
        "body": _("Body"),
        "breakdown_title": _("Title of the breakdown table"),
        "document_number": _("Document number"),
        "held_on": _("Held on"),
        "issued_on": _("Issued on"),
        "place": _("Place"),
        "host": _("Host"),
        "chair": _("Chair"),
        "overall_lead": _("Overall lead"),
        "leads": _("Leads"),
        "attendees": _("Attendees"),
    }
    return labels.get(column, pgettext("of a column", "Other"))
