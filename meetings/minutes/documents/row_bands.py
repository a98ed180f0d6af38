"""Cutting the lines of a column into rows, by where the rows are known to be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_OUTSIDE_COST = 3.0
_OFF_CORE_COST = 0.3
_EMPTY_COST = 0.2
_REACH_LINES = 4
_MAX_CENTRE_DISTANCE = 60
_MAX_STATES = 60


@dataclass(frozen=True, slots=True)
class Band:
    """The lines a row or group takes, inclusive; ``first_row`` is its first row.

    ``lowest`` and ``highest``: the lines that can still be the row's, where the cells beside are longer.
    """

    first: int
    last: int
    first_row: int
    lowest: int
    highest: int

    @property
    def middle(self) -> float:
        return (self.first + self.last) / 2


def _cost(lines: Sequence[int], band: Band) -> float:
    """Return how badly ``lines``, one cell, fit the band: off its middle, or outside."""
    if not lines:
        return _EMPTY_COST
    outside = sum(max(0, band.lowest - line, line - band.highest) for line in lines)
    off_core = sum(not band.first <= line <= band.last for line in lines)
    centred = abs((lines[0] + lines[-1]) / 2 - band.middle)
    return min(centred, abs(lines[0] - band.first) + 0.5) + _OUTSIDE_COST * outside + _OFF_CORE_COST * off_core


def assign_lines(lines: Sequence[int], bands: Sequence[Band]) -> list[list[int]]:
    """Divide the column's ``lines`` into one run a band, so that all fit best."""
    best: dict[int, tuple[float, Path]] = {0: (0.0, ())}
    for index, band in enumerate(bands):
        is_last = index + 1 == len(bands)
        following: dict[int, tuple[float, Path]] = {}
        for start, (cost, path) in best.items():
            if len(best) > 1 and start < len(lines) and lines[start] < band.lowest - _REACH_LINES:
                continue  # left behind for good
            for end in [len(lines)] if is_last else _possible_ends(lines, start, band):
                total = cost + _cost(lines[start:end], band)
                if end not in following or total < following[end][0]:
                    following[end] = (total, (path, (start, end)))
        best = following
    return [list(lines[start:end]) for start, end in unwind_path(best[len(lines)][1])]


def _possible_ends(lines: Sequence[int], start: int, band: Band) -> Iterator[int]:
    yield start
    end = start
    while end < len(lines) and lines[end] <= band.highest + _REACH_LINES:
        end += 1
        yield end


#: A chain of steps, the last first: cheaper to extend than a list is to copy.
Path = tuple


def unwind_path(path: Path) -> list:
    """Return the steps of the path, the first first."""
    steps = []
    while path:
        path, step = path
        steps.append(step)
    return steps[::-1]


def find_group_bands(centres: Sequence[int], bands: Sequence[Band]) -> list[Band]:
    """Return the rows of each group whose number stands at one of ``centres``.

    Rows before the first group belong to one of the page before.
    """
    best: dict[int, tuple[float, Path]] = {start: (float(start), ()) for start in range(min(len(bands), _REACH_LINES))}
    for index, centre in enumerate(centres):
        is_last = index + 1 == len(centres)
        following: dict[int, tuple[float, Path]] = {}
        for start, (cost, path) in best.items():
            for end in [len(bands)] if is_last else range(start + 1, len(bands)):
                if end <= start:
                    continue
                middle = (bands[start].first + bands[end - 1].last) / 2
                if middle > centre + _MAX_CENTRE_DISTANCE and end > start + 1 and not is_last:
                    break
                total = cost + min(abs(centre - middle), abs(centre - bands[start].first) + 0.5)
                if end not in following or total < following[end][0]:
                    following[end] = (total, (path, (start, end)))
        if len(following) > _MAX_STATES:
            following = dict(sorted(following.items(), key=lambda item: item[1][0])[:_MAX_STATES])
        best = following
    return [
        Band(
            bands[start].first, bands[end - 1].last, bands[start].first_row, bands[start].lowest, bands[end - 1].highest
        )
        for start, end in unwind_path(best.get(len(bands), (0.0, ()))[1])
    ]
