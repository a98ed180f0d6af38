"""Candidate task tables: those with a head, and those that may continue one."""

import re
from dataclasses import dataclass

from meetings.core.text import fold_text, tidy_text
from meetings.minutes.documents.model import Document, Paragraph, Table

from .column_headers import Column, HeaderRows, disambiguate_headers, find_header_rows

_PROGRESS_REPORT = re.compile(r"(?:完成|落实|办理|整改|进展)情况")


@dataclass(frozen=True, slots=True)
class TableCandidate:
    """A table with its heads; ``number`` is its place among the tables, from 1."""

    block: int
    number: int
    table: Table
    headers: list[HeaderRows]

    @property
    def columns(self) -> set[Column]:
        return {head.column for head in disambiguate_headers(self.headers[0].headers, self.headers[0].texts) if head}

    @property
    def is_progress_report(self) -> bool:
        texts = (fold_text(text) for text in self.headers[0].texts)
        return Column.DEADLINE not in self.columns and any(_PROGRESS_REPORT.search(text) for text in texts)


def find_candidates(document: Document) -> dict[int, TableCandidate]:
    """Return the document's tables by their places among its blocks."""
    tables = [(at, block) for at, block in enumerate(document.blocks) if isinstance(block, Table)]
    return {
        at: TableCandidate(at, number, table, find_header_rows(table))
        for number, (at, table) in enumerate(tables, start=1)
    }


def title_above(document: Document, at: int) -> str:
    for block in reversed(document.blocks[:at]):
        if isinstance(block, Paragraph):
            return tidy_text(block.text)[:60]
    return ""


def is_text_between(document: Document, at: int) -> bool:
    """Whether a paragraph with text stands between this table and the one before."""
    for block in reversed(document.blocks[:at]):
        if isinstance(block, Table):
            return False
        if len(tidy_text(block.text)) > 4:
            return True
    return True
