"""Pictures of tasks: `{% load pictures %}{% time_axis tasks day %}`."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from meetings.core.types import StrOrPromise
from meetings.display.fields import join_items
from meetings.models import Health, Task
from meetings.tasks.due_calendar import DueDay, DueMonth, MapCell, MapRow
from meetings.tasks.time_axis import MAX_ROWS, build_time_axis
from meetings.ui.navigation import tasks_url
from meetings.ui.pictures import shade, shade_legend

register = template.Library()

# As many rows are in sight; the others come when they are asked for.
IN_SIGHT = 10


@register.inclusion_tag("meetings/ui/_time_axis.html", takes_context=True)
def time_axis(
    context: Context, tasks: Iterable[Task], scope: QueryDict, parameter: str, key: int, total: int | None = None
) -> dict[str, Any]:
    """Draw the deadlines of ``tasks``; the rest is in the list of ``parameter``."""
    day: datetime.date = context["day"]
    is_whole = context["request"].GET.get("whole") == "axis"
    axis = build_time_axis(tasks, day, total, MAX_ROWS if is_whole else IN_SIGHT)
    return {
        "request": context["request"],
        "axis": axis,
        "more": 0 if is_whole or axis is None else min(axis.hidden, MAX_ROWS - IN_SIGHT),
        "day": day,
        # A number names a task within its meeting alone.
        "is_numbered": parameter == "meeting",
        "is_today": context["is_today"],
        "as_of": context["as_of"],
        "here": context["here"],
        "address": tasks_url(scope, parameter, key),
    }


# A shape for each health that a day may have, so that none is told by its colour alone.
HEALTH_MARKS = {
    Health.OVERDUE: "M0 -5L5.5 4.5H-5.5z",
    Health.UNDECIDED: "M-4.5 -4.5h9v9h-9z",
    Health.DUE_SOON: "M0 -6L6 0L0 6L-6 0z",
    Health.ON_TRACK: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    Health.CLOSED: "M-5.5 0.5L-2 4.5L5.5 -4.5L3.5 -6L-2 1L-4 -1z",
    Health.TERMINATED: "M-5 -1.5h10v3h-10z",
}
# In a cell of the heat map: the mark, its colour, and the list's filter besides department and month.
HEAT_MARKS: dict[str, tuple[str, Health, StrOrPromise, dict[str, str]]] = {
    "in_time": (HEALTH_MARKS[Health.CLOSED], Health.CLOSED, gettext_lazy("closed on time"), {"due": "in_time"}),
    "late": (HEALTH_MARKS[Health.OVERDUE], Health.OVERDUE, gettext_lazy("overdue, or closed late"), {"due": "late"}),
    "silent": (
        "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0zm1.5 0a2.5 2.5 0 1 1 5 0a2.5 2.5 0 1 1 -5 0z",
        Health.UNDECIDED,
        gettext_lazy("not reported since"),
        {},
    ),
}


@register.simple_tag
def health_mark(health: Health) -> SafeString:
    """Draw the shape of a health, in its colour."""
    return _draw_mark(HEALTH_MARKS[health])


@register.simple_tag
def heat_mark(name: str) -> SafeString:
    """Draw the shape of a figure of the heat map."""
    return _draw_mark(HEAT_MARKS[name][0])


def _draw_mark(path: str) -> SafeString:
    drawing = '<svg class="small-mark" viewBox="-7 -7 14 14" aria-hidden="true"><path d="{}"/></svg>'
    return format_html(drawing, path)


@register.inclusion_tag("meetings/ui/_health_marks_legend.html")
def health_marks_legend() -> dict[str, Any]:
    """Say which shape is which health."""
    return {"drawn": list(HEALTH_MARKS)}


@register.filter
def weekday_letter(number: int) -> StrOrPromise:
    """Return the short name of a day of the week, Monday being 0."""
    return WEEKDAYS_ABBR[number]


@register.inclusion_tag("meetings/ui/_due_day.html")
def due_day(due: DueDay, scope: QueryDict) -> dict[str, Any]:
    """Draw a day of the calendar: one link to the open tasks, one to the ended ones."""
    assert due.day is not None  # days beside the month are not drawn
    return {"due": due, "links": _due_links(due.parts, scope, due.day, due.day)}


@register.inclusion_tag("meetings/ui/_due_month.html")
def due_month(month: DueMonth, scope: QueryDict) -> dict[str, Any]:
    """Draw the name of a month with what falls due in it, linked like its days."""
    return {"month": month, "links": _due_links(month.parts, scope, month.first, month.last)}


def _due_links(
    parts: Iterable[DueDay], scope: QueryDict, first: datetime.date, last: datetime.date
) -> list[dict[str, Any]]:
    period = {"due_after": first.isoformat(), "due_before": last.isoformat()}
    return [
        {
            "part": part,
            "words": join_items(
                f"{health.label} {part.by_health[health]}" for health in Health if health in part.by_health
            ),
            "address": tasks_url(scope, status=part.statuses, **period),
        }
        for part in parts
    ]


@register.simple_tag
def shade_steps() -> list[tuple[int, str]]:
    """Return each shade of the heat map with the numbers that it stands for."""
    return shade_legend()


@register.inclusion_tag("meetings/ui/_heat_cell.html")
def heat_cell(row: MapRow, cell: MapCell, scope: QueryDict) -> dict[str, Any]:
    """Draw what of a department falls due in a month; each number leads to its list."""
    period = {"due_after": cell.month.isoformat(), "due_before": cell.last.isoformat()}
    marks = []
    for name, (_path, health, label, filters) in HEAT_MARKS.items():
        if number := getattr(cell, name):
            query = {**period, **filters, **({"silent": row.key} if name == "silent" else {})}
            marks.append(
                {
                    "name": name,
                    "health": health.value,
                    "number": number,
                    "words": _("%(what)s: %(number)d") % {"what": label, "number": number},
                    "address": tasks_url(scope, "department", row.key, **query),
                }
            )
    return {
        "row": row,
        "cell": cell,
        "marks": marks,
        "shade": shade(cell.due),
        "address": tasks_url(scope, "department", row.key, **period),
    }
