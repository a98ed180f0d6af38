"""Printed pages as paragraphs and tables, ruled ones and those without rules."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from .errors import MAX_PRINTED_ROWS, MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Block, Cell, Document, Paragraph, Table
from .printed_text import (
    EDGE_TOLERANCE,
    PAGE_HEIGHT,
    Box,
    Glyph,
    Line,
    Rule,
    Run,
    group_lines,
    is_page_number,
    join_runs,
)
from .unruled_tables import find_unruled_tables
from .wrapping import PrintedLine, is_full, join_lines, join_paragraphs, margins, unwrap_lines

_MIN_RUNNING_TITLE = 6
_MAX_PAGE = 20_000.0  # points
_Item = tuple[float, PrintedLine | Table]


@dataclass(slots=True)
class PrintedPage:
    """One page: its ruled tables with their tops, lines and rules outside of them."""

    width: float
    count: int
    tables: list[tuple[float, Table]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @classmethod
    def of(
        cls, glyphs: Sequence[Glyph], tables: Sequence[Sequence[Box]], rules: Sequence[Rule], width: float
    ) -> "PrintedPage":
        """Return the page of ``glyphs`` and the boxes of each of its ruled tables."""
        # No paper is as large; what stands beyond is not printed.
        outside = [glyph for glyph in glyphs if max(map(abs, glyph[1:])) < _MAX_PAGE]
        page = cls(width, sum(not glyph.text.isspace() for glyph in outside), rules=list(rules))
        for boxes in tables:
            left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
            right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
            inside = [glyph for glyph in outside if _is_inside(glyph, (left, top, right, bottom))]
            if _is_only_striped(boxes, inside):
                continue
            outside = [glyph for glyph in outside if not _is_inside(glyph, (left, top, right, bottom))]
            page.tables.append((top, _ruled_table(boxes, inside)))
        page.lines.extend(group_lines(outside))
        return page


def build_document(pages: Sequence[PrintedPage]) -> Document:
    """Return the pages' blocks; raises UnreadableDocumentError for too many rows."""
    _remove_running_titles(pages)
    _find_unruled(pages)
    if sum(len(table.rows) for page in pages for _, table in page.tables) > MAX_PRINTED_ROWS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    blocks: list[Block] = []
    runs_on = False
    for page in pages:
        items: list[_Item] = [(line[0].top, join_runs(line).printed_line) for line in page.lines]
        items.extend(page.tables)
        items.sort(key=lambda item: item[0])
        page_blocks, ends_full, begins_flush = _paragraphs([item for _, item in items], narrowest=0.5 * page.width)
        if runs_on and begins_flush and blocks:
            above, below = blocks[-1], page_blocks[0]
            if isinstance(above, Paragraph) and isinstance(below, Paragraph):
                blocks[-1] = Paragraph(join_lines(above.text, below.text))
                del page_blocks[0]
        blocks.extend(page_blocks)
        runs_on = ends_full
    return Document(tuple(blocks))


def _is_inside(glyph: Glyph, box: Box) -> bool:
    return box[0] <= (glyph.left + glyph.right) / 2 <= box[2] and box[1] <= glyph.middle <= box[3]


def _is_only_striped(boxes: Sequence[Box], glyphs: Iterable[Glyph]) -> bool:
    """Return whether the boxes are whole rows, as rules or stripes are."""
    if len({(round(box[0]), round(box[2])) for box in boxes}) > 1:
        return False
    lines = group_lines(glyphs)
    return 2 * sum(len(line) > 2 for line in lines) >= len(lines) > 0  # noqa: PLR2004 - a table has three columns


# --- what is at every page's top or bottom -----------------------------------------------------------


def _remove_running_titles(pages: Sequence[PrintedPage]) -> None:
    """Remove page numbers, and what most pages begin or end with."""
    for page in pages:
        _strip(page, is_page_number)
    ends = Counter(key for page in pages for key in {_key(line) for line in (*page.lines[:1], *page.lines[-1:])})
    running = {
        key
        for key, count in ends.items()
        if count > 1 and 2 * count >= len(pages) and len(key[0]) >= _MIN_RUNNING_TITLE
    }
    for page in pages:
        _strip(page, lambda line: len(line) == 1 and _key(line) in running)
        _strip(page, is_page_number)


def _strip(page: PrintedPage, is_unwanted: Callable[[Line], bool]) -> None:
    while page.lines and is_unwanted(page.lines[0]):
        del page.lines[0]
    while page.lines and is_unwanted(page.lines[-1]):
        del page.lines[-1]


def _key(line: Line) -> tuple[str, int]:
    return join_runs(line).text, round(line[0].height / EDGE_TOLERANCE)


# --- tables without columns ruled --------------------------------------------------------------------


