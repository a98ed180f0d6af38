"""The page of a draft: rows as cards, with readings, problems and answers."""

from collections.abc import Mapping
from itertools import chain
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _

from meetings.breakdown.services.meetings import find_tasks_due_at_meeting
from meetings.core.issue_codes import ProblemCode
from meetings.deadlines import ProblemCode as DoubtCode
from meetings.display.fields import join_items, label
from meetings.display.import_issues import question_message
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.schema import ParsedRow, ParsedTask, ScannedCell
from meetings.models import Department, Meeting, MinutesDocument, Task
from meetings.tasks.display import describe_deadline

from .accept import accept_version_token, compare_with_register
from .creation import find_blockers
from .draft import SHARED_NAME_COLUMNS, DraftRowData, list_names
from .draft_actions import DraftActionForm
from .draft_forms import MetadataFields, RowFields, TaskFields, format_fields
from .draft_services import load_draft
from .issue_answers import assignable_dates, assignable_parts
from .issue_groups import IssueGroup, group_issues, issue_key
from .issue_records import build_row_issues
from .matching import DEPARTMENT, Candidate, NameMatch, NameMatches
from .outdated_forms import FieldConflict, build_digests, merge_form
from .scan_marks import find_cell, mark_cell, mark_value
from .table_cards import TablesCard

#: Rows from which a draft is shown as a table at first: each with its form they would be megabytes.
_LONG = 60
#: What no meeting is accepted without.
_FACTS_TO_ENTER = {ProblemCode.NO_TITLE: "title", ProblemCode.NO_ISSUE_DAY: "issued_on"}
_TASK_CELLS = ("text", "departments", "leaders", "deadline")


class NameCard:
    """A printed name in question, or one matched for a reason that is shown."""

    def __init__(self, match: NameMatch, matches: NameMatches) -> None:
        self.match = match
        self.anchor = f"name-{crc32(match.key.encode()):x}"
        self.is_department = match.kind == DEPARTMENT
        self.candidates = [
            (str(candidate.existing.pk), candidate.existing, _reason_message(candidate))
            for candidate in match.candidates
        ]
        self.message = (
            question_message(match.code, match.name, match.parameters) if match.is_open else _reason_message(match)
        )
        self.rows = list(dict.fromkeys(row for row, _column in matches.places[match.key] if row is not None))


def _reason_message(of: Candidate | NameMatch) -> str:
    """Say why a name may mean somebody, and where that one was met last."""
    reason = str(of.likeness.label) if of.likeness else ""
    if not of.last_met:
        return reason
    return _("%(reason)s Last met at “%(meeting)s”.") % {"reason": reason, "meeting": of.last_met}


class IssueCard:
    """A problem in place: ``place`` among its row's or the whole's, ``anchor`` its id.

    ``dates`` and ``names`` are what can be assigned to each task: its text, and the options with whether it has them.
    ``picture`` is that of the cell in a scan, ``missing_fact`` the field to fill in first.
    """

    def __init__(self, scope: str, place: int, issue: ParserIssue, row: ParsedRow | None = None) -> None:
        self.anchor, self.place, self.group = f"problem-{scope}-{place}", place, ""
        self.picture = self.missing_fact = ""
        self.column, self.message = label(issue.column), issue.message
        self.dates: list[dict[str, Any]] = []
        self.names: list[dict[str, Any]] = []
        doubt = issue.deadline_problem
        if row is not None and doubt and doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS:
            options = assignable_dates(row)
            for task in row.tasks:
                own = (task.deadline, *task.milestones)
                self.dates.append({"task": task.text, "options": [(date.text, date in own) for date in options]})
        if row is not None and issue.code in SHARED_NAME_COLUMNS:
            choices = assignable_parts(row.tasks, issue.column)
            for task in row.tasks:
                own_names = list_names(task, issue.column)
                self.names.append({"task": task.text, "options": [(name, name in own_names) for name in choices]})
        self.offered = doubt.offered.isoformat() if doubt and doubt.offered and not self.dates else ""


class SourceCard:
    """A cell as printed; of a scan, its doubtful characters marked, and its picture."""

    def __init__(self, text: str, scan: ScannedCell | None) -> None:
        self.picture = scan.picture if scan else ""
        self.pieces = mark_cell(text, scan.doubts if scan else ())


class GroupCard:
    """A question that several rows have, or the whole several times, asked once.

    ``rows`` are those it concerns, each with what is printed there.
    """

    def __init__(self, group: IssueGroup, rows: Mapping[int | None, int], document_version: int) -> None:
        first = group.issues[0]
        self.key, self.anchor = group.key, group_anchor(group.key)
        self.seen = group.version_token(document_version)
        self.field, self.is_offered = group.field, group.is_offered
        self.count = len(group.rows)
        self.column = label(first.column)
        self.messages = list(dict.fromkeys(issue.message for issue in group.issues))
        if first.code is ProblemCode.MISSING_COLUMN:
            columns = join_items(str(label(issue.column)) for issue in group.issues)
            self.messages = [_("The table has no columns of these: %(columns)s.") % {"columns": columns}]
        self.rows = [{"pk": row.pk, "position": rows[row.pk], "values": self._list_values(row)} for row in group.rows]

    def _list_values(self, row: DraftRowData) -> list[str]:
        values = [problem.value for problem in row.problems if issue_key(problem) == self.key]
        return [value for value in dict.fromkeys(values) if value]


