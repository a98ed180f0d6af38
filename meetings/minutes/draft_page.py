"""The page of a draft: rows as cards, with readings, problems and answers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
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
from meetings.ui.widgets import OfferedChoices, SearchSelect

from .accept import accept_version_token, compare_with_register
from .creation import find_blockers
from .draft import SHARED_NAME_COLUMNS, DraftRowData, list_names
from .draft_actions import DraftActionForm
from .draft_addresses import (
    ROWS_OF_FORMS,
    PageQuery,
    RowPages,
    group_anchor,
    issue_anchor,
    list_anchors,
    name_anchor,
    row_address,
)
from .draft_forms import MetadataFields, RowFields, TaskFields, format_fields
from .draft_services import load_draft
from .grid_markup import GridCell, draw_lines
from .issue_answers import assignable_dates, assignable_parts
from .issue_groups import IssueGroup, group_issues, issue_key
from .issue_records import build_row_issues
from .matching import DEPARTMENT, Candidate, NameMatch, NameMatches
from .outdated_forms import FieldConflict, build_digests, merge_form
from .scan_marks import find_cell, mark_cell, mark_value
from .table_cards import TablesCard

#: How many rows the comparison with the register has, unless all are asked for.
_DIFFERENCES = 50
#: How many rows a question about a name lists.
_NAMED_ROWS = 20
#: What no meeting is accepted without.
_FACTS_TO_ENTER = {ProblemCode.NO_TITLE: "title", ProblemCode.NO_ISSUE_DAY: "issued_on"}
_TASK_CELLS = ("text", "departments", "leaders", "deadline")


class NameCard:
    """A printed name in question, or one matched for a reason that is shown."""

    def __init__(self, match: NameMatch, matches: NameMatches, departments: OfferedChoices) -> None:
        self.match, self.anchor, self._departments = match, name_anchor(match), departments
        self.is_department = match.kind == DEPARTMENT
        self.candidates = [
            (str(candidate.existing.pk), candidate.existing, _reason_message(candidate))
            for candidate in match.candidates
        ]
        self.message = (
            question_message(match.code, match.name, match.parameters) if match.is_open else _reason_message(match)
        )
        rows = list(dict.fromkeys(row for row, _column in matches.places[match.key] if row is not None))
        self.is_of_several_rows = len(rows) > 1
        self.rows, self.further_rows = rows[:_NAMED_ROWS], len(rows[_NAMED_ROWS:])

    @property
    def department_select(self) -> SafeString:
        """The field for another department than those offered."""
        # A page may have many: of few departments the browser's own select is enough.
        attrs = {"class": "form-select form-select-sm", "data-search": False}
        widget = SearchSelect(attrs=attrs, choices=self._departments)
        return widget.render("other", None, {"id": f"other-{self.anchor}"})


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
        self.anchor, self.place, self.group = issue_anchor(scope, place), place, ""
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

    ``rows`` are those it concerns and the page shows, each with what is printed there; ``other_pages`` has the numbers
    of the other pages, each with how many there are.
    """

    def __init__(self, group: IssueGroup, pages: RowPages, document_version: int) -> None:
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
        by_page = Counter(pages.number_of(row.pk) for row in group.rows)
        self.other_pages = [(number, count) for number, count in by_page.items() if number != pages.number]
        self.rows = [
            {"pk": row.pk, "position": pages.positions[row.pk], "values": self._list_values(row)}
            for row in group.rows
            if pages.number_of(row.pk) == pages.number
        ]

    def _list_values(self, row: DraftRowData) -> list[str]:
        values = [problem.value for problem in row.problems if issue_key(problem) == self.key]
        return [value for value in dict.fromkeys(values) if value]