def _find_unruled(pages: Sequence[PrintedPage]) -> None:
    """Make tables of the lines that stand in columns, over all pages they go on for."""
    rules = [
        Rule(rule.left, rule.right, rule.height + at * PAGE_HEIGHT)
        for at, page in enumerate(pages)
        for rule in page.rules
    ]
    for run in _runs_of_lines(pages):
        lowered = [[_lower(part, at * PAGE_HEIGHT) for part in line] for at, line in run]
        for found in find_unruled_tables(lowered, rules):
            used = run[found.first : found.last + 1]
            first_page, first_line = used[0]
            pages[first_page].tables.extend((first_line[0].top, part) for part in found.parts)
            for at, line in used:
                pages[at].lines = [other for other in pages[at].lines if other is not line]


def _lower(run: Run, by: float) -> Run:
    return Run(run.text, run.left, run.right, run.top + by, run.bottom + by, run.size)


def _runs_of_lines(pages: Sequence[PrintedPage]) -> list[list[tuple[int, Line]]]:
    """Return the lines between two ruled tables, each with its page."""
    runs: list[list[tuple[int, Line]]] = [[]]
    for at, page in enumerate(pages):
        tops = sorted(top for top, _ in page.tables)
        for count, lines in groupby(page.lines, key=lambda line: bisect_left(tops, line[0].top)):
            if count:
                runs.append([])
            runs[-1].extend((at, line) for line in lines)
        if tops:
            runs.append([])
    return [run for run in runs if run]


# --- text ---------------------------------------------------------------------------------------------


def _paragraphs(items: Sequence[Table | PrintedLine], narrowest: float) -> tuple[list[Block], bool, bool]:
    """Return the blocks, and whether the last line is full, the first flush."""
    lines = [item for item in items if isinstance(item, PrintedLine)]
    if not lines:
        return [item for item in items if isinstance(item, Table)], False, False
    left, right = margins(lines, narrowest)
    blocks: list[Block] = []
    for is_line, run in groupby(items, key=lambda item: isinstance(item, PrintedLine)):
        if is_line:
            of_text = [line for line in run if isinstance(line, PrintedLine)]
            blocks.extend(map(Paragraph, join_paragraphs(of_text, left, right)))
        else:
            blocks.extend(item for item in run if isinstance(item, Table))
    last = items[-1]
    ends_full = isinstance(last, PrintedLine) and is_full(last, left, right)
    begins_flush = items[0] is lines[0] and lines[0].left - left < 0.9 * lines[0].size
    return blocks, ends_full, begins_flush


# --- ruled tables -------------------------------------------------------------------------------------


def _ruled_table(boxes: Sequence[Box], glyphs: Iterable[Glyph]) -> Table:
    columns = _edges([edge for box in boxes for edge in (box[0], box[2])])
    rows = _edges([edge for box in boxes for edge in (box[1], box[3])])
    grid: list[list[int | None]] = [[None] * (len(columns) - 1) for _ in rows[1:]]
    for at, box in enumerate(boxes):
        for row in range(_edge_index(rows, box[1]), _edge_index(rows, box[3])):
            for column in range(_edge_index(columns, box[0]), _edge_index(columns, box[2])):
                grid[row][column] = at
    inside: list[list[Glyph]] = [[] for _ in boxes]
    for glyph in glyphs:
        row, column = bisect_right(rows, glyph.middle) - 1, bisect_right(columns, (glyph.left + glyph.right) / 2) - 1
        if 0 <= row < len(grid) and 0 <= column < len(grid[row]) and (place := grid[row][column]) is not None:
            inside[place].append(glyph)
    cells = _cells(boxes, inside)
    return Table.of([[EMPTY if at is None else cells[at] for at in row] for row in grid])


def _cells(boxes: Sequence[Box], inside: Sequence[Sequence[Glyph]]) -> list[Cell]:
    lines = [[join_runs(line).printed_line for line in group_lines(glyphs)] for glyphs in inside]
    widest: dict[tuple[int, int], float] = {}
    for box, of_cell in zip(boxes, lines, strict=True):
        column = round(box[0]), round(box[2])
        widest[column] = max([widest.get(column, 0.0), *(line.right - line.left for line in of_cell)])
    return [
        _cell(of_cell, box, widest[round(box[0]), round(box[2])]) for box, of_cell in zip(boxes, lines, strict=True)
    ]


def _cell(lines: Sequence[PrintedLine], box: Box, widest: float) -> Cell:
    if not lines:
        return EMPTY
    # The cell's inner margin is what stands left of the longest line; centred or right-aligned, it is the smaller gap.
    longest = max(lines, key=lambda line: line.right - line.left)
    margin = max(0.0, min(longest.left - box[0], box[2] - longest.right, 6.0))
    return Cell(unwrap_lines(lines, box[0] + margin, box[2] - margin, widest))


def _edges(values: Iterable[float]) -> list[float]:
    """Return the distinct edges; close ones are taken for one."""
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > EDGE_TOLERANCE:
            edges.append(value)
    return edges


def _edge_index(edges: Sequence[float], value: float) -> int:
    return min(bisect_left(edges, value - EDGE_TOLERANCE), len(edges) - 1)
