"""Cards: a table for each task, the names of the fields left of their contents."""

from collections.abc import Iterator, Sequence

from meetings.core.text import fold_text
from meetings.minutes.documents.model import EMPTY, Cell, Document, Table

from .column_headers import Column, parse_header
from .row_kinds import list_filled

_DUTIES = {Column.DEPARTMENTS, Column.LEADERS, Column.DEADLINE}
_TEXTS = {Column.TASKS, Column.SUGGESTION, Column.ASPECT}


def is_card(table: Table) -> bool:
    """Return whether a table is a card, or several one below or beside the other."""
    return all(map(_is_card, _split_cards(table))) or _is_turned(table)


def _is_turned(table: Table) -> bool:
    """Return whether the heads of a table stand in one column, a task in each other."""
    labels = [parse_header(row[0].text) for row in table.rows]
    known = {header.column for header in labels if header}
    contents = sum(parse_header(cell.text) is not None for row in table.rows[1:] for cell in row[1:])
    is_named = len(known) > 2 and 3 * sum(header is not None for header in labels) > 2 * len(labels)
    columns = {id(cell) for row in table.rows for cell in row[1:] if not cell.is_blank}
    is_wide = table.width > 2 and len(columns) > len(labels)
    return is_named and is_wide and 3 * contents < len(labels) and bool(known & _TEXTS) and bool(known & _DUTIES)


def _split_cards(table: Table) -> list[Table]:
    """Return the cards of a table, which all begin with one label."""
    first = fold_text(table.rows[0][0].text) if table.rows else ""
    if not first:
        return [table]
    starts = [at for at, row in enumerate(table.rows) if fold_text(row[0].text) == first]
    ends = [*starts[1:], len(table.rows)]
    return [Table.of(table.rows[start:end]) for start, end in zip(starts, ends, strict=True)]


def _is_card(table: Table) -> bool:
    """Return whether each row of a table is 任务名称 | … or 责任单位 | … | 完成时限 | …."""
    pairs = list(_list_pairs(table))
    names = [fold_text(label.text) for label, _ in pairs]
    if len(pairs) < 3 or len(set(names)) < len(names) or any(len(list_filled(row)) in (3, 5) for row in table.rows):
        return False
    labels = [parse_header(label.text) for label, _ in pairs]
    known = {header.column for header in labels if header}
    contents = sum(parse_header(content.text) is not None for _, content in pairs)
    is_named = 3 * sum(header is not None for header in labels) > 2 * len(labels) and 3 * contents < len(labels)
    return is_named and bool(known & _TEXTS) and bool(known & _DUTIES)


def _list_pairs(table: Table) -> Iterator[tuple[Cell, Cell]]:
    """Yield each label with the cell right of it."""
    for row in table.rows:
        cells = list(dict.fromkeys(row))
        for label, content in zip(cells[::2], cells[1::2], strict=False):
            if not label.is_blank:
                yield label, content


def join_cards(document: Document) -> list[Table]:
    """Return the cards of a document, and turned tables, with a row for each task."""
    by_labels: dict[tuple[str, ...], list[Table]] = {}
    turned = [Table.of(list(zip(*table.rows, strict=True))) for table in document.tables if _is_turned(table)]
    for table in document.tables:
        if is_card(table) and not _is_turned(table):
            for card in _split_cards(table):
                by_labels.setdefault(_labels_of(card), []).append(card)
    return [*turned, *(_make_table(cards) for cards in by_labels.values())]


def _labels_of(table: Table) -> tuple[str, ...]:
    return tuple(fold_text(label.text) for label, _ in _list_pairs(table))


def _make_table(cards: Sequence[Table]) -> Table:
    head = [label for label, _ in _list_pairs(cards[0])]
    rows = [[content if not content.is_blank else EMPTY for _, content in _list_pairs(card)] for card in cards]
    return Table.of([head, *rows])
