"""The list of tasks as a table; every order ends in the key."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django_tables2.data import TableListData
from django_tables2.rows import BoundRows
from django_tables2.utils import OrderByTuple

from meetings.core.types import StrOrPromise
from meetings.display.fields import label
from meetings.models import (
    Account,
    DepartmentRole,
    Health,
    Outcome,
    Status,
    SuggestionSource,
    Task,
    TaskDepartment,
)
from meetings.models.health import health_condition
from meetings.models.orders import Filled, FirstLetters, NotZero
from meetings.models.task import TaskQuerySet
from meetings.ui.tables import ListTable, RowColumn, SortKey, draw_clamped

from .batch_cells import BatchCells
from .cells import TaskCells
from .paging import REGISTER_KEYS, REVERSED_REGISTER_KEYS, Order, TaskPage

# In the order of the lifecycle, not of the alphabet.
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


def status_conditions(day: datetime.date) -> list[Q]:
    """Return the condition of each status, in the order of `STATUS_ORDER`."""
    return [Q(day_status=status) for status in Status.values]


def conditions_by_rank(day: datetime.date) -> list[Q]:
    """Return the condition of each health, the worst first."""
    return [health_condition(health, day, "day_") for health in sorted(Health, key=lambda health: health.rank)]


# On a phone: columns that need their label, within a line of the card or on their own line.
LABELLED, LINE = "card-labelled", "card-line cell-text"


class TaskColumn(RowColumn):
    """A column of tasks; without a ``sort_key`` it sorts as the register does.

    ``values`` are the conditions, of a day, of the few values of a column that no index has, in order. What it takes
    is loaded only for a list that shows it: ``parts`` are those of `TaskQuerySet.for_listing`, and ``prefetch`` is for
    what depends on the day. ``annotate`` adds, also for a list that is sorted by it, what its cells or its order ask.
    """

    def __init__(
        self,
        label: StrOrPromise,
        draw: Callable[[TaskCells, Task], str],
        sort_key: SortKey | None = None,
        *,
        values: Callable[[datetime.date], list[Q]] | None = None,
        css: str = "",
        parts: Sequence[str] = (),
        prefetch: Callable[[TaskQuerySet, datetime.date], TaskQuerySet] | None = None,
        annotate: Callable[[TaskQuerySet, datetime.date], TaskQuerySet] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, draw, sort_key, css=css, orderable=True, **options)
        self.values = values
        self.parts = parts
        self.prefetch = prefetch
        self.annotate = annotate


class TextColumn(TaskColumn):
    """A column of one of the task's further texts (`FURTHER_TEXTS`)."""

    def __init__(self, name: str) -> None:
        super().__init__(
            label(name),
            lambda _cells, task: draw_clamped(getattr(task, name)),
            Filled(FirstLetters(name)),
            css=f"{LABELLED} {LINE}",
        )


class PageData(TableListData):
    """The tasks of a page, in the order that its paginator gave them."""

    def order_by(self, aliases: OrderByTuple) -> None:
        """Leave them in their order."""


