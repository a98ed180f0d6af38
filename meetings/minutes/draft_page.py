"""The page of a draft: rows as cards, with readings, problems and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from django.utils.translation import gettext as _

from meetings.deadlines import ProblemCode as DoubtCode
from meetings.display.fields import label
from meetings.display.import_issues import question_message
from meetings.minutes.match_messages import match_reason_message
from meetings.minutes.parser.issues import ParserIssue
from meetings.minutes.parser.messages import issue_message
from meetings.minutes.parser.schema import ParsedRow, ParsedTask
from meetings.models import Department, Meeting, MinutesDocument
from meetings.tasks.display import describe_deadline

from .accept import accept_version_token, compare_with_register
from .creation import Blocker, find_blockers
from .diff import Difference
from .draft import SHARED_NAME_COLUMNS, Draft, DraftRowData, assignable_dates, assignable_names
from .draft_actions import DraftActionForm
from .draft_forms import MetadataFields
from .draft_services import load_draft
from .form_codec import format_metadata, format_row, format_task
from .matching import DEPARTMENT, NameMatch, NameMatches
from .outdated_forms import FieldConflict, MergedForm, build_digests, merge_form


@dataclass(frozen=True, slots=True)
class AssignmentOptions:
    """The dates or names of a row for one task, each with whether it has it."""

    task: str
    options: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class IssueCard:
    """A problem in place: ``place`` among its row's or the whole's, ``anchor`` its id."""

    anchor: str
    place: int
    column: str
    message: str
    offered: str = ""
    dates: list[AssignmentOptions] = field(default_factory=list)
    names: list[AssignmentOptions] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NameCard:
    """A printed name in question, or one matched for a reason that is shown."""

    anchor: str
    match: NameMatch
    message: str
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
    deadline_preview: str
    milestone_previews: list[str]


def first_anchor(problems: Sequence[IssueCard], questions: Sequence[NameCard]) -> str:
    """Return the id of the first card, "" without any."""
    anchors = [card.anchor for card in problems] + [card.anchor for card in questions]
    return anchors[0] if anchors else ""


@dataclass(frozen=True, slots=True)
class RowCard:
    """A row of the draft; ``is_open``: something waits for an answer."""

    pk: int
    version: int
    position: int
    heading: str
    fields: Mapping[str, str]
    tasks: list[TaskFields]
    cells: tuple[str, ...]
    problems: list[IssueCard]
    questions: list[NameCard]
    matched_names: list[NameCard]
    new_names: list[str]
    digests: str
    is_correction: bool = False
    error: str = ""
    is_unsaved: bool = False
    conflicts: list[FieldConflict] | None = None

    @property
    def open_count(self) -> int:
        """How many answers the row waits for."""
        return len(self.problems) + len(self.questions)

    @property
    def is_open(self) -> bool:
        """Whether the row is shown unfolded."""
        is_empty = not any(task.text for task in self.tasks)
        return bool(self.open_count or self.error or is_empty or self.is_correction)

    @property
    def first_anchor(self) -> str:
        """The id of the first thing in it that waits for an answer."""
        return first_anchor(self.problems, self.questions)


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft as its page shows it."""

    document: MinutesDocument
    draft: Draft
    facts: dict[str, str]
    problems: list[IssueCard]
    questions: list[NameCard]
    rows: list[RowCard]
    blockers: list[Blocker]
    existing_meeting: Meeting | None
    difference: Difference | None
    departments: list[Department]
    metadata_error: str = ""
    metadata_conflicts: list[FieldConflict] | None = None

    @property
    def open_count(self) -> int:
        """How many problems and questions wait for an answer."""
        return self.draft.open_count

    @property
    def aspects(self) -> list[str]:
        """The aspects of the draft, and of the meeting it corrects, to choose from."""
        titles = (
            [aspect.title for aspect in self.existing_meeting.aspects.order_by("position")]
            if self.existing_meeting
            else []
        )
        return list(dict.fromkeys([*titles, *(row.row.aspect for row in self.draft.rows if row.row.aspect)]))

    @property
    def bodies(self) -> list[str]:
        """The bodies that have met before."""
        bodies = Meeting.objects.exclude(body="").order_by("body").values_list("body", flat=True)
        return list(bodies.distinct()) if self.document.is_manual else []

    @property
    def has_tasks(self) -> bool:
        """Whether tasks count from the issue day already."""
        corrected = self.draft.corrects
        return corrected is not None and corrected.suggestions.filter(tasks__isnull=False).exists()

    @property
    def metadata_form(self) -> MetadataFields:
        """The fields of what stands around the table."""
        form = MetadataFields(initial=self.facts, auto_id="fact-%s")
        if self.has_tasks:
            form.fields["issued_on"].help_text = _(
                "The tasks count from this day, so it can only be moved to an earlier one."
            )
        return form

    @property
    def metadata_digests(self) -> str:
        """The digests of the saved values around the table."""
        return build_digests(format_metadata(self.draft.facts))

    @property
    def version_token(self) -> str:
        """What accepting has to find unchanged."""
        return accept_version_token(self.document, self.draft, self.existing_meeting, self.difference)

    @property
    def first_anchor(self) -> str:
        """The id of the first thing that waits for an answer."""
        around = first_anchor(self.problems, self.questions)
        return around or next((row.first_anchor for row in self.rows if row.first_anchor), "")

    @property
    def task_count(self) -> int:
        """How many tasks accepting would enter."""
        return sum(len(card.tasks) for card in self.rows)

    @property
    def new_departments(self) -> list[str]:
        """The departments that accepting would make."""
        return [match.name for match in self.draft.matches.departments.values() if match.existing is None]

    @property
    def new_people(self) -> list[str]:
        """The people that accepting would make."""
        return [match.name for match in self.draft.matches.people.values() if match.existing is None]

    def row(self, pk: int) -> RowCard | None:
        """Return the card of the row, None where it is gone."""
        return next((card for card in self.rows if card.pk == pk), None)

    def anchor_after(self, position: int) -> str:
        """Return the id of the next thing to answer from ``position`` on, or the first."""
        later = (card.first_anchor for card in self.rows if card.position >= position)
        return next(filter(None, later), "") or self.first_anchor