def group_anchor(key: str) -> str:
    """Return the id of a group's question on the page."""
    return f"group-{crc32(key.encode()):x}"


class RowCard:
    """A row of the draft, with what was typed in a refused ``form`` of it."""

    def __init__(
        self,
        draft_row: DraftRowData,
        position: int,
        matches: NameMatches,
        form: DraftActionForm | None,
        groups: Mapping[str, IssueGroup],
    ) -> None:
        row = draft_row.row
        refused = form if form and form.row_id == draft_row.pk else None
        self.pk, self.version, self.position = draft_row.pk, draft_row.version, position
        scans = {cell.text: cell for cell in draft_row.scans}
        self.cells = [SourceCard(text, scans.get(text)) for text in draft_row.source]
        self._draft_row = draft_row
        self.is_correction = draft_row.corrects is not None
        self.doubtful = {problem.column for problem in draft_row.problems}
        self.error = refused.error_messages[0] if refused else ""
        self.is_unsaved = refused is not None and refused.data["action"] in ("save", "row")
        saved = format_fields(RowFields, row)
        for at, task in enumerate(row.tasks):
            saved |= {f"task-{at}-{name}": value for name, value in format_fields(TaskFields, task).items()}
        self.fields, self.conflicts = _merge_refused_form(refused if self.is_unsaved else None, saved)
        self.digests = build_digests(saved)
        self.tasks = [_describe_task(at, task, self.fields) for at, task in enumerate(row.tasks)]
        self.heading = row.suggestion or next((task.text for task in row.tasks if task.text), "")
        self.problems = [IssueCard(str(self.pk), at, problem, row) for at, problem in enumerate(draft_row.problems)]
        for card, problem in zip(self.problems, draft_row.problems, strict=True):
            card.group = group_anchor(issue_key(problem)) if issue_key(problem) in groups else ""
            if problem.code is ProblemCode.DOUBTFUL_SCAN and (cell := find_cell(problem.value, list(scans))):
                card.picture = scans[cell].picture
        own = matches.by_row.get(position, [])
        settled = [match for match in own if not match.is_open]
        self.questions = [NameCard(match, matches) for match in own if match.is_open]
        self.matched_names = [NameCard(match, matches) for match in settled if match.likeness]
        self.new_names = [match.name for match in settled if match.existing is None]
        alone = [card for card in self.problems if not card.group]
        self.open_count = len(alone) + len(self.questions)
        self.anchors = [card.anchor for card in chain[IssueCard | NameCard](alone, self.questions)]

    @property
    def grid_lines(self) -> list[list[dict[str, Any]]]:
        """The row's cells in the table: a line for each task, its own in the first."""
        lines = [
            [self._cell(f"task-{task['at']}-{name}", name, task[name]) for name in _TASK_CELLS] for task in self.tasks
        ]
        for line in lines[:1]:
            line[:0] = [
                self._cell(name, name, self.fields[name], len(lines)) for name in ("number", "aspect", "suggestion")
            ]
            line += [self._cell(name, name, self.fields[name], len(lines)) for name in ("sources", "remarks")]
        return lines

    def _cell(self, field: str, name: str, text: str, span: int = 1) -> dict[str, Any]:
        column = "tasks" if name == "text" else name
        pieces = mark_value(text, self._draft_row.source, self._draft_row.scans)
        return {"field": field, "pieces": pieces, "span": span, "is_doubtful": column in self.doubtful}

    @property
    def is_open(self) -> bool:
        """Whether the row is shown unfolded."""
        is_empty = not any(task["text"] for task in self.tasks)
        return bool(self.open_count or self.error or is_empty or self.is_correction)


def _merge_refused_form(
    form: DraftActionForm | None, saved: dict[str, str]
) -> tuple[dict[str, str], list[FieldConflict] | None]:
    """Return ``saved`` with what was typed, and the conflicts if that is outdated."""
    if form is None:
        return saved, None
    return merge_form(form.texts, saved) if form.conflict else (saved | form.texts, None)


