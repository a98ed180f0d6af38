"""What the description says of parameters that are read by the pages' own code."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.http import QueryDict
from django.utils.translation import gettext as _

from meetings.core.as_of import AS_OF, KNOWN_ON
from meetings.errors import InvalidInputError
from meetings.models import PAGE_SIZES
from meetings.tasks.filter_fields import MultiChoiceFilter
from meetings.tasks.filters import TaskFilterSet, unknown_filter
from meetings.tasks.listing import AFTER, COUNT_EXACTLY
from meetings.tasks.tables import TaskTable

# Text as `InputMiddleware` takes it: no control characters but TAB and line ends.
TEXT_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
DATE = {"type": "string", "format": "date"}


def parameter(name: str, schema: dict[str, Any], description: str = "", place: str = "query") -> dict[str, Any]:
    """Return what OpenAPI says of a parameter that may be left out."""
    return {"name": name, "in": place, "required": False, "schema": schema, "description": description}


def _describe_filter(name: str, each: django_filters.Filter) -> dict[str, Any]:
    if isinstance(each, django_filters.DateFilter):
        return parameter(name, DATE)
    if isinstance(each, django_filters.CharFilter):
        return parameter(name, {"type": "string", "maxLength": 300, "pattern": TEXT_PATTERN}, "Words")
    if isinstance(each, MultiChoiceFilter):
        choices = [value for value, _label in each.extra["choices"]]
        return parameter(name, {"type": "array", "items": {"type": "string", "enum": choices}}, "Repeated means or")
    words = {"type": "string", "minLength": 1, "pattern": TEXT_PATTERN}
    return parameter(name, {"type": "array", "items": words}, "An id or an exact name; repeated means or")


DAYS = [
    parameter(AS_OF, DATE, "The register at the end of that day; today unless given"),
    parameter(KNOWN_ON, DATE, "By what was recorded by the end of that day"),
]
# Empty, these ask for nothing.
MAY_BE_EMPTY = ("q", AFTER)


def check_parameters(query: QueryDict, declared: Sequence[dict[str, Any]], *others: str) -> None:
    """Refuse a parameter that nobody reads, or that says nothing, or two things."""
    repeatable = {each["name"]: each["schema"].get("type") == "array" for each in declared} | dict.fromkeys(
        others, False
    )
    offered = {each["name"]: each["schema"].get("enum") for each in declared}
    for name, values in query.lists():
        if name not in repeatable:
            raise InvalidInputError(unknown_filter(name))
        is_empty = not all(value.strip() for value in values) and name not in MAY_BE_EMPTY
        if is_empty or (len(values) > 1 and not repeatable[name]):
            raise InvalidInputError(_("“%(name)s” holds no value, or several.") % {"name": name})
        if (choices := offered.get(name)) and values[0] not in choices:
            raise InvalidInputError(_("“%(value)s” is not known here. Choose from the list.") % {"value": values[0]})


_COLUMNS = sorted(TaskTable.sortable_names())
DAY = {"parameters": DAYS}
FILTERS = {
    "parameters": [
        *(_describe_filter(name, each) for name, each in TaskFilterSet.base_filters.items()),
        *DAYS,
        parameter("sort", {"type": "string", "enum": [*_COLUMNS, *(f"-{name}" for name in _COLUMNS)]}),
        parameter("per_page", {"type": "integer", "minimum": 1, "maximum": PAGE_SIZES[-1]}),
        parameter(AFTER, {"type": "string", "pattern": r"^[!-~]*$"}, "`next` of the page before"),
        parameter(COUNT_EXACTLY, {"type": "string", "enum": ["exactly"]}, "Count beyond 10,000, too"),
    ]
}
