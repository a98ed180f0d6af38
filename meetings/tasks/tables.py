"""The lists as tables. Every order ends in the key, so that pages never share or lose a row."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence

import django_tables2 as tables
from django.db.models import Case, Expression, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import NullIf
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from meetings.models import DepartmentRole, Outcome, Status, SuggestionSource, TaskDepartment
from meetings.models.task import TaskQuerySet

# From the beginning of a task's life to its end, not by the letters of the English words.
STATUS_ORDER = Case(*(When(day_status=status, then=Value(place)) for place, status in enumerate(Status.values)))
OUTCOME_ORDER = Case(*(When(day_outcome=outcome, then=Value(place)) for place, outcome in enumerate(Outcome.values)))
FIRST_SUPPORTING = Subquery(
    TaskDepartment.objects.filter(task=OuterRef("pk"), role=DepartmentRole.SUPPORTING)
    .order_by("position")
    .values("department__name")[:1]
)
FIRST_SOURCE = Subquery(
    SuggestionSource.objects.filter(suggestion=OuterRef("suggestion")).order_by("position").values("person__name")[:1]
)
PRINTED_ORDER = ("suggestion__meeting__issued_on", "suggestion__meeting_id", "suggestion__position", "number", "pk")


class NullsLastColumn:
    """Sorts a column by its ``sort_key``, with the rows that have none at the end both ways; ``then`` breaks ties."""

    sort_key: F | Expression
    tie_breakers: tuple[str, ...] = ("-pk",)

    def order(self, queryset: QuerySet, is_descending: bool):
        key = self.sort_key
        first = key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True)
        return queryset.order_by(first, *self.tie_breakers), True


class RowColumn(NullsLastColumn, tables.TemplateColumn):
    """A column whose template, of the ``folder``, gets the whole row; without a ``sort_key`` it cannot be sorted by."""

    folder: str

    def __init__(self, name: str, *args, sort_key: F | Expression | None = None, **kwargs) -> None:
        template = f"meetings/{self.folder}/cells/{name}.html"
        super().__init__(*args, template_name=template, accessor="pk", orderable=sort_key is not None, **kwargs)
        self.sort_key = sort_key


class SortableTable(tables.Table):
    """A table with the register's head and pages."""

    class Meta:
        template_name = "meetings/ui/_table.html"
        order_by_field = "sort"
        attrs = {"class": "table table-cards"}
        empty_text = ""

    @classmethod
    def sortable_names(cls) -> set[str]:
        """Return the names that the list may be sorted by."""
        return {name for name, column in cls.base_columns.items() if column.orderable}


class TaskColumn(tables.TemplateColumn):
    """A column whose template gets the whole task.

    What it takes is loaded only for a list that shows it: ``parts`` are those of `TaskQuerySet.for_listing`, and
    ``annotate`` adds, also for a list that is sorted by it, what its template or its order asks for.
    """

    def __init__(
        self,
        *args,
        parts: Sequence[str] = (),
        annotate: Callable[[TaskQuerySet, datetime.date], TaskQuerySet] | None = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, accessor="pk", **kwargs)
        self.parts = parts
        self.annotate = annotate