def _describe_task(at: int, task: ParsedTask, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a task, filled, and what was understood of its deadline."""
    return {
        "at": at,
        "number": task.number or at + 1,
        **{name: values[f"task-{at}-{name}"] for name in TaskFields.base_fields},
        "deadline_preview": describe_deadline(task.deadline) if task.deadline.text else "",
        "milestone_previews": [f"{each.text} → {describe_deadline(each)}" for each in task.milestones],
    }


class DraftPage:
    """A draft as its page shows it, with what was typed in a refused ``form``.

    ``view``: "table" or "rows", as somebody chose; a long draft is shown as a table else.
    """

    def __init__(self, document: MinutesDocument, form: DraftActionForm | None = None, view: str = "") -> None:
        self.document = document
        self.draft = draft = load_draft(document)
        matches = draft.matches
        self.existing_meeting, self.difference = compare_with_register(draft, document.sha256)
        refused = form if form and form.data["action"] == "facts" else None
        saved = format_fields(MetadataFields, draft.facts)
        self.facts, self.metadata_conflicts = _merge_refused_form(refused, saved)
        self.metadata_error = refused.error_messages[0] if refused else ""
        self.metadata_digests = build_digests(saved)
        groups = group_issues(draft)
        positions = {row.pk: position for position, row in enumerate(draft.rows, start=1)}
        self.groups = [GroupCard(group, positions, document.version) for group in groups.values()]
        self.rows = [RowCard(row, position, matches, form, groups) for position, row in enumerate(draft.rows, start=1)]
        is_long = len(self.rows) > _LONG and view != "rows"
        self.is_table = document.corrects is None and (view == "table" or is_long)
        self.unsure_choice = form.unsure_choice if form else []
        self.tables = TablesCard(document, len(self.rows))
        self.problems = [
            IssueCard("whole", at, problem)
            for at, problem in enumerate(draft.problems)
            if f"whole {issue_key(problem)}" not in groups
        ]
        for card in self.problems:
            code = draft.problems[card.place].code
            if (fact := _FACTS_TO_ENTER.get(code)) and not saved[fact]:
                card.missing_fact = fact
        self.questions = [NameCard(match, matches) for match in matches.open_at(None)]
        # A question that several rows have is one.
        self.open_count = draft.open_count - sum(len(group.issues) - 1 for group in groups.values())
        self.blockers = find_blockers(draft)
        # What accepting has to find unchanged.
        self.version_token = accept_version_token(document, draft, self.existing_meeting, self.difference)
        self.tasks_due_here = self._find_tasks_due_here()
        self.task_count = sum(len(card.tasks) for card in self.rows)
        self.new_departments = [match.name for match in matches.departments.values() if match.existing is None]
        self.new_people = [match.name for match in matches.people.values() if match.existing is None]
        self.departments = Department.objects.filter(is_active=True)

    def _find_tasks_due_here(self) -> list[Task]:
        """Return the tasks due at the next meeting that accepting gives this day."""
        existing, facts = self.existing_meeting, self.draft.facts
        if existing is not None and existing.held_on is not None:
            return []
        # A file only fills in what is missing.
        body = existing.body if existing is not None and not self.document.is_manual else ""
        return find_tasks_due_at_meeting(body or facts.body or "", facts.held_on)

    @property
    def mark_count(self) -> int:
        """How many marks to confirm accepting leaves; what concerns no row leaves none."""
        return sum(len(build_row_issues(self.draft, at)) for at in range(1, len(self.rows) + 1))

    @property
    def aspects(self) -> list[str]:
        """The aspects of the draft, and of the meeting it corrects, to choose from."""
        aspects = self.existing_meeting.aspects.order_by("position") if self.existing_meeting else ()
        titles = [aspect.title for aspect in aspects]
        return list(dict.fromkeys([*titles, *(row.row.aspect for row in self.draft.rows if row.row.aspect)]))

    @property
    def bodies(self) -> list[str]:
        """The bodies that have met before."""
        bodies = Meeting.objects.exclude(body="").order_by("body").values_list("body", flat=True)
        return list(bodies.distinct()) if self.document.is_manual else []

    @property
    def metadata_form(self) -> MetadataFields:
        """The fields of what stands around the table."""
        form = MetadataFields(initial=self.facts, auto_id="fact-%s")
        corrected = self.draft.corrects
        if corrected is not None and corrected.suggestions.filter(tasks__isnull=False).exists():
            form.fields["issued_on"].help_text = _(
                "The tasks count from this day, so it can only be moved to an earlier one."
            )
        return form

    @property
    def first_anchor(self) -> str:
        """The id of the first thing that waits for an answer."""
        cards = chain[GroupCard | IssueCard | NameCard](self.groups, self.problems, self.questions)
        around = (card.anchor for card in cards)
        return next(chain(around, *(row.anchors for row in self.rows)), "")

    def row(self, pk: int) -> RowCard | None:
        """Return the card of the row, None where it is gone."""
        return next((card for card in self.rows if card.pk == pk), None)

    def anchor_after(self, position: int) -> str:
        """Return the id of the next thing to answer from ``position`` on, or the first."""
        later = chain.from_iterable(card.anchors for card in self.rows if card.position >= position)
        return next(later, self.first_anchor)
