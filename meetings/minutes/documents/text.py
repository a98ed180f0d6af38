"""Plain text: separated by tabs or commas, one cell a line, or aligned.

Tabs come from Word or Excel, commas or semicolons from a .csv, single lines from a web page, blanks from pdftotext. A
scan's text is tab-separated.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from .errors import MAX_PRINTED_ROWS, MAX_TABLE_COLUMNS, MAX_TABLE_ROWS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Block, Cell, Document, Paragraph, Table
from .text_columns import parse_aligned_columns
from .text_lines import parse_single_lines

_MIN_TABS = 2
_MIN_COLUMNS = 3
# Excel's own first line of a .csv, which says what separates.
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=([,;\t])\s*\n", re.IGNORECASE)


def read_text(text: str) -> Document:
    """Read pasted or written text; raises UnreadableDocumentError for a huge table."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SEPARATOR_LINE.sub("", text, count=1) if _SEPARATOR_LINE.match(text) else text
    lines = _read_markdown(text.replace("\f", "\n\f").split("\n"))
    if any(line.count("\t") >= _MIN_TABS for line in lines):
        return Document(tuple(_parse_tab_separated(lines)))
    for separator in ",;":
        if (blocks := _parse_separated(text, separator)) is not None:
            return Document(tuple(blocks))
    for shape in (parse_single_lines, parse_aligned_columns):
        if (blocks := shape(lines)) is not None:
            return Document(tuple(blocks))
    return Document(tuple(_paragraphs(lines)))


def _read_markdown(lines: Sequence[str]) -> list[str]:
    """Return the lines with tabs for the bars of Markdown: | 1 | 修订手册 |."""
    stripped = [line.strip() for line in lines]
    are_rows = [row[:1] == row[-1:] == "|" and row.count("|") > _MIN_TABS for row in stripped]
    if sum(are_rows) <= _MIN_TABS:
        return list(lines)
    return [
        "\t".join(map(str.strip, row[1:-1].split("|"))) if is_row else line
        for line, row, is_row in zip(lines, stripped, are_rows, strict=True)
        if not is_row or set(row) - set("|-: ")
    ]


def _paragraphs(lines: Iterable[str]) -> Iterator[Block]:
    return (Paragraph(line.strip()) for line in lines if line.strip())


def _parse_separated(text: str, separator: str) -> list[Block] | None:
    """Return the blocks of a .csv, in which nearly all rows have as many cells."""
    if sum(line.count(separator) >= _MIN_COLUMNS - 1 for line in text.split("\n")) < 2:  # noqa: PLR2004 - a head, a row
        return None
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(map(str.strip, row))
        ]
    except csv.Error:
        return None
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    if width < _MIN_COLUMNS or count < 2 or 5 * count < 4 * (len(rows) - widths[1]):  # noqa: PLR2004 - a head, a row
        return None
    blocks: list[Block] = []
    for is_table, run in groupby(rows, key=lambda row: len(row) > 1):
        if is_table:
            blocks.append(_table_of_cells(list(run)))
        else:
            blocks.extend(Paragraph(row[0].strip()) for row in run)
    return blocks


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
    """Return whether the line ``at``, without tabs, goes on a cell of the row."""
    following = next((line for line in lines[at + 1 : at + 12] if "\t" in line), "")
    return 0 < following.count("\t") < width


def _table(lines: Sequence[str]) -> Table:
    if len(lines) > MAX_PRINTED_ROWS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    return _table_of_cells([_split_cells(line) for line in lines])


def _table_of_cells(rows: Sequence[Sequence[str]]) -> Table:
    if len(rows) > MAX_PRINTED_ROWS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_ROWS, limit=MAX_TABLE_ROWS)
    if max(map(len, rows)) > MAX_TABLE_COLUMNS:
        raise UnreadableDocumentError(UnreadableReason.TOO_MANY_COLUMNS, limit=MAX_TABLE_COLUMNS)
    return Table.of([[Cell(text.strip()) if text.strip() else EMPTY for text in row] for row in rows])


def _split_cells(line: str) -> list[str]:
    if '\t"' in "\t" + line and line.count('"') % 2 == 0:
        with suppress(csv.Error):
            return next(csv.reader(re.split(r"(?<=\n)", line), delimiter="\t"))
    return line.split("\t")