def build_draft_page(document: MinutesDocument, form: DraftActionForm | None = None) -> DraftPage:
    """Return the page of a draft, with what was typed in a refused ``form``."""
    draft = load_draft(document)
    matches = draft.matches
    existing, difference = compare_with_register(draft, document.sha256)
    refused = form if form and form.data["action"] == "facts" else None
    facts = format_metadata(draft.facts)
    typed = _typed_values(refused, facts)
    rows = [_row_card(row, position, matches, form) for position, row in enumerate(draft.rows, start=1)]
    return DraftPage(
        document=document,
        draft=draft,
        facts={**facts, **typed.values},
        problems=[_issue_card("whole", at, problem) for at, problem in enumerate(draft.problems)],
        questions=[build_name_card(match, matches) for match in matches.open_at(None)],
        rows=rows,
        blockers=find_blockers(draft),
        existing_meeting=existing,
        difference=difference,
        departments=list(Department.objects.filter(is_active=True)) if matches.departments else [],
        metadata_error=refused.error_messages[0] if refused else "",
        metadata_conflicts=typed.conflicts,
    )


def _typed_values(form: DraftActionForm | None, saved: Mapping[str, str]) -> MergedForm:
    """Return what was typed in a refused form; outdated, it is merged with ``saved``."""
    if form is None:
        return MergedForm({})
    return merge_form(form.texts, saved) if form.conflict else MergedForm(form.texts)


