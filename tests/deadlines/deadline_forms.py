"""Every form of a deadline and what it means: the table the tests run and ``docs/deadlines.md`` is printed from.

``python -m tests.deadlines.deadline_forms`` prints the page anew; a test fails while it is not current.
"""

from __future__ import annotations

import datetime
from pathlib import Path

from .forms_with_dates import GROUPS_WITH_DATES
from .forms_without_dates import GROUPS_WITHOUT_DATES
from .printed_forms import Form

ISSUED_ON = datetime.date(2023, 11, 8)
HELD_ON = datetime.date(2023, 9, 27)
PAGE = Path(__file__).parent.parent.parent / "docs" / "deadlines.md"

GROUPS = (*GROUPS_WITH_DATES, *GROUPS_WITHOUT_DATES)

FORMS = tuple(form for group in GROUPS for form in group.forms)

_INTRODUCTION = f"""# Deadlines as printed, and what they mean

This page is printed from the table that the tests run (`python -m tests.deadlines.deadline_forms`); do not edit it.
The readings are those of a document issued on {ISSUED_ON} about a meeting held on {HELD_ON}. A problem is what a
person is asked to confirm; the day after it is the one offered. The rules behind the table are in the docstring of
`meetings/deadlines/__init__.py`.
"""
_HEAD = "| printed | kind | due | precision | milestones | problem |\n| --- | --- | --- | --- | --- | --- |"


def page() -> str:
    """The whole of ``docs/deadlines.md``."""
    sections = [_INTRODUCTION]
    for group in GROUPS:
        rows = "\n".join(_row(form) for form in group.forms)
        sections.append(f"## {group.title}\n\n{_HEAD}\n{rows}\n")
    return "\n".join(sections)


def _row(form: Form) -> str:
    kind = f"{form.kind}, {form.review_months} months" if form.review_months else form.kind
    kind = f"{form.kind}, {form.review_days} days" if form.review_days else kind
    milestones = "; ".join(f"{_cell(text)} → {due or 'undecided'}" for text, due in form.milestones)
    problem = " → ".join(part for part in (form.problem, form.offered) if part)
    cells = (_cell(form.text), kind, form.due_date or "", form.precision or "", milestones, problem)
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ⏎ ") or "(nothing)"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
