"""Paragraphs and tables in page order, frozen, into which all formats are read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CellValue = datetime.date | datetime.datetime | float | None


#: Stands in ``Cell.raw_text`` where a line ended only because the cell is narrow, as far as can be told.
SOFT_BREAK = "\v"


class CellDefect(StrEnum):
    """Why the content of a spreadsheet's cell was not typed by a person."""

    ERROR = "error"
    BOOLEAN = "boolean"
    # It was never computed, so its text is the formula.
    FORMULA = "formula"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class CellScan:
    """What is doubtful in a cell that was recognised in a picture.

    ``confidence``: that of its least sure character, up to 1; ``doubts``: where in ``raw_text`` the doubtful ones
    stand; ``picture``: the cell as a PNG in base64.
    """

    confidence: float
    doubts: tuple[int, ...]
    picture: str


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One printed cell; a merged cell is one object at all its positions (use ``is``).

    ``raw_text``: its paragraphs joined by newlines, as a reader sees them (automatic numbers included, deleted text
    not); formats that only know lines (PDF) mark those inside a paragraph with ``SOFT_BREAK``.
    ``value``: for a spreadsheet, the real date or number behind the text, else None; ``struck``: what of the text is
    struck through; ``scan``: where it was recognised with doubts.
    """

    raw_text: str
    value: CellValue = None
    defect: CellDefect | None = None
    struck: str = ""
    scan: CellScan | None = None

    @property
    def text(self) -> str:
        """``raw_text`` with each paragraph's lines joined, Latin words by a blank."""
        if SOFT_BREAK not in self.raw_text:
            return self.raw_text
        return re.sub(r"(?<=[0-9A-Za-z])\v(?=[0-9A-Za-z])", " ", self.raw_text).replace(SOFT_BREAK, "")

    @property
    def is_blank(self) -> bool:
        return not self.raw_text.strip()


EMPTY = Cell("")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A rectangle of cells: every row has the same number of positions.

    ``hidden_rows``: rows (0-based) the spreadsheet does not show. ``name`` and ``is_hidden``: the sheet's.
    ``row_numbers`` and ``column_numbers``: their numbers in the spreadsheet (1-based), where empty ones come between.
    ``is_list``: it was made from the items of a list.
    """

    rows: tuple[tuple[Cell, ...], ...]
    hidden_rows: frozenset[int] = frozenset()
    name: str = ""
    is_hidden: bool = False
    row_numbers: tuple[int, ...] = ()
    column_numbers: tuple[int, ...] = ()
    is_list: bool = False

    @classmethod
    def of(cls, rows: Sequence[Sequence[Cell]], **attributes: Any) -> Table:
        """Return a table of rows of any length, filled up with empty cells."""
        width = max((len(row) for row in rows), default=0)
        return cls(tuple((*row, *[EMPTY] * (width - len(row))) for row in rows), **attributes)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph outside the tables; in a PDF, joined from its printed lines."""

    text: str


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its blocks in order.

    ``is_arranged``: tables made from cards and lists follow after the printed blocks.
    """

    blocks: tuple[Block, ...] = field(default=())
    is_arranged: bool = False

    @property
    def tables(self) -> Iterator[Table]:
        return (block for block in self.blocks if isinstance(block, Table))
