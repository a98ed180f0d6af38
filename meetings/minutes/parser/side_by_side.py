"""Lists that stand side by side in one table: 序号 | 任务 | 责任人 | 序号 | 任务 | 责任人."""

from collections.abc import Sequence
from dataclasses import replace

from meetings.minutes.documents.model import EMPTY, Cell, Document, Table

from .column_headers import parse_header
from .row_kinds import fold_cells, list_filled

_HEAD_ROWS = 12
_LEAST_WIDTH = 3


def stack_lists(document: Document) -> Document:
    """Return the document with lists that stand side by side below one another."""
    return replace(
        document, blocks=tuple(_stack(block) if isinstance(block, Table) else block for block in document.blocks)
    )


def _stack(table: Table) -> Table:
    places = ((at, _find_starts(cells)) for at, cells in enumerate(table.rows[:_HEAD_ROWS]))
    head, starts = next(((at, starts) for at, starts in places if starts), (0, []))
    if not starts:
        return table
    width = starts[1]
    lists = [[cells[start : start + width - starts[0]] for cells in table.rows] for start in starts]
    titles = [[cell for cells in of[:head] for cell in list_filled(cells)] for of in lists]
    rows = [(at, list(cells[:width])) for at, cells in enumerate(table.rows[: head + 1])]
    for of, own in zip(lists, titles, strict=True):
        # What stands over one of them only is a section's line, over the whole width.
        rows += [(head, [cell] * width) for cell in own if sum(cell in others for others in titles) == 1]
        rows += [
            (at, [*[EMPTY] * starts[0], *cells, *[EMPTY] * (width - starts[0] - len(cells))])
            for at, cells in enumerate(of)
            if at > head and list_filled(cells)
        ]
    return replace(
        table,
        rows=tuple(tuple(cells) for _, cells in rows),
        hidden_rows=frozenset(place for place, (at, _) in enumerate(rows) if at in table.hidden_rows),
        row_numbers=tuple(table.row_numbers[at] for at, _ in rows) if table.row_numbers else (),
        column_numbers=table.column_numbers[:width],
    )


def _find_starts(cells: Sequence[Cell]) -> list[int]:
    """Return where the same heads begin anew, equally far apart; none for one list."""
    texts = fold_cells(cells)
    filled = [at for at, text in enumerate(texts) if text]
    if not filled:
        return []
    starts = [at for at in filled if texts[at] == texts[filled[0]]]
    width = starts[1] - starts[0] if len(starts) > 1 else 0
    known = {head.column for cell in cells[starts[0] : starts[0] + width] if (head := parse_header(cell.text))}
    lists = [[*texts[start : start + width], *[""] * (start + width - len(texts))] for start in starts]
    is_even = all(of == lists[0] for of in lists) and starts == list(range(starts[0], starts[-1] + 1, width or 1))
    return starts if width >= _LEAST_WIDTH and len(known) >= _LEAST_WIDTH and is_even else []
