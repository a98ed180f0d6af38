"""待确认: import issues as questions; the same on tasks of a row is one question."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from meetings.core.text import parse_ids
from meetings.models import Account, ImportIssue, ImportIssueColumn, Suggestion, Task
from meetings.models.import_issue import ImportIssueQuerySet
from meetings.models.prepared import PreparedQuery
from meetings.permissions import require_secretariat

# What is asked once: of one row of a table, about one column, for one reason, of one printed value.
_GROUP_FIELDS = ("task__suggestion", "column", "code", "value")
# Of these the right answer can be given where the question stands; of others it is written down, and mended elsewhere.
CORRECTABLE_IN_PLACE = frozenset({ImportIssueColumn.DEPARTMENTS, ImportIssueColumn.LEADERS, ImportIssueColumn.DEADLINE})


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues with the same question on tasks of one row, by task number."""

    issues: tuple[ImportIssue, ...]

    @property
    def first(self) -> ImportIssue:
        """The issue that stands for all of them."""
        return self.issues[0]

    @property
    def anchor(self) -> str:
        """The id of its place on a page."""
        return f"question-{self.first.pk}"

    @property
    def tasks(self) -> list[Task]:
        """The tasks it is asked of."""
        return [issue.task for issue in self.issues]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return any(issue.answer_id is None for issue in self.issues)

    @property
    def is_correctable_in_place(self) -> bool:
        """Whether the question's own form can hold the correction."""
        return self.first.column in CORRECTABLE_IN_PLACE

    @property
    def offered(self) -> datetime.date | None:
        """The day that the question offers, where it is about a deadline and knows one."""
        value = self.first.parameters.get("offered")
        return datetime.date.fromisoformat(value) if value else None


def count_open_issues() -> int:
    """Return how many questions are open. One query."""
    return _open_questions.count()


@PreparedQuery
def _open_questions() -> QuerySet[ImportIssue, Any]:
    return ImportIssue.objects.open().order_by().values(*_GROUP_FIELDS).distinct()


def group_issues(issues: Iterable[ImportIssue]) -> list[IssueGroup]:
    """Return ``issues`` as questions, in the order in which each is first asked."""
    groups: dict[tuple[Any, ...], list[ImportIssue]] = {}
    for issue in issues:
        groups.setdefault((issue.task.suggestion_id, issue.column, issue.code, issue.value), []).append(issue)
    return [IssueGroup(tuple(of_one)) for of_one in groups.values()]


def build_open_issue_rows(suggestions: Iterable[Suggestion]) -> list[tuple[Suggestion, list[IssueGroup]]]:
    """Return ``suggestions`` with their open questions. Four queries."""
    suggestions = list(suggestions)
    issues = with_task_details(ImportIssue.objects.open().filter(task__suggestion__in=suggestions))
    by_row = groupby(issues, key=lambda issue: issue.task.suggestion_id)
    groups_by_row = {row: group_issues(of_row) for row, of_row in by_row}
    return [(row, groups_by_row[row.pk]) for row in suggestions if row.pk in groups_by_row]


def with_task_details(issues: ImportIssueQuerySet) -> ImportIssueQuerySet:
    """Return ``issues`` in order, with all that a question shows of its tasks."""
    return (
        issues.select_related("task__suggestion__meeting")
        .prefetch_related("task__task_departments__department", "task__task_leaders__person", "task__milestones")
        .order_by("task__suggestion", "task__number", "pk")
    )


def readable_suggestions_with_open_issues(account: Account) -> QuerySet[Suggestion]:
    """Return the suggestions with open issues, the newest meeting first."""
    issues = ImportIssue.objects.open().filter(task__suggestion=OuterRef("pk"))
    rows = Suggestion.objects.filter(Exists(issues)) if account.is_authenticated else Suggestion.objects.none()
    return rows.select_related("meeting").order_by("-meeting__issued_on", "-meeting_id", "position")


def rows_after(rows: QuerySet[Suggestion], pk: int) -> QuerySet[Suggestion]:
    """Return the ``rows`` of the queue behind the suggestion ``pk``, answered or not.

    All of them where there is no such suggestion.
    """
    last = Suggestion.objects.select_related("meeting").filter(pk=pk).first()
    if last is None:
        return rows
    day, meeting = last.meeting.issued_on, last.meeting_id
    return rows.filter(
        Q(meeting__issued_on__lt=day)
        | Q(meeting__issued_on=day, meeting_id__lt=meeting)
        | Q(meeting_id=meeting, position__gt=last.position)
    )


def answerable_issue(account: Account, issue_ids: Iterable[str]) -> IssueGroup:
    """Return the question of these ids, also where it has been answered.

    Raises PermissionDenied for all but the secretariat, Http404 where these are not the issues of one question.
    """
    require_secretariat(account)
    ids = parse_ids(issue_ids)
    groups = group_issues(with_task_details(ImportIssue.objects.filter(pk__in=ids)))
    if len(groups) != 1 or len(groups[0].issues) != len(ids):
        raise Http404
    return groups[0]
