"""Lists as tables: sortable columns with empty values last.

A list is a subclass of `ListTable`. It names the ``folder`` of its cells, a template a column, called like it, and is
made by `ListTable.build`, which is the one place that reads ``sort``.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import django_tables2 as tables
from django.core.paginator import InvalidPage
from django.db.models import Expression, F, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from meetings.core.types import StrOrPromise

SortKey = F | Expression | Subquery


class RowColumn(tables.TemplateColumn):
    """A column whose template gets the whole row; ``css`` is its cells' classes.

    It is sorted by its ``sort_key``, the rows without one at the end both ways, and ``tie_breakers`` decide between
    equal ones, so that pages never share or lose a row. Without a ``sort_key`` it cannot be sorted by.
    """

    # Unless the column has one of its own, the table's folder has it.
    template_name = "meetings/ui/_text_cell.html"
    has_own_template: ClassVar[bool] = False
    tie_breakers: tuple[str, ...] = ("-pk",)

    def __init__(self, label: StrOrPromise, sort_key: SortKey | None = None, *, css: str = "", **options: Any) -> None:
        options.setdefault("attrs", {"td": {"class": css}} if css else {})
        options.setdefault("orderable", sort_key is not None)
        options.setdefault("accessor", "pk")
        super().__init__(verbose_name=label, **options)
        self.sort_key = sort_key

    def order(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Sort by the key; the name is django-tables2's."""
        if self.sort_key is None:
            return queryset, False
        key = self.sort_key.desc(nulls_last=True) if is_descending else self.sort_key.asc(nulls_last=True)
        return queryset.order_by(key, *self.tie_breakers), True


class ListTable(tables.Table):
    """A table with the register's head and pages (DJANGO_TABLES2_TEMPLATE)."""

    folder: ClassVar[str]

    def __init_subclass__(cls) -> None:
        for name, column in cls.base_columns.items():
            if not column.has_own_template:
                column.template_name = f"meetings/{cls.folder}/cells/{name}.html"

    @classmethod
    def sortable_names(cls) -> set[str]:
        """Return the names that the list may be sorted by."""
        return {name for name, column in cls.base_columns.items() if column.orderable}

    @classmethod
    def parse_sorting(cls, params: QueryDict) -> tuple[list[str], list[str]]:
        """Return the columns to sort by, with ``-`` for descending, and the errors."""
        sorting = [name for name in params.getlist("sort") if name]
        errors = [
            _("The list has no column “%(name)s” to sort by. Choose one of its columns.") % {"name": name}
            for name in sorting
            if name.removeprefix("-") not in cls.sortable_names()
        ]
        return ([] if errors else sorting), errors

    @classmethod
    def build(
        cls, request: HttpRequest, rows: QuerySet, errors: Sequence[str] = (), **options: Any
    ) -> tuple[Self, list[str]]:
        """Return the sorted table of ``rows`` and errors; with errors it is empty."""
        sorting, sorting_errors = cls.parse_sorting(request.GET)
        errors = [*errors, *sorting_errors]
        table = cls(rows.none() if errors else rows, order_by=[] if errors else sorting, **options)
        table.request = request
        return table, errors

    def show_page(self, request: HttpRequest, per_page: int = 50) -> None:
        """Show the page that ``page`` names; the first one where there is no such page."""
        try:
            self.paginate(page=request.GET.get("page", "1"), per_page=per_page)
        except InvalidPage:
            self.paginate(page=1, per_page=per_page)
