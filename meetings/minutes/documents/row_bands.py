"""Bands of lines that the rows of aligned text fill, and columns cut into them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from meetings.minutes.parser.column_headers import Column, Header
from meetings.minutes.parser.ordinals import leading_ordinal

from .text_lines import Path, unwind_path
from .text_top_rows import Piece

SENTENCE_END = re.compile(r"[。；;：:！？]$")
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


def find_numbered_starts(pieces: dict[int, Piece]) -> list[int]:
    """Return the lines that begin with 1) 2) 3) … through the whole column."""
    starts: list[int] = []
    number, style = None, ""
    for line in sorted(pieces):
        ordinal = leading_ordinal(pieces[line].text)
        if ordinal is None or (style and ordinal.style != style):
            continue
        if number is None or ordinal.number == number + 1:
            number, style = ordinal.number, ordinal.style
            starts.append(line)
        else:
            return []
    return starts


def bands_from_starts(starts: Sequence[int], pieces: dict[int, Piece]) -> list[Band]:
    """Return rows that begin at ``starts``; lines before are of a row cut by the page."""
    lines = sorted(pieces)
    cuts = [*([lines[0]] if lines[0] < starts[0] else []), *starts]
    bands = []
    for index, first in enumerate(cuts):
        end = cuts[index + 1] if index + 1 < len(cuts) else lines[-1] + 1
        last = max(line for line in lines if first <= line < end)
        bands.append((first, last))
    return extend_bands(bands)


def extend_bands(spans: Sequence[tuple[int, int]]) -> list[Band]:
    """Let each row reach to the last line of the one before and first of the next."""
    bands = []
    for index, (first, last) in enumerate(spans):
        lowest = spans[index - 1][1] + 1 if index else 0
        highest = spans[index + 1][0] - 1 if index + 1 < len(spans) else last + 10_000
        bands.append(Band(first, last, index, min(lowest, first) - 1, max(highest, last) + 1))
    return bands


def are_row_tops(lines: Sequence[int], columns: Sequence[dict[int, Piece]], headers: Sequence[Header | None]) -> bool:
    """Return whether the numbers stand beside the first lines of their rows.

    Then nothing stands above the first number, and the line above every other one ends what it says; or the cells end
    one after the other from each number to the next, and none begins there.
    """
    used = sorted({line for pieces in columns for line in pieces})
    if used[0] < lines[0] or used[-1] - used[0] + 1 == len(lines):
        return False
    rows = [[line for line in used if top <= line < end] for top, end in pairwise([*lines, used[-1] + 1])]
    filled = [[{at for at, pieces in enumerate(columns) if line in pieces} for line in row] for row in rows]
    if max(map(len, filled)) > 2 and all(two <= one for row in filled for one, two in pairwise(row)):
        return True
    texts = [
        columns[at] for at, head in enumerate(headers) if head and head.column in (Column.SUGGESTION, Column.TASKS)
    ]
    ended = whole = 0
    for top in lines[1:]:
        above = [pieces[max(before)] for pieces in texts if (before := [line for line in pieces if line < top])]
        whole += len(above)
        ended += sum(bool(SENTENCE_END.search(piece.text)) for piece in above)
    return bool(whole) and ended >= 0.8 * whole


def bands_from_tops(tops: Sequence[int], columns: Sequence[dict[int, Piece]]) -> list[Band]:
    """Return rows from their first lines: each reaches to the next."""
    used = sorted({line for pieces in columns for line in pieces})
    ends = [*(top - 1 for top in tops[1:]), used[-1]]
    return [
        Band(top, max(line for line in used if line <= end), index, top, end)
        for index, (top, end) in enumerate(zip(tops, ends, strict=True))
    ]


def bands_around(centres: Sequence[int], columns: Sequence[dict[int, Piece]]) -> list[Band]:
    """Return rows from their middle lines: each reaches half way to the next."""
    used = sorted({line for pieces in columns for line in pieces})
    bands = []
    for index, centre in enumerate(centres):
        first = (centres[index - 1] + centre) // 2 + 1 if index else used[0]
        last = (centre + centres[index + 1]) // 2 if index + 1 < len(centres) else used[-1]
        gaps = [line for line in range(first, centre) if line not in used]
        first = gaps[-1] + 1 if gaps else first
        bands.append((min(first, centre), max(last, centre)))
    return extend_bands(bands)
