"""PDF files, read in a process of their own with bounded memory and time."""

from .errors import UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Cell, Document, Paragraph, Table
from .worker import WorkerEndedError, run_worker


def read_pdf(content: bytes) -> Document:
    """Read the bytes of a PDF within time and memory; raises UnreadableDocumentError."""
    try:
        answer = run_worker(f"{__package__}.pdf_worker", content=content)
    except WorkerEndedError as error:
        if error.returncode:  # killed, or out of memory before it could say so
            raise UnreadableDocumentError(UnreadableReason.TOO_MUCH_MEMORY) from error
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="PDF") from error
    return Document(tuple(_block_from_json(block) for block in answer["blocks"]))


def _block_from_json(answer: str | dict) -> Paragraph | Table:
    if isinstance(answer, str):
        return Paragraph(answer)
    cells = [EMPTY, *map(Cell, answer["cells"])]
    return Table.of([[cells[at] for at in row] for row in answer["rows"]])


def document_to_json(document: Document) -> dict:
    """Return the document as JSON; tables say which cell stands where (0: none)."""
    blocks: list[str | dict] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            blocks.append(block.text)
            continue
        numbers: dict[Cell, int] = {EMPTY: 0}
        rows = [[numbers.setdefault(cell, len(numbers)) for cell in row] for row in block.rows]
        blocks.append({"rows": rows, "cells": [cell.raw_text for cell in list(numbers)[1:]]})
    return {"blocks": blocks}
