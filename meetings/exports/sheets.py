"""Parts of printed sheets: title rows across the table, a head, and the page."""

from collections.abc import Sequence

from openpyxl.styles import Alignment, Border, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from .columns import Column
from .layout import MAX_ROW_HEIGHT, text_height
from .workbook import HEI, clean_text, write_cell

# Inches: the number of the page stands in it.
FOOTER_MARGIN = 0.55


def set_widths(sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Give the sheet the columns' widths."""
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width


def write_across(
    sheet: Worksheet, row: int, text: str, columns: Sequence[Column], *, font: Font, is_centred: bool, padding: float
) -> None:
    """Write ``text`` into one cell above all the columns, as high as it needs."""
    cell = sheet.cell(row, 1)
    cell.font = font
    cell.alignment = Alignment(horizontal="center" if is_centred else "left", vertical="center", wrap_text=True)
    write_cell(cell, text)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
    height = text_height(clean_text(text), sum(column.width for column in columns), font.size)
    sheet.row_dimensions[row].height = min(height + padding, MAX_ROW_HEIGHT)


def write_header_cell(
    sheet: Worksheet,
    row: int,
    index: int,
    column: Column,
    *,
    size: float,
    border: Border,
    fill: PatternFill | None = None,
) -> None:
    """Write a column's head."""
    cell = sheet.cell(row, index)
    cell.font = Font(**HEI, size=size, bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = border
    if fill is not None:
        cell.fill = fill
    write_cell(cell, str(column.head))


def set_up_page(sheet: Worksheet, header_row: int, margin: float) -> None:
    """Set A4 on its side with margins of so many inches, the head on each page."""
    sheet.freeze_panes = sheet.cell(header_row + 1, 1)
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    # One page wide whatever font the program has; as many pages long as it takes.
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(
        left=margin, right=margin, top=margin, bottom=FOOTER_MARGIN, header=margin / 2, footer=FOOTER_MARGIN / 2
    )
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False


def number_pages(sheet: Worksheet) -> None:
    """Print the page's number between dashes: odd ones right, even ones left."""
    sheet.HeaderFooter.differentOddEven = True
    for part, text in ((sheet.oddFooter.right, "— &P —\u3000"), (sheet.evenFooter.left, "\u3000— &P —")):
        part.text, part.size = text, 14
