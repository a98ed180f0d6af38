"""Which tasks the dashboard is about, and the tables that count them."""

import datetime
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from meetings import permissions
from meetings.core.text import parse_id
from meetings.models import Health
from meetings.models.log import TaskStateQuerySet
from meetings.models.task import TaskQuerySet
from meetings.tasks import statistics
from meetings.tasks.filters import TaskFilterSet
from meetings.ui.http import Request
from meetings.ui.navigation import as_of_query

# The list's parameters that the dashboard understands, too: those that mean the same tasks on every day.
FILTER_PARAMETERS = ("q", "meeting", "aspect", "department", "supporting", "leader", "source")
# The tables by the list's parameter that narrows to a row of them, and how many rows of each are in sight.
TABLES = {"department": _("By department"), "leader": _("By supervising leader"), "meeting": _("By meeting")}
ROWS_IN_SIGHT = 10


@dataclass(slots=True)
class Scope:
    """The tasks that the page is about: one's own part, all, or a filter's.

    ``params`` are the list's for the same tasks; ``own_ids`` leave others out of a table by department or leader.
    """

    tasks: TaskQuerySet
    states: TaskStateQuerySet
    params: QueryDict
    has_own: bool = False
    is_own: bool = False
    filter_query: QueryDict = field(default_factory=QueryDict)
    filter_descriptions: list[str] = field(default_factory=list)
    own_ids: dict[str, set[int | str]] = field(default_factory=dict)


def requested_scope(request: Request, day: datetime.date, errors: list[str]) -> Scope:
    """Return the scope that the address names; add to ``errors`` what is wrong."""
    account = request.user
    own = permissions.own_scope(account)
    scope = Scope(permissions.readable_tasks(account, day), permissions.readable_states(account), as_of_query(day))
    scope.filter_query = _filter_query(request)
    scope.has_own = bool(own)
    scope.is_own = scope.has_own and request.GET.get("scope") != "all" and not scope.filter_query
    if scope.is_own:
        scope.tasks = permissions.own_tasks(account, scope.tasks)
        scope.states = permissions.own_states(account)
        for name, values in own.items():
            scope.params.setlist(name, values)
            scope.own_ids[name] = {int(value) for value in values}
    if scope.filter_query:
        filterset = TaskFilterSet(scope.filter_query, scope.tasks, day=day)
        errors += filterset.error_messages
        scope.filter_descriptions = filterset.describe()
        scope.tasks = scope.tasks.none() if errors else filterset.qs
        scope.states = scope.states.filter(task__in=scope.tasks.order_by().values("pk"))
        for name, values in scope.filter_query.lists():
            scope.params.setlistdefault(name).extend(values)
        filter_values = filterset.form.cleaned_data
        scope.own_ids = {
            name: {parse_id(pk) or pk for pk in filter_values[name]}
            for name in ("department", "leader")
            if filter_values.get(name)
        }
    return scope


def _filter_query(request: Request) -> QueryDict:
    """Return the parameters of the list that the address narrows the page by."""
    query = QueryDict(mutable=True)
    for name in FILTER_PARAMETERS:
        if values := [value for value in request.GET.getlist(name) if value]:
            query.setlist(name, values)
    return query


@dataclass
class Tables:
    """All rows of the page's tables by their parameter, and what they are drawn with."""

    rows: dict[str, list[statistics.HealthCount]]
    counts: statistics.HealthCount
    # Who answers for open tasks, also where the account's own rows alone are shown.
    open_departments: list[int | str | None]

    @property
    def shown_health(self) -> list[Health]:
        """A tile or a column for what nothing is in would only push the others apart."""
        return [health for health in Health if self.counts.by_health[health]]

    @property
    def bar_scale(self) -> int:
        """The largest total of all rows."""
        return statistics.largest_total(*self.rows.values())


def count_tables(scope: Scope) -> Tables:
    """Count the tasks of ``scope`` in one query; its meetings add up to all of them."""
    by_meeting, by_department, by_leader = statistics.count_by(scope.tasks, "meeting", "department", "leader")
    return Tables(
        {
            "department": _own_rows(by_department, scope.own_ids.get("department")),
            "leader": _own_rows(by_leader, scope.own_ids.get("leader")),
            "meeting": by_meeting,
        },
        statistics.sum_counts(by_meeting),
        [count.key for count in by_department if count.open],
    )


def _own_rows(counts: list[statistics.HealthCount], own: set[int | str] | None) -> list[statistics.HealthCount]:
    """Leave out the others that share the account's own tasks.

    In the list, a parameter repeated means or, so no link could hold «mine and theirs», and a number without
    a link that has as many rows is not shown.
    """
    if own is None:
        return counts
    rows = [count for count in counts if count.key in own]
    # A table of oneself alone says what the tiles say.
    return rows if len(rows) > 1 else []
