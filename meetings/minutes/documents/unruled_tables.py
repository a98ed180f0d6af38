"""Tables whose columns no rule parts: found by where their words stand.

A head of three words or more, far apart, begins one; between two heads a column ends where the fewest words stand, over
all pages the table goes on for. Its rows are found by ``unruled_rows``.
"""

import datetime
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from meetings.core.text import display_width
from meetings.deadlines import DeadlineKind, read_deadline
from meetings.minutes.parser.column_headers import parse_header
from meetings.minutes.parser.ordinals import parse_integer

from .model import EMPTY, SOFT_BREAK, Cell, Table
from .printed_text import PAGE_HEIGHT, Line, Rule, Run, gap_between, join_runs
from .row_bands import find_numbered_starts
from .text_columns import parse_aligned_columns
from .text_top_rows import Piece
from .unruled_rows import Columns, has_row_rules, part_rows
from .wrapping import PrintedLine, unwrap_lines

_MIN_HEADS = 3
# Whether it is a table is seen in its first lines.
_LINES_TRIED = 60
# Measured in characters' heights: white between lines of a table, and between its last line and one more of its last.
_MAX_GAP, _MAX_TAIL_GAP = 8.0, 1.0
# Lines across the columns, one after the other, that end a table.
_MAX_CROSSING = 2
# What parts two columns, in characters: a cell's margins and a mark that hangs into them.
_MARGINS = 1.6
_MAX_DEADLINE = 20
# Whether 6月底 is a deadline is the same in every year.
_SOME_DAY = datetime.date(2026, 1, 1)
# Lines of which one begins before the other ends are the cells of one row, whose heights differ.
_INTERLEAVED = -0.08
_MAX_GAP_IN_HEADS, _MAX_HALF_HEAD = 0.7, 6


@dataclass(slots=True)
class UnruledTable:
    """A table, in parts where its heads are repeated, and its lines (0-based)."""

    first: int
    last: int
    parts: Sequence[Table]


def find_unruled_tables(lines: Sequence[Line], rules: Sequence[Rule]) -> Iterator[UnruledTable]:
    """Yield the tables in ``lines``, which no ruled table parts, from top to bottom."""
    at = free = 0
    while at < len(lines):
        found = _find_table(lines, at, free, rules) if len(lines[at]) >= _MIN_HEADS else None
        if found is None:
            at += 1
        else:
            yield found
            at = free = found.last + 1


def _find_table(lines: Sequence[Line], at: int, free: int, rules: Sequence[Rule]) -> UnruledTable | None:
    """Return the table with its heads at ``at``; all before ``free`` is used."""
    first, body = _header_range(lines, at, free)
    heads = _join_heads(lines[first:body])
    last = _find_end(lines[: body + _LINES_TRIED], body, heads)
    if last < body or not _is_table(heads, lines[body : last + 1], rules):
        return None
    last = _find_end(lines, body, heads)
    block = lines[first : last + 1]
    runs = [run for line in block for run in line if not _crosses(run, heads)]
    columns = _columns(heads, runs, max(line[-1].right for line in lines))
    own_rules = _rules_across(rules, block)
    if not has_row_rules(own_rules) and (parts := _table_of_suggestions(block, columns)):
        return UnruledTable(first, last, parts)
    rows = part_rows(_without_heads(lines[body : last + 1], lines[first:body]), columns, own_rules)
    grid = [_cells(row, columns) for row in [lines[first:body], *rows]]
    _merge_unparted(grid, rows, columns, rules if has_row_rules(own_rules) else ())
    return UnruledTable(first, last, [Table.of(grid)])


def _table_of_suggestions(lines: Sequence[Line], columns: Columns) -> list[Table]:
    """Return the table whose rows count themselves, 1) 2) …, within groups.

    What stands around the middles of groups of rows is found as in text aligned by blanks.
    """
    pieces: list[dict[int, Piece]] = [{} for _ in range(columns.count)]
    for at, line in enumerate(lines):
        for run in line:
            pieces[columns.place(run)].setdefault(at, Piece(run.text, int(run.left), int(run.right)))
    numbers = sum(parse_integer(piece.text) is not None for piece in pieces[0].values())
    if not numbers or max(len(find_numbered_starts(column)) for column in pieces[1:] if column) <= numbers:
        return []
    blocks = parse_aligned_columns([_aligned_text(line, columns.lefts[0]) for line in lines]) or []
    tables = [block for block in blocks if isinstance(block, Table) and block.width == columns.count]
    return tables if len(tables) == len(blocks) else []


def _aligned_text(line: Line, left: float) -> str:
    """Return the line with blanks between its runs, two places wide for a character."""
    text = ""
    for run in line:
        place = round(2 * (run.left - left) / run.size)
        text += " " * max(2 if text else 0, place - display_width(text)) + run.text
    return text


# --- where a table begins and ends ------------------------------------------------------------------


