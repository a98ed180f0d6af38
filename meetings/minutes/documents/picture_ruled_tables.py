"""Tables found by their rules in the picture of a page, with their merged cells.

Long dark runs are rules. The places of all rules make a grid, and two neighbours in it are one cell where no rule
stands between them for at least half of their common side: a rule that is broken here and there still divides, and
what merging joined comes out as one cell. img2table was looked at: it does the same by OpenCV, and brings polars,
its own recogniser's interface and copies of what is here, to be bent to our cells afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

Box = tuple[float, float, float, float]

_CALM, _BESIDE = 3, 25  # pixels along a rule and across it that are looked at together
_CALM_FAINT, _FAINTLY_DARKER, _IS_FAINTLY_RULED = 15, 7, 0.75
_DARKER = 14  # than what is beside it, of 255
_PIECE_LENGTH, _GAP, _LINE_LENGTH = 36, 25, 66  # pixels: a rule's unbroken pieces, the gaps between them, the whole
_SAME_LINE = 9  # pixels between places of what is one rule
_SHORTEST_ALONE = 400  # pixels of what is a rule though it meets no other
_OPEN_SIDE = 30  # pixels between a rule's end and the outermost that crosses it
_IS_HINTED, _IS_RULED = 0.1, 0.5  # of a side that a rule covers
_IS_SURELY_OPEN = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class RuledTable:
    """One table of a page: the boxes of its cells, each x0, top, x1, bottom."""

    cells: tuple[Box, ...]

    @property
    def box(self) -> Box:
        """The table's outer edges."""
        x0, top, x1, bottom = zip(*self.cells, strict=True)
        return min(x0), min(top), max(x1), max(bottom)


