"""Periods without their year: day, third of a month, month, quarter, half, year."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from .days import day_or_none, month_end
from .kinds import Precision

Parts = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Period:
    """A period of any year: its first and last day, None where the year has none."""

    first: Callable[[int], datetime.date | None]
    last: Callable[[int], datetime.date | None]
    precision: Precision


def months_through(first: int, last: int, precision: Precision) -> Period:
    """Return the period from month ``first`` to the end of month ``last``."""
    return Period(lambda year: day_or_none(year, first, 1), lambda year: month_end(year, last), precision)


def one_day(month: int, day: int) -> Period:
    """Return the period of one day, which not every year has."""
    return Period(lambda year: day_or_none(year, month, day), lambda year: day_or_none(year, month, day), Precision.DAY)


def _third(month: int, third: str) -> Period:
    begins, ends = {"上": (1, 10), "中": (11, 20), "下": (21, None)}[third]
    return Period(
        lambda year: day_or_none(year, month, begins),
        lambda year: day_or_none(year, month, ends) if ends else month_end(year, month),
        Precision.DAY,
    )


def first_year(period: Period, base: datetime.date) -> int | None:
    """Return the first year in which the period ends on or after ``base``.

    Eight years on there has been a 29 February.
    """
    years = range(base.year, base.year + 9)
    return next((year for year in years if (last := period.last(year)) and last >= base), None)


def period_of(parts: Parts) -> Period | None:
    """Return the period of a date's parts, None where there is none (a fifth quarter)."""
    quarter = parts.get("quarter") or parts.get("q_quarter") or parts.get("first_quarters")
    if quarter:
        ends = int(quarter) * 3
        return months_through(ends - 2, ends, Precision.QUARTER) if 1 <= int(quarter) <= 4 else None
    half = parts.get("half") or parts.get("h_half")
    if half:
        return (
            months_through(1, 6, Precision.HALF_YEAR) if half in "上1" else months_through(7, 12, Precision.HALF_YEAR)
        )
    if month_digits := parts.get("month"):
        month = int(month_digits)
        if not 1 <= month <= 12:
            return None
        if day := parts.get("day"):
            return one_day(month, int(day))
        if third := parts.get("third"):
            return _third(month, third)
        return months_through(month, month, Precision.MONTH)
    return months_through(1, 12, Precision.YEAR)


def vague_offer(parts: Parts, period: Period, year: int) -> datetime.date | None:
    """Return the day a person may take for 月初, 月中, 年中, by the rule for 上旬, 中旬."""
    last = period.last(year)
    if last is None or parts.get("year_part") == "初":
        return None
    if parts.get("month_part") == "初":
        return last.replace(day=10)
    return last.replace(day=20) if parts.get("month_middle") else last.replace(month=6, day=30)


def is_vague(parts: Parts) -> bool:
    """Return whether the text names a beginning or middle without a day: 月初, 年中."""
    return "初" in (parts.get("month_part"), parts.get("year_part")) or bool(
        parts.get("month_middle") or parts.get("year_middle")
    )
