"""What a line of the table of deadlines holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """A printed text and its expected reading; days as YYYY-MM-DD, milestones as (piece of the text, day or None)."""

    text: str
    kind: str
    due_date: str | None = None
    precision: str | None = None
    review_months: int | None = None
    milestones: tuple[tuple[str, str | None], ...] = ()
    problem: str | None = None
    offered: str | None = None
    review_days: int | None = None


@dataclass(frozen=True)
class Group:
    """Forms that belong together under one heading of the page."""

    title: str
    forms: tuple[Form, ...]
