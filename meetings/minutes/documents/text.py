"""Plain and pasted text: tab-separated, one cell a line, or aligned with blanks.

Tabs come from Word or Excel, single lines from a web page, blanks from pdftotext. A scan's text is tab-separated.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from .errors import MAX_TABLE_COLUMNS, MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Block, Cell, Document, Paragraph, Table
from .text_columns import parse_aligned_columns
from .text_lines import parse_single_lines

_MIN_TABS = 2


def read_text(text: str) -> Document:
    """Read pasted or written text; raises UnreadableDocumentError for a huge table."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\f").split("\n")
    if any(line.count("\t") >= _MIN_TABS for line in lines):
        return Document(tuple(_parse_tab_separated(lines)))
    for shape in (parse_single_lines, parse_aligned_columns):
        if (blocks := shape(lines)) is not None:
            return Document(tuple(blocks))
    return Document(tuple(_paragraphs(lines)))


def _paragraphs(lines: Iterable[str]) -> Iterator[Block]:
    return (Paragraph(line.strip()) for line in lines if line.strip())


def _parse_tab_separated(lines: Sequence[str]) -> Iterator[Block]:
    """Return paragraphs, and a table for each run of lines with tabs.

    Blank lines do not end a table: a scan has them at each page's end, and a repeated head shows itself.
    """
    filled = (line for line in _join_row_lines(lines) if "\t" in line or line.strip())
    for is_table, run in groupby(filled, key=lambda line: "\t" in line):
        if is_table:
            yield _table(list(run))
        else:
            yield from _paragraphs(run)


def _join_row_lines(lines: Sequence[str]) -> Iterator[str]:
    """Join a table's lines into rows: Excel quotes cells of several lines, Word not.

    How many cells a row has is learnt from the first line with tabs, the head.
    """
    width = 0
    pending = ""
    for at, line in enumerate(lines):
        if '\t"' in "\t" + pending and pending.count('"') % 2:
            pending += "\n" + line
            continue
        tabs, before = line.count("\t"), pending.count("\t")
        if not width and tabs >= _MIN_TABS:
            width = tabs
        is_open = 0 < before < width and line.strip()
        if is_open and (before + tabs <= width if tabs else _is_finished_later(lines, at, width)):
            pending += "\n" + line
        else:
            if pending:
                yield pending
            pending = line
    if pending:
        yield pending


def _is_finished_later(lines: Sequence[str], at: int, width: int) -> bool:
    """Whether the line ``at``, without tabs, goes on a cell of the row."""
    following = next((line for line in lines[at + 1 : at + 12] if "\t" in line), "")
    return 0 < following.count("\t") < width


def _table(lines: Sequence[str]) -> Table:
    if len(lines) > MAX_TABLE_ROWS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    rows = []
    for line in lines:
        pieces = _split_cells(line)
        if len(pieces) > MAX_TABLE_COLUMNS:
            raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=MAX_TABLE_COLUMNS)
        rows.append([Cell(piece.strip()) if piece.strip() else EMPTY for piece in pieces])
    return Table.of(rows)


def _split_cells(line: str) -> list[str]:
    if '\t"' in "\t" + line and line.count('"') % 2 == 0:
        with suppress(csv.Error):
            return next(csv.reader(re.split(r"(?<=\n)", line), delimiter="\t"))
    return line.split("\t")
