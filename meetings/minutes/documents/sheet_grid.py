"""A sheet of a workbook while its cells are read, whatever the format.

Only cells that hold something are stored, so that neither a cell in the last column nor a merge over the whole sheet
costs memory.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from meetings.core.text import is_continued, join_continued

from .errors import (
    MAX_CELLS,
    MAX_PRINTED_ROWS,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_ROWS,
    UnreadableDocumentError,
    UnreadableReason,
)
from .model import EMPTY, Cell, Table


@dataclass
class SheetGrid:
    """Cells by row and column, hidden rows, and merges; all 1-based.

    A merge is its first row and column and its last.
    """

    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, row: int, column: int, cell: Cell) -> None:
        """Store the cell if it holds something; refuse too many rows and columns."""
        if cell.is_blank:
            return
        if row not in self.cells:
            if len(self.cells) >= MAX_PRINTED_ROWS:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
            self.cells[row] = {}
        self.cells[row][column] = cell
        if len(self.cells[row]) > MAX_TABLE_COLUMNS:
            raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=MAX_TABLE_COLUMNS)

    def table(self, name: str, *, is_hidden: bool) -> Table:
        """Return the filled rows and columns in order; merged cells at all positions."""
        rows = sorted(self.cells)
        columns = sorted({column for cells in self.cells.values() for column in cells})
        if len(columns) > MAX_TABLE_COLUMNS:
            raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=MAX_TABLE_COLUMNS)
        grid = [[self.cells[row].get(column, EMPTY) for column in columns] for row in rows]
        for top, left, bottom, right in self.merges:
            cell = self.cells.get(top, {}).get(left)
            if cell is None:
                continue
            across = range(bisect_left(columns, left), bisect_right(columns, right))
            for at in range(bisect_left(rows, top), bisect_right(rows, bottom)):
                for column in across:
                    grid[at][column] = cell
        grid, rows = _join_continued_rows(grid, rows)
        hidden = frozenset(at for at, row in enumerate(rows) if row in self.hidden_rows)
        return Table.of(
            grid,
            hidden_rows=hidden,
            name=name,
            is_hidden=is_hidden,
            row_numbers=tuple(rows),
            column_numbers=tuple(columns),
        )


def check_cells(count: int, sheet: SheetGrid) -> int:
    """Return the number of cells of a workbook with those of one more sheet."""
    count += sum(map(len, sheet.cells.values()))
    if count > MAX_CELLS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    return count


def _join_continued_rows(grid: list[list[Cell]], rows: list[int]) -> tuple[list[list[Cell]], list[int]]:
    """Join the rows that an exported annex parted; return the rows and their numbers.

    No row of a sheet is as high as some suggestions are long.
    """
    joined_grid: list[list[Cell]] = []
    numbers: list[int] = []
    joined: dict[int, Cell] = {}
    for number, above, cells in zip(rows, [[], *grid], grid, strict=False):
        continuing = _continuing_columns(above, cells)
        for column in continuing:
            before, part = joined_grid[-1][column], cells[column]
            cell = Cell(join_continued(before.raw_text, part.raw_text), struck=before.struck + part.struck)
            joined_grid[-1][column] = joined[id(part)] = cell
        if not continuing:
            # The last part may be beside other rows, too.
            joined_grid.append([joined.get(id(cell), cell) for cell in cells])
            numbers.append(number)
    return joined_grid, numbers


def _continuing_columns(above: list[Cell], cells: list[Cell]) -> list[int]:
    """Return where texts go on from the row ``above``; nowhere in a row of its own."""
    continuing = []
    for column, (upper, lower) in enumerate(zip(above, cells, strict=False)):
        if lower.is_blank or lower is upper:
            continue
        if not is_continued(upper.raw_text):
            return []
        continuing.append(column)
    return continuing
