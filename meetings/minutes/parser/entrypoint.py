"""Reading of a file into minutes with the printed cells of each row, for a draft."""

from collections.abc import Sequence
from dataclasses import replace

from meetings.minutes.documents import (
    Document,
    UnreadableDocumentError,
    UnreadableReason,
    detect_format,
    read_content,
)
from meetings.minutes.documents.errors import MAX_TABLE_ROWS
from meetings.minutes.documents.model import SOFT_BREAK, Cell, Table
from meetings.minutes.documents.recognition_json import load_document

from .column_evidence import NO_NAMES, KnownNames
from .minutes import parse_minutes
from .scan_doubts import with_scan_doubts
from .schema import LayoutChoice, Origin, ParsedFile, ScannedCell
from .table_candidates import arrange_document

#: A cell of the file beyond this length is shown with its beginning only.
MAX_SOURCE_CELL_LENGTH = 5_000


def parse_content(content: bytes, *, known: KnownNames = NO_NAMES, layout: LayoutChoice | None = None) -> ParsedFile:
    """Read the bytes of a file of any format.

    ``known`` and ``layout`` as of `parse_minutes`. Raises UnreadableDocumentError.
    """
    return _parse_document(read_content(content), str(detect_format(content)), known, layout)


def parse_recognised(content: bytes, *, known: KnownNames = NO_NAMES, layout: LayoutChoice | None = None) -> ParsedFile:
    """Read what was recognised in a scan, as `parse_content` reads a file."""
    read = _parse_document(load_document(content), "", known, layout)
    return replace(read, minutes=with_scan_doubts(read.minutes, read.scans))


def _parse_document(document: Document, file_format: str, known: KnownNames, layout: LayoutChoice | None) -> ParsedFile:
    document = arrange_document(document)
    minutes = parse_minutes(document, known=known, layout=layout)
    if len(minutes.rows) > MAX_TABLE_ROWS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    tables = list(document.tables)
    cells = [_cells_of(tables, row.origin) for row in minutes.rows]
    sources = tuple(tuple(map(_printed_text, of_row)) for of_row in cells)
    scans = tuple(tuple(_scanned(cell) for cell in of_row if cell.scan) for of_row in cells)
    return ParsedFile(file_format, minutes, sources, scans if any(scans) else ())


def _scanned(cell: Cell) -> ScannedCell:
    assert cell.scan is not None
    text = _printed_text(cell)
    doubts = tuple(at for at in cell.scan.doubts if at < len(text))
    return ScannedCell(text, cell.scan.confidence, doubts, cell.scan.picture)


def _printed_text(cell: Cell) -> str:
    return cell.raw_text.replace(SOFT_BREAK, "\n").strip()[:MAX_SOURCE_CELL_LENGTH]


def _cells_of(tables: Sequence[Table], origin: Origin) -> list[Cell]:
    """Return the printed cells of the row at ``origin``, each once, in page order."""
    rows: list[Sequence[Cell]] = []
    if origin.table and origin.first_row <= origin.last_row:
        rows = list(tables[origin.table - 1].rows[origin.first_row - 1 : origin.last_row])
    elif origin.table:  # a page cut the row: its end stands in the next table, counted from there
        rows = list(tables[origin.table - 1].rows[origin.first_row - 1 :])
        for table in tables[origin.table : origin.table + 1]:
            rows += table.rows[: origin.last_row]
    return list(dict.fromkeys(cell for row in rows for cell in row if not cell.is_blank))
