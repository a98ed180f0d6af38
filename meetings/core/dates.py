"""Month arithmetic for deadlines and review days (docs/domain.md).

Pure Python, no Django: month arithmetic differs between SQLite and PostgreSQL, so days are computed here and stored.
"""

import calendar
import datetime


def add_interval(day: datetime.date, months: int, days: int | None) -> datetime.date:
    """Add a review interval to ``day``: its ``days``, or ``months`` where it has none."""
    return add_months(day, months) if days is None else day + datetime.timedelta(days=days)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """Add calendar months to ``day``, clamped to the end of the month.

    2023-11-30 plus 3 months is 2024-02-29.
    """
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
