"""Rows that a page cut in two: how their halves go together."""

import re

from meetings.minutes.documents.model import SOFT_BREAK

from .column_evidence import is_deadline
from .column_headers import Column

GOES_ON = re.compile(r"[、，,；;和及与]$")
SENTENCE_END = re.compile(r"[。；;！!？?：:…]\s*[”’」』）)]?\s*$")


def are_halves(first: str, second: str) -> bool:
    """Return whether a page cut one deadline in two: 2025年3 and 月, 2025年 and 12月底前."""
    if not (is_deadline(first.strip()) and is_deadline(second.strip())):
        return True
    return first.rstrip().endswith("年") and "年" not in second


def join_halves(first: str, second: str, column: Column) -> str:
    """Join the two halves of a cell that a page cut."""
    if column is Column.DEADLINE and are_halves(first, second):
        return first + SOFT_BREAK + second
    if column in (Column.SUGGESTION, Column.TASKS):
        return first + ("\n" if SENTENCE_END.search(first) else SOFT_BREAK) + second
    return first + (SOFT_BREAK if column is Column.DEPARTMENTS else "\n") + second
