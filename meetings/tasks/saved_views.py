"""Saved views: their parameters, their equality, their description."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.display.fields import join_items
from meetings.models import SavedView, Task
from meetings.tasks.filter_choices import FilterChoices
from meetings.tasks.filters import TaskFilterSet

from .tables import COLUMNS_PARAMETER, TaskTable, parse_columns

# Not saved: the days and the page belong to the moment, the page size to each account.
EXCLUDED_PARAMETERS = frozenset({AS_OF, KNOWN_ON, "page", "per_page", "after", "count", "export", "next"})
# Parameters whose order matters.
ORDERED_PARAMETERS = frozenset({COLUMNS_PARAMETER, "sort"})
# The longest address that browsers and proxies still accept.
MAX_QUERY_LENGTH = 6000


def build_saved_query(params: QueryDict, columns: Sequence[str] = ()) -> str:
    """Return the parameters to save: filters, sorting, and the ``columns`` shown.

    The columns are included, so that the address shows everybody the same list.
    """
    saved = QueryDict(mutable=True)
    for name in params:
        values = [value for value in params.getlist(name) if value]
        if name not in EXCLUDED_PARAMETERS and values:
            saved.setlist(name, values)
    if COLUMNS_PARAMETER not in saved and columns:
        saved[COLUMNS_PARAMETER] = ",".join(columns)
    return saved.urlencode(safe=",")


def is_same_list(query: str, other: str) -> bool:
    """Return whether two saved queries are of the same list, in whatever order."""
    return _normalise_query(query) == _normalise_query(other)


def _normalise_query(query: str) -> dict[str, list[str]]:
    params = QueryDict(query)
    return {
        name: ",".join(values).split(",")
        if name == COLUMNS_PARAMETER
        else values
        if name in ORDERED_PARAMETERS
        else sorted(set(values))
        for name, values in params.lists()
    }


def saved_view_url(view: SavedView) -> str:
    """Return the list that the view is; the address is enough to pass it on."""
    return f"{reverse('task_list')}?{view.query}"


def describe(query: str, day: datetime.date, choices: FilterChoices | None = None) -> dict[str, Any]:
    """Describe a saved query; ``choices`` may serve any number of them.

    In words its ``filters``, ``sorting`` and ``columns``, and the ``errors``: what is invalid by now.
    """
    params = QueryDict(query)
    filterset = TaskFilterSet(params, Task.objects.none(), day=day, choices=choices)
    sorting, sorting_errors = TaskTable.parse_sorting(params)
    columns, column_errors = parse_columns(params)
    return {
        # Translators: what stands between the filters of a list, each of which may have several values.
        "filters": _("; ").join(filterset.describe() or [_("All tasks")]),
        "sorting": join_items(_sorting_label(name) for name in sorting),
        "columns": join_items(_column_header(name) for name in columns),
        "errors": [*filterset.error_messages, *sorting_errors, *column_errors],
    }


def _sorting_label(name: str) -> str:
    if name.startswith("-"):
        return _("%(column)s, descending") % {"column": _column_header(name[1:])}
    return _column_header(name)


def _column_header(name: str) -> str:
    return str(TaskTable.base_columns[name].verbose_name)
