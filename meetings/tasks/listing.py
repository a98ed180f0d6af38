"""The list of tasks: one filtered queryset for page and export, one count."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from django.core.paginator import EmptyPage
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from meetings import permissions
from meetings.core.as_of import AS_OF, KNOWN_ON, InvalidAsOfError, name_day, parse_known_on
from meetings.core.text import parse_id
from meetings.models import PAGE_SIZES, Account, Meeting, Task
from meetings.models.day_of_knowledge import known_on
from meetings.models.prepared import Later, PreparedQuery
from meetings.models.task import TaskQuerySet
from meetings.tasks.filter_choices import SavedViewOption
from meetings.tasks.filters import TaskFilterSet
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query, today

from .inbox import count_queue
from .paging import LAST_PAGE, InvalidCursorError, TaskPage, TaskPaginator
from .saved_views import build_saved_query, is_same_list
from .tables import TaskTable, available_columns, shown_columns

# The parameters for a page by key, and for an exact count of a long list.
AFTER, COUNT_EXACTLY = "after", "count"
# The usual ones, and two more.
MAX_COLUMNS_ON_A4 = 10

DayView = TypeVar("DayView", bound=Callable[..., HttpResponseBase])


class FilterChip(NamedTuple):
    """One value of a filter in force; ``rest`` is the query without it."""

    label: str
    rest: str


@dataclass
class TaskRows:
    """The context of rows: ``table`` holds them, ``address`` is the list's own.

    ``names_meetings``: rows of several meetings stand beside each other, so that each says which is its own.
    """

    day: datetime.date
    is_today: bool
    table: TaskTable
    columns: list[str]
    address: str
    names_meetings: bool

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
        return available_columns(self.columns)

    @property
    def is_wide(self) -> bool:
        """Whether the columns shown need larger paper than A4."""
        return len(self.columns) > MAX_COLUMNS_ON_A4

    @property
    def has_more_columns(self) -> bool:
        """Whether there are more columns than the usual ones, which fit a desktop screen."""
        return len(self.columns) > len(TaskTable.DEFAULT_COLUMNS)

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
    def chips(self) -> list[FilterChip]:
        """Each value of a filter in force; the words searched for stand in their field."""
        return [
            FilterChip(label, self._query_without(name, rest))
            for name, label, rest in self.filterset.describe_values()
            if name != "q"
        ]

    def _query_without(self, name: str, rest: list[str]) -> str:
        query = self.filterset.data.copy()
        query.setlist(name, rest)
        query.pop("page", None)
        query.pop("after", None)
        return query.urlencode()

    @property
    def is_register_empty(self) -> bool:
        """Whether there is no task at all: nothing was asked for and nothing found."""
        return not (self.row_count or self.filterset.data or self.errors)

    @cached_property
    def description(self) -> str:
        """A line that describes the list: its filters and its day."""
        day = _("as of %(day)s") % {"day": name_day(self.day, date_format)}
        # Translators: what stands between the filters of a list, each of which may have several values.
        return _("; ").join([*(self.filterset.describe() or [_("All tasks")]), day])

    @cached_property
    def row_count(self) -> int:
        """How many rows there are on all pages, or at least are: the one count."""
        return self.table.paginator.count

    @property
    def is_count_exact(self) -> bool:
        """Whether there are no more than `row_count`."""
        return self.table.paginator.is_exact


def requested_day(request: Request) -> tuple[datetime.date, list[str]]:
    """Return the day of the address and the errors; with errors it is today."""
    try:
        return _requested_days(request)[0], []
    except InvalidAsOfError as error:
        return today(), [str(error)]


def about_a_day(view: DayView) -> DayView:
    """Decorate a view that shows a `requested_day`: show it as known on ``known_on``."""

    @wraps(view)
    def show(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            known = _requested_days(request)[1] if request.method in ("GET", "HEAD") else None
        except InvalidAsOfError:
            # The view shows it among the errors of the page.
            known = None
        if known is not None:
            # The navigation counts what waits now, and is drawn with the page.
            request.waiting = count_queue(request.user)
        with known_on(known):
            return view(request, *args, **kwargs)

    return show  # type: ignore[return-value]  # it takes what the view takes


def _requested_days(request: Request) -> tuple[datetime.date, datetime.date | None]:
    return parse_known_on(request.GET.get(KNOWN_ON), request.GET.get(AS_OF))


def list_tasks(request: Request, tasks: TaskQuerySet, day: datetime.date) -> Listing:
    """Filter, sort and page ``tasks`` as the address says.

    ``tasks`` come from `permissions.readable_tasks` for the day. A parameter without a meaning is reported and yields
    no rows, never all (docs/domain.md, Contracts).
    """
    columns, column_errors = shown_columns(request.user, request.GET)
    found = find_page(
        request.GET,
        tasks,
        day,
        load=partial(_load_rows, request, day, columns),
        size=request.user.page_size or PAGE_SIZES[1],
        account=request.user,
        errors=[*requested_day(request)[1], *column_errors],
    )
    paginator = found.page.paginator
    return Listing(
        day=day,
        is_today=day == today(),
        filterset=found.filterset,
        tasks=paginator.order.sort(paginator.object_list),
        table=TaskTable.of_page(request, found.page, columns=columns, sorting=found.sorting),
        per_page=paginator.per_page,
        columns=columns,
        address=request.get_full_path(),
        names_meetings="meeting" not in columns and found.filterset.choices.has_several_meetings,
        errors=found.errors,
    )


class FoundPage(NamedTuple):
    """A page of tasks; with ``errors`` it is empty. ``is_beyond``: after all rows."""

    page: TaskPage
    filterset: TaskFilterSet
    sorting: list[str]
    errors: list[str]
    is_beyond: bool


def find_page(
    params: QueryDict,
    tasks: TaskQuerySet,
    day: datetime.date,
    *,
    load: Callable[[list[int]], Iterable[Task]],
    size: int,
    account: Account | None = None,
    errors: Iterable[str] = (),
) -> FoundPage:
    """Return the page of ``tasks`` that ``params`` ask for, filtered and sorted.

    ``load`` is that of `TaskPaginator`, ``size`` how many rows a page has unless the parameters say it. With an
    ``account``, what its page of the list shows besides comes by the same query.
    """
    sorting, sorting_errors = TaskTable.parse_sorting(params)
    tasks, order = TaskTable.order_of(tasks, day, sorting)
    choices = TaskFilterSet.look_up(day, params, account=account)
    filterset = TaskFilterSet(params, tasks, day=day, choices=choices)
    errors, is_beyond = [*errors, *filterset.error_messages, *sorting_errors], False
    per_page = _parse_page_size(params, size, errors)
    # An export contains all pages, so the page parameters are ignored.
    number = 1 if params.get("export") else _parse_page(params, errors)
    found = tasks.none() if errors else filterset.qs if filterset.narrows else tasks
    rows, is_exact = None if errors else filterset.find_rows(), COUNT_EXACTLY in params
    paginator = TaskPaginator(found, order, per_page, load=load, is_exact=is_exact, rows=rows, whole=tasks)
    try:
        page = paginator.page(1 if errors else number, after="" if errors else params.get(AFTER, ""))
    except (EmptyPage, InvalidCursorError) as error:
        is_beyond = isinstance(error, EmptyPage)
        errors.append(
            _("There is no page %(page)s. Go back to the first one.") % {"page": number}
            if is_beyond and number != LAST_PAGE
            else _("The address names no place in this order of the list. Go back to the first page.")
        )
    if errors:
        page = TaskPaginator(tasks.none(), order, per_page, load=load).page(1)
    return FoundPage(page, filterset, sorting, errors, is_beyond)


def build_single_row(request: Request, tasks: TaskQuerySet, address: str) -> TaskRows:
    """Return ``tasks``, one task, as a row of the list at ``address``."""
    columns, _errors = shown_columns(request.user, QueryDict(urlsplit(address).query))
    table, _errors = TaskTable.build(request, _load_columns(request.user, tasks, today(), columns), columns=columns)
    names_meetings = "meeting" not in columns and Meeting.objects.issued_by(today()).count() > 1
    return TaskRows(
        day=today(), is_today=True, table=table, columns=columns, address=address, names_meetings=names_meetings
    )


def _load_rows(request: Request, day: datetime.date, columns: list[str], ids: list[int]) -> list[Task]:
    """Return the tasks of ``ids`` with what a row shows of them."""
    tasks, account = permissions.readable_tasks(request.user, day), request.user
    return _rows.fetch(tasks, account, day, tuple(columns), *map(Later, ids))


@PreparedQuery
def _rows(
    tasks: TaskQuerySet, account: Account, day: datetime.date, columns: tuple[str, ...], *ids: int
) -> TaskQuerySet:
    # They are put into the order of the page.
    tasks = tasks.order_by()
    return _load_columns(account, tasks.filter(pk__in=ids), day, columns)


def _load_columns(account: Account, tasks: TaskQuerySet, day: datetime.date, columns: Iterable[str]) -> TaskQuerySet:
    return TaskTable.load_columns(permissions.annotate_liaison_roles(account, tasks), day, columns)


def _parse_page(params: QueryDict, errors: list[str]) -> int | str:
    text = params.get("page", "").strip() or "1"
    number = LAST_PAGE if text == LAST_PAGE else parse_id(text)
    if not number:
        errors.append(_("“%(value)s” is not the number of a page.") % {"value": text})
    return number or 1


def _parse_page_size(params: QueryDict, default: int, errors: list[str]) -> int:
    text = params.get("per_page", "").strip()
    if not text:
        return default
    number = parse_id(text)
    if number and number <= PAGE_SIZES[-1]:
        return number
    errors.append(
        _("“%(value)s” is not a page size. Choose a number from %(lowest)d to %(highest)d.")
        % {"value": text, "lowest": 1, "highest": PAGE_SIZES[-1]}
    )
    return default
