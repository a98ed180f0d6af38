"""Entries of a task table: the rows that make up one suggestion."""

from dataclasses import dataclass

from meetings.minutes.documents.model import Cell

from .column_headers import Column, Header
from .schema import Origin

DUTIES = (Column.DEPARTMENTS, Column.LEADERS, Column.DEADLINE)


@dataclass(slots=True)
class TableRow:
    """One row of a task table: each column's filled cells, left to right."""

    cells: dict[Column, list[tuple[Header, Cell]]]
    at: int
    follows_break: bool = False
    is_hidden: bool = False

    def text(self, column: Column) -> str:
        return "\n".join(cell.raw_text for _, cell in self.cells.get(column, ()))

    def has(self, column: Column) -> bool:
        return bool(self.cells.get(column))

    def first(self, column: Column) -> Cell | None:
        return next((cell for _, cell in self.cells.get(column, ())), None)


@dataclass(slots=True)
class TableEntry:
    """One suggestion: its rows, and the section and aspect it stands under.

    ``scope`` changes where numbers may begin again.
    """

    rows: list[TableRow]
    section: str
    aspect: str
    scope: int
    origin: Origin
    header_count: int = 0

    def first(self, column: Column) -> Cell | None:
        """Return the first cell of the column in the entry."""
        return next((cell for row in self.rows for _, cell in row.cells.get(column, ())), None)

    def text(self, column: Column) -> str:
        """Return the column's distinct cells, one below the other."""
        cells = dict.fromkeys(cell for row in self.rows for _, cell in row.cells.get(column, ()))
        return "\n".join(cell.raw_text for cell in cells)
