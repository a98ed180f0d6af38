"""What a saved view keeps of a list's address, when two addresses are the same list, and how one is told in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.core.as_of import AS_OF
from meetings.models import SavedView, Task

from .filters import FilterChoices, TaskFilterSet
from .tables import COLUMNS, TaskTable, columns_asked_for, sorting_asked_for

# The day and the place in the list are of the moment, and how many rows a page has is everybody's own setting.
NOT_KEPT = frozenset({AS_OF, "page", "per_page", "export", "next"})
# Of these the order counts.
IN_ORDER = frozenset({COLUMNS, "sort"})
# An address that browsers and servers on the way still take.
LONGEST_QUERY = 6000


def kept_query(params: QueryDict, columns: Sequence[str] = ()) -> str:
    """Return what is kept of a list's parameters: filters, sorting, and the ``columns`` shown where none are named.

    With its columns in it the address shows everybody the same list, whatever each has chosen.
    """
    kept = QueryDict(mutable=True)
    for name in params:
        values = [value for value in params.getlist(name) if value]
        if name not in NOT_KEPT and values:
            kept.setlist(name, values)
    if COLUMNS not in kept and columns:
        kept[COLUMNS] = ",".join(columns)
    return kept.urlencode(safe=",")


def same_list(query: str, other: str) -> bool:
    """Whether two kept queries are of the same list; the order of filters and of their values tells nothing."""
    return _meaning(query) == _meaning(other)


def _meaning(query: str) -> dict[str, list[str]]:
    params = QueryDict(query)
    return {
        name: ",".join(values).split(",") if name == COLUMNS else values if name in IN_ORDER else sorted(set(values))
        for name, values in params.lists()
    }


def address_of(view: SavedView) -> str:
    """Return the list that the view is; the address is enough to pass it on."""
    return f"{reverse('task_list')}?{view.query}"


@dataclass(frozen=True, slots=True)
class Told:
    """A view in the reader's language; ``wrong`` says what has lost its meaning since it was saved."""

    filters: str
    sorting: str
    columns: str
    wrong: list[str]


def tell(query: str, choices: FilterChoices, day: datetime.date) -> Told:
    """Say what a kept query asks for. ``choices`` serve any number of them with one query to the database."""
    params = QueryDict(query)
    filterset = TaskFilterSet(params, Task.objects.none(), day=day, choices=choices)
    sorting, wrong_sorting = sorting_asked_for(params)
    columns, wrong_columns = columns_asked_for(params)
    return Told(
        # Translators: what stands between the filters of a list, each of which may have several values.
        filters=_("; ").join(filterset.in_words() or [_("All tasks")]),
        # Translators: what stands between the items of a list.
        sorting=_(", ").join(_sorted_by(name) for name in sorting),
        columns=_(", ").join(_head(name) for name in columns),
        wrong=[*filterset.wrong, *wrong_sorting, *wrong_columns],
    )


def _sorted_by(name: str) -> str:
    if name.startswith("-"):
        return _("%(column)s, descending") % {"column": _head(name[1:])}
    return _head(name)


def _head(name: str) -> str:
    return str(TaskTable.base_columns[name].verbose_name)
