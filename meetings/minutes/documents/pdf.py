"""PDF files, read in a process of their own with bounded memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .errors import MAX_SECONDS, UnreadableDocumentError, UnreadableReason
from .model import EMPTY, Cell, Document, Paragraph, Table

_ROOT = Path(__file__).resolve().parents[3]


def read_pdf(content: bytes) -> Document:
    """Read the bytes of a PDF within time and memory; raises UnreadableDocumentError."""
    try:
        worker = subprocess.run(
            [sys.executable, "-m", f"{__package__}.pdf_worker"],
            input=content,
            capture_output=True,
            timeout=MAX_SECONDS,
            cwd=_ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocumentError(UnreadableReason.TOO_SLOW, seconds=MAX_SECONDS) from error
    try:
        answer = json.loads(worker.stdout)
    except ValueError as error:
        if worker.returncode:  # killed, or out of memory before it could say so
            raise UnreadableDocumentError(UnreadableReason.TOO_MUCH_MEMORY) from error
        raise UnreadableDocumentError(UnreadableReason.DAMAGED, part="PDF") from error
    if "code" in answer:
        raise UnreadableDocumentError(UnreadableReason(answer["code"]), **answer["parameters"])
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
        blocks.append({"rows": rows, "cells": [cell.printed for cell in list(numbers)[1:]]})
    return {"blocks": blocks}
