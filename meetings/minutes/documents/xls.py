"""Excel and WPS workbooks in the binary format (.xls, .et), read by xlrd.

calamine reads them too, but keeps neither how a number is shown nor what is struck through: a day shown as 2026年6月
would be due on the first of June without a question (docs/decisions/020-formats-beside-word-and-excel.md).
"""

import io

import xlrd
from xlrd.sheet import Cell as XlrdCell, Sheet as XlrdSheet

from .errors import UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Cell, CellDefect, Document
from .number_formats import GENERAL, NumberFormat, builtin_format, format_number
from .sheet_grid import SheetGrid, check_cells

_FIRST_OWN_FORMAT = 164


def read_xls(content: bytes) -> Document:
    """Read the bytes of a workbook, a table a sheet; raises UnreadableDocumentError."""
    try:
        # What it says of odd files must not get into the sandbox's answer.
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        tables = []
        count = 0
        for at in range(book.nsheets):
            sheet = book.sheet_by_index(at)
            grid = _grid(sheet)
            count = check_cells(count, grid)
            if grid.cells:
                tables.append(grid.table(sheet.name, is_hidden=bool(sheet.visibility)))
        return Document(tuple(tables))
    except (UnreadableDocumentError, MemoryError):
        raise
    except Exception as error:  # xlrd raises whatever a damaged file leads it to
        code = UnreadableReason.ENCRYPTED if "encrypted" in str(error) else UnreadableReason.DAMAGED
        parameters = {} if code is UnreadableReason.ENCRYPTED else {"part": "Excel"}
        raise UnreadableDocumentError(code, **parameters) from error


def _grid(sheet: XlrdSheet) -> SheetGrid:
    grid = SheetGrid()
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            grid.add(row + 1, column + 1, _cell(sheet, row, column))
    # Its merges end behind their last row and column, counted from 0.
    grid.merges = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    grid.hidden_rows = {row + 1 for row, information in sheet.rowinfo_map.items() if information.hidden}
    return grid


def _cell(sheet: XlrdSheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return EMPTY
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return Cell("TRUE" if cell.value else "FALSE", defect=CellDefect.BOOLEAN)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Cell(xlrd.error_text_from_code.get(cell.value, "#ERROR"), defect=CellDefect.ERROR)
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        text, value = format_number(repr(cell.value), _format(sheet, cell), is_1904=bool(sheet.book.datemode))
    else:
        text, value = str(cell.value).replace("\r\n", "\n").replace("\r", "\n"), None
    return Cell(text, value, struck=_struck(sheet, row, column, text))


def _format(sheet: XlrdSheet, cell: XlrdCell) -> NumberFormat:
    key = sheet.book.xf_list[cell.xf_index].format_key
    known = builtin_format(str(key))
    if key < _FIRST_OWN_FORMAT and known is not GENERAL and known.code != GENERAL.code:
        return known
    found = sheet.book.format_map.get(key)
    return NumberFormat(found.format_str) if found else GENERAL


def _struck(sheet: XlrdSheet, row: int, column: int, text: str) -> str:
    """Return what of the cell's text is struck through."""
    book = sheet.book
    font = book.xf_list[sheet.cell_xf_index(row, column)].font_index
    runs = [(0, font), *sheet.rich_text_runlist_map.get((row, column), ()), (len(text), font)]
    return "".join(
        text[start:end]
        for (start, index), (end, _) in zip(runs, runs[1:], strict=False)
        if book.font_list[index].struck_out
    )
