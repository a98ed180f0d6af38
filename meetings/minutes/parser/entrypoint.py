"""Reading of a file into minutes with the printed cells of each row, for a draft."""

from collections.abc import Sequence

from meetings.minutes.documents import Document, detect_format, read_content
from meetings.minutes.documents.model import SOFT_BREAK, Cell, Table

from .column_headers import find_header_rows
from .minutes import parse_minutes
from .schema import Origin, ParsedFile

#: A cell of the file beyond this length is shown with its beginning only.
MAX_SOURCE_CELL_LENGTH = 5_000


def parse_content(content: bytes) -> ParsedFile:
    """Read the bytes of a file of any format. Raises UnreadableDocumentError."""
    document = read_content(content)
    minutes = parse_minutes(document)
    sources = tuple(collect_source_cells(document, row.origin) for row in minutes.rows)
    return ParsedFile(str(detect_format(content)), minutes, sources)


def collect_source_cells(document: Document, origin: Origin) -> tuple[str, ...]:
    """Return the printed cells of the row at ``origin``, each once, in page order."""
    tables = list(document.tables)[origin.table - 1 :] if origin.table else []
    rows: list[Sequence[Cell]] = []
    if tables and origin.first_row <= origin.last_row:
        rows = _rows_without_headers(tables[0], origin.first_row, origin.last_row)
    elif tables:  # a page cut the row: its end stands in the next table, counted from there
        rows = _rows_without_headers(tables[0], origin.first_row, len(tables[0].rows))
        for table in tables[1:2]:
            rows += _rows_without_headers(table, 1, origin.last_row)
    distinct = dict.fromkeys(cell for row in rows for cell in row if not cell.is_blank)
    return tuple(cell.raw_text.replace(SOFT_BREAK, "\n").strip()[:MAX_SOURCE_CELL_LENGTH] for cell in distinct)


def _rows_without_headers(table: Table, first: int, last: int) -> list[Sequence[Cell]]:
    """Return the rows ``first`` to ``last`` (from 1) without repeated heads."""
    headers = {at for head in find_header_rows(table) for at in range(head.first, head.last + 1)}
    return [table.rows[at] for at in range(first - 1, min(last, len(table.rows))) if at not in headers]
