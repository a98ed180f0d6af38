"""Ditto cells (同上, 〃), which repeat the cell above."""

import re
from dataclasses import replace

from meetings.minutes.documents import Cell, Document, Table

_DITTO = re.compile(r"[(（]?(?:同上(?:行|栏|条|项)?|同前|〃|〞|″|\"|”)[)）]?")


def resolve_dittos(document: Document) -> Document:
    """Return the document with each ditto cell replaced by the cell above."""
    blocks = [_resolve_table(block) if isinstance(block, Table) else block for block in document.blocks]
    return replace(document, blocks=tuple(blocks))


def _resolve_table(table: Table) -> Table:
    if not any(_DITTO.fullmatch(cell.text.strip()) for row in table.rows for cell in row):
        return table
    rows: list[tuple[Cell, ...]] = []
    above: dict[int, Cell] = {}
    for row in table.rows:
        # A cell of its own, and not the one above: the rows are not merged.
        resolved = tuple(
            replace(above[at]) if at in above and _DITTO.fullmatch(cell.text.strip()) else cell
            for at, cell in enumerate(row)
        )
        rows.append(resolved)
        if len(set(map(id, row))) > 1:  # a line over the whole width is a heading between the rows
            above |= {at: cell for at, cell in enumerate(resolved) if not cell.is_blank}
    return replace(table, rows=tuple(rows))
