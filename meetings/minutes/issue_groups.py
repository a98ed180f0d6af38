"""Questions that are the same for several rows: asked once, answered for all.

Each problem stays one of its own row; here is only which belong together, and one answer for them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from meetings.core.issue_codes import ProblemCode
from meetings.errors import InvalidInputError
from meetings.locking import build_version_token, check_version, require_present
from meetings.minutes.parser.issues import ParserIssue
from meetings.models import DraftRow

from .draft import Draft, DraftRowData, apply_edit
from .draft_forms import parse_row_form
from .draft_services import load_draft, lock_document, save_document, save_row
from .issue_answers import find_doubted_tasks, take_offered_day

_COLUMN_OF_ROW = {ProblemCode.NO_DEPARTMENT: "departments"}

# What a scan leaves in doubt is compared with the picture in its own row.
_OF_ONE_ROW = (ProblemCode.DOUBTFUL_SCAN,)


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Problems of one kind: of several rows, or (without rows) several of the whole."""

    key: str
    rows: tuple[DraftRowData, ...]
    issues: tuple[ParserIssue, ...]

    @property
    def field(self) -> str:
        """The field of the tasks in which one value can settle all of them, or ""."""
        first = self.issues[0]
        if not self.rows or self.is_offered:
            return ""
        return "meaning" if first.deadline_problem else _COLUMN_OF_ROW.get(first.code, "")

    @property
    def is_offered(self) -> bool:
        """Whether each of the problems offers a day."""
        return all(issue.deadline_problem and issue.deadline_problem.offered for issue in self.issues)

    def version_token(self, document_version: int) -> str:
        """Return the token that answering has to find unchanged."""
        versions = [(row.pk, row.version) for row in self.rows]
        return build_version_token(self.key, versions or document_version, self.issues)


def issue_key(issue: ParserIssue) -> str:
    """Return what problems of one kind have in common."""
    if issue.deadline_problem:
        return f"{issue.column}:{issue.deadline_problem.code}"
    return f"{'' if issue.code is ProblemCode.MISSING_COLUMN else issue.column}:{issue.code}"


def group_issues(draft: Draft) -> dict[str, IssueGroup]:
    """Return the problems that several rows, or the whole several times, have."""
    if draft.is_manual:
        return {}
    members: dict[str, list[tuple[DraftRowData | None, ParserIssue]]] = defaultdict(list)
    for issue in draft.problems:
        members[f"whole {issue_key(issue)}"].append((None, issue))
    for row in draft.rows:
        for issue in (issue for issue in row.problems if issue.code not in _OF_ONE_ROW):
            members[issue_key(issue)].append((row, issue))
    groups = {}
    for key, found in members.items():
        rows = {row.pk: row for row, _issue in found if row is not None}
        if len(rows or found) > 1:
            groups[key] = IssueGroup(key, tuple(rows.values()), tuple(issue for _row, issue in found))
    return groups


@transaction.atomic
def answer_group(*, document_id: int, key: str, version_token: str, choice: str, form_data: Mapping[str, str]) -> None:
    """Settle all problems of a group by one answer.

    ``choice``: "confirm" (right as it stands), "offered" (the day that each offers), or "value", the ``value`` of
    ``form_data`` for each of the tasks. Raises InvalidInputError, ConflictError, AlreadyAcceptedError.
    """
    document = lock_document(document_id)
    draft = load_draft(document)
    group = require_present(group_issues(draft).get(key))
    check_version(version_token, group.version_token(document.version))
    if not group.rows:
        document.problems = [
            stored
            for stored, issue in zip(document.problems, draft.problems, strict=True)
            if f"whole {issue_key(issue)}" != key
        ]
        save_document(document)
        return
    value = form_data.get("value", "").strip()
    if choice == "value" and not (value and group.field):
        raise InvalidInputError(_("Write the answer that holds for all of these rows."))
    stored_rows = DraftRow.objects.in_bulk([row.pk for row in group.rows])
    for row in group.rows:
        issues = [issue for issue in row.problems if issue_key(issue) == key]
        after = replace(row, problems=tuple(issue for issue in row.problems if issue not in issues))
        if choice == "offered":
            for issue in issues:
                after = take_offered_day(after, issue)
        elif choice == "value":
            values = _values_for(group.field, value, row, issues)
            after = apply_edit(after, parse_row_form(row.row, values, draft.facts))
        save_row(stored_rows[require_present(row.pk)], after)


def _values_for(field: str, value: str, row: DraftRowData, issues: Sequence[ParserIssue]) -> dict[str, str]:
    """Return the form of the row with ``value`` for each task that is asked about."""
    tasks = row.row.tasks
    if field == "departments":
        places = [at for at, task in enumerate(tasks) if not task.departments]
    else:
        places = [at for issue in issues for at in find_doubted_tasks(tasks, issue)]
    return {f"task-{at}-{field}": value for at in places}
