"""Assigning a row's dates to its tasks (docs/domain.md, Several dates in a row)."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from meetings.deadlines.point import MeetingDates

from .grammar import Form
from .kinds import Deadline, DeadlineKind, DeadlineProblem, ProblemCode, Reading
from .misprints import mend_misprints
from .reading import LONGEST_TEXT, read_deadline, take_apart
from .text import uniform

_YEARS_NAMED = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:(?=年|[./-]\d{1,2}(?!\d))|(?:[-~至到])((?:19|20)\d{2})(?=年))")
# A number in brackets or in a ring may stand right behind the date before it; 1. only at the start of a piece.
_ITEM_NUMBER = re.compile(
    r"[ \t]*(?:[(（](\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|([①-⑳])"
    r"|(?:^|(?<=[\n;；,，。\s]))(\d{1,2})[.．、](?!\d{1,2}(?!\d)))"
)
_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}


def read_row_deadlines(
    text: str,
    task_texts: Sequence[str],
    *,
    issued_on: datetime.date | None = None,
    held_on: datetime.date | None = None,
    year: int | None = None,
    numeric: bool = False,
) -> tuple[Reading, ...]:
    """Read one row's deadline cell for each of its tasks, in their order.

    Follows docs/domain.md, Several dates in a row. A date whose year exactly one task's text names is that task's; if
    one date then remains it is every other task's; otherwise the other tasks get the last of what remains as their
    deadline and the rest as milestones. Where several dates meet several tasks every task has a problem to confirm.
    Where the cell numbers its dates as the row numbers its tasks, each task gets the one of its number and no doubt is
    left. One date, or one task, is read as by ``read_deadline``, whose other arguments these are. Raises nothing; no
    task, no reading.
    """
    options: dict[str, Any] = {"issued_on": issued_on, "held_on": held_on, "year": year, "numeric": numeric}
    if len(task_texts) > 1 and (numbered := _numbered(text, len(task_texts))):
        return tuple(read_deadline(piece, **options) for piece in numbered)
    reading = read_deadline(text, **options)
    is_in_part = reading.problem is not None and reading.problem.code is ProblemCode.PARTLY_READ
    if len(task_texts) > 1 and not is_in_part:
        dates = _dates(text, MeetingDates(issued_on, held_on, year))
        if len(dates) > 1:
            return _shared_out(text, dates, task_texts, options)
    return tuple(reading for _ in task_texts)


def _numbered(text: str, tasks: int) -> list[str] | None:
    """Return the cell's items where it numbers them 1 to ``tasks``, else None."""
    matches = list(_ITEM_NUMBER.finditer(text))
    if [_number(match) for match in matches] != list(range(1, tasks + 1)) or text[: matches[0].start()].strip():
        return None
    ends = [*(match.start() for match in matches[1:]), len(text)]
    pieces = [
        text[match.end() : end].strip(" \t\r\n\u3000;；,，。、") for match, end in zip(matches, ends, strict=True)
    ]
    return pieces if all(pieces) else None


def _number(match: re.Match[str]) -> int:
    bracketed, circled, dotted = match.groups()
    if circled:
        return ord(circled) - ord("①") + 1
    numeral = bracketed or dotted
    return _NUMERALS.get(numeral, 0) if not numeral.isdecimal() else int(numeral)


def _dates(text: str, meeting: MeetingDates) -> list[Deadline]:
    """Return the dates of a cell with their pieces: also 持续跟踪 on a line of its own."""
    if len(text) > LONGEST_TEXT or mend_misprints(text) != text:
        return []
    cell = take_apart(text, meeting)
    lines = [line.strip() for line in text.splitlines()]
    ongoing = [Deadline(cell.piece_of(mark), DeadlineKind.ONGOING) for mark in cell.of(Form.ONGOING)]
    return [*map(cell.deadline_of, cell.points), *(deadline for deadline in ongoing if deadline.text in lines)]


def _shared_out(
    text: str, dates: list[Deadline], task_texts: Sequence[str], options: dict[str, Any]
) -> tuple[Reading, ...]:
    confirm = DeadlineProblem(ProblemCode.SEVERAL_DATES_SEVERAL_TASKS, text.strip())
    named = [_years_named(task) for task in task_texts]
    owned: dict[int, list[Deadline]] = {}
    remaining: list[Deadline] = []
    for date in dates:
        owners = [index for index, years in enumerate(named) if date.due_date and date.due_date.year in years]
        if len(owners) == 1:
            owned.setdefault(owners[0], []).append(date)
        else:
            remaining.append(date)
    readings = [replace(read_deadline(text, **options), problem=confirm)] * len(task_texts)
    for index in range(len(task_texts)):
        if owned and (own := owned.get(index, remaining)):
            readings[index] = Reading(own[-1], tuple(own[:-1]), confirm)
    return tuple(readings)


def _years_named(task_text: str) -> set[int]:
    """Return the years in a task's text: 2024.12, 二〇二四年, both of 2024-2026年.

    A number such as GB 19489 names none.
    """
    years = set()
    for match in _YEARS_NAMED.finditer(uniform(task_text[:LONGEST_TEXT]).chars):
        years |= {int(year) for year in match.groups() if year}
    return years