def _header_range(lines: Sequence[Line], at: int, free: int) -> tuple[int, int]:
    """Return the first line of the head around ``at``, and the one behind it."""
    first, end = at, at + 1
    while first > free and (
        gap_between(lines[first - 1], lines[first]) < _INTERLEAVED
        or _is_half_head(lines[first - 1], lines[at], lines[first])
    ):
        first -= 1
    while end < len(lines) and gap_between(lines[end - 1], lines[end]) < _INTERLEAVED:
        end += 1
    while end + 1 < len(lines) and _is_half_head(lines[end], lines[at], lines[end - 1]):
        if len(lines[end + 1]) <= len(lines[end]):
            break
        end += 1
    return first, end


def _is_half_head(line: Line, heads: Line, beside: Line) -> bool:
    """Return whether the line is the other half of some heads, those of two lines."""
    gap = gap_between(line, beside) if line[0].top < beside[0].top else gap_between(beside, line)
    return (
        0 <= gap < _MAX_GAP_IN_HEADS
        and len(line) < len(heads)
        and parse_integer(line[0].text) is None
        and not any(len(run.text) > _MAX_HALF_HEAD or run.text[-1] in "：:。；" for run in line)
        and all(sum(run.left < head.right and head.left < run.right for head in heads) == 1 for run in line)
    )


def _join_heads(lines: Sequence[Line]) -> list[Run]:
    """Return the heads from the left, those of several lines as one."""
    heads: list[list[Run]] = []
    for run in sorted((run for line in lines for run in line), key=lambda run: run.left):
        if heads and (run.left < max(other.right for other in heads[-1]) or _is_spaced(heads[-1][-1], run)):
            heads[-1].append(run)
        else:
            heads.append([run])
    return [
        Run(
            "".join(run.text for run in sorted(parts, key=lambda run: (run.top, run.left))),
            min(run.left for run in parts),
            max(run.right for run in parts),
            min(run.top for run in parts),
            max(run.bottom for run in parts),
            parts[0].size,
        )
        for parts in heads
    ]


def _is_spaced(run: Run, following: Run) -> bool:
    """Return whether they are one word of two characters set wide, such as 序　号."""
    return len(run.text) == 1 == len(following.text) and following.left - run.right < 2.5 * run.size


def _without_heads(lines: Sequence[Line], heads: Sequence[Line]) -> list[Line]:
    """Return the lines without those that repeat the heads on a further page."""
    texts = [[run.text for run in line] for line in heads]
    left: list[Line] = []
    for line in lines:
        left.append(line)
        if [[run.text for run in other] for other in left[-len(texts) :]] == texts:
            del left[-len(texts) :]
    return left


def _crosses(run: Run, heads: Sequence[Run]) -> bool:
    """Return whether the run stands below two heads."""
    shared = (min(run.right, head.right) - max(run.left, head.left) for head in heads)
    return sum(width > 0.5 * run.size for width in shared) > 1


def _find_end(lines: Sequence[Line], first: int, heads: Sequence[Run]) -> int:
    """Return the last line of the table whose body begins at ``first``."""
    last = fitting = first - 1
    crossing = 0
    for at in range(first, len(lines)):
        line = lines[at]
        gap = gap_between(lines[at - 1], line)
        if gap > _MAX_GAP:
            break
        if any(_crosses(run, heads) for run in line):
            crossing += 1
            if crossing > _MAX_CROSSING:
                break
        elif len(line) > 1:
            last = fitting = at
            crossing = 0
        elif not crossing and fitting == at - 1 and (gap <= _MAX_TAIL_GAP or fitting < last):
            fitting = at
    # What follows the last line of several words is its cells' rest.
    while last < fitting and gap_between(lines[last], lines[last + 1]) <= _MAX_TAIL_GAP:
        last += 1
    return last


def _is_table(heads: Sequence[Run], body: Sequence[Line], rules: Sequence[Rule]) -> bool:
    """Return whether rules, numbers, deadlines or known heads say that it is one."""
    if len(heads) < _MIN_HEADS or any(head.text.endswith((":", "：")) for head in heads):
        return False
    if len(_rules_across(rules, [heads, *body])) > 1:
        return True
    numbers = [number for line in body if (number := parse_integer(line[0].text)) is not None]
    if len(numbers) > 1 and all(two == one + 1 for one, two in pairwise(numbers)):
        return True
    days = [run for line in body for run in line[1:] if _is_deadline(run.text)]
    return len(days) > 1 or sum(parse_header(head.text) is not None for head in heads) > 1


def _is_deadline(text: str) -> bool:
    return (
        len(text) <= _MAX_DEADLINE
        and read_deadline(text, issued_on=_SOME_DAY).deadline.kind is not DeadlineKind.UNDECIDED
    )


