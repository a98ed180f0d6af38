"""The list of tasks: one filtered queryset for page and export, one count."""

import datetime
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.paginator import EmptyPage, Paginator
from django.forms import BoundField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.as_of import AS_OF, InvalidAsOfError, parse_as_of
from meetings.core.text import parse_id
from meetings.models import PAGE_SIZES
from meetings.models.task import TaskQuerySet
from meetings.tasks.filter_choices import FilterChoices, SavedViewOption
from meetings.tasks.filters import TaskFilterSet
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, today

from .saved_views import build_saved_query, is_same_list
from .tables import TaskTable, ensure_task_column, parse_columns

# The filters that are lists to tick, in the order of use.
FILTER_ORDER = (
    "health",
    "status",
    "department",
    "leader",
    "meeting",
    "aspect",
    "source",
    "supporting",
    "silent",
    "instruction",
    "extended",
    "outcome",
    "due",
    "wish",
    "confirm",
)
# The usual ones, and two more.
MAX_COLUMNS_ON_A4 = 10


@dataclass
class TaskRows:
    """The context of rows: ``table`` holds them, ``address`` is the list's own."""

    day: datetime.date
    is_today: bool
    table: TaskTable
    columns: list[str]
    address: str

    @property
    def row_query(self) -> str:
        """The parameters of a row's link: the day, and the list to come back to."""
        query = as_of_query(self.day)
        query["next"] = self.address
        return query.urlencode()

    @property
    def as_of(self) -> QueryDict:
        """The parameter that holds a link on the day; none for today."""
        return as_of_query(self.day)


@dataclass
class Listing(TaskRows):
    """A list: ``tasks`` are all rows, ``table`` one page of them, ``wrong`` errors."""

    filterset: TaskFilterSet
    tasks: TaskQuerySet
    per_page: int
    errors: list[str] = field(default_factory=list)

    @property
    def available_columns(self) -> list[tuple[str, str, bool]]:
        """Name, head and whether it is shown of all columns, the shown ones first."""
        hidden = [name for name in TaskTable.base_columns if name not in self.columns]
        heads = {name: str(column.verbose_name) for name, column in TaskTable.base_columns.items()}
        return [(name, heads[name], name in self.columns) for name in [*self.columns, *hidden]]

    @property
    def is_wide(self) -> bool:
        """Whether the columns shown want a larger paper than A4."""
        return len(self.columns) > MAX_COLUMNS_ON_A4

    @property
    def sortable_headers(self) -> list[tuple[str, str]]:
        """Name and head of the columns to sort by: those shown, and the present one."""
        sorted_by = {column.name for column in self.table.columns.iterall() if column.is_ordered}
        return [(name, head) for name, head, is_visible in self.available_columns if is_visible or name in sorted_by]

    @cached_property
    def saved_query(self) -> str:
        """What a saved view would keep of this list."""
        return build_saved_query(self.filterset.data, self.columns)

    @cached_property
    def views(self) -> list[SavedViewOption]:
        """The saved views to choose from, by name."""
        return self.filterset.choices.views

    @cached_property
    def current_views(self) -> list[SavedViewOption]:
        """Those of `views` that are this very list."""
        return [view for view in self.views if is_same_list(view.query, self.saved_query)]

    @property
    def filter_fields(self) -> list[BoundField]:
        """The form's fields that are lists to tick."""
        return [self.filterset.form[name] for name in FILTER_ORDER]

    @property
    def chosen_day_count(self) -> int:
        """How many of the three days are chosen."""
        form = self.filterset.form
        return sum(
            bool(chosen) for chosen in (form["due_after"].value(), form["due_before"].value(), not self.is_today)
        )

    @cached_property
    def description(self) -> str:
        """A line that describes the list: its filters and its day."""
        day = _("as of %(day)s") % {"day": date_format(self.day, "DATE_FORMAT")}
        # Translators: what stands between the filters of a list, each of which may have several values.
        return _("; ").join([*(self.filterset.describe() or [_("All tasks")]), day])

    @cached_property
    def row_count(self) -> int:
        """How many rows there are on all pages; the paginator's one count."""
        return self.table.paginator.count