def _row_card(draft_row: DraftRowData, position: int, matches: NameMatches, form: DraftActionForm | None) -> RowCard:
    assert draft_row.pk is not None  # a page shows the rows that are saved
    row = draft_row.row
    refused = form if form and form.row_id == draft_row.pk else None
    saved = format_row(row)
    for at, task in enumerate(row.tasks):
        saved |= {f"task-{at}-{name}": value for name, value in format_task(task).items()}
    has_fields = refused is not None and refused.data["action"] in ("save", "row")
    typed = _typed_values(refused if has_fields else None, saved)
    row_matches = [match for match in matches.all() if matches.places[match.key][0][0] == position]
    heading = row.suggestion or next((task.text for task in row.tasks if task.text), "")
    return RowCard(
        pk=draft_row.pk,
        version=draft_row.version,
        position=position,
        heading=heading,
        fields={**saved, **typed.values},
        tasks=[_task_fields(at, task, typed.values) for at, task in enumerate(row.tasks)],
        cells=draft_row.source,
        problems=[_issue_card(str(draft_row.pk), at, problem, row) for at, problem in enumerate(draft_row.problems)],
        questions=[build_name_card(match, matches) for match in row_matches if match.is_open],
        matched_names=[
            build_name_card(match, matches) for match in row_matches if not match.is_open and match.likeness
        ],
        new_names=[match.name for match in row_matches if match.existing is None and not match.is_open],
        digests=build_digests(saved),
        is_correction=draft_row.corrects is not None,
        error=refused.error_messages[0] if refused else "",
        is_unsaved=has_fields,
        conflicts=typed.conflicts,
    )


def _task_fields(at: int, task: ParsedTask, form_data: Mapping[str, str]) -> TaskFields:
    return TaskFields(
        at=at,
        number=task.number or at + 1,
        **{name: form_data.get(f"task-{at}-{name}", value) for name, value in format_task(task).items()},
        deadline_preview=describe_deadline(task.deadline) if task.deadline.text else "",
        milestone_previews=[f"{milestone.text} → {describe_deadline(milestone)}" for milestone in task.milestones],
    )


def _issue_card(anchor_scope: str, place: int, issue: ParserIssue, row: ParsedRow | None = None) -> IssueCard:
    doubt = issue.deadline_problem
    dates, names = [], []
    if row is not None and doubt and doubt.code is DoubtCode.SEVERAL_DATES_SEVERAL_TASKS:
        options = assignable_dates(row)
        dates = [
            AssignmentOptions(
                task.text, [(date.text, date == task.deadline or date in task.milestones) for date in options]
            )
            for task in row.tasks
        ]
    if row is not None and issue.code in SHARED_NAME_COLUMNS:
        choices = assignable_names(row, issue.column)
        for task in row.tasks:
            own = task.leaders if issue.column == "leaders" else [each.name for each in task.departments]
            names.append(AssignmentOptions(task.text, [(name, name in own) for name in choices]))
    return IssueCard(
        anchor=f"problem-{anchor_scope}-{place}",
        place=place,
        column=str(label(issue.column)),
        message=issue_message(issue),
        offered=doubt.offered.isoformat() if doubt and doubt.offered and not dates else "",
        dates=dates,
        names=names,
    )


def build_name_card(match: NameMatch, matches: NameMatches) -> NameCard:
    """Return the card of a name in question, or of a matched one, with choices."""
    candidates = []
    for candidate in match.candidates:
        reason = match_reason_message(candidate.likeness)
        if candidate.last_met:
            reason = _("%(reason)s Last met at “%(meeting)s”.") % {"reason": reason, "meeting": candidate.last_met}
        candidates.append((str(candidate.existing.pk), str(candidate.existing), reason))
    if match.is_open:
        message = question_message(match.code, match.name, match.parameters)
    else:
        message = match_reason_message(match.likeness) if match.likeness else ""
        if match.last_met:
            message = _("%(reason)s Last met at “%(meeting)s”.") % {"reason": message, "meeting": match.last_met}
    rows = list(dict.fromkeys(row for row, _column in matches.places[match.key] if row is not None))
    return NameCard(f"name-{crc32(match.key.encode()):x}", match, message, candidates, rows)