class TaskTable(ListTable):
    """The list of tasks; the page's context has the ``day`` and the ``listing``.

    It shows `DEFAULT_COLUMNS`, or the ``columns`` given, in that order; it can be sorted by those that are hidden, too.
    """

    # Shown unless the account chose others.
    DEFAULT_COLUMNS = ("number", "text", "department", "leader", "due", "status", "health", "progress")
    # Always shown: it links to the task.
    REQUIRED_COLUMN = "text"

    cells_class = TaskCells
    number = TaskColumn(label("printed_number"), TaskCells.number, css="nowrap card-number")
    text = TaskColumn(label("text"), TaskCells.text, FirstLetters("text"), css="card-lead cell-task")
    department = TaskColumn(label("department"), TaskCells.department, F("department_spelling"), parts=["departments"])
    leader = TaskColumn(label("leader"), TaskCells.leader, F("leader_spelling"), parts=["leaders"])
    due = TaskColumn(label("deadline"), TaskCells.due, F("day_next_due"))
    status = TaskColumn(label("status"), TaskCells.status, STATUS_ORDER, values=status_conditions)
    health = TaskColumn(
        label("health"), TaskCells.health, F("health_rank"), values=conditions_by_rank, css="card-badge"
    )
    progress = TaskColumn(
        label("progress"),
        TaskCells.progress,
        F("last_report_on"),
        prefetch=TaskQuerySet.with_department_reports,
        css="cell-progress",
    )
    meeting = TaskColumn(label("meeting"), TaskCells.meeting, F("issued_on"), css=LINE)
    aspect = TaskColumn(label("aspect"), TaskCells.aspect, F("suggestion__aspect__title"))
    suggestion = TaskColumn(
        label("suggestion"), TaskCells.suggestion, Filled(FirstLetters("suggestion__text")), css=f"{LABELLED} {LINE}"
    )
    source = TaskColumn(label("source"), TaskCells.source, FIRST_SOURCE, parts=["sources"], css=f"{LABELLED} card-line")
    supporting = TaskColumn(
        label("supporting"), TaskCells.supporting, FIRST_SUPPORTING, parts=["departments"], css=LABELLED
    )
    original = TaskColumn(label("original_deadline"), TaskCells.original, F("original_due_date"), css=LABELLED)
    extensions = TaskColumn(
        label("extension_count"), TaskCells.extensions, NotZero(F("day_extension_count")), css=LABELLED
    )
    review = TaskColumn(label("next_review"), TaskCells.review, F("day_next_review"), css=LABELLED)
    reported = TaskColumn(label("reported_on"), TaskCells.reported, F("last_report_on"), css=LABELLED)
    closed = TaskColumn(label("closed_on"), TaskCells.closed, F("day_closed_on"), css=LABELLED)
    outcome = TaskColumn(
        label("outcome"), TaskCells.outcome, OUTCOME_ORDER, annotate=TaskQuerySet.with_outcome, css=LABELLED
    )
    remarks = TextColumn("remarks")

    class Meta:
        # The form of a status replaces the status in its cell.
        attrs = {"class": "table table-cards compact-cards task-table", "hx-target": "closest .row-status"}

    def __init__(self, tasks: TaskQuerySet, *, columns: Sequence[str] = DEFAULT_COLUMNS, **options: Any) -> None:
        super().__init__(tasks, sequence=[*columns, "..."], **options)
        for name in self.base_columns:
            if name not in columns:
                self.columns.hide(name)

    @classmethod
    def load_columns(cls, tasks: TaskQuerySet, day: datetime.date, columns: Iterable[str]) -> TaskQuerySet:
        """Return ``tasks`` with what the columns need, and nothing else."""
        shown = [cls.base_columns[name] for name in columns]
        tasks = tasks.for_listing(dict.fromkeys(part for column in shown for part in column.parts))
        for prepare in filter(None, (prepare for column in shown for prepare in (column.prefetch, column.annotate))):
            tasks = prepare(tasks, day)
        return tasks

    @classmethod
    def of_page(cls, request: HttpRequest, page: TaskPage, *, columns: Sequence[str], sorting: Sequence[str]) -> Self:
        """Return the table of one ``page`` of a list sorted by ``sorting``."""
        table = cls(PageData(page.object_list), columns=columns, order_by=sorting)
        table.request, table.page, table.paginator = request, page, page.paginator
        return table

    @property
    def paginated_rows(self) -> BoundRows:
        """The rows of the page, all there are."""
        return self.rows

    @classmethod
    def order_of(cls, tasks: TaskQuerySet, day: datetime.date, sorting: Sequence[str]) -> tuple[TaskQuerySet, Order]:
        """Return ``tasks`` with what the order of ``sorting`` needs, and that order.

        The last name counts; without one the tasks stand as the breakdown tables print, the newest meeting first.
        """
        past_day = None if day == timezone.localdate() else day
        if not sorting:
            return tasks, Order(past_day=past_day)
        column = cls.base_columns[sorting[-1].removeprefix("-")]
        if column.annotate:
            tasks = column.annotate(tasks, day)
        if column.sort_key is None:
            is_descending = sorting[-1].startswith("-")
            keys = REVERSED_REGISTER_KEYS if is_descending else REGISTER_KEYS
            return tasks, Order(sorting[-1], keys, past_day=past_day)
        values = column.values(day) if column.values else ()
        return tasks, Order(sorting[-1], REGISTER_KEYS, column.sort_key, values, past_day)


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


def shown_columns(account: Account, params: QueryDict) -> tuple[list[str], list[str]]:
    """Return the columns of the address or the account, and errors in the address."""
    columns, errors = parse_columns(params)
    # Stored columns may be of another release and are skipped silently; an address gets an error message.
    return columns or ensure_task_column(account.task_columns) or list(TaskTable.DEFAULT_COLUMNS), errors


def available_columns(shown: list[str]) -> list[tuple[str, str, bool]]:
    """Return name, head and whether it is shown of all columns, the shown ones first."""
    hidden = [name for name in TaskTable.base_columns if name not in shown]
    heads = {name: str(column.verbose_name) for name, column in TaskTable.base_columns.items()}
    return [(name, heads[name], name in shown) for name in [*shown, *hidden]]


def ensure_task_column(names: Sequence[str]) -> list[str]:
    """Return the known columns of ``names`` with the task's own; empty for none."""
    existing = [name for name in names if name in TaskTable.base_columns]
    return existing if not existing or TaskTable.REQUIRED_COLUMN in existing else [TaskTable.REQUIRED_COLUMN, *existing]


class BatchTable(ListTable):
    """The list of batches, from `BatchQuerySet.for_listing`."""

    cells_class = BatchCells
    made_at = RowColumn(_("Made on"), BatchCells.made_at, F("made_at"), css="card-lead nowrap")
    made_by = RowColumn(_("By whom"), BatchCells.made_by, F("made_by__display_name"))
    changes = RowColumn(_("What was changed"), BatchCells.changes)
    tasks = RowColumn(_("Tasks"), BatchCells.tasks, F("task_count"))
    source = RowColumn(_("Source"), BatchCells.source, F("source"))
    undoing = RowColumn(_("Undone"), BatchCells.undoing, F("undone_by__made_at"))
