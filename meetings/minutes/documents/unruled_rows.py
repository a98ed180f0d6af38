"""Rows of a table whose columns no rule parts.

They are what rules part or, where there are none, what wider gaps part, or what the numbers count, which stand beside
the first lines of their rows or in their middles; without numbers a row ends where no cell goes on.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise
from statistics import median

from meetings.minutes.parser.ordinals import parse_integer

from .printed_text import PAGE_HEIGHT, Line, Run, gap_between, join_runs
from .wrapping import next_unit_width

_MAX_CENTRED_LINES = 80
_EMPTY_COST = 0.3
# Rules above and below the heads and below the body, which part no rows.
_RULES_OF_THREE_LINES = 3


@dataclass(slots=True)
class Columns:
    """Where the columns part, and how far the texts of each reach."""

    edges: Sequence[float]
    lefts: list[float] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.edges) + 1

    @property
    def widths(self) -> list[float]:
        return [right - left for left, right in zip(self.lefts, self.rights, strict=True)]

    def place(self, run: Run) -> int:
        """Return the number of the column the run stands in, from 0."""
        return bisect(self.edges, run.middle)


def has_row_rules(rules: Sequence[float]) -> bool:
    """Return whether rules part the rows, and not only the heads from the body."""
    return len(rules) > _RULES_OF_THREE_LINES


def part_rows(lines: Sequence[Line], columns: Columns, rules: Sequence[float]) -> list[list[Line]]:
    """Return the lines of each row; a line across the columns is one of its own."""
    is_numbered = bool(_number_lines(lines, columns))
    rows: list[list[Line]] = []
    for band in _bands(lines, rules):
        for is_across, together in groupby(band, key=lambda line: _is_across(line, columns, is_numbered=is_numbered)):
            of_run = list(together)
            if is_across:
                rows.extend([line] for line in of_run)
            elif has_row_rules(rules) and len(numbers := _number_lines(of_run, columns)) < 2:  # noqa: PLR2004
                is_rest = (
                    not numbers if is_numbered else 2 * len({columns.place(run) for run in of_run[0]}) <= columns.count
                )
                if rows and is_rest and of_run[0][0].top - rows[-1][-1][0].top > PAGE_HEIGHT / 2:
                    rows[-1].extend(of_run)
                else:
                    rows.append(of_run)
            else:
                rows.extend(_part_unruled(of_run, columns))
    return rows


def _bands(lines: Sequence[Line], rules: Sequence[float]) -> list[list[Line]]:
    """Return the lines between each two rules."""
    bands: dict[int, list[Line]] = {}
    for line in lines:
        height = sum(run.height for run in line) / len(line)
        bands.setdefault(bisect(rules, height), []).append(line)
    return list(bands.values())


def _is_across(line: Line, columns: Columns, *, is_numbered: bool) -> bool:
    """Return whether the line goes over several columns, as the title of a group."""
    first = line[0]
    if len(line) > 1:
        return False
    if is_numbered and first.right < columns.edges[0] and len(first.text) > 2:  # noqa: PLR2004 - 10, (一)
        return parse_integer(first.text) is None
    reach = 1.5 * first.size
    return any(first.left < edge - reach and first.right > edge + reach for edge in columns.edges)


def _part_unruled(lines: Sequence[Line], columns: Columns) -> list[list[Line]]:
    number_lines = _number_lines(lines, columns)
    if not number_lines:
        return _part_by_cells(lines, columns)
    by_gaps = _part_by_gaps(lines, columns)
    counts = [sum(any(line is other for other in number_lines) for line in row) for row in by_gaps]
    if all(count == 1 for count in counts[1:]) and counts[0] <= 1:
        return by_gaps
    return _part_by_numbers(lines, number_lines, columns)


def _number_lines(lines: Sequence[Line], columns: Columns) -> list[Line]:
    """Return the lines whose first column counts the rows; none where it does not."""
    first = [line for line in lines if columns.place(line[0]) == 0]
    numbered = [line for line in first if parse_integer(line[0].text) is not None]
    return numbered if 2 * len(numbered) > len(first) else []


def _part_by_gaps(lines: Sequence[Line], columns: Columns) -> list[list[Line]]:
    """Part the lines where the white between them is clearly more than elsewhere.

    A page goes on with its row's rest where its first column is blank.
    """
    gaps = [gap_between(upper, lower) for upper, lower in pairwise(lines)]
    if not gaps:
        return [list(lines)]
    narrow = sorted(gaps)[len(gaps) // 10]
    rows = [[lines[0]]]
    for gap, line, above in zip(gaps, lines[1:], lines, strict=False):
        if columns.place(line[0]) == 0 if line[0].top - above[0].top > PAGE_HEIGHT / 2 else gap > narrow + 0.25:
            rows.append([])
        rows[-1].append(line)
    return rows


def _part_by_cells(lines: Sequence[Line], columns: Columns) -> list[list[Line]]:
    """Let a row end where no cell goes on for want of room.

    What then stands alone in its column, close to the row above, is a paragraph of it.
    """
    by_column: dict[int, list[Run]] = {}
    for line in lines:
        for at, pieces in groupby(line, key=columns.place):
            by_column.setdefault(at, []).append(join_runs(list(pieces)))
    gaps = sorted(gap_between(upper, lower) for upper, lower in pairwise(lines))
    near = (gaps[len(gaps) // 10] if gaps else 0.0) + 0.25
    spans = []
    for at, runs in by_column.items():
        start = 0
        for end in range(1, len(runs) + 1):
            if end < len(runs) and _goes_on(runs[end - 1], runs[end], columns.widths[at], near):
                continue
            spans.append((runs[start].top, runs[end - 1].bottom))
            start = end
    ends: list[float] = []  # how far down each row reaches
    for top, bottom in sorted(spans):
        if ends and top < ends[-1] - 0.1:
            ends[-1] = max(ends[-1], bottom)
        else:
            ends.append(bottom)
    parts: dict[int, list[Line]] = {}
    for line in lines:
        parts.setdefault(bisect(ends, line[0].height), []).append(line)
    rows: list[list[Line]] = []
    for part in parts.values():
        is_alone = len({columns.place(run) for line in part for run in line}) == 1
        if rows and is_alone and gap_between(rows[-1][-1], part[0]) <= near:
            rows[-1].extend(part)
        else:
            rows.append(part)
    return rows


def _goes_on(line: Run, below: Run, width: float, near: float) -> bool:
    is_full = line.right - line.left + next_unit_width(below.text, below.size) > width + 0.1 * line.size
    return is_full and gap_between([line], [below]) <= near


def _part_by_numbers(lines: Sequence[Line], number_lines: Sequence[Line], columns: Columns) -> list[list[Line]]:
    """Return a row for each number, which stands beside its first line or its middle."""
    tops = [at for at, line in enumerate(lines) if any(line is other for other in number_lines)]
    cuts = [0, *tops[1:], len(lines)] if tops[0] == 0 else [0, *tops, len(lines)]
    from_tops = [list(lines[first:end]) for first, end in pairwise(cuts)]
    around = _part_around(lines, number_lines, columns)
    heights = [line[0].height for line in number_lines]
    before = len(from_tops) - len(heights)
    size = median(line[0].size for line in lines)
    cost_of_tops = _misfit(from_tops[before:], heights, columns, is_centred=False) + before * 2 * size
    return around if _misfit(around, heights, columns, is_centred=True) < cost_of_tops else from_tops


def _misfit(rows: Sequence[Sequence[Line]], heights: Sequence[float], columns: Columns, *, is_centred: bool) -> float:
    """Return how far the cells' middles, or first lines, are from the rows' numbers.

    No cell counts for more than two lines: what names a group of rows may be far from each.
    """
    limit = 2 * max(line[0].size for row in rows for line in row)
    total = 0.0
    for row, height in zip(rows, heights, strict=True):
        by_column: dict[int, list[float]] = {}
        for line in row:
            for run in line:
                by_column.setdefault(columns.place(run), []).append(run.height)
        for found in by_column.values():
            at = (min(found) + max(found)) / 2 if is_centred else min(found)
            total += min(abs(at - height), limit)
    return total


def _part_around(lines: Sequence[Line], number_lines: Sequence[Line], columns: Columns) -> list[list[Line]]:
    """Divide each column's lines among the numbers, so that cells stand around them."""
    heights = [line[0].height for line in number_lines]
    rows: list[list[Run]] = [[] for _ in heights]
    by_column: dict[int, list[Run]] = {}
    for line in lines:
        for run in line:
            by_column.setdefault(columns.place(run), []).append(run)
    tops = {page: min(run.height for line in of_page for run in line) for page, of_page in groupby(lines, key=_page)}
    for runs in by_column.values():
        for page, of_page in groupby(runs, key=lambda run: run.height // PAGE_HEIGHT):
            places = [at for at, height in enumerate(heights) if height // PAGE_HEIGHT == page]
            centres = [heights[at] for at in places]
            before = sum(height < page * PAGE_HEIGHT for height in heights) - 1
            if before >= 0:  # the page may begin with the rest of a row
                places, centres = [before, *places], [tops[page], *centres]
            for at, part in zip(places, _divide(list(of_page), centres), strict=True):
                rows[at].extend(part)
    return [
        [list(line) for _, line in groupby(sorted(row, key=lambda run: run.height), key=lambda run: run.height)]
        for row in rows
    ]


def _page(line: Line) -> float:
    return line[0].height // PAGE_HEIGHT


def _divide(runs: Sequence[Run], centres: Sequence[float]) -> list[Sequence[Run]]:
    """Divide the runs of one column into the best part for each centre."""
    size = runs[0].size
    # The lines of a cell follow one another: white between two of them costs what it is high.
    white = [0.0, *accumulate(max(0.0, two.top - one.bottom - 0.6 * size) for one, two in pairwise(runs))]
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for index, centre in enumerate(centres):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        is_last = index + 1 == len(centres)
        for start, (cost, path) in best.items():
            for end in [len(runs)] if is_last else range(start, min(len(runs), start + _MAX_CENTRED_LINES) + 1):
                total = cost + _EMPTY_COST * size
                if end > start:
                    off = abs((runs[start].height + runs[end - 1].height) / 2 - centre)
                    # A row that a page cuts stands around nothing.
                    off = min(off, abs(runs[start].height - centre)) if is_last or not index else off
                    total = cost + off + white[end - 1] - white[start]
                if end not in following or total < following[end][0]:
                    following[end] = (total, (*path, end))
        best = following
    path = best[len(runs)][1]
    return [runs[start:end] for start, end in pairwise(path)]
