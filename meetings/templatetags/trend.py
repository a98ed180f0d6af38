"""The trend chart: `{% load trend %}{% trend_chart points scope %}`.

SVG with classes and no styles, as the Content-Security-Policy asks; the same numbers stand in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.core.as_of import AS_OF
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import Health, Status
from meetings.tasks.statistics import TrendPoint

from .register import tasks_url

register = template.Library()

# In units of the picture's own, which grows with the page.
WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 30
TICKS = 4
# Below this many units between them the names of the months would run into one another.
MIN_MONTH_SPACING = 120
# By so much a line stands above another that has the same number, or nobody would see that there are two.
OVERLAP_OFFSET = 5


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One line of the chart: what it counts, its colour, mark and list's filters."""

    name: str
    label: Promise
    health: Health
    mark: str
    is_dashed: bool
    filters: dict[str, Any]


TREND_LINES = (
    TrendLine(
        "open", _("Open"), Health.ON_TRACK, "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", False,
        {"status": sorted(OPEN_STATUSES)},
    ),
    TrendLine("closed", _("Closed"), Health.CLOSED, "M-3.5 -3.5h7v7h-7z", True, {"status": [Status.CLOSED]}),
    TrendLine("overdue", _("Overdue"), Health.OVERDUE, "M0 -5L4.6 3.5H-4.6z", False, {"health": [Health.OVERDUE]}),
    TrendLine(
        "review_missed", _("Review missed"), Health.REVIEW_MISSED, "M0 -5L5 0L0 5L-5 0z", True,
        {"health": [Health.REVIEW_MISSED]},
    ),
)  # fmt: skip


@register.inclusion_tag("meetings/tasks/_trend_chart.html")
def trend_chart(points: Sequence[TrendPoint], scope: QueryDict) -> dict[str, Any]:
    """Draw the trend and its table; every number links to the list of its rows."""
    top = _round_up(max((getattr(point, kind.name) for point in points for kind in TREND_LINES), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(points) - 1, 1)

    def height(number: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / top

    def drawn_height(point: TrendPoint, place: int) -> float:
        number = getattr(point, TREND_LINES[place].name)
        beneath = sum(getattr(point, kind.name) == number for kind in TREND_LINES[:place])
        return height(number) - OVERLAP_OFFSET * beneath

    lines: list[dict[str, Any]] = []
    for place, kind in enumerate(TREND_LINES):
        spots = [
            {
                "x": _svg_number(LEFT + index * step),
                "y": _svg_number(drawn_height(point, place)),
                "number": getattr(point, kind.name),
                "day": point.day,
                "address": tasks_url(scope, AS_OF, point.day.isoformat(), **kind.filters),
            }
            for index, point in enumerate(points)
        ]
        lines.append({"kind": kind, "spots": spots, "path": " ".join(f"{spot['x']},{spot['y']}" for spot in spots)})
    every = ceil(MIN_MONTH_SPACING / step)
    last = len(points) - 1
    return {
        "points": points,
        "lines": lines,
        "rows": [
            {"day": point.day, "cells": [line["spots"][index] | {"kind": line["kind"]} for line in lines]}
            for index, point in reversed(list(enumerate(points)))
        ],
        "ticks": [
            {"number": top * tick // TICKS, "y": _svg_number(height(top * tick // TICKS))} for tick in range(TICKS + 1)
        ],
        "months": [
            {"x": _svg_number(LEFT + index * step), "day": point.day}
            for index, point in enumerate(points)
            if (last - index) % every == 0
        ],
        "frame": {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "foot": HEIGHT - 8},
    }


def _round_up(number: int) -> int:
    """Return the next number that four lines divide well: 4, 8, 20, 40, 80, 200."""
    size = 1
    while True:
        for easy in (4, 8, 12, 20):
            if number <= easy * size:
                return easy * size
        size *= 10


def _svg_number(number: float) -> str:
    # Not the reader's way to write a number: an attribute of SVG has a point in it.
    return f"{number:.1f}"