def find_rules(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of the rules across and down a page with white paper."""
    across, down = _long_runs(grey, across=True), _long_runs(grey, across=False)
    # The strokes of a title may be as long as a rule between two cells, but hang together with no other.
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(
        cv2.dilate(across | down, np.ones((5, 5), np.uint8))
    )
    is_short = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) < _SHORTEST_ALONE
    stroke = is_short[labels]
    across[stroke] = down[stroke] = 0
    return across, down


def _long_runs(grey: np.ndarray, *, across: bool) -> np.ndarray:
    """Return the runs along one axis, faint, wavering and broken ones too."""

    def size(along: int, beside: int) -> tuple[int, int]:
        return (along, beside) if across else (beside, along)

    def kernel(along: int, beside: int) -> np.ndarray:
        return np.ones(size(along, beside)[::-1], np.uint8)

    # Along a rule, the grain of a picture is averaged away; beside it, the paper is lighter.
    calm = cv2.blur(grey, size(_CALM, 1))
    dark = (cv2.subtract(cv2.blur(calm, size(1, _BESIDE)), calm) > _DARKER).astype(np.uint8) * 255
    # Wider by a pixel at each side, a rule a little askew is a run still; then the gaps of a bad print are closed.
    runs = cv2.morphologyEx(cv2.dilate(dark, kernel(1, 3)), cv2.MORPH_OPEN, kernel(_PIECE_LENGTH, 1))
    runs = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, kernel(_GAP, 1))
    runs = cv2.morphologyEx(runs, cv2.MORPH_OPEN, kernel(_LINE_LENGTH, 1))
    # A rule is thin: what is a run in both directions is a filled area.
    return cv2.subtract(runs, cv2.morphologyEx(runs, cv2.MORPH_OPEN, kernel(1, 15)))


def find_tables(grey: np.ndarray, across: np.ndarray, down: np.ndarray) -> list[RuledTable]:
    """Return the tables that the rules of the page draw, from top to bottom."""
    rules = cv2.dilate(across | down, np.ones((5, 5), np.uint8))
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats(rules)
    tables = []
    for label, (x, y, width, height, _area) in enumerate(stats[1:], start=1):
        if width < 3 * _LINE_LENGTH or height < _LINE_LENGTH:
            continue
        part = np.s_[y : y + height, x : x + width]
        own = (_labels[part] == label).astype(np.uint8) * 255
        cells = _cells(grey[part], *_with_open_sides(across[part] & own, down[part] & own))
        if len(cells) > 1:
            tables.append(RuledTable(tuple((x0 + x, y0 + y, x1 + x, y1 + y) for x0, y0, x1, y1 in cells)))
    tables.sort(key=lambda table: table.box[1])
    return [table for table in tables if not any(_is_within(table.box, other.box) for other in tables)]


def rule_segments(across: np.ndarray) -> list[tuple[float, float, float]]:
    """Return the rules across: their left and right ends, and heights."""
    _count, _labels, stats, centres = cv2.connectedComponentsWithStats(across)
    return [
        (float(x), float(x + width), float(centre[1]))
        for (x, _y, width, _height, _area), centre in zip(stats[1:], centres[1:], strict=True)
    ]


def _is_within(inner: Box, outer: Box) -> bool:
    return (
        inner != outer
        and all(a >= b for a, b in zip(inner[:2], outer[:2], strict=True))
        and (inner[2] <= outer[2] and inner[3] <= outer[3])
    )


def _with_open_sides(across: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the masks with the outer rules that some tables go without."""
    height, width = across.shape
    columns, rows = _places(down, axis=1), _places(across, axis=0)
    if not columns or len(rows) < 2:  # noqa: PLR2004 - rules across alone are lines below text
        return across, down
    for x, is_open in ((2, columns[0] > _OPEN_SIDE), (width - 3, columns[-1] < width - _OPEN_SIDE)):
        if is_open:
            down[:, x - 1 : x + 2] = 255
    for y, is_open in ((2, rows[0] > _OPEN_SIDE), (height - 3, rows[-1] < height - _OPEN_SIDE)):
        if is_open:
            across[y - 1 : y + 2] = 255
    return across, down


def _cells(grey: np.ndarray, across: np.ndarray, down: np.ndarray) -> list[Box]:
    rows = _places(across, axis=0)
    columns = _places(down, axis=1)
    if len(rows) < 2 or len(columns) < 2:
        return []
    # Whether a rule runs along each side of each place of the grid, and how far.
    above = [[_cover(grey, across, y, range(a, b)) for a, b in zip(columns, columns[1:], strict=False)] for y in rows]
    left = [[_cover(grey.T, down.T, x, range(a, b)) for x in columns] for a, b in zip(rows, rows[1:], strict=False)]
    return [
        (float(columns[c0]), float(rows[r0]), float(columns[c1 + 1]), float(rows[r1 + 1]))
        for r0, c0, r1, c1 in _merge(len(rows) - 1, len(columns) - 1, above, left)
    ]


def _places(mask: np.ndarray, axis: int) -> list[int]:
    """Return where rules lie along an axis, each once."""
    _count, _labels, stats, centres = cv2.connectedComponentsWithStats(mask)
    found = [
        (centre[1 - axis], stat[2 if axis == 0 else 3])
        for stat, centre in zip(stats[1:], centres[1:], strict=True)
        if stat[2 if axis == 0 else 3] >= _LINE_LENGTH // 2
    ]
    places: list[list[tuple[float, float]]] = []
    for place, length in sorted(found):
        if places and place - places[-1][-1][0] <= _SAME_LINE:
            places[-1].append((place, length))
        else:
            places.append([(place, length)])
    return [round(float(np.average([p for p, _ in group], weights=[n for _, n in group]))) for group in places]


def _cover(grey: np.ndarray, mask: np.ndarray, place: int, along: range) -> float:
    """Return how much of a side is ruled, by the mask or by a faint darkening."""
    inset = min(4, len(along) // 4)
    band = np.s_[max(0, place - _SAME_LINE) : place + _SAME_LINE + 1, along.start + inset : along.stop - inset]
    if not mask[band].size:
        return 0.0
    cover = float(mask[band].any(axis=0).mean())
    if not _IS_HINTED <= cover < _IS_RULED or len(grey[band]) <= 2 * _SAME_LINE:
        return cover
    calm = cv2.blur(np.ascontiguousarray(grey[band]), (_CALM_FAINT, 1)).astype(float)
    centre = calm[_SAME_LINE - 3 : _SAME_LINE + 4].min(axis=0)
    beside = np.minimum(calm[:4].mean(axis=0), calm[-4:].mean(axis=0))
    faint = float((beside - centre > _FAINTLY_DARKER).mean())
    return faint if faint > _IS_FAINTLY_RULED else cover


def _merge(
    row_count: int, column_count: int, above: Sequence[Sequence[float]], left: Sequence[Sequence[float]]
) -> Iterable[tuple[int, int, int, int]]:
    """Return the cells as first row, first column, last row, last column.

    A group of places that is no rectangle has lost a rule or won one: it is divided by every hint of a rule.
    """
    whole = [(row, column) for row in range(row_count) for column in range(column_count)]
    pending, threshold_of = [(whole, _IS_RULED)], _IS_SURELY_OPEN
    while pending:
        places, threshold = pending.pop()
        for group in _groups(places, above, left, threshold):
            rows, columns = [row for row, _ in group], [column for _, column in group]
            corners = min(rows), min(columns), max(rows), max(columns)
            if len(group) == (corners[2] - corners[0] + 1) * (corners[3] - corners[1] + 1):
                yield corners
            elif threshold > threshold_of:
                pending.append((group, threshold_of))
            else:
                yield from ((row, column, row, column) for row, column in group)


def _groups(
    places: Sequence[tuple[int, int]],
    above: Sequence[Sequence[float]],
    left: Sequence[Sequence[float]],
    threshold: float,
) -> Iterable[list[tuple[int, int]]]:
    """Return the places in groups that no rule divides."""
    remaining = set(places)
    while remaining:
        group, edge = [], [remaining.pop()]
        while edge:
            row, column = edge.pop()
            group.append((row, column))
            for to, cover in (
                ((row - 1, column), above[row][column]),
                ((row + 1, column), above[row + 1][column]),
                ((row, column - 1), left[row][column]),
                ((row, column + 1), left[row][column + 1]),
            ):
                if to in remaining and cover < threshold:
                    remaining.remove(to)
                    edge.append(to)
        yield group
