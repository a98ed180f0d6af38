"""Cells of a sheet without text: formulas without a result, errors, pictures."""

import re
from collections.abc import Iterator
from dataclasses import replace

from meetings.minutes.documents.model import Cell, CellDefect, Document, Table

_NO_TEXT = (CellDefect.FORMULA, CellDefect.ERROR, CellDefect.PICTURE)
#: A formula that was entered as text, and the error of one in a format that does not say what it is.
_FORMULA = re.compile(
    r"[=＝]\s*(?:[A-Za-z_.]+\d*\(.*|(?:'?[\w\u4e00-\u9fff]+'?!)?\$?[A-Z]{1,3}\$?\d+\b.*)"
    r"|#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)|Err:\d+",
    re.DOTALL,
)


def without_formulas(document: Document) -> Document:
    """Return the document with nothing in the cells that hold no text."""
    blanks: dict[Cell, Cell] = {}
    blocks = [_clear(block, blanks) if isinstance(block, Table) else block for block in document.blocks]
    return replace(document, blocks=tuple(blocks)) if blanks else document


def _clear(table: Table, blanks: dict[Cell, Cell]) -> Table:
    for cells in table.rows:
        for cell in cells:
            if cell.defect in _NO_TEXT or _FORMULA.fullmatch(cell.raw_text.strip()):
                blanks.setdefault(cell, Cell("", defect=cell.defect or CellDefect.FORMULA))
    return replace(table, rows=tuple(tuple(blanks.get(cell, cell) for cell in cells) for cells in table.rows))


def list_formulas(table: Table) -> Iterator[str]:
    """Yield where the table's formulas stood, as the sheet names its cells (B3)."""
    seen: set[Cell] = set()
    for at, cells in enumerate(table.rows):
        for place, cell in enumerate(cells):
            if cell.defect in _NO_TEXT and cell not in seen:
                seen.add(cell)
                column = table.column_numbers[place] if table.column_numbers else place + 1
                row = table.row_numbers[at] if table.row_numbers else at + 1
                # Large, and few documents have one.
                from openpyxl.utils import get_column_letter

                yield f"{get_column_letter(column)}{row}"
