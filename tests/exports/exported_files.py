"""What an exported file holds, as a reader who opens it finds it."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import docx
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet


def sheet(path: Path) -> Worksheet:
    """Return the one sheet of a workbook."""
    workbook = openpyxl.load_workbook(path)
    assert len(workbook.worksheets) == 1
    return workbook.worksheets[0]


def rows_by_head(path: Path) -> list[dict[str, object]]:
    """Return a list's rows, each as what stands under which head; from .xlsx or .csv."""
    if path.suffix == ".csv":
        head, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True))
    else:
        head, *rows = sheet(path).iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def table_of_document(path: Path) -> list[list[str]]:
    """Return the cells of a document's only table; a merged one is in each of its rows."""
    document = docx.Document(str(path))
    assert len(document.tables) == 1
    return [[cell.text for cell in row.cells] for row in document.tables[0].rows]


def folded(text: object) -> str:
    """Return a text without white space and with the width of punctuation folded (shared seeds, README)."""
    return "".join(unicodedata.normalize("NFKC", "" if text is None else str(text)).split())
