"""The lists as tables. Every order ends in the key, so that pages never share or lose a row."""

from __future__ import annotations

import django_tables2 as tables
from django.db.models import Case, Expression, F, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from .models import Status
from .models.meeting import MeetingQuerySet
from .models.task import TaskQuerySet

# From the beginning of a task's life to its end, not by the letters of the English words.
STATUS_ORDER = Case(*(When(day_status=status, then=Value(place)) for place, status in enumerate(Status.values)))
PRINTED_ORDER = ("suggestion__meeting__issued_on", "suggestion__meeting_id", "suggestion__position", "number", "pk")


class Cell(tables.TemplateColumn):
    """A column whose template gets the whole task."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, accessor="pk", **kwargs)


class SortedLastWhenEmpty(Cell):
    """A column sorted by ``sort_key``, with the rows that have none at the end both ways."""

    def __init__(self, *args, sort_key: F | Expression, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.sort_key = sort_key

    def order(self, queryset: TaskQuerySet, is_descending: bool):
        key = self.sort_key
        first = key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True)
        return queryset.order_by(first, *PRINTED_ORDER), True


class PrintedOrderColumn(Cell):
    """A column sorted as the breakdown tables print: meeting by meeting, row by row, task by task."""

    def order(self, queryset: TaskQuerySet, is_descending: bool):
        return queryset.order_by(*(f"-{name}" if is_descending else name for name in PRINTED_ORDER)), True


def _cell(name: str) -> str:
    return f"meetings/tasks/cells/{name}.html"


class TaskTable(tables.Table):
    """The list of tasks, a task a line. The page's context brings the ``day`` it shows and the ``listing``."""

    number = PrintedOrderColumn(
        template_name=_cell("number"), verbose_name=_("No."), attrs={"td": {"class": "nowrap card-number"}}
    )
    text = SortedLastWhenEmpty(
        template_name=_cell("text"),
        verbose_name=_("Task"),
        sort_key=F("text"),
        attrs={"td": {"class": "card-lead cell-task"}},
    )
    department = SortedLastWhenEmpty(
        template_name=_cell("departments"), verbose_name=_("Responsible department"), sort_key=F("first_department")
    )
    leader = SortedLastWhenEmpty(
        template_name=_cell("leaders"), verbose_name=_("Supervising leader"), sort_key=F("first_leader")
    )
    due = SortedLastWhenEmpty(template_name=_cell("due"), verbose_name=_("Deadline"), sort_key=F("day_next_due"))
    status = SortedLastWhenEmpty(template_name=_cell("status"), verbose_name=_("Status"), sort_key=STATUS_ORDER)
    health = SortedLastWhenEmpty(
        template_name=_cell("health"),
        verbose_name=_("Health"),
        sort_key=F("health_rank"),
        attrs={"td": {"class": "card-badge"}},
    )
    progress = SortedLastWhenEmpty(
        template_name=_cell("progress"),
        verbose_name=_("Latest progress"),
        sort_key=F("last_report_on"),
        attrs={"td": {"class": "cell-progress"}},
    )

    class Meta:
        template_name = "meetings/tasks/_table.html"
        order_by_field = "sort"
        page_field = "page"
        per_page_field = "per_page"
        attrs = {"class": "table table-cards compact-cards task-table"}
        row_attrs = {"id": lambda record: f"task-{record.pk}"}
        empty_text = ""


class MeetingColumn(tables.TemplateColumn):
    """A column of meetings sorted by ``sort_key``, meetings without one at the end both ways."""

    def __init__(self, name: str, *args, sort_key: F | Expression | None = None, **kwargs) -> None:
        template = f"meetings/meetings/cells/{name}.html"
        super().__init__(*args, template_name=template, accessor="pk", orderable=sort_key is not None, **kwargs)
        self.sort_key = sort_key

    def order(self, queryset: MeetingQuerySet, is_descending: bool):
        key = self.sort_key
        first = key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True)
        return queryset.order_by(first, "-pk"), True


class MeetingTable(tables.Table):
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

    class Meta:
        template_name = "meetings/tasks/_table.html"
        order_by_field = "sort"
        attrs = {"class": "table table-cards"}
        empty_text = ""

    @classmethod
    def sortable(cls) -> set[str]:
        """Return the names that the list may be sorted by."""
        return {name for name, column in cls.base_columns.items() if column.orderable}
