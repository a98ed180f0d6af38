"""Lists as tables: sortable columns with empty values last.

A list is a subclass of `ListTable`, made by `ListTable.build`, the one place that reads ``sort``. Each column is drawn
by a function of its own, which gets the `Cells` of the page.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import django_tables2 as tables
from django.core.paginator import InvalidPage
from django.db.models import Expression, F, QuerySet, Subquery
from django.forms.utils import flatatt
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from meetings.core.types import StrOrPromise
from meetings.ui.markup import fill_html, join_html

SortKey = F | Expression | Subquery
# A number without a link.
ZERO = SafeString("0")


class Cells:
    """Values shared by all rows of a page; the methods draw the cells."""

    def __init__(self, context: Context) -> None:
        """Take what the rows need from the page's ``context``."""

    def open_row(self, row: Any) -> SafeString:
        """Draw the beginning of a row, with the cells that are no columns."""
        return SafeString("<tr>")


class RowColumn(tables.Column):
    """A column, drawn by ``draw``, which gets the page's `Cells` and the row.

    ``css`` is the classes of its cells. It is sorted by its ``sort_key``, the rows without one at the end both ways,
    and ``tie_breakers`` decide between equal ones, so that pages never share or lose a row. Without a ``sort_key`` it
    cannot be sorted by.
    """

    tie_breakers: tuple[str, ...] = ("-pk",)

    def __init__(
        self,
        label: StrOrPromise,
        draw: Callable[[Any, Any], str],
        sort_key: SortKey | None = None,
        *,
        css: str = "",
        **options: Any,
    ) -> None:
        options.setdefault("attrs", {"td": {"class": css}} if css else {})
        options.setdefault("orderable", sort_key is not None)
        super().__init__(verbose_name=label, **options)
        self.draw = draw
        self.sort_key = sort_key

    def order(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Sort by the key; the name is django-tables2's."""
        if self.sort_key is None:
            return queryset, False
        key = self.sort_key.desc(nulls_last=True) if is_descending else self.sort_key.asc(nulls_last=True)
        return queryset.order_by(key, *self.tie_breakers), True


class ListTable(tables.Table):
    """A table with the register's head and pages (DJANGO_TABLES2_TEMPLATE)."""

    cells_class: ClassVar[type[Cells]] = Cells

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

    def draw_rows(self, context: Context) -> SafeString:
        """Draw the rows of the page, in the ``context`` of its template.

        Bypasses django-tables2, which inspects each function's arguments for every cell and doubles the time.
        """
        cells = self.cells_class(context)
        columns = [(self._open_cell(column), column.column.draw) for column in self.columns]
        return join_html(
            "\n",
            "{}{}</tr>",
            (
                (
                    cells.open_row(row.record),
                    join_html("", "{}{}</td>", ((tag, draw(cells, row.record)) for tag, draw in columns)),
                )
                for row in self.paginated_rows
            ),
        )

    def _open_cell(self, column: Any) -> SafeString:
        """Draw the beginning of the column's cells, with a label where a card shows it."""
        attrs = column.column.attrs.get("td", {})
        if "compact-cards" in self.attrs.get("class", "") and "card-labelled" not in attrs.get("class", ""):
            return fill_html("<td{}>", flatatt(attrs))
        return fill_html('<td{} data-label="{}">', flatatt(attrs), column.header)


def address_of_rows(name: str) -> Callable[[int], str]:
    """Return what makes the address of each row's page of that ``name``.

    The part before the number is the same for all rows; reversing a URL costs as much as drawing a cell.
    """
    number = 2**62
    start, end = reverse(name, args=[number]).split(str(number))
    return lambda pk: f"{start}{pk}{end}"


def draw_clamped(text: str) -> str:
    """Draw a text of any length, of which a row shows a few lines."""
    return fill_html('<div class="clamp">{}</div>', text) if text else ""


def draw_link(address: str, text: str) -> SafeString:
    """Draw a link."""
    return fill_html('<a href="{}">{}</a>', address, text)


def draw_row_link(address: str, text: str) -> SafeString:
    """Draw the link that a key, or a touch anywhere in the row, follows."""
    return fill_html('<a href="{}" data-row-link>{}</a>', address, text)


def draw_count(number: int, address: str, words: str) -> SafeString:
    """Draw a ``number`` of tasks that leads to them, said in ``words``; a bare zero."""
    if not number:
        return ZERO
    return fill_html('<a href="{}" data-count="{}" aria-label="{}">{}</a>', address, number, words, number)
