"""Printed characters as runs and lines: what a page says and where it stands.

A page is a list of characters with their boxes in points, as a PDF or an OFD gives them, ``top`` growing downwards.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from .wrapping import PrintedLine

Box = tuple[float, float, float, float]
# In points: as far apart are the two sides of one ruled line.
EDGE_TOLERANCE = 3.0
# Each page's lines stand this far below those of the page before, where pages are read on end.
PAGE_HEIGHT = 100_000.0
# A blank of this many characters' width parts two runs; a mark that may hang into the margin brings half of its own.
_GAP, _GAP_BEHIND_MARK = 0.6, 0.4
_TWICE = 0.2
_MARKS = "，。、；：！？,.;:"
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—－–]*\s*\d{1,4}\s*[-—－–]*|第\s*\d+\s*页(?:\s*[/，,]?\s*共\s*\d+\s*页)?|\d+\s*/\s*\d+)\s*"
)


class Glyph(NamedTuple):
    """One printed character and its box."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of a line that stand together."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def right_of_text(self) -> float:
        """Where the text ends; a mark behind it may hang into the margin."""
        return self.right - self.size if self.text[-1] in _MARKS else self.right

    @property
    def height(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def printed_line(self) -> PrintedLine:
        return PrintedLine(self.text, self.left, self.right, self.size)


Line = Sequence[Run]


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule."""

    left: float
    right: float
    height: float


def group_lines(glyphs: Iterable[Glyph]) -> list[list[Run]]:
    """Return the printed lines from top to bottom, each its runs from the left."""
    rows: list[list[Glyph]] = []
    middle = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: (glyph.middle, glyph.left)):
        if not rows or glyph.middle - middle > 0.5 * (glyph.bottom - glyph.top):
            rows.append([])
            middle = glyph.middle
        rows[-1].append(glyph)
    return [runs for row in rows if (runs := _runs(row))]


def _runs(row: list[Glyph]) -> list[Run]:
    row.sort(key=lambda glyph: glyph.left)
    visible = [glyph for glyph in row if not glyph.text.isspace()]
    if not visible:
        return []
    size = median(glyph.size for glyph in visible)
    runs: list[list[Glyph]] = []
    for glyph in row:
        if glyph.text.isspace():
            if runs:
                runs[-1].append(glyph)
        elif runs and _is_beside(runs[-1], glyph, size):
            # Some programs print twice what is bold.
            if glyph.text != runs[-1][-1].text or glyph.left - runs[-1][-1].left > _TWICE * size:
                runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return [_run(run, size) for run in runs]


def _is_beside(run: Sequence[Glyph], glyph: Glyph, size: float) -> bool:
    last = max((other for other in run if not other.text.isspace()), key=lambda other: other.right)
    return glyph.left - last.right <= size * (_GAP_BEHIND_MARK if last.text in _MARKS else _GAP)


def _run(glyphs: Sequence[Glyph], size: float) -> Run:
    visible = [glyph for glyph in glyphs if not glyph.text.isspace()]
    text = re.sub(r"\s+", " ", "".join(glyph.text for glyph in glyphs)).strip()
    return Run(
        text,
        visible[0].left,
        max(glyph.right for glyph in visible),
        min(glyph.top for glyph in visible),
        max(glyph.bottom for glyph in visible),
        size,
    )


def join_runs(line: Line) -> Run:
    """Return the whole line as one run, a blank where its runs part."""
    first = line[0]
    blanks = [" " if two.left - one.right > _GAP * one.size else "" for one, two in pairwise(line)]
    return Run(
        first.text + "".join(blank + run.text for blank, run in zip(blanks, line[1:], strict=True)),
        first.left,
        max(run.right for run in line),
        min(run.top for run in line),
        max(run.bottom for run in line),
        first.size,
    )


def is_page_number(line: Line) -> bool:
    """Return whether the line is nothing but the number of its page."""
    return bool(_PAGE_NUMBER.fullmatch(join_runs(line).text))


def gap_between(upper: Line, lower: Line) -> float:
    """Return the white between lines in heights of characters, 0 across pages."""
    size = lower[0].size
    gap = (min(run.top for run in lower) - max(run.bottom for run in upper)) / size
    return 0.0 if gap > PAGE_HEIGHT / 2 / size else gap
