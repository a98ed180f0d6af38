"""The list of tasks as a table; every order ends in the key."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import NullIf
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _

from meetings.core.types import StrOrPromise
from meetings.display.fields import label
from meetings.models import DepartmentRole, Outcome, Status, SuggestionSource, TaskDepartment
from meetings.models.task import TaskQuerySet
from meetings.ui.tables import ListTable, RowColumn, SortKey

# From the beginning of a task's life to its end, not by the letters of the English words.
STATUS_ORDER = Case(*(When(day_status=status, then=Value(place)) for place, status in enumerate(Status.values)))
OUTCOME_ORDER = Case(*(When(day_outcome=outcome, then=Value(place)) for place, outcome in enumerate(Outcome.values)))
FIRST_SUPPORTING = Subquery(
    TaskDepartment.objects.filter(task=OuterRef("pk"), role=DepartmentRole.SUPPORTING)
    .order_by("position")
    .values("department__spelling")[:1]
)
FIRST_SOURCE = Subquery(
    SuggestionSource.objects.filter(suggestion=OuterRef("suggestion"))
    .order_by("position")
    .values("person__spelling")[:1]
)
PRINTED_ORDER = ("suggestion__meeting__issued_on", "suggestion__meeting_id", "suggestion__position", "number", "pk")


# On a phone: a column whose words do not say by themselves what they are, in a line of the card or in one of its own.
LABELLED, LINE = "card-labelled", "card-line cell-text"


class TaskColumn(RowColumn):
    """A column of tasks; those with equal keys stand as printed.

    What it takes is loaded only for a list that shows it: ``parts`` are those of `TaskQuerySet.for_listing`, and
    ``prefetch`` is for what depends on the day. ``annotate`` adds, also for a list that is sorted by it, what its
    template or its order asks for.
    """

    tie_breakers = PRINTED_ORDER

    def __init__(
        self,
        label: StrOrPromise,
        sort_key: SortKey,
        *,
        css: str = "",
        parts: Sequence[str] = (),
        prefetch: Callable[[TaskQuerySet, datetime.date], TaskQuerySet] | None = None,
        annotate: Callable[[TaskQuerySet, datetime.date], TaskQuerySet] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, sort_key, css=css, **options)
        self.parts = parts
        self.prefetch = prefetch
        self.annotate = annotate


class TextColumn(TaskColumn):
    """A column of one of the task's further texts (`FURTHER_TEXTS`)."""

    has_own_template = True

    def __init__(self, name: str) -> None:
        super().__init__(label(name), NullIf(F(name), Value("")), css=f"{LABELLED} {LINE}", accessor=name)


