"""Calendar arithmetic: ends of periods, serial days, feasts; in Asia/Shanghai."""

import calendar
import datetime
from collections.abc import Callable

from borax.calendars.lunardate import LunarDate, TermUtils

FIRST_YEAR, LAST_YEAR = 1949, 2100
ONE_DAY = datetime.timedelta(days=1)
_EXCEL_DAY_NOUGHT = datetime.date(1899, 12, 30)


def day_or_none(year: int, month: int, day: int) -> datetime.date | None:
    """Return the day, or None where the calendar has no such day."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def month_end(year: int, month: int) -> datetime.date | None:
    """Return the last day of a month, or None where there is no such month."""
    if not 1 <= month <= 12:
        return None
    return day_or_none(year, month, calendar.monthrange(year, month)[1])


def day_of_serial(serial: int) -> datetime.date | None:
    """Return the day of an Excel serial (1900 system), or None outside the sane years."""
    day = _EXCEL_DAY_NOUGHT + ONE_DAY * serial if 0 < serial < 100_000 else None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _lunar(month: int, day: int) -> Callable[[int], datetime.date]:
    return lambda year: LunarDate(year, month, day).to_solar_date()


MOVABLE_FEASTS: dict[str, Callable[[int], datetime.date]] = {
    "春节": _lunar(1, 1),
    "除夕": lambda year: _lunar(1, 1)(year) - ONE_DAY,
    "元宵": _lunar(1, 15),
    "清明": lambda year: TermUtils.day_start_from_term(year, "清明"),
    "端午": _lunar(5, 5),
    "七夕": _lunar(7, 7),
    "中秋": _lunar(8, 15),
    "重阳": _lunar(9, 9),
}
FIXED_FEASTS = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "劳动节": (5, 1),
    "五一": (5, 1),
    "青年节": (5, 4),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "建党节": (7, 1),
    "七一": (7, 1),
    "建军节": (8, 1),
    "八一": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "十一": (10, 1),
}


def feast_day(name: str, year: int) -> datetime.date | None:
    """Return the day of a feast, or None where the lunar calendar's tables end."""
    if name in FIXED_FEASTS:
        return datetime.date(year, *FIXED_FEASTS[name])
    try:
        return MOVABLE_FEASTS[name](year)
    except (ValueError, OverflowError):
        return None
