"""Sheets of a workbook as cells with places, of whatever content."""

import datetime
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter

from meetings.core.converter import store_as_list
from meetings.minutes.documents import Format, UnreadableDocumentError, UnreadableReason, detect_format
from meetings.minutes.documents.model import CellDefect, Table
from meetings.minutes.documents.sheet_objects import SheetObject, read_objects
from meetings.minutes.documents.xlsx import read_xlsx


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell that holds something; ``is_merged``: it covers several positions.

    ``defect``: why that is nothing somebody wrote; ``struck``: what of it is struck through.
    """

    row: int
    column: int
    text: str
    day: datetime.date | None = None
    is_merged: bool = False
    defect: CellDefect | None = None
    struck: str = ""

    @property
    def reference(self) -> str:
        """What the spreadsheet calls it, such as C7."""
        return f"{get_column_letter(self.column)}{self.row}"


store_as_list(SheetCell)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its cells by row and column, both 1-based, and what lies on it."""

    name: str
    rows: dict[int, dict[int, SheetCell]]
    objects: tuple[SheetObject, ...] = ()


def read_sheets(content: bytes) -> tuple[Sheet, ...]:
    """Read the bytes of a workbook; raises UnreadableDocumentError for other formats."""
    file_format = detect_format(content)
    if file_format is Format.XLS:
        raise UnreadableDocumentError(UnreadableReason.OLD_OFFICE)
    if file_format is not Format.XLSX:
        raise UnreadableDocumentError(UnreadableReason.OTHER_FORMAT, format=str(file_format))
    sheets = {table.name: _sheet(table) for table in read_xlsx(content).tables}
    for name, objects in read_objects(content).items():
        if objects:
            sheets[name] = replace(sheets.get(name) or Sheet(name, {}), objects=objects)
    return tuple(sheets.values())


def _sheet(table: Table) -> Sheet:
    times: dict[int, int] = {}
    for cells in table.rows:
        for cell in cells:
            times[id(cell)] = times.get(id(cell), 0) + 1
    rows = {}
    for number, cells in zip(table.row_numbers, table.rows, strict=True):
        rows[number] = {
            column: SheetCell(
                number, column, cell.raw_text, _day(cell.value), times[id(cell)] > 1, cell.defect, cell.struck
            )
            for column, cell in zip(table.column_numbers, cells, strict=True)
            if not cell.is_blank
        }
    return Sheet(table.name, rows)


def _day(value: object) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    return value if isinstance(value, datetime.date) else None