class PrintedOrderColumn(TaskColumn):
    """A column sorted as the breakdown tables print."""

    def order(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Sort by the whole order, every part of it in the same direction."""
        return queryset.order_by(*(f"-{name}" if is_descending else name for name in PRINTED_ORDER)), True


class TaskTable(ListTable):
    """The list of tasks; the page's context has the ``day`` and the ``listing``.

    It shows `DEFAULT_COLUMNS`, or the ``columns`` given, in that order; it can be sorted by those that are hidden, too.
    """

    # What there is unless somebody chose otherwise.
    DEFAULT_COLUMNS = ("number", "text", "department", "leader", "due", "status", "health", "progress")
    # The way to the task: a list without it would be a dead end.
    REQUIRED_COLUMN = "text"

    folder = "tasks"
    number = PrintedOrderColumn(label("printed_number"), F("pk"), css="nowrap card-number")
    text = TaskColumn(label("text"), F("text"), css="card-lead cell-task")
    department = TaskColumn(label("department"), F("first_department"), parts=["departments"])
    leader = TaskColumn(label("leader"), F("first_leader"), parts=["leaders"])
    due = TaskColumn(label("deadline"), F("day_next_due"))
    status = TaskColumn(label("status"), STATUS_ORDER)
    health = TaskColumn(label("health"), F("health_rank"), css="card-badge")
    progress = TaskColumn(
        label("progress"), F("last_report_on"), prefetch=TaskQuerySet.with_department_reports, css="cell-progress"
    )
    meeting = TaskColumn(label("meeting"), F("suggestion__meeting__issued_on"), css=LINE)
    aspect = TaskColumn(label("aspect"), F("suggestion__aspect__title"))
    suggestion = TaskColumn(label("suggestion"), NullIf(F("suggestion__text"), Value("")), css=f"{LABELLED} {LINE}")
    source = TaskColumn(label("source"), FIRST_SOURCE, parts=["sources"], css=f"{LABELLED} card-line")
    supporting = TaskColumn(label("supporting"), FIRST_SUPPORTING, parts=["departments"], css=LABELLED)
    original = TaskColumn(label("original_deadline"), F("original_due_date"), css=LABELLED)
    extensions = TaskColumn(label("extension_count"), NullIf(F("day_extension_count"), Value(0)), css=LABELLED)
    review = TaskColumn(label("next_review"), F("day_next_review"), css=LABELLED)
    reported = TaskColumn(label("reported_on"), F("last_report_on"), css=LABELLED)
    closed = TaskColumn(label("closed_on"), F("day_closed_on"), css=LABELLED)
    outcome = TaskColumn(label("outcome"), OUTCOME_ORDER, annotate=TaskQuerySet.with_outcome, css=LABELLED)
    remarks = TextColumn("remarks")

    class Meta:
        attrs = {"class": "table table-cards compact-cards task-table"}
        row_attrs = {"id": lambda record: f"task-{record.pk}"}

    def __init__(self, tasks: TaskQuerySet, *, columns: Sequence[str] = DEFAULT_COLUMNS, **options: Any) -> None:
        super().__init__(tasks, sequence=[*columns, "..."], **options)
        for name in self.base_columns:
            if name not in columns:
                self.columns.hide(name)

    @classmethod
    def prepare_queryset(
        cls, tasks: TaskQuerySet, day: datetime.date, *, columns: Iterable[str], sorting: Iterable[str] = ()
    ) -> TaskQuerySet:
        """Return ``tasks`` with what the columns need, and nothing else."""
        columns, by_name = list(columns), cls.base_columns
        parts = dict.fromkeys(part for name in columns for part in by_name[name].parts)
        tasks = tasks.with_last_report().with_first_assignees().for_listing(parts)
        for prefetch in filter(None, (by_name[name].prefetch for name in columns)):
            tasks = prefetch(tasks, day)
        for name in dict.fromkeys([*columns, *(name.removeprefix("-") for name in sorting)]):
            if annotate := by_name[name].annotate:
                tasks = annotate(tasks, day)
        return tasks


# The parameter that names the columns of a list, in order: columns=number,text,due.
COLUMNS_PARAMETER = "columns"


def parse_columns(params: QueryDict) -> tuple[list[str], list[str]]:
    """Return the columns that the parameters name, and a message for each unknown."""
    return validate_columns(name.strip() for value in params.getlist(COLUMNS_PARAMETER) for name in value.split(","))


def validate_columns(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what `parse_columns` does, for names from elsewhere."""
    names = list(dict.fromkeys(name for name in names if name))
    errors = [
        gettext("There is no column “%(name)s”. Choose from the list of columns.") % {"name": name}
        for name in names
        if name not in TaskTable.base_columns
    ]
    return ([] if errors else ensure_task_column(names)), errors


def ensure_task_column(names: Sequence[str]) -> list[str]:
    """Return the known columns of ``names`` with the task's own; empty for none."""
    existing = [name for name in names if name in TaskTable.base_columns]
    return existing if not existing or TaskTable.REQUIRED_COLUMN in existing else [TaskTable.REQUIRED_COLUMN, *existing]


class BatchTable(ListTable):
    """The list of batches, from `BatchQuerySet.for_listing`."""

    folder = "tasks/batches"
    made_at = RowColumn(_("Made on"), F("made_at"), css="card-lead nowrap")
    made_by = RowColumn(_("By whom"), F("made_by__display_name"))
    changes = RowColumn(_("What was changed"))
    tasks = RowColumn(_("Tasks"), F("task_count"))
    source = RowColumn(_("Source"), F("source"))
    undoing = RowColumn(_("Undone"), F("undone_by__made_at"))


class MeetingTable(ListTable):
    """The list of meetings. The page's context brings ``counts``, by the meeting's id."""

    folder = "breakdown"
    title = RowColumn(label("meeting"), F("spelling"), css="card-lead cell-task")
    document_number = RowColumn(label("document_number"), NullIf(F("document_number"), Value("")))
    held_on = RowColumn(label("held_on"), F("held_on"))
    issued_on = RowColumn(label("issued_on"), F("issued_on"))
    suggestions = RowColumn(_("Suggestions"), F("suggestion_count"))
    tasks = RowColumn(_("Tasks"), F("task_count"))
    health = RowColumn(label("health"))