def requested_day(request: Request) -> tuple[datetime.date, list[str]]:
    """Return the day of the address and the errors; with errors it is today."""
    try:
        return parse_as_of(request.GET.get(AS_OF)), []
    except InvalidAsOfError as error:
        return today(), [str(error)]


def list_tasks(request: Request, tasks: TaskQuerySet, day: datetime.date) -> Listing:
    """Filter, sort and page ``tasks`` as the address says.

    ``tasks`` come from `permissions.readable_tasks` for the day. A parameter without a meaning is reported and yields
    no rows, never all (docs/domain.md, Contracts).
    """
    errors: list[str] = requested_day(request)[1]
    columns, column_errors = _shown_columns(request, request.GET)
    sorting, _errors = TaskTable.parse_sorting(request.GET)
    tasks = TaskTable.prepare_queryset(
        permissions.annotate_liaison_roles(request.user, tasks), day, columns=columns, sorting=sorting
    )
    filterset = TaskFilterSet(request.GET, tasks, day=day, choices=FilterChoices(day, request.user))
    errors += filterset.error_messages
    per_page = _parse_number(request, "per_page", request.user.page_size or PAGE_SIZES[1], PAGE_SIZES[-1], errors)
    # An export is of all pages, so it does not matter on which of them it was asked for.
    page = 1 if request.GET.get("export") else _parse_number(request, "page", 1, None, errors)
    errors += column_errors
    matches = tasks if errors else filterset.qs
    table, errors = TaskTable.build(request, matches.in_printed_order(), errors, columns=columns)
    try:
        table.paginate(page=1 if errors else page, per_page=per_page, paginator_class=Paginator)
    except EmptyPage:
        errors.append(_("There is no page %(page)d. Go back to the first one.") % {"page": page})
        table, errors = TaskTable.build(request, tasks, errors, columns=columns)
        table.paginate(page=1, per_page=per_page)
    return Listing(
        day=day,
        is_today=day == today(),
        filterset=filterset,
        tasks=table.data.data,
        table=table,
        per_page=per_page,
        columns=columns,
        address=request.get_full_path(),
        errors=errors,
    )


def build_single_row(request: Request, tasks: TaskQuerySet, address: str) -> TaskRows:
    """Return ``tasks``, one task, as a row of the list at ``address``."""
    columns, _errors = _shown_columns(request, QueryDict(urlsplit(address).query))
    tasks = TaskTable.prepare_queryset(
        permissions.annotate_liaison_roles(request.user, tasks), today(), columns=columns
    )
    table, _errors = TaskTable.build(request, tasks, columns=columns)
    return TaskRows(day=today(), is_today=True, table=table, columns=columns, address=address)


def _shown_columns(request: Request, params: QueryDict) -> tuple[list[str], list[str]]:
    """Return the columns of the address or the account, and errors in the address."""
    columns, errors = parse_columns(params)
    # What is remembered may name a column of another release; an address is somebody's mistake.
    return columns or ensure_task_column(request.user.task_columns) or list(TaskTable.DEFAULT_COLUMNS), errors


def _parse_number(request: Request, name: str, default: int, highest: int | None, errors: list[str]) -> int:
    text = request.GET.get(name, "").strip()
    if not text:
        return default
    number = parse_id(text)
    if number and (highest is None or number <= highest):
        return number
    if highest is None:
        errors.append(_("“%(value)s” is not the number of a page.") % {"value": text})
    else:
        errors.append(
            _("“%(value)s” is not a page size. Choose a number from %(lowest)d to %(highest)d.")
            % {"value": text, "lowest": 1, "highest": highest}
        )
    return default
