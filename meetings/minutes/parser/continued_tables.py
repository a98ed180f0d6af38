"""Whether a table has a head of its own, or goes on with the one before it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from meetings.core.text import fold_text
from meetings.minutes.documents.model import Cell, Table

from .column_evidence import ColumnEvidence, KnownNames, measure_column
from .column_headers import parse_header
from .layout import Layout
from .row_kinds import fold_cells, list_filled

#: 续表, （接上页）, 下转第3页, — 2 —: what is printed where a table is parted.
_PARTED = re.compile(
    r"[（(【\[]?(?:[上下]?[续接转承][上下前]?)(?:第?\d{0,3}[表页])?\d{0,2}[)）】\]]?|[-—–\s\d第页共/]+"
)
_CONTINUED_TITLE = re.compile(r".+[（(【]?(?:续|接)(?:上?[表页])?[一二三四五六\d]{0,2}[)）】]")
_TOP_ROWS = 3
#: From this share of its cells on a column is one of numbers, days, departments or people.
_MOST = 0.6
_SHARES = ("numbers", "deadlines", "departments", "people")


def parts_a_table(text: str, title: str) -> bool:
    """Return whether a line between tables says that they are one: 续表, a page number."""
    return len(text) <= 4 or bool(_PARTED.fullmatch(text)) or bool(_CONTINUED_TITLE.fullmatch(text)) or text == title


def fit_columns(table: Table, width: int, layout: Layout | None) -> Table | None:
    """Return the table with its columns where those above stand; else None.

    A program may part a table so that its cells span other numbers of places than before.
    """
    if table.width == width or layout is None:
        return table if table.width == width else None
    starts = [at for at in range(table.width) if not at or any(row[at] is not row[at - 1] for row in table.rows)]
    if len(starts) != len(layout.columns):
        return None
    places = [start for start, of in zip(starts, layout.columns, strict=True) for _ in of.positions]
    return replace(table, rows=tuple(tuple(row[at] for at in places) for row in table.rows))


def begins_with_head(
    rows: Sequence[Sequence[Cell]], layout: Layout | None, above: Sequence[Sequence[Cell]], known: KnownNames
) -> bool:
    """Return whether ``rows`` begin with another head than the table ``above``.

    A row whose cells are of the kinds of the columns above is a row, whatever its words: 3 | 整改措施不具体 | 5月底.
    """
    head = layout.head if layout else None
    repeated = (head.folded_texts, fold_cells(above[head.first])) if head else ()
    for cells in rows[:_TOP_ROWS]:
        if fold_cells(cells) in repeated:
            return False
        filled = list_filled(cells)
        if len(filled) < 2:
            continue
        alike, unlike = _compare(cells, layout.columns if layout else (), known)
        if alike > unlike:
            return False
        words = sum(parse_header(cell.text) is not None for cell in filled)
        is_whole = not any(cell.is_blank for cell in cells)
        if 2 * words >= len(filled) or (unlike > max(1, 2 * alike) and is_whole):
            return True
    return False


def _compare(cells: Sequence[Cell], columns: Sequence[ColumnEvidence], known: KnownNames) -> tuple[int, int]:
    """Return how many cells read as those of their columns do, and how many do not."""
    alike, unlike = 0, 0
    for of in columns:
        at = of.positions[0]
        kinds = [name for name in _SHARES if getattr(of, name) >= _MOST]
        if not kinds or cells[at].is_blank:
            continue
        own = measure_column((at,), "", None, [cells], known)
        reads = parse_header(fold_text(cells[at].text)) is None and any(getattr(own, name) > 0 for name in kinds)
        alike, unlike = alike + reads, unlike + (not reads)
    return alike, unlike
