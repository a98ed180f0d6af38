"""OpenDocument spreadsheets (.ods): their XML holds what each cell shows.

calamine reads them too, but gives a day that is shown as 2026年6月 as the first of June.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from .errors import MAX_TABLE_COLUMNS, UnreadableDocumentError, UnreadableReason
from .model import Cell, CellDefect, CellValue, Document
from .packages import Package
from .sheet_grid import SheetGrid, check_cells

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _TABLE, _TEXT, _STYLE = (_OASIS % name for name in ("office", "table", "text", "style"))
_GROUPS = {f"{_TABLE}table-header-rows", f"{_TABLE}table-row-group", f"{_TABLE}table-rows"}
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_LAST_COLUMN = 16_384


def read_ods(content: bytes) -> Document:
    """Read the bytes of a spreadsheet; raises UnreadableDocumentError."""
    with Package(content) as package:
        if is_encrypted(package):
            raise UnreadableDocumentError(UnreadableReason.ENCRYPTED)
        root = package.tree("content.xml")
    struck, hidden = _styles(root)
    tables = []
    count = 0
    for table in root.iterfind(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table"):
        grid = _grid(table, struck)
        count = check_cells(count, grid)
        if grid.cells:
            is_hidden = table.get(f"{_TABLE}style-name") in hidden
            tables.append(grid.table(table.get(f"{_TABLE}name", ""), is_hidden=is_hidden))
    return Document(tuple(tables))


def is_encrypted(package: Package) -> bool:
    """Return whether the parts of an OpenDocument package need a password."""
    if "encrypted-package" in package:
        return True
    manifest = "meta-inf/manifest.xml"
    return manifest in package and b"encryption-data" in package.content(manifest)


def _styles(root: etree._Element) -> tuple[set[str], set[str]]:
    """Return the styles that strike text through, and those of hidden sheets."""
    struck, hidden = set(), set()
    for style in root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style"):
        name = style.get(f"{_STYLE}name", "")
        for properties in style:
            if properties.get(f"{_STYLE}text-line-through-style", "none") != "none":
                struck.add(name)
            if properties.get(f"{_TABLE}display") == "false":
                hidden.add(name)
    return struck, hidden


def _grid(table: etree._Element, struck: set[str]) -> SheetGrid:
    grid = SheetGrid()
    row = 0
    for element in _rows(table):
        times = _count(element, "number-rows-repeated")
        cells = list(_cells(element, struck))
        # Rows without anything are repeated to the sheet's end.
        for number in range(row + 1, row + 1 + (times if cells else 0)):
            for column, cell, width, height in cells:
                # Two cells that say the same are not one, as merged ones are.
                grid.add(number, column, replace(cell))
                if width > 1 or height > 1:
                    grid.merges.append((number, column, number + height - 1, column + width - 1))
            if element.get(f"{_TABLE}visibility", "visible") != "visible":
                grid.hidden_rows.add(number)
        row += times
    return grid


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in _GROUPS:
            yield from _rows(child)


def _cells(row: etree._Element, struck: set[str]) -> Iterator[tuple[int, Cell, int, int]]:
    """Yield each cell that holds something: its column, and how far it reaches."""
    column = 0
    for element in row.iterchildren(*_CELLS):
        times = _count(element, "number-columns-repeated")
        cell = _cell(element, struck) if element.tag == _CELLS[0] else None
        if cell is not None and not cell.is_blank:
            if times > MAX_TABLE_COLUMNS or column + times > _LAST_COLUMN:
                raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=MAX_TABLE_COLUMNS)
            for at in range(column + 1, column + 1 + times):
                yield at, cell, _count(element, "number-columns-spanned"), _count(element, "number-rows-spanned")
        column += times


def _count(element: etree._Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1  # noqa: PLR2004 - no sheet has ten million rows


def _cell(element: etree._Element, struck: set[str]) -> Cell:
    is_struck = element.get(f"{_TABLE}style-name") in struck
    lines, struck_lines = [], []
    for line in element.iterchildren(f"{_TEXT}p"):
        pieces = list(_pieces(line, struck, is_struck=is_struck))
        lines.append("".join(piece for piece, _ in pieces))
        struck_lines.append("".join(piece for piece, is_out in pieces if is_out))
    text = "\n".join(lines).strip()
    kind = element.get(f"{_OFFICE}value-type", "")
    defect = None
    if kind == "boolean":
        defect = CellDefect.BOOLEAN
    elif element.get(f"{_TABLE}formula") and text.startswith(("#", "Err:")):
        defect = CellDefect.ERROR
    return Cell(text, _value(element, kind, text), defect, "\n".join(struck_lines).strip())


def _value(element: etree._Element, kind: str, text: str) -> CellValue:
    """Return the day, or the number of a cell that shows it as it is."""
    if kind == "date" and ("日" in text or len(re.findall(r"\d+", text)) > 2):  # noqa: PLR2004 - a month alone is no day
        try:
            return datetime.date.fromisoformat(element.get(f"{_OFFICE}date-value", "")[:10])
        except ValueError:
            return None
    if kind == "float":
        raw = element.get(f"{_OFFICE}value", "")
        return float(raw) if text == raw and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", raw) else None
    return None


def _pieces(element: etree._Element, struck: set[str], *, is_struck: bool) -> Iterator[tuple[str, bool]]:
    """Yield the text of a paragraph, and whether it is struck through."""
    yield element.text or "", is_struck
    for child in element:
        name = child.tag.removeprefix(_TEXT) if isinstance(child.tag, str) else ""
        if name == "s":
            times = child.get(f"{_TEXT}c", "1")
            yield " " * (min(int(times), 1000) if times.isdecimal() and len(times) < 5 else 1), is_struck  # noqa: PLR2004
        elif name == "tab":
            yield " ", is_struck
        elif name == "line-break":
            yield "\n", is_struck
        elif name in ("span", "a"):
            yield from _pieces(child, struck, is_struck=is_struck or child.get(f"{_TEXT}style-name") in struck)
        yield child.tail or "", is_struck
