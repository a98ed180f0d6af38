"""The trend chart: `{% load trend %}{% trend_chart points scope %}`.

SVG with classes and no styles, as the Content-Security-Policy asks; the same numbers come as a table when opened.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from meetings.core.as_of import AS_OF
from meetings.core.lifecycle import OPEN_STATUSES
from meetings.models import Health, Status
from meetings.tasks.statistics import last_of_month
from meetings.tasks.trend import TrendPoint
from meetings.ui.markup import fill_html, join_html
from meetings.ui.navigation import tasks_url

register = template.Library()

# In units of the picture's own, which grows with the page.
WIDTH, HEIGHT = 640, 230
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 30
TICKS = 4
# Below this many units between them the names of the months would run into one another.
MIN_MONTH_SPACING = 150
# By so much marks of one number stand beside one another, or nobody could see and point at each.
SPOT_OFFSET = 9


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


@register.inclusion_tag("meetings/tasks/_trend_chart.html", takes_context=True)
def trend_chart(
    context: Context, points: Sequence[TrendPoint], scope: QueryDict, *, comes_into_sight: bool = False
) -> dict[str, Any]:
    """Draw the trend and, once opened, its table, whose numbers link to lists.

    The marks of the picture then lead there, too. The table opens by itself where ``comes_into_sight``: it stands
    beside the picture, which is seen later.
    """
    is_opened = context["request"].GET.get("whole") == "trend"
    top = _round_up(max((getattr(point, kind.name) for point in points for kind in TREND_LINES), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(points) - 1, 1)
    last = len(points) - 1

    def height(number: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / top

    def spot_place(index: int, place: int) -> float:
        """Return where a mark stands: beside those of the same number, in the frame."""
        numbers = [getattr(points[index], kind.name) for kind in TREND_LINES]
        same = [at for at, number in enumerate(numbers) if number == numbers[place]]
        first = 0.0 if index == 0 else (1 - len(same)) * (1.0 if index == last else 0.5)
        return LEFT + index * step + (first + same.index(place)) * SPOT_OFFSET

    days = [_day_label(point.day) for point in points]
    lines: list[dict[str, Any]] = []
    for place, kind in enumerate(TREND_LINES):
        numbers = [getattr(point, kind.name) for point in points]
        heights = [_svg_number(height(number)) for number in numbers]
        path = " ".join(f"{_svg_number(LEFT + index * step)},{y}" for index, y in enumerate(heights))
        marks = []
        for index, number in enumerate(numbers):
            # Of none the line says enough.
            if not number:
                continue
            x, words = _svg_number(spot_place(index, place)), _say(days[index], kind, number)
            mark = fill_html(
                '<use href="#mark-{}" x="{}" y="{}"><title>{}</title></use>', kind.name, x, heights[index], words
            )
            if is_opened:
                # The keyboard has the links of the table.
                mark = fill_html('<a href="{}" tabindex="-1">{}</a>', _list_address(scope, points[index], kind), mark)
            marks.append((mark,))
        lines.append({"kind": kind, "path": path, "marks": join_html("", "{}", marks)})
    every = ceil(MIN_MONTH_SPACING / step)
    return {
        "request": context["request"],
        "points": points,
        "lines": lines,
        "comes_into_sight": comes_into_sight,
        "rows": _draw_rows(points, scope) if is_opened else "",
        "frame": _draw_ticks([(top * tick // TICKS, height(top * tick // TICKS)) for tick in range(TICKS + 1)])
        + _draw_months(
            [(LEFT + index * step, day, index == last) for index, day in enumerate(days) if (last - index) % every == 0]
        ),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _draw_ticks(ticks: Iterable[tuple[int, float]]) -> SafeString:
    """Draw the lines across with their numbers, each at its height."""
    return join_html(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}"/><text class="align-end" x="{}" y="{}" dy="4">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, _svg_number(y), _svg_number(y), LEFT - 8, _svg_number(y), number)
            for number, y in ticks
        ),
    )


def _draw_months(months: Iterable[tuple[float, str, bool]]) -> SafeString:
    """Draw the names of months at their places; the last one ends at the frame."""
    return join_html(
        "",
        '<text class="{}" x="{}" y="{}">{}</text>',
        (
            (
                "align-end" if is_last else "align-middle-text",
                _svg_number(x + 12 * is_last),
                HEIGHT - 8,
                day,
            )
            for x, day, is_last in months
        ),
    )


def _draw_rows(points: Sequence[TrendPoint], scope: QueryDict) -> SafeString:
    """Draw the table's rows, the newest first; each number with its link."""
    return join_html(
        "",
        '<tr><th scope="row" class="nowrap">{}</th>{}</tr>',
        (
            (
                _day_label(point.day),
                join_html(
                    "",
                    '<td class="num health-{}"><a href="{}" data-count="{}">{}</a></td>',
                    (
                        (kind.health, _list_address(scope, point, kind), number, number)
                        for kind in TREND_LINES
                        for number in (getattr(point, kind.name),)
                    ),
                ),
            )
            for point in reversed(points)
        ),
    )


def _list_address(scope: QueryDict, point: TrendPoint, kind: TrendLine) -> str:
    return tasks_url(scope, AS_OF, point.day.isoformat(), **kind.filters)


def _say(day: str, kind: TrendLine, number: int) -> str:
    return gettext("%(day)s, %(what)s: %(number)s") % {"day": day, "what": kind.label, "number": number}


def _day_label(day: datetime.date) -> str:
    """Return the month whose end it is, or the day."""
    return f"{day:%Y-%m}" if day == last_of_month(day) else f"{day:%Y-%m-%d}"


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
    return f"{round(number, 1):g}"