def _rules_across(rules: Sequence[Rule], block: Sequence[Line]) -> list[float]:
    """Return the heights of the rules that part the block's lines from side to side."""
    left = min(run.left for line in block for run in line)
    right = max(run.right for line in block for run in line)
    top = min(run.top for run in block[0]) - 3 * block[0][0].size
    bottom = max(run.bottom for run in block[-1]) + 3 * block[-1][0].size
    heights: list[float] = []
    inside = sorted((rule for rule in rules if top < rule.height < bottom), key=lambda rule: rule.height)
    for height, parts in groupby(inside, key=lambda rule: round(rule.height)):
        width = sum(max(0.0, min(part.right, right) - max(part.left, left)) for part in parts)
        if width > 0.6 * (right - left) and (not heights or height - heights[-1] > 3):
            heights.append(height)
    return heights


# --- columns ----------------------------------------------------------------------------------------


def _columns(heads: Sequence[Run], runs: Sequence[Run], farthest: float) -> Columns:
    """Part the columns between two heads where the fewest runs stand.

    ``farthest``: how far to the right any line goes.
    """
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    covered = [0] * (int(right - left) + 2)
    for run in runs:
        for place in range(int(run.left - left) + 1, int(run.right - left)):
            covered[place] += 1
    edges = []
    for one, two in pairwise(heads):
        places = range(int(one.middle - left) + 1, int(two.middle - left) + 1)
        fewest = min((covered[place] for place in places), default=0)
        clear = [list(run) for count, run in groupby(places, key=covered.__getitem__) if count == fewest]
        longest = max(clear, key=len, default=[int(one.right - left)])
        edges.append(left + (longest[0] + longest[-1] + 1) / 2)
    columns = Columns(sorted([*edges, *_edges_without_head(edges, covered, left, runs)]))
    by_column: list[list[Run]] = [[] for _ in range(columns.count)]
    for run in runs:
        by_column[columns.place(run)].append(run)
    columns.lefts = [min((run.left for run in column), default=0.0) for column in by_column]
    # What no text reaches is room as well, up to the margin that a cell has.
    following = [*columns.lefts[1:], farthest + heads[-1].size]
    columns.rights = [
        max([beyond - _MARGINS * heads[0].size, *(run.right_of_text for run in column)])
        for column, beyond in zip(by_column, following, strict=True)
    ]
    return columns


def _edges_without_head(
    edges: Sequence[float], covered: Sequence[int], left: float, runs: Sequence[Run]
) -> Iterator[float]:
    """Yield edges beside columns without a head: blank, with much on both sides."""
    at = 0
    for count, places in groupby(covered):
        first, at = at, at + len(list(places))
        edge = left + (first + at) / 2
        if count or at - first < runs[0].size or any(left + first <= other <= left + at for other in edges):
            continue
        beside = bisect(edges, edge)
        before = sum(bisect(edges, run.middle) == beside and run.middle < edge for run in runs)
        after = sum(bisect(edges, run.middle) == beside and run.middle > edge for run in runs)
        if min(before, after) > 2 and 4 * min(before, after) > max(before, after):  # noqa: PLR2004 - a head and one more
            yield edge


def _cells(lines: Sequence[Line], columns: Columns) -> list[Cell]:
    """Return a row's cells; what stands across columns is one cell at all of them."""
    width = columns.count
    if len(lines) == len(lines[0]) == 1:
        run = lines[0][0]
        across = [at for at in range(width) if run.left < columns.rights[at] and columns.lefts[at] < run.right]
        if len(across) > 1:
            return [Cell(run.text)] * width
    by_column: list[list[PrintedLine]] = [[] for _ in range(width)]
    for line in lines:
        for at, runs in groupby(line, key=columns.place):
            by_column[at].append(join_runs(list(runs)).printed_line)
    return [
        Cell(unwrap_lines(found, columns.lefts[at], columns.rights[at])) if found else EMPTY
        for at, found in enumerate(by_column)
    ]


def _merge_unparted(
    grid: list[list[Cell]], rows: Sequence[Sequence[Line]], columns: Columns, rules: Sequence[Rule]
) -> None:
    """Make one cell of those that rules part in other columns only."""
    between = [_rules_between(above, below, rules) for above, below in pairwise(rows)]
    for column, (left, right) in enumerate(zip(columns.lefts, columns.rights, strict=True)):
        middle = (left + right) / 2
        groups = [[1]]
        for at, parting in enumerate(between, start=2):
            if not parting or any(rule.left < middle < rule.right for rule in parting):
                groups.append([])
            groups[-1].append(at)
        for group in groups:
            texts = [grid[at][column].raw_text for at in group if not grid[at][column].is_blank]
            if len(group) > 1 and texts:
                cell = Cell(SOFT_BREAK.join(texts))
                for at in group:
                    grid[at][column] = cell


def _rules_between(above: Sequence[Line], below: Sequence[Line], rules: Sequence[Rule]) -> list[Rule]:
    top, bottom = above[-1][0].height, below[0][0].height
    return [rule for rule in rules if top < rule.height < bottom] if bottom - top < PAGE_HEIGHT / 2 else []
