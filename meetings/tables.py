"""The lists as tables. Every order ends in the key, so that pages never share or lose a row."""

from __future__ import annotations

import django_tables2 as tables
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from .models.meeting import MeetingQuerySet
from .models.task import TaskQuerySet

PRINTED_ORDER = ("suggestion__meeting__issued_on", "suggestion__meeting_id", "suggestion__position", "number", "pk")


class Cell(tables.TemplateColumn):
    """A column whose template gets the whole task."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, accessor="pk", **kwargs)


class SortedLastWhenEmpty(Cell):
    """A column sorted by ``sort_key``, with the rows that have none at the end both ways."""

    def __init__(self, *args, sort_key: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.sort_key = sort_key

    def order(self, queryset: TaskQuerySet, is_descending: bool):
        key = F(self.sort_key)
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
        sort_key="text",
        attrs={"td": {"class": "card-lead cell-task"}},
    )
    department = SortedLastWhenEmpty(
        template_name=_cell("departments"), verbose_name=_("Responsible department"), sort_key="first_department"
    )
    leader = SortedLastWhenEmpty(
        template_name=_cell("leaders"), verbose_name=_("Supervising leader"), sort_key="first_leader"
    )
    due = SortedLastWhenEmpty(template_name=_cell("due"), verbose_name=_("Deadline"), sort_key="day_next_due")
    status = SortedLastWhenEmpty(template_name=_cell("status"), verbose_name=_("Status"), sort_key="day_status")
    health = SortedLastWhenEmpty(
        template_name=_cell("health"),
        verbose_name=_("Health"),
        sort_key="health_rank",
        attrs={"td": {"class": "card-badge"}},
    )
    progress = SortedLastWhenEmpty(
        template_name=_cell("progress"),
        verbose_name=_("Latest progress"),
        sort_key="last_report_on",
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

    def __init__(self, name: str, *args, sort_key: str | None = None, **kwargs) -> None:
        template = f"meetings/meetings/cells/{name}.html"
        super().__init__(*args, template_name=template, accessor="pk", orderable=sort_key is not None, **kwargs)
        self.sort_key = sort_key

    def order(self, queryset: MeetingQuerySet, is_descending: bool):
        key = F(self.sort_key)
        first = key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True)
        return queryset.order_by(first, "-pk"), True


class MeetingTable(tables.Table):
    """The list of meetings. The page's context brings ``counts``, by the meeting's id."""

    title = MeetingColumn(
        "title", verbose_name=_("Meeting"), sort_key="title", attrs={"td": {"class": "card-lead cell-task"}}
    )
    document_number = MeetingColumn("document_number", verbose_name=_("Document number"), sort_key="document_number")
    held_on = MeetingColumn("held_on", verbose_name=_("Held on"), sort_key="held_on")
    issued_on = MeetingColumn("issued_on", verbose_name=_("Issued on"), sort_key="issued_on")
    suggestions = MeetingColumn("suggestions", verbose_name=_("Suggestions"), sort_key="suggestion_count")
    tasks = MeetingColumn("tasks", verbose_name=_("Tasks"), sort_key="task_count")
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
