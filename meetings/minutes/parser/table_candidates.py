"""The tables of a document that may be task tables: those with a head, and those without one that may go on above."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetings.minutes.documents.model import Document, Paragraph, Table

from .column_headers import Column, HeadRows, head_rows, settled
from .text import folded, tidy

_REPORT_OF_THE_PAST = re.compile(r"(?:完成|落实|办理|整改|进展)情况")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table with its heads; ``number`` is its place among the tables, 1 for the first."""

    block: int
    number: int
    table: Table
    heads: list[HeadRows]

    @property
    def columns(self) -> set[Column]:
        return {head.column for head in settled(self.heads[0].heads, self.heads[0].texts) if head}

    @property
    def reports_the_past(self) -> bool:
        texts = (folded(text) for text in self.heads[0].texts)
        return Column.DEADLINE not in self.columns and any(_REPORT_OF_THE_PAST.search(text) for text in texts)


def candidates_in(document: Document) -> list[Candidate]:
    found = []
    for at, block in enumerate(document.blocks):
        if isinstance(block, Table):
            found.append(Candidate(at, len(found) + 1, block, head_rows(block)))
    return found


def title_above(document: Document, at: int) -> str:
    for block in reversed(document.blocks[:at]):
        if isinstance(block, Paragraph):
            return tidy(block.text)[:60]
    return ""


def is_text_between(document: Document, at: int) -> bool:
    """Whether a paragraph that says something stands between this table and the one before."""
    for block in reversed(document.blocks[:at]):
        if isinstance(block, Table):
            return False
        if len(tidy(block.text)) > 4:
            return True
    return True