class RowCard:
    """A row of the draft, with what was typed in a refused ``form`` of it."""

    def __init__(
        self,
        draft_row: DraftRowData,
        position: int,
        matches: NameMatches,
        form: DraftActionForm | None,
        groups: Mapping[str, IssueGroup],
        departments: OfferedChoices,
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
        self.questions = [NameCard(match, matches, departments) for match in own if match.is_open]
        self.matched_names = [NameCard(match, matches, departments) for match in settled if match.likeness]
        self.new_names = [match.name for match in settled if match.existing is None]
        self.open_count = sum(1 for _anchor in list_anchors(draft_row, position, matches, groups))

    @property
    def grid_lines(self) -> SafeString:
        """The row in the table: a line for each task, the row's own cells in the first."""
        lines = [
            [self._cell(f"task-{task['at']}-{name}", name, task[name]) for name in _TASK_CELLS] for task in self.tasks
        ]
        for line in lines[:1]:
            line[:0] = [
                self._cell(name, name, self.fields[name], len(lines)) for name in ("number", "aspect", "suggestion")
            ]
            line += [self._cell(name, name, self.fields[name], len(lines)) for name in ("sources", "remarks")]
        return draw_lines(self.pk, self.position, lines)

    def _cell(self, field: str, name: str, text: str, span: int = 1) -> GridCell:
        column = "tasks" if name == "text" else name
        pieces = mark_value(text, self._draft_row.source, self._draft_row.scans)
        return GridCell(field, pieces, column in self.doubtful, span)

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
    """A draft as its page shows it, with what was typed in a refused ``form``."""

    def __init__(self, document: MinutesDocument, query: PageQuery, form: DraftActionForm | None = None) -> None:
        self.document = document
        self.draft = draft = load_draft(document)
        is_long = len(draft.rows) > ROWS_OF_FORMS and query.view != "rows"
        self.is_table = document.corrects is None and (query.view == "table" or is_long)
        self.pages = RowPages(draft.rows, is_table=self.is_table)
        self.shown = self.pages.open(query.number, query.row_id)
        matches = draft.matches
        self.existing_meeting, self.difference = compare_with_register(draft, document.sha256)
        changed = self.difference.changed_rows if self.difference else []
        self.shown_differences = changed if query.is_difference_whole else changed[:_DIFFERENCES]
        self.further_differences = len(changed) - len(self.shown_differences)
        refused = form if form and form.data["action"] == "facts" else None
        saved = format_fields(MetadataFields, draft.facts)
        self.facts, self.metadata_conflicts = _merge_refused_form(refused, saved)
        self.metadata_error = refused.error_messages[0] if refused else ""
        self.metadata_digests = build_digests(saved)
        self._form, self._groups = form, group_issues(draft)
        groups = self._groups
        self.groups = [GroupCard(group, self.pages, document.version) for group in groups.values()]
        self.unsure_choice = form.unsure_choice if form else []
        self.tables = TablesCard(document, len(draft.rows))
        self.problems = [
            IssueCard("whole", at, problem)
            for at, problem in enumerate(draft.problems)
            if f"whole {issue_key(problem)}" not in groups
        ]
        for card in self.problems:
            code = draft.problems[card.place].code
            if (fact := _FACTS_TO_ENTER.get(code)) and not saved[fact]:
                card.missing_fact = fact
        departments = self._departments = OfferedChoices(Department.objects.selectable())
        self.questions = [NameCard(match, matches, departments) for match in matches.open_at(None)]
        # A question that several rows have is one.
        self.open_count = draft.open_count - sum(len(group.issues) - 1 for group in groups.values())
        self.blockers = find_blockers(draft)
        # What accepting has to find unchanged.
        self.version_token = accept_version_token(document, draft, self.existing_meeting, self.difference)
        self.tasks_due_here = self._find_tasks_due_here()
        self.task_count = sum(len(drafted.row.tasks) for drafted in draft.rows)
        self.new_departments = [match.name for match in matches.departments.values() if match.existing is None]
        self.new_people = [match.name for match in matches.people.values() if match.existing is None]

    @cached_property
    def rows(self) -> list[RowCard]:
        """The cards of the rows of this page."""
        start = self.shown.start_index()
        return [self._build_card(position) for position, _row in enumerate(self.shown, start)]

    def row(self, pk: int) -> RowCard | None:
        """Return the card of a row, None where it is gone."""
        position = self.pages.positions.get(pk)
        return self._build_card(position) if position else None

    def _build_card(self, position: int) -> RowCard:
        drafted = self.draft.rows[position - 1]
        return RowCard(drafted, position, self.draft.matches, self._form, self._groups, self._departments)

    @property
    def address(self) -> str:
        """The address of this page of the rows, to which its forms are sent."""
        address = reverse("draft", args=[self.document.pk])
        return f"{address}?page={self.shown.number}" if self.shown.has_other_pages() else address

    def _find_tasks_due_here(self) -> list[Task]:
        """Return the tasks due at the next meeting that accepting gives this day."""
        existing, facts = self.existing_meeting, self.draft.facts
        if existing is not None and existing.held_on is not None:
            return []
        # A file only fills in what is missing.
        body = existing.body if existing is not None and not self.document.is_manual else ""
        return find_tasks_due_at_meeting(body or facts.body or "", facts.held_on)

    @cached_property
    def mark_count(self) -> int:
        """How many marks to confirm accepting leaves; what concerns no row leaves none."""
        return sum(len(build_row_issues(self.draft, at)) for at in range(1, len(self.draft.rows) + 1))

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
    def first_issue(self) -> str:
        """The address of the first open question.

        What is asked above the rows, then in the rows of this page, then in those of the next pages.
        """
        cards = chain[GroupCard | IssueCard | NameCard](self.groups, self.problems, self.questions)
        around = (f"#{card.anchor}" for card in cards)
        return next(chain(around, self._list_issues(self.shown.start_index())), "")

    @property
    def issue_elsewhere(self) -> str:
        """The address of the next question on another page.

        It is behind this page; else before it, where nothing is asked above the rows.
        """
        after = self.shown.end_index() + 1
        is_around = not (self.groups or self.problems or self.questions)
        addresses = self._list_issues(after, is_around=is_around)
        return next((address for address in addresses if not address.startswith("#")), "")

    def issue_after(self, position: int) -> str:
        """Return the address of the next question from ``position`` on, or the first."""
        return next(self._list_issues(position, is_around=False), self.first_issue)

    def _list_issues(self, position: int, *, is_around: bool = True) -> Iterator[str]:
        """Yield the addresses of the rows' questions, beginning at ``position``."""
        rows = list(enumerate(self.draft.rows, start=1))
        position = max(position, 1)
        for at, drafted in rows[position - 1 :] + (rows[: position - 1] if is_around else []):
            for anchor in list_anchors(drafted, at, self.draft.matches, self._groups):
                yield self.address_of_row(drafted.pk, anchor)

    def address_of_row(self, pk: int | None, anchor: str) -> str:
        """Return the address of an ``anchor`` in a row, without the page if it is this."""
        is_here = self.pages.number_of(pk) == self.shown.number
        return f"#{anchor}" if is_here else row_address(self.document, pk, anchor)
