"""What was recognised in a scan, as JSON: to be read again without recognition."""

import json
from typing import Any

from meetings.core.converter import converter

from .model import Block, Cell, CellScan, Document, Paragraph, Table


def dump_document(document: Document) -> str:
    """Return a scan's document as JSON. A merged cell is kept once."""
    return json.dumps([_dump_block(block) for block in document.blocks], ensure_ascii=False, separators=(",", ":"))


def load_document(content: str | bytes) -> Document:
    """Return the document that `dump_document` made JSON of."""
    return Document(tuple(_load_block(block) for block in json.loads(content)))


def _dump_block(block: Block) -> str | dict[str, Any]:
    if isinstance(block, Paragraph):
        return block.text
    cells = list(dict.fromkeys(cell for row in block.rows for cell in row))
    places = {cell: at for at, cell in enumerate(cells)}
    return {
        "cells": [
            [cell.raw_text, converter.unstructure(cell.scan)] if cell.scan else [cell.raw_text] for cell in cells
        ],
        "rows": [[places[cell] for cell in row] for row in block.rows],
    }


def _load_block(block: str | dict[str, Any]) -> Block:
    if isinstance(block, str):
        return Paragraph(block)
    cells = [
        Cell(text, scan=converter.structure(scan[0], CellScan) if scan else None) for text, *scan in block["cells"]
    ]
    return Table(tuple(tuple(cells[place] for place in row) for row in block["rows"]))
