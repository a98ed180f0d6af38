"""Scales and shapes of the pictures that templates draw as SVG; no models.

Positions are percentages of the width, as in SVG attributes, so that a picture fills the available room while marks and
words keep their size.
"""

import datetime
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from meetings.core.dates import add_months

# Possible numbers of months between two ticks; the smallest with at most MAX_TICKS ticks is used.
TICK_STEPS = (1, 3, 6, 12, 24, 60, 120, 240)
MAX_TICKS = 6
# The numbers from which a cell gets the next darker shade; the same on all pages, so that shades compare.
SHADE_STEPS = (1, 2, 4, 7)


@dataclass(frozen=True, slots=True)
class DayScale:
    """A scale of whole months, from the first of one to the last of another."""

    first: datetime.date
    last: datetime.date

    @classmethod
    def around(cls, days: Iterable[datetime.date]) -> "DayScale":
        """Return the scale of the months that hold all ``days``, of which there is one."""
        known = sorted(days)
        first = known[0].replace(day=1)
        return cls(first, add_months(known[-1].replace(day=1), 1) - datetime.timedelta(days=1))

    def percent(self, day: datetime.date) -> str:
        """Return the position of ``day``; days outside are drawn at the edge."""
        return write_percent((min(max(day, self.first), self.last) - self.first).days / (self.last - self.first).days)

    def ticks(self) -> list[datetime.date]:
        """Return the first days of months to draw lines at, MAX_TICKS at most."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        step = next((step for step in TICK_STEPS if months // step < MAX_TICKS), TICK_STEPS[-1])
        begin = self.first.year * 12 + self.first.month - 1
        numbers = range(-(-begin // step) * step, begin + months + 1, step)
        return [datetime.date(number // 12, number % 12 + 1, 1) for number in numbers]


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a ring whose circumference is 100: how long, and where it begins."""

    length: str
    rest: str
    offset: str


def ring_arcs(numbers: Iterable[int]) -> list[Arc]:
    """Return the arcs of a ring, from the top clockwise; together they are the whole."""
    numbers = list(numbers)
    total = sum(numbers)
    begins = accumulate(numbers, initial=0)
    return [
        # A dash begins at three o'clock, a quarter after the top, and a positive offset draws it backwards.
        Arc(_write(100 * number / total), _write(100 - 100 * number / total), _write(25 - 100 * begin / total))
        for number, begin in zip(numbers, begins, strict=False)
    ]


def shade(number: int) -> int:
    """Return how dark ``number`` is drawn: 0 for none."""
    return bisect_right(SHADE_STEPS, number)


def shade_legend() -> list[tuple[int, str]]:
    """Return each shade with the numbers that it stands for."""
    lasts = (step - 1 for step in SHADE_STEPS[1:])
    ranges = [str(n) if n == last else f"{n}–{last}" for n, last in zip(SHADE_STEPS, lasts, strict=False)]
    return list(enumerate([*ranges, f"{SHADE_STEPS[-1]}+"], start=1))


def write_percent(share: float) -> str:
    """Return a share as an attribute of SVG."""
    return f"{_write(100 * share)}%"


def _write(number: float) -> str:
    # Not localised: SVG attributes need a decimal point.
    return f"{number:.2f}"
