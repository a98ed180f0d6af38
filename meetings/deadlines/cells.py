"""Deadlines in Excel cells: real dates, serials and other numbers."""

import datetime
import re
from dataclasses import replace

from .days import FIRST_YEAR, LAST_YEAR, day_of_serial, month_end
from .kinds import Deadline, DeadlineKind, DeadlineProblem, Precision, ProblemCode, Reading
from .reading import read_deadline

# Quoted words and [colours] in a number format are no day: yyyy"年"m"月" shows none.
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def cell_text(value: object) -> str:
    """Return the text a cell prints: days as 2024-12-31, whole numbers with no point."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def read_cell(
    value: object,
    *,
    number_format: str | None = None,
    issued_on: datetime.date | None = None,
    held_on: datetime.date | None = None,
    year: int | None = None,
) -> Reading:
    """Read one task's deadline from an Excel cell: text, date, serial or number.

    ``number_format`` is the cell's Excel format where the reader of the file knows it. Excel turns an entered
    2024年12月 into the first of that month and shows the month only: by a format without a day the month's end is
    due, and with no format known a first of a month is a problem with the month's end offered. Whole numbers that
    are serial numbers of days (1900 system) are days, four figures are a year, other numbers are read as printed
    by a cell that loses its last nought (2026.1). ``issued_on``, ``held_on`` and ``year`` as in ``read_deadline``.
    Raises nothing, whatever the value.
    """
    text = cell_text(value)
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        serial = day_of_serial(int(value)) if abs(value) < 100_000 and value == value else None
        if serial is None or FIRST_YEAR <= value <= LAST_YEAR:
            return read_deadline(text, issued_on=issued_on, held_on=held_on, year=year, numeric=True)
        value = serial
    if isinstance(value, datetime.date):
        return _read_day(text, value, number_format)
    return read_deadline(text, issued_on=issued_on, held_on=held_on, year=year)


def _read_day(text: str, day: datetime.date, number_format: str | None) -> Reading:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return Reading(Deadline(text, DeadlineKind.UNDECIDED), problem=DeadlineProblem(ProblemCode.OUT_OF_RANGE, text))
    unquoted_format = _QUOTED.sub("", number_format or "").lower()
    dated = Deadline(text, DeadlineKind.DATED, day, Precision.DAY)
    last = month_end(day.year, day.month)
    if "d" in unquoted_format or unquoted_format == "general" or (number_format is None and day.day != 1):
        return Reading(dated)
    if "m" in unquoted_format:
        return Reading(replace(dated, text=f"{day.year}年{day.month}月", due_date=last, precision=Precision.MONTH))
    if "y" in unquoted_format:
        year_end = datetime.date(day.year, 12, 31)
        return Reading(replace(dated, text=f"{day.year}年", due_date=year_end, precision=Precision.YEAR))
    problem = DeadlineProblem(ProblemCode.DAY_OR_MONTH, text, last) if number_format is None else None
    return Reading(dated, problem=problem)