class SortableTaskColumn(NullsLastColumn, TaskColumn):
    """A column of tasks that can be sorted by its ``sort_key``."""

    tie_breakers = PRINTED_ORDER

    def __init__(self, *args, sort_key: F | Expression, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.sort_key = sort_key


class PrintedOrderColumn(TaskColumn):
    """A column sorted as the breakdown tables print: meeting by meeting, row by row, task by task."""

    def order(self, queryset: TaskQuerySet, is_descending: bool):
        return queryset.order_by(*(f"-{name}" if is_descending else name for name in PRINTED_ORDER)), True


def _cell_template(name: str) -> str:
    return f"meetings/tasks/cells/{name}.html"


# On a phone: a column whose words do not say by themselves what they are, in a line of the card or in one of its own.
LABELLED = {"td": {"class": "card-labelled"}}
LABELLED_LINE = {"td": {"class": "card-labelled card-line"}}


class TaskTable(tables.Table):
    """The list of tasks, a task a line. The page's context brings the ``day`` it shows and the ``listing``.

    It shows `DEFAULT_COLUMNS`, or the ``columns`` given, in that order; it can be sorted by those that are hidden, too.
    """

    # What there is unless somebody chose otherwise.
    DEFAULT_COLUMNS = ("number", "text", "department", "leader", "due", "status", "health", "progress")
    # The way to the task: a list without it would be a dead end.
    REQUIRED_COLUMN = "text"

    number = PrintedOrderColumn(
        template_name=_cell_template("number"), verbose_name=_("No."), attrs={"td": {"class": "nowrap card-number"}}
    )
    text = SortableTaskColumn(
        template_name=_cell_template("text"),
        verbose_name=_("Task"),
        sort_key=F("text"),
        attrs={"td": {"class": "card-lead cell-task"}},
    )
    department = SortableTaskColumn(
        template_name=_cell_template("departments"),
        verbose_name=_("Responsible department"),
        sort_key=F("first_department"),
        parts=["departments"],
    )
    leader = SortableTaskColumn(
        template_name=_cell_template("leaders"),
        verbose_name=_("Supervising leader"),
        sort_key=F("first_leader"),
        parts=["leaders"],
    )
    due = SortableTaskColumn(
        template_name=_cell_template("due"), verbose_name=_("Deadline"), sort_key=F("day_next_due")
    )
    status = SortableTaskColumn(template_name=_cell_template("status"), verbose_name=_("Status"), sort_key=STATUS_ORDER)
    health = SortableTaskColumn(
        template_name=_cell_template("health"),
        verbose_name=_("Health"),
        sort_key=F("health_rank"),
        attrs={"td": {"class": "card-badge"}},
    )
    progress = SortableTaskColumn(
        template_name=_cell_template("progress"),
        verbose_name=_("Latest progress"),
        sort_key=F("last_report_on"),
        attrs={"td": {"class": "cell-progress"}},
    )
    meeting = SortableTaskColumn(
        template_name=_cell_template("meeting"),
        verbose_name=_("Meeting"),
        sort_key=F("suggestion__meeting__issued_on"),
        attrs={"td": {"class": "card-line cell-words"}},
    )
    aspect = SortableTaskColumn(
        template_name=_cell_template("aspect"), verbose_name=_("Aspect"), sort_key=F("suggestion__aspect__title")
    )
    suggestion = SortableTaskColumn(
        template_name=_cell_template("suggestion"),
        verbose_name=_("Suggestion"),
        sort_key=NullIf(F("suggestion__text"), Value("")),
        attrs={"td": {"class": "card-labelled card-line cell-words"}},
    )
    source = SortableTaskColumn(
        template_name=_cell_template("sources"),
        verbose_name=_("Suggestion source"),
        sort_key=FIRST_SOURCE,
        parts=["sources"],
        attrs=LABELLED_LINE,
    )
    supporting = SortableTaskColumn(
        template_name=_cell_template("supporting"),
        verbose_name=_("Supporting department"),
        sort_key=FIRST_SUPPORTING,
        parts=["departments"],
        attrs=LABELLED,
    )
    original = SortableTaskColumn(
        template_name=_cell_template("original"),
        verbose_name=_("Original deadline"),
        sort_key=F("original_due_date"),
        attrs=LABELLED,
    )
    extensions = SortableTaskColumn(
        template_name=_cell_template("extensions"),
        verbose_name=pgettext_lazy("column head", "Extensions"),
        sort_key=NullIf(F("day_extension_count"), Value(0)),
        attrs=LABELLED,
    )
    review = SortableTaskColumn(
        template_name=_cell_template("review"),
        verbose_name=_("Next review"),
        sort_key=F("day_next_review"),
        attrs=LABELLED,
    )
    reported = SortableTaskColumn(
        template_name=_cell_template("reported"),
        verbose_name=pgettext_lazy("column head", "Reported on"),
        sort_key=F("last_report_on"),
        attrs=LABELLED,
    )
    closed = SortableTaskColumn(
        template_name=_cell_template("closed"),
        verbose_name=pgettext_lazy("column head", "Closed on"),
        sort_key=F("day_closed_on"),
        attrs=LABELLED,
    )
    outcome = SortableTaskColumn(
        template_name=_cell_template("outcome"),
        verbose_name=_("Outcome"),
        sort_key=OUTCOME_ORDER,
        annotate=TaskQuerySet.with_outcome,
        attrs=LABELLED,
    )
    remarks = SortableTaskColumn(
        template_name=_cell_template("remarks"),
        verbose_name=_("Remarks"),
        sort_key=NullIf(F("remarks"), Value("")),
        attrs={"td": {"class": "card-labelled card-line cell-words"}},
    )

    class Meta:
        template_name = "meetings/ui/_table.html"
        order_by_field = "sort"
        page_field = "page"
        per_page_field = "per_page"
        attrs = {"class": "table table-cards compact-cards task-table"}
        row_attrs = {"id": lambda record: f"task-{record.pk}"}
        empty_text = ""

    def __init__(self, tasks: TaskQuerySet, *, columns: Sequence[str] = DEFAULT_COLUMNS, **kwargs) -> None:
        super().__init__(tasks, sequence=[*columns, "..."], **kwargs)
        for name in self.base_columns:
            if name not in columns:
                self.columns.hide(name)

    @classmethod
    def prepare_queryset(
        cls, tasks: TaskQuerySet, day: datetime.date, *, columns: Iterable[str], sorting: Iterable[str] = ()
    ) -> TaskQuerySet:
        """Return ``tasks`` (from `TaskQuerySet.on` the ``day``) with what those columns take, and nothing else."""
        columns, by_name = list(columns), cls.base_columns
        parts = dict.fromkeys(part for name in columns for part in by_name[name].parts)
        tasks = tasks.with_last_report().with_first_assignees().for_listing(parts)
        for name in dict.fromkeys([*columns, *(name.removeprefix("-") for name in sorting)]):
            if annotate := by_name[name].annotate:
                tasks = annotate(tasks, day)
        return tasks


# The parameter that names the columns of a list, in order: columns=number,text,due.
COLUMNS_PARAMETER = "columns"


def parse_columns(params: QueryDict) -> tuple[list[str], list[str]]:
    """Return the columns that the parameters name, none where they name none, and a sentence for each that is none."""
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
    """Return those of ``names`` that are columns, with the task itself among them; no names: none."""
    known = [name for name in names if name in TaskTable.base_columns]
    return known if not known or TaskTable.REQUIRED_COLUMN in known else [TaskTable.REQUIRED_COLUMN, *known]


def parse_sorting(params: QueryDict) -> tuple[list[str], list[str]]:
    """Return the columns that the parameters sort by, with ``-`` for descending, and what is wrong with them."""
    sorting = [name for name in params.getlist("sort") if name]
    errors = [
        gettext("The list has no column “%(name)s” to sort by. Choose one of its columns.") % {"name": name}
        for name in sorting
        if name.removeprefix("-") not in TaskTable.base_columns
    ]
    return ([] if errors else sorting), errors


class BatchColumn(RowColumn):
    """A column of batches."""

    folder = "tasks/batches"


class BatchTable(SortableTable):
    """The list of batches, from `BatchQuerySet.for_listing`."""

    made_at = BatchColumn(
        "made_at", verbose_name=_("Made on"), sort_key=F("made_at"), attrs={"td": {"class": "card-lead nowrap"}}
    )
    made_by = BatchColumn("made_by", verbose_name=_("By whom"), sort_key=F("made_by__display_name"))
    what = BatchColumn("what", verbose_name=_("What was changed"))
    tasks = BatchColumn("tasks", verbose_name=_("Tasks"), sort_key=F("task_count"))
    source = BatchColumn("source", verbose_name=_("Source"), sort_key=F("source"))
    undoing = BatchColumn("undoing", verbose_name=_("Undone"), sort_key=F("undone_by__made_at"))

    class Meta(SortableTable.Meta):
        pass


class MeetingColumn(RowColumn):
    """A column of meetings."""

    folder = "breakdown"


class MeetingTable(SortableTable):
    """The list of meetings. The page's context brings ``counts``, by the meeting's id."""

    title = MeetingColumn(
        "title", verbose_name=_("Meeting"), sort_key=F("title"), attrs={"td": {"class": "card-lead cell-task"}}
    )
    document_number = MeetingColumn(
        "document_number", verbose_name=_("Document number"), sort_key=NullIf(F("document_number"), Value(""))
    )
    held_on = MeetingColumn("held_on", verbose_name=_("Held on"), sort_key=F("held_on"))
    issued_on = MeetingColumn("issued_on", verbose_name=_("Issued on"), sort_key=F("issued_on"))
    suggestions = MeetingColumn("suggestions", verbose_name=_("Suggestions"), sort_key=F("suggestion_count"))
    tasks = MeetingColumn("tasks", verbose_name=_("Tasks"), sort_key=F("task_count"))
    health = MeetingColumn("health", verbose_name=_("Health"))

    class Meta(SortableTable.Meta):
        pass
